"""What may be done with a rotation: written, proposed, approved by each party, and then real.

The last approval writes the practitioner's rules of availability in the same transaction, so that
what was agreed is what families can book. Booked appointments stay: `checks.to_move` lists them.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from maillage.agenda import availabilities
from maillage.agenda.models import Availability
from maillage.core import audit, scope
from maillage.directory.vocabulary import Delivery
from maillage.pooling import checks, locks
from maillage.pooling.actions import Answer, note_answer
from maillage.pooling.errors import (
    ChangedMeanwhile,
    NoAgreementInForce,
    NotADraft,
    NothingToDecide,
    RotationCannotBeKept,
    RotationIsEmpty,
    RotationStartsInThePast,
    RotationStartsTooEarly,
)
from maillage.pooling.grids import (
    WEEKDAYS,
    Frame,
    Grid,
    Ground,
    frame_of,
    from_rules,
    grid_of,
    ground,
)
from maillage.pooling.models import (
    Approval,
    HalfDay,
    PoolingAgreement,
    PoolingParty,
    PoolingPlace,
    Rotation,
)
from maillage.pooling.spans import State

DAY = timedelta(days=1)
KEPT = ("modes", "school_period", "open_on_public_holidays", "slot_minutes", "buffer_minutes",
        "notice_hours", "horizon_days")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rotation as it was typed."""

    frame: Frame
    grid: Grid
    note: str = ""


@transaction.atomic
def begin(agreement: PoolingAgreement, wanted: Wanted, *, by: int) -> Rotation:
    """Write a new draft."""
    rotation = Rotation(agreement=agreement)
    _fill(rotation, wanted)
    rotation.save(force_insert=True)
    _write(rotation, wanted.grid)
    _trace(by, "rotation_drafted", rotation)
    return rotation


@transaction.atomic
def rewrite(rotation: Rotation, wanted: Wanted, edition: int, *, by: int) -> Rotation:
    """Change a draft. Raises `NotADraft` or `ChangedMeanwhile`."""
    found = _current(rotation, edition)
    if found.state != State.DRAFT:
        raise NotADraft(title=found.agreement.title)
    _fill(found, wanted)
    found.edition += 1
    found.save()
    found.half_days.all().delete()
    _write(found, wanted.grid)
    _trace(by, "rotation_rewritten", found)
    return found


@transaction.atomic
def propose(rotation: Rotation, edition: int, *, by: int, today: date) -> Rotation:
    """Lay a draft before the parties. Raises `RotationIsEmpty`, `RotationCannotBeKept`, and what
    `_refuse_dates` raises."""
    found = _current(rotation, edition)
    if found.state != State.DRAFT:
        raise NotADraft(title=found.agreement.title)
    _refuse_dates(found, today)
    _refuse_faults(found, ground(found.agreement))
    found.state, found.proposed_at = State.PROPOSED, timezone.now()
    found.edition += 1
    found.save(update_fields=["state", "proposed_at", "edition"])
    _trace(by, "rotation_proposed", found)
    return found


@transaction.atomic
def take_back(rotation: Rotation, edition: int, *, by: int) -> None:
    """Make a draft again of what is proposed or was refused; answers to it stay noted."""
    found = _current(rotation, edition)
    if found.state not in {State.PROPOSED, State.REFUSED}:
        raise NothingToDecide(title=found.agreement.title)
    found.state = State.DRAFT
    found.edition += 1
    found.save(update_fields=["state", "edition"])
    _trace(by, "rotation_taken_back", found)


@transaction.atomic
def discard(rotation: Rotation, edition: int, *, by: int) -> None:
    """Throw a draft away. Raises `NotADraft` or `ChangedMeanwhile`; answers stay audited."""
    found = _current(rotation, edition)
    if found.state != State.DRAFT:
        raise NotADraft(title=found.agreement.title)
    _trace(by, "rotation_discarded", found)
    with scope.system():  # answers to an earlier proposal go with it: nobody else may remove one
        found.delete()


@transaction.atomic
def decide(
    rotation: Rotation,
    edition: int,
    party: PoolingParty,
    answer: Answer,
    *,
    by: int,
    today: date,
) -> Rotation:
    """Approve or refuse for one party; the last approval writes it into the agenda.

    Raises `NothingToDecide`, `ChangedMeanwhile`, `AlreadyDecided`, `RotationCannotBeKept` if a room
    or a day was taken since, `RulesMeet` from the agenda. The agreement is locked first: of two
    last approvals at once, the second sees the first.
    """
    found = _current(rotation, edition)
    if found.state != State.PROPOSED:
        raise NothingToDecide(title=found.agreement.title)
    note_answer(Approval(rotation=found), found.edition, party, answer, by)
    if not answer.accepted:
        found.state = State.REFUSED
        found.save(update_fields=["state"])
    elif _all_said_yes(found):
        _adopt(found, by, today)
    _trace(by, "rotation_approved" if answer.accepted else "rotation_refused", found)
    return found


def _current(rotation: Rotation, edition: int) -> Rotation:
    found = locks.locked_rotation(rotation)
    if found.edition != edition:
        raise ChangedMeanwhile(title=found.agreement.title)
    return found


def _fill(rotation: Rotation, wanted: Wanted) -> None:
    frame = wanted.frame
    rotation.weeks, rotation.starts_on = frame.weeks, frame.starts_on
    (rotation.morning_from, rotation.morning_to) = frame.spans[0]
    (rotation.afternoon_from, rotation.afternoon_to) = frame.spans[1]
    rotation.pause_minutes, rotation.note = frame.pause_minutes, wanted.note


