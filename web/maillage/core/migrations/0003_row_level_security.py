"""The trail and the outbox: anyone adds to them, few may read them."""

from django.db import migrations

from maillage.core.rls import protect


class Migration(migrations.Migration):
    dependencies = [("core", "0002_initial")]
    operations = [
        protect(
            "core_auditentry",
            read="maillage_sees(departement)",
            write="maillage_scope() = 'system'",
            insert="true",
        ),
        protect("core_outboxmessage", read="maillage_scope() = 'system'", insert="true"),
    ]
