"""An appointment that moves to someone else brings the episode along: no explanation is asked."""

from django.db import migrations

FOLLOW = """
create function support_follow_practitioner() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    update support_episode as followed
    set practitioner_id = (
        select given.practitioner_id from agenda_appointment_practitioners as given
        where given.appointment_id = new.moved_to_id order by given.practitioner_id limit 1)
    where followed.state = 'open'
      and followed.id in (select episode_id from support_session
                          where appointment_id in (new.id, new.moved_to_id))
      and exists (select 1 from agenda_appointment_practitioners as given
                  where given.appointment_id = new.moved_to_id)
      and not exists (select 1 from agenda_appointment_practitioners as given
                      where given.appointment_id = new.moved_to_id
                        and given.practitioner_id = followed.practitioner_id);
    perform set_config('maillage.scope', former, true);
    return null;
end $$;
create trigger support_follow_practitioner after update of state on agenda_appointment
for each row when (new.state = 'moved' and old.state is distinct from 'moved')
execute function support_follow_practitioner();
"""
NO_FOLLOW = """
drop trigger support_follow_practitioner on agenda_appointment;
drop function support_follow_practitioner();
"""


class Migration(migrations.Migration):
    dependencies = [("support", "0004_what_a_session_was_for")]
    operations = [migrations.RunSQL(FOLLOW, NO_FOLLOW)]
