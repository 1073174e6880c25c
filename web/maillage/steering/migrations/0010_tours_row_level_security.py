"""A tour is read by those who read its decision, and written by those who serve the département."""

from django.db import migrations

from maillage.core.rls import protect


class Migration(migrations.Migration):
    dependencies = [("steering", "0009_kept_tour"), ("core", "0003_row_level_security")]
    operations = [
        protect(
            "steering_kepttour",
            read=(
                "maillage_sees(departement_id) or exists (select from steering_keptscenario d"
                " where d.id = decision_id and d.published_at is not null)"
            ),
            write="maillage_sees(departement_id)",
        )
    ]
