"""Availability is public; appointments, absences and what fills an agenda are not.

A search must subtract what is taken without learning for whom: `agenda_busy` tells when, and in which
commune, some practitioners or rooms are taken, across employers and départements, and nothing else.
"""

from django.db import migrations

from maillage.core.rls import protect

MINE = (
    " or exists (select 1 from practitioners_practitioner as self"
    " where self.id = {key} and maillage_is_user(self.user_id))"
)
OF_AN_APPOINTMENT = (
    "exists (select 1 from agenda_appointment as seen where seen.id = appointment_id"
    " and (maillage_sees(seen.departement_id) or maillage_is_contact(seen.contact_id)))"
)
COLLEAGUE = (
    "maillage_scope() = 'system' or exists (select 1 from practitioners_employment as job"
    " where job.practitioner_id = {key} and maillage_sees(job.departement_id))"
)
BUSY = """
create function agenda_busy(people uuid[], rooms uuid[], during tstzrange)
returns table (practitioner_id uuid, room_id uuid, kind text, commune_id text,
               starts_at timestamptz, ends_at timestamptz)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    return query
        select claim.practitioner_id, claim.room_id, claim.kind::text, claim.commune_id::text,
               lower(claim.period), upper(claim.period)
        from agenda_claim as claim
        where claim.live and claim.period && during
          and (claim.practitioner_id = any (people) or claim.room_id = any (rooms));
    perform set_config('maillage.scope', former, true);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agenda", "0001_initial"),
        ("families", "0002_row_level_security"),
        ("practitioners", "0002_row_level_security"),
    ]
    operations = [
        protect(
            "agenda_appointment",
            read="maillage_sees(departement_id) or maillage_is_contact(contact_id)",
        ),
        protect(
            "agenda_appointment_practitioners",
            read=OF_AN_APPOINTMENT,
        ),
        protect(
            "agenda_claim",
            read=f"maillage_sees(departement_id) or {OF_AN_APPOINTMENT}"
            + MINE.format(key="practitioner_id"),
        ),
        protect(
            "agenda_absence",
            read=COLLEAGUE.format(key="practitioner_id") + MINE.format(key="practitioner_id"),
        ),
        protect(
            "agenda_waitingentry",
            read="maillage_sees(departement_id) or maillage_is_contact(contact_id)",
        ),
        migrations.RunSQL(BUSY, "drop function agenda_busy(uuid[], uuid[], tstzrange)"),
    ]
