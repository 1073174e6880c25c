"""Sessions closed before appointments knew their real length give it to them."""

from django.db import migrations

TELL = """
select set_config('maillage.scope', 'system', true);
update agenda_appointment as given set real_minutes = noted.minutes
from support_session as noted
where noted.appointment_id = given.id and noted.minutes is not null and given.state = 'attended';
select set_config('maillage.scope', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0005_the_episode_follows"),
        ("agenda", "0008_how_long_it_really_lasted"),
    ]
    operations = [migrations.RunSQL(TELL, migrations.RunSQL.noop)]
