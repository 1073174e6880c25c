"""Drafts are for those who serve the département; what is published is for everyone."""

from django.db import migrations

from maillage.core.rls import protect


class Migration(migrations.Migration):
    dependencies = [("steering", "0002_kept_diagnosis"), ("core", "0003_row_level_security")]
    operations = [
        protect(
            "steering_keptdiagnosis",
            read="maillage_sees(departement_id) or published_at is not null",
            write="maillage_sees(departement_id)",
        )
    ]
