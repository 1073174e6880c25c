"""Professionals learn whether what they wait for arrived, never what was written nor to whom.

What a reader declined is the reader's, and known where the family is served, so that nothing is sent.
"""

from django.db import migrations

from maillage.core.rls import protect

MINE = (
    "maillage_sees(departement)"
    " or reader = nullif(current_setting('maillage.contact', true), '')::uuid"
)
ARRIVED = """
create function maillage_arrived(things uuid[])
returns table (about uuid, state text, channel text, at timestamptz, reason text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    serves text[] := string_to_array(
        coalesce(current_setting('maillage.departements', true), ''), ',');
begin
    perform set_config('maillage.scope', 'system', true);
    return query
        select distinct on (message.about) message.about, message.state::text,
               message.channel::text,
               coalesce(message.delivered_at, message.sent_at, message.created_at),
               message.last_error::text
        from core_outboxmessage as message
        where message.about = any (things)
          and (former = 'system' or message.departement = any (serves))
        order by message.about, message.created_at desc, message.id;
    perform set_config('maillage.scope', former, true);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0006_receipts_and_quiet_hours")]
    operations = [
        migrations.RunSQL(ARRIVED, "drop function maillage_arrived(uuid[])"),
        protect("core_declined", read=MINE),
        protect("core_stoplink", read=f"{MINE} or maillage_holds_link(token_hash)", write=MINE),
    ]
