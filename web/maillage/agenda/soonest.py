"""Which stored stretches to look at for the next free slots: a few for each moment, soonest first.

Stretches of thousands of practitioners start at the same hours. Reading them all to show forty
would grow with their number, so the database walks from one starting moment to the next (an index
answers each step, whatever is asked: a way of receiving, a town, one person) and gives a few
stretches of each in the order of their turns, leaving aside those that are full.
`agenda_spare` says how much is left of a stretch, and nothing else.

`offset 0` keeps the planner from asking it of every stretch of a moment and sorting afterwards: the
stretches come from their index in the order of turns, and the reading ends once a few are free.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection

from maillage.directory.vocabulary import Delivery

if TYPE_CHECKING:
    from maillage.agenda.slots import Asked

MOMENTS = (16, 48, 160, 480)  # starting moments read at a time, more if few were free
NOWHERE = ""  # the commune of a stretch at a distance
AT_A_PLACE = (Delivery.ON_SITE, Delivery.MOBILE)
LONGEST = timedelta(hours=24)  # no stretch lasts longer: rules open and close on one day

# How each question narrows the stretches; an index answers each (see `Occurrence`).
WAY = " and stretch.modes @> array[%(mode)s]::varchar(8)[]"
TOWN = " and stretch.commune = key.commune"
PERSON = " and stretch.practitioner_id = %(practitioner)s"

WALK = """
with recursive key as materialized (
    select service.id as service_id, town.code as commune
      from unnest(%(services)s::uuid[]) as service (id)
      cross join unnest(%(communes)s::text[]) as town (code)
), moment (at, rank) as (
    (select min(first.starts_at), 1
       from key cross join lateral (
            select stretch.starts_at from agenda_occurrence as stretch
             where stretch.service_id = key.service_id {narrowed}
               and stretch.starts_at >= %(from)s and stretch.starts_at < %(end)s
             order by stretch.starts_at limit 1) as first)
    union all
    select (select min(next.starts_at)
              from key cross join lateral (
                   select stretch.starts_at from agenda_occurrence as stretch
                    where stretch.service_id = key.service_id {narrowed}
                      and stretch.starts_at > moment.at and stretch.starts_at < %(end)s
                    order by stretch.starts_at limit 1) as next), rank + 1
      from moment where moment.at is not null and rank <= %(moments)s
)
select moment.at, moment.rank, few.id
  from moment left join lateral (
    select found.id, found.turn
      from key cross join lateral (
    select inorder.id, inorder.turn
      from (select stretch.* from agenda_occurrence as stretch
             where stretch.service_id = key.service_id and stretch.starts_at = moment.at {narrowed}
               and stretch.ends_at > %(start)s
             order by stretch.turn offset 0) as inorder
      cross join lateral (
    select 1
      from agenda_availability as rule, practitioners_practitioner as person
     where rule.id = inorder.availability_id and person.id = inorder.practitioner_id
       and inorder.ends_at - make_interval(mins => rule.slot_minutes)
           >= greatest(%(start)s, %(now)s + make_interval(hours => rule.notice_hours))
       and person.stopped_on is null
       and person.bookable_until >= (moment.at - interval '1 day')::date
       and not inorder.practitioner_id = any(%(without)s)
       and (%(skill)s = '' or exists (
            select 1 from practitioners_heldskill as held
             where held.practitioner_id = inorder.practitioner_id and held.skill = %(skill)s
               and held.until >= moment.at::date))
       and agenda_spare(inorder.practitioner_id, inorder.starts_at, inorder.ends_at)
           >= make_interval(mins => rule.slot_minutes)
    offset 0) as free
     order by inorder.turn
     limit %(each)s) as found
     order by found.turn, found.id
     limit %(each)s
  ) as few on moment.rank <= %(moments)s
 order by moment.rank, few.turn, few.id
"""


def occurrences(
    asked: "Asked", start: datetime, *, moments: int, each: int
) -> tuple[list[int], datetime | None]:
    """Return the stretches of the next starting moments, and the moment that follows them.

    None follows when every stretch of the span was walked.
    """
    with connection.cursor() as cursor:
        cursor.execute(WALK.format(narrowed=_narrowed(asked)), _facts(asked, start, moments, each))
        rows = cursor.fetchall()
    following = next((at for at, rank, _id in rows if rank > moments), None)
    return [found for _at, _rank, found in rows if found is not None], following


def _narrowed(asked: "Asked") -> str:
    """Put the conditions of this question together; the values go apart."""
    way = WAY if asked.mode else ""
    town = TOWN if asked.communes else ""
    person = PERSON if asked.practitioner is not None else ""
    return way + town + person


def _towns(asked: "Asked") -> list[str]:
    """Give the towns to look in, and nowhere: who receives at a distance is within reach of all."""
    if not asked.communes:
        return [NOWHERE]
    if asked.mode in AT_A_PLACE:
        return list(asked.communes)
    return [*asked.communes, NOWHERE]


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
        "communes": _towns(asked),
        "without": sorted(asked.without),
        "skill": asked.skill,
    }
