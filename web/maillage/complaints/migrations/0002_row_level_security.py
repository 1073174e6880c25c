"""A complaint is read by the holder of its code and by the département, never by who it is about."""

from django.db import migrations

from maillage.core.rls import protect

NOT_ABOUT_ME = (
    "(maillage_scope() = 'system' or (maillage_sees(departement_id) and not exists ("
    "select 1 from practitioners_practitioner as self"
    " where self.id = practitioner_id and maillage_is_user(self.user_id))))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0001_initial"),
        ("core", "0003_row_level_security"),
        ("practitioners", "0002_row_level_security"),
    ]
    operations = [
        protect(
            "complaints_complaint",
            read=f"maillage_holds_link(code_hash) or {NOT_ABOUT_ME}",
            insert="true",
        ),
    ]