def _write(rotation: Rotation, grid: Grid) -> None:
    HalfDay.objects.bulk_create(
        HalfDay(
            rotation=rotation, week=slot.week, weekday=slot.weekday, half=slot.half, place_id=place
        )
        for slot, place in sorted(grid.items())
        if slot.week < rotation.weeks
    )


def _refuse_dates(rotation: Rotation, today: date) -> None:
    """A rotation begins on a day to come, under the agreement, after any other one agreed."""
    shown = date_format(rotation.starts_on, "j F Y")
    if rotation.starts_on < today:
        raise RotationStartsInThePast(day=shown)
    if not rotation.agreement.is_in_force(rotation.starts_on):
        raise NoAgreementInForce(title=rotation.agreement.title)
    agreed = rotation.agreement.rotations.filter(state=State.APPROVED)
    last = agreed.order_by("-starts_on").first()
    if last is not None and last.starts_on >= rotation.starts_on:
        raise RotationStartsTooEarly(day=date_format(last.starts_on, "j F Y"))


def _refuse_faults(rotation: Rotation, land: Ground) -> None:
    frame, grid = frame_of(rotation), grid_of(rotation)
    if not grid:
        raise RotationIsEmpty
    found = checks.look(land, frame, grid, checks.taken(land, frame))
    if found.faults:
        raise RotationCannotBeKept(faults=" ; ".join(found.faults))


def _all_said_yes(found: Rotation) -> bool:
    said = Approval.objects.filter(rotation=found, edition=found.edition, accepted=True)
    return said.count() == found.agreement.parties.count()


def _adopt(rotation: Rotation, by: int, today: date) -> None:
    """End what stood, write the new rules, and close the former rotation on its eve."""
    _refuse_dates(rotation, today)
    land = ground(rotation.agreement)
    _refuse_faults(rotation, land)
    eve = rotation.starts_on - DAY
    former = rotation.agreement.rotations.filter(state=State.APPROVED)
    for one in former.filter(ends_on=None) | former.filter(ends_on__gt=eve):
        one.ends_on = eve
        one.edition += 1
        one.save(update_fields=["ends_on", "edition"])
    rotation.state, rotation.approved_at = State.APPROVED, timezone.now()
    rotation.save(update_fields=["state", "approved_at"])
    if rotation.agreement.practitioner_id is not None:
        rotation.rules.set(_rules(rotation, land, by, today))


def _rules(rotation: Rotation, land: Ground, by: int, today: date) -> list[Availability]:
    stood = checks.replaced_rules(land)
    new = list(_new_rules(rotation, land, stood))
    for rule in stood:
        availabilities.end(rule, rotation.starts_on - DAY, by=by, today=today)
    return [availabilities.keep(rule, {}, by=by, today=today) for rule in new]


def _new_rules(rotation: Rotation, land: Ground, stood: list[Availability]) -> list[Availability]:
    """One rule for each place, half and week of the cycle; both weeks alike make one."""
    frame = frame_of(rotation)
    days: dict[tuple[UUID, int, tuple[int, ...]], list[int]] = defaultdict(list)
    weeks: dict[tuple[int, int, UUID], list[int]] = defaultdict(list)
    for slot, place in sorted(grid_of(rotation).items()):
        weeks[slot.weekday, slot.half, place].append(slot.week)
    for (weekday, half, place), when in weeks.items():
        days[place, half, tuple(when)].append(weekday)
    found = []
    for (place, half, turns), weekdays in sorted(days.items(), key=lambda item: str(item[0])):
        every = len(turns) == frame.weeks
        rule = _rule(rotation, land.by_id[place], stood)
        rule.interval = 1 if every else frame.weeks
        rule.dtstart = rotation.starts_on + timedelta(days=0 if every else 7 * turns[0])
        rule.byday = [WEEKDAYS[day] for day in weekdays]
        rule.opens_at, rule.closes_at = frame.spans[half]
        found.append(rule)
    return found


def _rule(rotation: Rotation, place: PoolingPlace, stood: list[Availability]) -> Availability:
    """A rule of this place, cut like the one that stood there (or elsewhere in the rotation)."""
    at = place.service_at_location
    same = [one for one in stood if one.service_at_location_id == at.pk] or stood
    cut = {name: getattr(same[-1], name) for name in KEPT} if same else {}
    return Availability(
        practitioner=rotation.agreement.practitioner,
        organization_id=at.service.organization_id,
        departement_id=at.service.departement_id,
        service=at.service,
        service_at_location=at,
        room=place.room,
        **{"modes": [Delivery.ON_SITE.value]} | cut,
    )


def at_present(land: Ground, frame: Frame, today: date) -> Wanted:
    """What stands today: the rotation in force, or the rules that nobody agreed on."""
    agreed = land.agreement.rotations.filter(state=State.APPROVED).prefetch_related("half_days")
    current = [one for one in agreed.order_by("starts_on") if one.is_in_force(today)]
    if current:
        return Wanted(frame_of(current[-1]), grid_of(current[-1]))
    rules = availabilities.standing(checks.replaced_rules(land), today)
    grid = from_rules(land, rules, frame.starts_on)
    weeks = 1 + max((slot.week for slot in grid), default=0)
    return Wanted(replace(frame, weeks=weeks), grid)


def _trace(by: int, verb: str, rotation: Rotation) -> None:
    where = rotation.agreement.departement_id
    audit.record(by, f"pooling.{verb}", rotation, departement=where)
