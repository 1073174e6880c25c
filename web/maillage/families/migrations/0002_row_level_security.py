"""A family is seen by itself, through a checked link or code, and by those who serve its département.

A visitor who books becomes a contact in the same transaction: the action names the contact before it
writes, so that the rows are the visitor's own and nobody else's.
"""

from django.db import migrations

from maillage.core.rls import protect

IS_CONTACT = """
create or replace function maillage_is_contact(contact uuid) returns boolean
language sql stable parallel safe as
$$ select contact = nullif(current_setting('maillage.contact', true), '')::uuid $$;
"""
# Its own rows are the contact's; the other parent's are not, although they share a household.
OWN = "maillage_is_contact({key}) or maillage_sees(departement_id)"
OF_MY_HOUSEHOLD = (
    "maillage_sees(departement_id) or exists (select 1 from families_contact as me"
    " where me.household_id = {key} and maillage_is_contact(me.id))"
)


class Migration(migrations.Migration):
    dependencies = [("families", "0001_initial"), ("core", "0003_row_level_security")]
    operations = [
        migrations.RunSQL(IS_CONTACT, "drop function maillage_is_contact(uuid)"),
        protect("families_contact", read=OWN.format(key="id")),
        protect(
            "families_household",
            read=OF_MY_HOUSEHOLD.format(key="families_household.id"),
            insert="true",
        ),
        protect("families_child", read=OF_MY_HOUSEHOLD.format(key="families_child.household_id")),
        protect(
            "families_contactlink",
            read=OWN.format(key="contact_id") + " or maillage_holds_link(token_hash)",
            write=OWN.format(key="contact_id"),
        ),
        protect("families_contactcode", read=OWN.format(key="contact_id")),
        protect("families_consent", read=OWN.format(key="contact_id")),
    ]
