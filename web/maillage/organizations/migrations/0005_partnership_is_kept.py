"""Decisions are for those who serve the département; the days that they give are public.

A grid that an application uses is never changed, so that a past decision can be read with the
questions of its day.
"""

from django.db import migrations

from maillage.core.rls import protect

TRUST = """
create function organizations_keep_accredited() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    who uuid := coalesce(new.organization_id, old.organization_id);
begin
    perform set_config('maillage.scope', 'system', true);
    update organizations_organization as partner
    set accredited_from = case when given.until is not null and signed.until is not null
                               then given.since end,
        accredited_until = case when given.until is not null and signed.until is not null
                                then least(given.until, signed.until) end
    from (select min(valid_from) as since, max(valid_until) as until
          from organizations_accreditation
          where organization_id = who and state = 'accredited'
            and (valid_until >= current_date or valid_until = (
                 select max(valid_until) from organizations_accreditation
                 where organization_id = who and state = 'accredited'))) as given,
         (select max(valid_until) as until from organizations_chartersignature
          where organization_id = who) as signed
    where partner.id = who;
    perform set_config('maillage.scope', former, true);
    return null;
end $$;
create trigger keep_accredited after insert or update or delete on organizations_accreditation
for each row execute function organizations_keep_accredited();
create trigger keep_accredited after insert or update or delete on organizations_chartersignature
for each row execute function organizations_keep_accredited();

create function organizations_grid_stays() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    of_grid uuid;
    used boolean;
begin
    perform set_config('maillage.scope', 'system', true);
    of_grid := case when tg_op = 'DELETE' then old.grid_id else new.grid_id end;
    used := exists (select 1 from organizations_accreditation where grid_id = of_grid);
    perform set_config('maillage.scope', former, true);
    if used then
        raise exception 'a grid that an application uses is never changed'
            using errcode = 'check_violation', constraint = 'a_used_grid_is_never_changed';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger grid_stays before insert or update or delete on organizations_criterion
for each row execute function organizations_grid_stays();

alter table organizations_accreditation add constraint an_accreditation_is_given_where_the_partner_is
    foreign key (organization_id, departement_id)
    references organizations_organization (id, departement_id);
"""
NO_TRUST = """
alter table organizations_accreditation drop constraint an_accreditation_is_given_where_the_partner_is;
drop trigger grid_stays on organizations_criterion;
drop function organizations_grid_stays();
drop trigger keep_accredited on organizations_chartersignature;
drop trigger keep_accredited on organizations_accreditation;
drop function organizations_keep_accredited();
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0004_partnership"), ("core", "0003_row_level_security")]
    operations = [
        migrations.RunSQL(TRUST, NO_TRUST),
        *(
            protect(table, read="maillage_sees(departement_id)")
            for table in (
                "organizations_accreditation",
                "organizations_finding",
                "organizations_chartersignature",
                "organizations_venuecheck",
            )
        ),
    ]
