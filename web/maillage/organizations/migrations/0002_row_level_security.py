"""Who may read accounts and memberships: oneself, and those who serve the same département."""

from django.db import migrations

from maillage.core.rls import protect

COLLEAGUE = (
    "exists (select 1 from organizations_membership as link"
    " where link.user_id = {key} and maillage_sees(link.departement_id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("people", "0001_initial"),
        ("core", "0003_row_level_security"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]
    operations = [
        protect(
            "organizations_membership",
            read="maillage_is_user(user_id) or maillage_sees(departement_id)",
            write="maillage_sees(departement_id)",
        ),
        protect(
            "people_user",
            read="maillage_is_user(id) or maillage_scope() in ('system', 'sign_in') or "
            + COLLEAGUE.format(key="people_user.id"),
            write="maillage_is_user(id) or maillage_scope() in ('system', 'sign_in') or "
            + COLLEAGUE.format(key="people_user.id"),
            insert="maillage_scope() in ('system', 'member')",
        ),
        protect(
            "account_emailaddress",
            read="maillage_is_user(user_id) or maillage_scope() in ('system', 'sign_in')",
            insert="maillage_scope() in ('system', 'sign_in', 'member')",
        ),
    ]
