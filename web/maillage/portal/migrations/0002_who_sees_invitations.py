"""An invitation is seen by those who serve the département, and by whoever holds its code."""

from django.db import migrations

from maillage.core.rls import protect


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_invitations"), ("core", "0003_row_level_security")]
    operations = [
        protect(
            "portal_invitation",
            read="maillage_sees(departement_id) or maillage_holds_link(code_hash)",
        )
    ]
