"""A version of a scale is written once, with its bands; a fee obeys it and follows its appointment.

The rules are in the database, so that no page, import or mistake can bill by an unchecked scale,
correct the past, or leave shares that do not make 100 %.
"""

from django.db import migrations

from maillage.core.rls import protect

OF_AN_APPOINTMENT = (
    "exists (select 1 from agenda_appointment as seen where seen.id = appointment_id"
    " and (maillage_sees(seen.departement_id) or maillage_is_contact(seen.contact_id)))"
)

# Only the end of a version may be written, once, and never before the day that is today.
VERSIONS = """
create function fees_version_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if exists (select 1 from fees_schedule as s
                   where s.id = old.schedule_id and not s.is_demonstration) then
            raise exception 'a version of a schedule is never removed'
                using errcode = 'check_violation', constraint = 'a_version_is_never_removed';
        end if;
        return old;
    end if;
    if old.valid_to is not null or new.valid_to is null or new.valid_to < current_date - 1
       or (to_jsonb(new) - 'valid_to') <> (to_jsonb(old) - 'valid_to') then
        raise exception 'a version of a schedule is never changed'
            using errcode = 'check_violation', constraint = 'a_version_is_never_changed';
    end if;
    return new;
end $$;
create trigger version_stays before update or delete on fees_scheduleversion
for each row execute function fees_version_stays();

create function fees_band_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if exists (select 1 from fees_scheduleversion as v join fees_schedule as s
                   on s.id = v.schedule_id where v.id = old.version_id and not s.is_demonstration)
        then
            raise exception 'a band is never removed'
                using errcode = 'check_violation', constraint = 'a_band_is_never_removed';
        end if;
        return old;
    end if;
    if tg_op = 'UPDATE' or not exists (
        select 1 from fees_scheduleversion as v
        where v.id = new.version_id and v.published_at = now()
    ) then
        raise exception 'bands are written with their version and never after'
            using errcode = 'check_violation', constraint = 'bands_are_written_with_their_version';
    end if;
    return new;
end $$;
create trigger band_stays before insert or update or delete on fees_band
for each row execute function fees_band_stays();

create function fees_bands_are_whole() returns trigger language plpgsql as $$
declare fault boolean;
begin
    select count(*) = 0
        or bool_or((up_to is null) <> (following is null))
        or bool_or(coalesce(up_to <= previous, false))
        or min(position) <> 1 or max(position) <> count(*)
    into fault from (
        select position, up_to, lead(position) over line as following, lag(up_to) over line as previous
        from fees_band where version_id = new.id window line as (order by position)) as bands;
    if fault and exists (select 1 from fees_scheduleversion where id = new.id) then
        raise exception 'bands follow each other and the last one, alone, is open'
            using errcode = 'check_violation', constraint = 'bands_follow_each_other';
    end if;
    return null;
end $$;
create constraint trigger bands_are_whole after insert on fees_scheduleversion
deferrable initially deferred for each row execute function fees_bands_are_whole();
"""
NO_VERSIONS = """
drop trigger bands_are_whole on fees_scheduleversion;
drop function fees_bands_are_whole();
drop trigger band_stays on fees_band;
drop function fees_band_stays();
drop trigger version_stays on fees_scheduleversion;
drop function fees_version_stays();
"""

