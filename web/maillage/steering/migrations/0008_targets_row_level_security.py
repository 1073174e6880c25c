"""Targets are read by everyone and written by their département; a reading is never rewritten."""

from django.db import migrations

from maillage.core.rls import protect


class Migration(migrations.Migration):
    dependencies = [("steering", "0007_equity_targets"), ("core", "0003_row_level_security")]
    operations = [
        protect("steering_target", read="true", write="maillage_sees(departement_id)"),
        protect(
            "steering_targetreading",
            read="true",
            write="maillage_scope() = 'system'",
            insert="maillage_sees(departement_id)",
        ),
    ]
