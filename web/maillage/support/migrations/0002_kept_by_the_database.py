"""What no path may break: caps and quotas, five sessions, and the rules of a past day.

Whoever enters takes the row of the count of the département: two families never take the last place.
Numbers of sessions are given under the lock of the enrolment, follow an appointment that moves, and
come back when it is cancelled or excused (or missed, where the terms say so).
"""

from django.db import migrations

ENROL = """
create function support_count_in() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    rules support_programmeterms;
    held integer;
    allowed integer;
begin
    perform set_config('maillage.scope', 'system', true);
    -- Whoever adjusts the terms takes this row whole: the terms read below are the latest.
    perform 1 from support_programme where id = new.programme_id and status = 'open' for share;
    if not found then
        raise exception using errcode = 'check_violation',
            constraint = 'a_programme_enrols_while_it_is_open',
            message = 'the programme is not open';
    end if;
    insert into support_enrolmentcount (id, programme_id, departement_id, enrolled)
        values (gen_random_uuid(), new.programme_id, new.departement_id, 0)
        on conflict (programme_id, departement_id) do nothing;
    select enrolled into held from support_enrolmentcount
        where programme_id = new.programme_id and departement_id = new.departement_id
        for update;
    select * into rules from support_programmeterms
        where programme_id = new.programme_id order by version desc limit 1;
    if new.enrolled_on not between rules.starts_on and rules.ends_on then
        raise exception using errcode = 'check_violation',
            constraint = 'a_programme_enrols_between_its_dates',
            message = 'the day of entry is outside the dates of the programme';
    end if;
    select quota into allowed from support_programmeterritory
        where terms_id = rules.id and departement_id = new.departement_id;
    if allowed is null then
        raise exception using errcode = 'check_violation',
            constraint = 'a_programme_enrols_in_its_departements',
            message = 'the departement is not one of the programme''s';
    end if;
    if held >= allowed then
        raise exception using errcode = 'check_violation',
            constraint = 'a_programme_keeps_to_its_quotas',
            message = 'every place of this departement is taken';
    end if;
    update support_enrolmentcount set enrolled = held + 1
        where programme_id = new.programme_id and departement_id = new.departement_id;
    new.terms_id := rules.id;
    perform set_config('maillage.scope', former, true);
    return new;
end $$;
create trigger count_in before insert on support_enrolment
for each row execute function support_count_in();

create function support_count_out() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    if tg_op = 'UPDATE' then
        if (new.programme_id, new.departement_id, new.terms_id, new.enrolled_on, new.basis,
            coalesce(new.child_age_months, -999))
           is distinct from (old.programme_id, old.departement_id, old.terms_id, old.enrolled_on,
                             old.basis, coalesce(old.child_age_months, -999))
           or (old.merged_into_id is not null
               and new.merged_into_id is distinct from old.merged_into_id) then
            raise exception using errcode = 'check_violation',
                constraint = 'a_past_enrolment_stays_as_it_was_decided',
                message = 'a past enrolment is not decided again';
        end if;
        if new.merged_into_id is null or old.merged_into_id is not null then
            return new;
        end if;
    elsif old.merged_into_id is not null then
        return old;
    end if;
    perform set_config('maillage.scope', 'system', true);
    update support_enrolmentcount set enrolled = enrolled - 1
        where programme_id = old.programme_id and departement_id = old.departement_id;
    perform set_config('maillage.scope', former, true);
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger count_out before update or delete on support_enrolment
for each row execute function support_count_out();
"""
NO_ENROL = """
drop trigger count_in on support_enrolment;
drop trigger count_out on support_enrolment;
drop function support_count_in();
drop function support_count_out();
"""

TERMS = """
create function support_next_terms() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    latest support_programmeterms;
begin
    perform set_config('maillage.scope', 'system', true);
    perform 1 from support_programme where id = new.programme_id for update;
    select * into latest from support_programmeterms
        where programme_id = new.programme_id order by version desc limit 1;
    new.version := coalesce(latest.version, 0) + 1;
    if latest.id is not null then
        new.in_force_at := clock_timestamp();
    end if;
    perform set_config('maillage.scope', former, true);
    return new;
end $$;
create trigger next_terms before insert on support_programmeterms
for each row execute function support_next_terms();

create function support_past_terms_stay() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    invented boolean;
begin
    perform set_config('maillage.scope', 'system', true);
    if tg_table_name = 'support_programmeterms' then
        select is_demonstration into invented from support_programme where id = old.programme_id;
    else
        select p.is_demonstration into invented from support_programme p
            join support_programmeterms t on t.programme_id = p.id where t.id = old.terms_id;
    end if;
    perform set_config('maillage.scope', former, true);
    if tg_op = 'DELETE' and invented then
        return old;
    end if;
    raise exception using errcode = 'check_violation',
        constraint = 'past_terms_stay_as_they_were',
        message = 'the terms of a programme are never changed: add a version';
end $$;
create trigger past_terms_stay before update or delete on support_programmeterms
for each row execute function support_past_terms_stay();
create trigger past_terms_stay before update or delete on support_programmeterritory
for each row execute function support_past_terms_stay();

create function support_quota_fits() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    rules support_programmeterms;
    latest integer;
    held integer;
    total integer;
begin
    perform set_config('maillage.scope', 'system', true);
    select * into rules from support_programmeterms where id = new.terms_id;
    perform 1 from support_programme where id = rules.programme_id for update;
    select max(version) into latest from support_programmeterms
        where programme_id = rules.programme_id;
    if rules.version <> latest
       or exists (select 1 from support_enrolment where terms_id = rules.id) then
        raise exception using errcode = 'check_violation',
            constraint = 'past_terms_stay_as_they_were',
            message = 'a departement enters with a new version of the terms';
    end if;
    select coalesce(max(enrolled), 0) into held from support_enrolmentcount
        where programme_id = rules.programme_id and departement_id = new.departement_id;
    select coalesce(sum(quota), 0) into total from support_programmeterritory
        where terms_id = rules.id;
    total := total + new.quota + coalesce((
        select sum(enrolled) from support_enrolmentcount c
        where c.programme_id = rules.programme_id and c.departement_id <> new.departement_id
          and not exists (select 1 from support_programmeterritory t
                          where t.terms_id = rules.id and t.departement_id = c.departement_id)), 0);
    perform set_config('maillage.scope', former, true);
    if new.quota < held or total > rules.household_cap then
        raise exception using errcode = 'check_violation',
            constraint = 'quotas_fit_the_cap_and_who_is_in',
            message = 'the quotas do not fit the cap, or who is already in';
    end if;
    return new;
end $$;
create trigger quota_fits before insert on support_programmeterritory
for each row execute function support_quota_fits();
"""
NO_TERMS = """
drop trigger quota_fits on support_programmeterritory;
drop function support_quota_fits();
drop trigger past_terms_stay on support_programmeterritory;
drop trigger past_terms_stay on support_programmeterms;
drop function support_past_terms_stay();
drop trigger next_terms on support_programmeterms;
drop function support_next_terms();
"""

