"""Names, professions and skills are public; papers and employments are for those who serve there.

Visitors may not read credentials, yet must only be offered practitioners whose papers are valid: the
database keeps `bookable_until` itself, at every change of a credential.
"""

from django.db import migrations

from maillage.core.rls import protect

EMPLOYED_HERE = (
    "maillage_scope() = 'system' or exists (select 1 from practitioners_employment as job"
    " where job.practitioner_id = {key} and maillage_sees(job.departement_id))"
)
OWN = (
    " or exists (select 1 from practitioners_practitioner as self"
    " where self.id = {key} and maillage_is_user(self.user_id))"
)
BOOKABLE = """
create function practitioners_keep_bookable_until() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    who uuid := coalesce(new.practitioner_id, old.practitioner_id);
begin
    perform set_config('maillage.scope', 'system', true);
    update practitioners_practitioner set bookable_until = (
        select case when count(*) = 4 then min(until) end from (
            select kind, max(coalesce(valid_until, date '9999-12-31')) as until
            from practitioners_credential
            where practitioner_id = who and checked_on is not null
              and kind in ('diploma', 'training', 'fitness_certificate', 'charter')
            group by kind) as valid)
    where id = who;
    perform set_config('maillage.scope', former, true);
    return null;
end $$;
create trigger keep_bookable_until after insert or update or delete on practitioners_credential
for each row execute function practitioners_keep_bookable_until();
"""
NO_BOOKABLE = """
drop trigger keep_bookable_until on practitioners_credential;
drop function practitioners_keep_bookable_until();
"""


class Migration(migrations.Migration):
    dependencies = [("practitioners", "0001_initial"), ("core", "0003_row_level_security")]
    operations = [
        migrations.RunSQL(BOOKABLE, NO_BOOKABLE),
        protect(
            "practitioners_practitioner",
            read="true",
            write=EMPLOYED_HERE.format(key="practitioners_practitioner.id")
            + " or maillage_is_user(user_id)",
            insert="maillage_scope() in ('system', 'member')",
        ),
        protect(
            "practitioners_employment",
            read="maillage_sees(departement_id)" + OWN.format(key="practitioner_id"),
            write="maillage_sees(departement_id)",
        ),
        protect(
            "practitioners_credential",
            read=EMPLOYED_HERE.format(key="practitioner_id") + OWN.format(key="practitioner_id"),
            write=EMPLOYED_HERE.format(key="practitioner_id"),
        ),
    ]
