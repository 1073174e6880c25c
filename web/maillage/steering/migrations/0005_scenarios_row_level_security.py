"""Draft decisions are for those who serve the département; what is published is for everyone."""

from django.db import migrations

from maillage.core.rls import protect


class Migration(migrations.Migration):
    dependencies = [("steering", "0004_kept_scenario"), ("core", "0003_row_level_security")]
    operations = [
        protect(
            "steering_keptscenario",
            read="maillage_sees(departement_id) or published_at is not null",
            write="maillage_sees(departement_id)",
        )
    ]
