"""What is proven is public, and kept by the database; trainings are for those who serve there."""

from django.db import migrations

from maillage.core.rls import protect

BOOKABLE = """
create or replace function practitioners_keep_bookable_until() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    who uuid := coalesce(new.practitioner_id, old.practitioner_id);
begin
    perform set_config('maillage.scope', 'system', true);
    delete from practitioners_heldskill where practitioner_id = who;
    insert into practitioners_heldskill (practitioner_id, skill, until)
    select who, skill, max(coalesce(valid_until, date '9999-12-31'))
    from practitioners_credential
    where practitioner_id = who and kind = 'skill' and checked_on is not null
    group by skill;
    update practitioners_practitioner set bookable_until = (
        select case when count(*) = 4 then min(until) end from (
            select kind, max(coalesce(valid_until, date '9999-12-31')) as until
            from practitioners_credential
            where practitioner_id = who and checked_on is not null
              and kind in ('diploma', 'training', 'fitness_certificate', 'charter')
            group by kind) as valid),
        skills = array(select skill from practitioners_heldskill
                       where practitioner_id = who and until >= current_date order by skill)
    where id = who;
    perform set_config('maillage.scope', former, true);
    return null;
end $$;
"""
SERVED = "maillage_sees(departement_id)"
OWN = (
    " or exists (select 1 from practitioners_practitioner as self"
    " where self.id = practitioner_id and maillage_is_user(self.user_id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("practitioners", "0004_skills_training_and_attestations"),
        ("core", "0003_row_level_security"),
    ]
    operations = [
        migrations.RunSQL(BOOKABLE, migrations.RunSQL.noop),
        protect("practitioners_heldskill", read="true", write="maillage_scope() = 'system'"),
        protect("practitioners_training", read=SERVED),
        protect("practitioners_trainingsession", read=SERVED),
        protect("practitioners_enrolment", read=SERVED + OWN, write=SERVED),
    ]
