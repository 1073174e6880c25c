"""Which stored stretches to look at for the next free slots: a few for each moment, soonest first.

Stretches of thousands of practitioners start at the same hours. Reading them all to show forty
would grow with their number, so the database walks from one starting moment to the next (an index
answers each step) and gives a few stretches of each, leaving aside those that are full.
`agenda_spare` says how much is left of a stretch, and nothing else.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from maillage.agenda.slots import Asked

MOMENTS = (16, 48, 160, 480)  # starting moments read at a time, more if few were free
LONGEST = timedelta(hours=24)  # no stretch lasts longer: rules open and close on one day

WALK = """
with recursive moment (at, rank) as (
    (select min(starts_at), 1 from agenda_occurrence
      where service_id = any(%(services)s) and starts_at >= %(from)s and starts_at < %(end)s)
    union all
    select (select min(next.starts_at) from agenda_occurrence as next
             where next.service_id = any(%(services)s) and next.starts_at > moment.at
               and next.starts_at < %(end)s), rank + 1
      from moment where moment.at is not null and rank <= %(moments)s
)
select moment.at, moment.rank, few.id
  from moment left join lateral (
    select stretch.id
      from agenda_occurrence as stretch
      join agenda_availability as rule on rule.id = stretch.availability_id
      join practitioners_practitioner as person on person.id = stretch.practitioner_id
      left join directory_serviceatlocation as at on at.id = rule.service_at_location_id
      left join directory_location as place on place.id = at.location_id
     where stretch.service_id = any(%(services)s) and stretch.starts_at = moment.at
       and stretch.ends_at - make_interval(mins => rule.slot_minutes)
           >= greatest(%(start)s, %(now)s + make_interval(hours => rule.notice_hours))
       and person.stopped_on is null
       and person.bookable_until >= (moment.at - interval '1 day')::date
       and (%(mode)s = '' or %(mode)s = any(rule.modes))
       and (%(practitioner)s::uuid is null or stretch.practitioner_id = %(practitioner)s)
       and (%(communes)s::text[] = '{}' or place.commune_id is null
            or place.commune_id = any(%(communes)s))
       and not stretch.practitioner_id = any(%(without)s)
       and (%(skill)s = '' or exists (
            select 1 from practitioners_heldskill as held
             where held.practitioner_id = stretch.practitioner_id and held.skill = %(skill)s
               and held.until >= moment.at::date))
       and agenda_spare(stretch.practitioner_id, stretch.starts_at, stretch.ends_at)
           >= make_interval(mins => rule.slot_minutes)
     order by stretch.id
     limit %(each)s
  ) as few on moment.rank <= %(moments)s
 order by moment.rank, few.id
"""


def occurrences(
    asked: "Asked", start: datetime, *, moments: int, each: int
) -> tuple[list[int], datetime | None]:
    """Return the stretches of the next starting moments, and the moment that follows them.

    None follows when every stretch of the span was walked.
    """
    with connection.cursor() as cursor:
        cursor.execute(WALK, _facts(asked, start, moments, each))
        rows = cursor.fetchall()
    following = next((at for at, rank, _id in rows if rank > moments), None)
    return [found for _at, _rank, found in rows if found is not None], following


def _facts(asked: "Asked", start: datetime, moments: int, each: int) -> dict[str, Any]:
    return {
        "services": sorted(asked.service_ids),
        # A stretch that began before may still have its last slots; only at the very start.
        "from": start - LONGEST if start == asked.start else start,
        "start": start,
        "end": asked.end,
        "now": asked.now,
        "moments": moments,
        "each": each,
        "mode": asked.mode,
        "practitioner": asked.practitioner,
        "communes": list(asked.communes),
        "without": sorted(asked.without),
        "skill": asked.skill,
    }
