"""A stored stretch says how and where one receives, and whose turn it is: a search reads only that.

`agenda_busy` looks up each person and each room by itself, so that it never reads what fills the
agendas of others; `agenda_spare` is said to be costly, so that it is asked last.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

WAYS = [
    ("on_site", "sur place"),
    ("mobile", "vient près de chez vous"),
    ("phone", "par téléphone"),
    ("video", "en vidéo"),
]
FILL = """
update agenda_occurrence as stretch
   set modes = rule.modes,
       commune = coalesce(place.commune_id, ''),
       turn = ('x' || substr(md5(
           rule.practitioner_id || '/' || (stretch.starts_at at time zone 'UTC')::date
       ), 1, 7))::bit(28)::int
  from agenda_availability as rule
  left join directory_serviceatlocation as at on at.id = rule.service_at_location_id
  left join directory_location as place on place.id = at.location_id
 where rule.id = stretch.availability_id;
"""
FOLLOW = """
create function agenda_follow_location() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update agenda_occurrence as stretch set commune = new.commune_id
      from agenda_availability as rule
      join directory_serviceatlocation as at on at.id = rule.service_at_location_id
     where rule.id = stretch.availability_id and at.location_id = new.id;
    return null;
end $$;
create trigger agenda_follow_location after update of commune_id on directory_location
    for each row when (old.commune_id is distinct from new.commune_id)
    execute function agenda_follow_location();
"""
UNFOLLOW = """
drop trigger agenda_follow_location on directory_location;
drop function agenda_follow_location();
"""
BUSY = """
create or replace function agenda_busy(people uuid[], rooms uuid[], during tstzrange)
returns table (practitioner_id uuid, room_id uuid, kind text, commune_id text,
               starts_at timestamptz, ends_at timestamptz)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    return query
        select taken.practitioner_id, null::uuid, taken.kind::text, taken.commune_id::text,
               lower(taken.period), upper(taken.period)
          from (select distinct unnest(people)) as person (id)
          cross join lateral (
            select claim.* from agenda_claim as claim
             where claim.live and claim.practitioner_id = person.id and claim.period && during
            offset 0) as taken
        union all
        select null::uuid, taken.room_id, taken.kind::text, taken.commune_id::text,
               lower(taken.period), upper(taken.period)
          from (select distinct unnest(rooms)) as room (id)
          cross join lateral (
            select claim.* from agenda_claim as claim
             where claim.live and claim.room_id = room.id and claim.period && during
            offset 0) as taken;
    perform set_config('maillage.scope', former, true);
end $$;
"""
BUSY_BEFORE = """
create or replace function agenda_busy(people uuid[], rooms uuid[], during tstzrange)
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
SPARE = "alter function agenda_spare(uuid, timestamptz, timestamptz) cost {cost}"


def by_start(name, **values):
    return migrations.AddIndex(
        "occurrence", models.Index(fields=["service", "starts_at", "turn"], name=name, **values)
    )


class Migration(migrations.Migration):
    dependencies = [("agenda", "0006_calendar_feeds"), ("directory", "0007_no_slot_left")]
    operations = [
        migrations.RemoveIndex("occurrence", "occurrence_of_service"),
        migrations.AddField(
            "occurrence", "commune", models.CharField(blank=True, default="", max_length=5)
        ),
        migrations.AddField(
            "occurrence",
            "modes",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(choices=WAYS, max_length=8), default=list, size=None
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "occurrence", "turn", models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        by_start("occurrence_of_service"),
        migrations.AddIndex(
            "occurrence",
            models.Index(
                fields=["service", "commune", "starts_at", "turn"], name="occurrence_of_commune"
            ),
        ),
        migrations.AddIndex(
            "occurrence",
            models.Index(
                fields=["practitioner", "service", "starts_at"], name="occurrence_of_one_person"
            ),
        ),
        *(
            by_start(f"occurrence_{way}", condition=models.Q(modes__contains=[way]))
            for way, _label in WAYS
        ),
        migrations.AddIndex(
            "availability",
            models.Index(fields=["service", "practitioner"], name="rule_of_service_and_person"),
        ),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
        migrations.RunSQL(BUSY, BUSY_BEFORE),
        migrations.RunSQL(SPARE.format(cost=10000), SPARE.format(cost=100)),
    ]
