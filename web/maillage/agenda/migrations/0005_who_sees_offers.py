"""An offer is seen by its family and by those who serve its département; a shortage by the latter.

`agenda_spare` says how much of a stretch is left, so that a search leaves full ones aside without
learning what fills them.
"""

from django.db import migrations

from maillage.core.rls import protect, protect_again

MINE = (
    " or exists (select 1 from practitioners_practitioner as self"
    " where self.id = practitioner_id and maillage_is_user(self.user_id))"
)
OF_AN_APPOINTMENT = (
    "exists (select 1 from agenda_appointment as seen where seen.id = appointment_id"
    " and (maillage_sees(seen.departement_id) or maillage_is_contact(seen.contact_id)))"
)
OF_AN_OFFER = (
    " or exists (select 1 from agenda_offer as held where held.id = offer_id"
    " and exists (select 1 from agenda_waitingentry as mine where mine.id = held.entry_id"
    " and maillage_is_contact(mine.contact_id)))"
)
SPARE = """
create function agenda_spare(person uuid, starts_at timestamptz, ends_at timestamptz)
returns interval language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
declare taken interval;
begin
    perform set_config('maillage.scope', 'system', true);
    select coalesce(sum(upper(met.part) - lower(met.part)), interval '0') into taken
      from (select claim.period * tstzrange(starts_at, ends_at) as part
              from agenda_claim as claim
             where claim.live and claim.kind <> 'travel' and claim.practitioner_id = person
               and claim.period && tstzrange(starts_at, ends_at)) as met;
    perform set_config('maillage.scope', former, true);
    return ends_at - starts_at - taken;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("agenda", "0004_several_people_and_held_slots")]
    operations = [
        protect(
            "agenda_offer",
            read="maillage_sees(departement_id) or exists (select 1 from agenda_waitingentry as"
            " mine where mine.id = entry_id and maillage_is_contact(mine.contact_id))",
        ),
        protect("agenda_shortage", read="maillage_sees(departement_id)"),
        protect_again(
            "agenda_claim",
            read=f"maillage_sees(departement_id) or {OF_AN_APPOINTMENT}" + MINE + OF_AN_OFFER,
        ),
        migrations.RunSQL(
            SPARE, "drop function agenda_spare(uuid, timestamptz, timestamptz)"
        ),
    ]
