"""A code is seen by the browser that asked for it, a visit by its own; a link between two parents by both.

A contact may be several rows of one person (who booked twice): the context names them all. Colleagues
see neither codes nor visits. Tries are counted through one function, and read by nobody.
"""

from django.db import migrations

from maillage.core.rls import protect

IS_CONTACT = """
create or replace function maillage_is_contact(contact uuid) returns boolean
language sql stable parallel safe as
$$ select contact::text = any (string_to_array(
     coalesce(current_setting('maillage.contact', true), ''), ',')) $$;
"""
WAS_CONTACT = """
create or replace function maillage_is_contact(contact uuid) returns boolean
language sql stable parallel safe as
$$ select contact = nullif(current_setting('maillage.contact', true), '')::uuid $$;
"""
# One statement, so that a hundred tries at once are counted as a hundred.
TRY = """
create function families_try(asked uuid, key text, stretch timestamptz) returns integer
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
        found integer;
begin
    perform set_config('maillage.scope', 'system', true);
    insert into families_tries as known (id, key_hash, since, count) values (asked, key, stretch, 1)
    on conflict (key_hash, since) do update set count = known.count + 1
    returning known.count into found;
    perform set_config('maillage.scope', former, true);
    return found;
end $$;
"""
JOB = "maillage_scope() = 'system'"
DOOR = f"{JOB} or maillage_holds_link(door_hash)"
VISIT = f"{JOB} or maillage_holds_link(token_hash) or maillage_is_contact(contact_id)"
BOTH = (
    "maillage_is_contact(inviter_id) or maillage_is_contact(invited_id)"
    " or maillage_sees(departement_id)"
)


class Migration(migrations.Migration):
    dependencies = [("families", "0003_visits_and_second_parents")]
    operations = [
        migrations.RunSQL(IS_CONTACT, WAS_CONTACT),
        protect("families_contactcode", read=DOOR),
        protect("families_contactsession", read=VISIT),
        protect("families_secondparent", read=BOTH),
        protect("families_tries", read=JOB),
        migrations.RunSQL(TRY, "drop function families_try(uuid, text, timestamptz)"),
    ]