EPISODE = """
create function support_episode_household() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    select household_id into new.household_id from support_enrolment where id = new.enrolment_id;
    perform set_config('maillage.scope', former, true);
    return new;
end $$;
create trigger episode_household before insert or update on support_episode
for each row execute function support_episode_household();
"""
NO_EPISODE = """
drop trigger episode_household on support_episode;
drop function support_episode_household();
"""

SESSION = """
create function support_free_number(wanted uuid, ceiling integer) returns integer
language sql volatile set search_path = public, pg_temp as $$
    select min(n) from generate_series(1, ceiling) as n
    where not exists (select 1 from support_session
                      where enrolment_id = wanted and number = n) $$;

create function support_number_session() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    of_episode support_episode;
    within support_enrolment;
begin
    perform set_config('maillage.scope', 'system', true);
    select * into of_episode from support_episode where id = new.episode_id;
    new.enrolment_id := of_episode.enrolment_id;
    select * into within from support_enrolment where id = new.enrolment_id for update;
    select max_sessions into new.session_limit from support_programmeterms
        where id = within.terms_id;
    if tg_op = 'INSERT' then
        if of_episode.state <> 'open' or within.merged_into_id is not null then
            raise exception using errcode = 'check_violation',
                constraint = 'a_session_belongs_to_an_open_episode',
                message = 'this episode takes no more sessions';
        end if;
        new.number := support_free_number(new.enrolment_id, new.session_limit);
        if new.number is null then
            raise exception using errcode = 'check_violation',
                constraint = 'a_family_has_so_many_sessions_and_no_more',
                message = 'every session of this family was given or booked';
        end if;
    end if;
    perform set_config('maillage.scope', former, true);
    return new;
end $$;
create trigger number_session before insert or update on support_session
for each row execute function support_number_session();

create function support_follow_appointment() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    former text := coalesce(current_setting('maillage.scope', true), '');
    mine support_session;
    rules support_programmeterms;
    held boolean;
    was_held boolean;
begin
    perform set_config('maillage.scope', 'system', true);
    select * into mine from support_session where appointment_id = new.id;
    if found then
        select t.* into rules from support_programmeterms t
            join support_enrolment e on e.terms_id = t.id where e.id = mine.enrolment_id;
        held := new.state in ('pending', 'confirmed', 'attended')
                or (new.state = 'no_show' and rules.no_show_counts);
        was_held := old.state in ('pending', 'confirmed', 'attended')
                or (old.state = 'no_show' and rules.no_show_counts);
        if new.state = 'moved' then
            update support_session set appointment_id = new.moved_to_id where id = mine.id;
        elsif not held and mine.number is not null then
            update support_session set number = null where id = mine.id;
        elsif held and not was_held and mine.number is null then
            perform 1 from support_enrolment where id = mine.enrolment_id for update;
            if support_free_number(mine.enrolment_id, rules.max_sessions) is null then
                raise exception using errcode = 'check_violation',
                    constraint = 'a_family_has_so_many_sessions_and_no_more',
                    message = 'every session of this family was given or booked';
            end if;
            update support_session
                set number = support_free_number(mine.enrolment_id, rules.max_sessions)
                where id = mine.id;
        end if;
    end if;
    perform set_config('maillage.scope', former, true);
    return null;
end $$;
create trigger support_follow_appointment after update of state on agenda_appointment
for each row when (old.state is distinct from new.state)
execute function support_follow_appointment();
"""
NO_SESSION = """
drop trigger support_follow_appointment on agenda_appointment;
drop function support_follow_appointment();
drop trigger number_session on support_session;
drop function support_number_session();
drop function support_free_number(uuid, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("core", "0003_row_level_security")]
    operations = [
        migrations.RunSQL(TERMS, NO_TERMS),
        migrations.RunSQL(ENROL, NO_ENROL),
        migrations.RunSQL(EPISODE, NO_EPISODE),
        migrations.RunSQL(SESSION, NO_SESSION),
    ]