FEES = """
alter table fees_band add constraint band_and_its_version unique (id, version_id);
alter table fees_fee add constraint a_fee_is_of_a_band_of_its_version
    foreign key (band_id, version_id) references fees_band (id, version_id);

create function fees_fee_is_due() returns trigger language plpgsql as $$
declare
    scale fees_scheduleversion;
    taken agenda_appointment;
begin
    select * into scale from fees_scheduleversion where id = new.version_id;
    if new.valued_on < scale.valid_from or new.valued_on > coalesce(scale.valid_to, new.valued_on) then
        raise exception 'this scale is not in force on that day'
            using errcode = 'check_violation', constraint = 'a_fee_is_valued_by_the_scale_of_its_day';
    end if;
    if scale.status <> 'checked'
       and not exists (select 1 from fees_confirmation as c where c.version_id = scale.id) then
        raise exception 'an unchecked scale bills nobody without a local confirmation'
            using errcode = 'check_violation', constraint = 'an_unchecked_scale_bills_nobody';
    end if;
    select * into taken from agenda_appointment where id = new.appointment_id;
    if taken.organization_id <> (select organization_id from fees_schedule where id = scale.schedule_id)
    then
        raise exception 'this scale is another organization''s'
            using errcode = 'check_violation', constraint = 'a_fee_is_of_the_scale_of_its_organization';
    end if;
    return new;
end $$;
create trigger fee_is_due before insert or update of version_id, valued_on, band_id, unit_amount
on fees_fee for each row execute function fees_fee_is_due();

-- What was promised is kept when the appointment is moved, whoever moves it.
create function fees_fee_follows() returns trigger language plpgsql as $$
begin
    update fees_fee set appointment_id = new.moved_to_id where appointment_id = new.id;
    return null;
end $$;
create trigger fee_follows after update of moved_to_id on agenda_appointment
for each row when (old.moved_to_id is null and new.moved_to_id is not null)
execute function fees_fee_follows();
"""
NO_FEES = """
drop trigger fee_follows on agenda_appointment;
drop function fees_fee_follows();
drop trigger fee_is_due on fees_fee;
drop function fees_fee_is_due();
alter table fees_fee drop constraint a_fee_is_of_a_band_of_its_version;
alter table fees_band drop constraint band_and_its_version;
"""

# The sum is read for everyone: what a reader does not see counts all the same.
FUNDING = """
create function fees_shares_make_a_hundred() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    place record;
    total numeric;
begin
    perform set_config('maillage.scope', 'system', true);
    for place in
        select distinct service_id, year from (values
            (case when tg_op <> 'INSERT' then old.service_id end, case when tg_op <> 'INSERT' then old.year end),
            (case when tg_op <> 'DELETE' then new.service_id end, case when tg_op <> 'DELETE' then new.year end)
        ) as touched (service_id, year) where service_id is not null
    loop
        select sum(percent) into total from fees_funding
        where service_id = place.service_id and year = place.year;
        if total <> 100 then
            perform set_config('maillage.scope', former, true);
            raise exception 'the shares of a service and year make 100 %%, not %%%', total
                using errcode = 'check_violation', constraint = 'shares_of_a_year_make_a_hundred';
        end if;
    end loop;
    perform set_config('maillage.scope', former, true);
    return null;
end $$;
create constraint trigger shares_make_a_hundred after insert or update or delete on fees_funding
deferrable initially deferred for each row execute function fees_shares_make_a_hundred();

create function fees_cost_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (
        select 1 from directory_service where id = old.service_id and is_demonstration) then
        return old;
    end if;
    raise exception 'a cost is undone by another line, never changed or removed'
        using errcode = 'check_violation', constraint = 'a_cost_is_never_changed';
end $$;
create trigger cost_stays before update or delete on fees_cost
for each row execute function fees_cost_stays();
"""
NO_FUNDING = """
drop trigger cost_stays on fees_cost;
drop function fees_cost_stays();
drop trigger shares_make_a_hundred on fees_funding;
drop function fees_shares_make_a_hundred();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("fees", "0001_initial"),
        ("agenda", "0002_row_level_security"),
        ("families", "0002_row_level_security"),
    ]
    operations = [
        migrations.RunSQL(VERSIONS, NO_VERSIONS),
        migrations.RunSQL(FEES, NO_FEES),
        migrations.RunSQL(FUNDING, NO_FUNDING),
        protect("fees_fee", read=OF_AN_APPOINTMENT),
        protect("fees_funding", read="maillage_sees(departement_id)"),
        protect("fees_cost", read="maillage_sees(departement_id)"),
    ]
