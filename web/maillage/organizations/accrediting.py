"""Applying, filling the grid, deciding, renewing, withdrawing. Each action leaves a trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from maillage.core import audit
from maillage.organizations.errors import (
    AlreadyApplied,
    GridInThePast,
    GridIsNotFilled,
    NoGrid,
    NotStanding,
    RequiredCriterionNotMet,
    ValidityLeavesAGap,
)
from maillage.organizations.models import Membership, Organization
from maillage.organizations.partnership import (
    Accreditation,
    CharterSignature,
    CriteriaGrid,
    Criterion,
    Finding,
    VenueCheck,
)
from maillage.organizations.trust_ending import tell_decision

A_DAY = timedelta(days=1)
LONGEST = timedelta(days=4 * 365)
State = Accreditation.State
ADMINISTRATOR = Membership.Role.ADMINISTRATOR.value
MANAGER = Membership.Role.STRUCTURE_MANAGER.value


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a grid to publish."""

    question: str
    weight: int = 1
    required: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was found about one criterion."""

    criterion: UUID
    met: bool
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes between two days, or no; always with a reason."""

    accredited: bool
    reason: str
    valid_from: date | None = None
    valid_until: date | None = None


@transaction.atomic
def publish_grid(
    departement: str, questions: Sequence[Question], valid_from: date, *, by: int, today: date
) -> CriteriaGrid:
    """Put a grid in force from a day on; the one before ends the day before and stays as it was.

    Raises `GridInThePast`. The database refuses any change of a grid that an application uses.
    """
    if valid_from < today:
        raise GridInThePast(day=date_format(valid_from, "j F Y"))
    former = CriteriaGrid.objects.select_for_update(of=("self",)).filter(departement=departement)
    former = former.order_by("-valid_from")
    last = former.first()
    if last is not None and last.valid_from >= valid_from:
        raise GridInThePast(day=date_format(valid_from, "j F Y"))
    if last is not None and last.valid_to is None:
        last.valid_to = valid_from - A_DAY
        last.save(update_fields=["valid_to"])
    grid = CriteriaGrid.objects.create(departement_id=departement, valid_from=valid_from)
    Criterion.objects.bulk_create(
        Criterion(
            grid=grid,
            position=position,
            question=one.question,
            weight=one.weight,
            required=one.required,
        )
        for position, one in enumerate(questions, 1)
    )
    audit.record(
        by, "organizations.grid_published", grid, departement=departement, acting_as=ADMINISTRATOR
    )
    return grid


@transaction.atomic
def apply(organization: Organization, presentation: str, *, by: int, today: date) -> Accreditation:
    """Ask for an accreditation, or its renewal. Raises `NoGrid` or `AlreadyApplied`.

    The organization is locked, so that the same form sent twice is one application.
    """
    Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)
    grid = CriteriaGrid.objects.on(today).filter(departement=organization.departement_id).first()
    if grid is None:
        raise NoGrid
    if organization.accreditations.filter(state=State.SUBMITTED).exists():
        raise AlreadyApplied
    made = Accreditation.objects.create(
        organization=organization,
        departement_id=organization.departement_id,
        grid=grid,
        presentation=presentation,
        applied_by_id=by,
    )
    _trace(by, "organizations.applied", made, MANAGER)
    return made


@transaction.atomic
def fill_grid(asked: Accreditation, found: Sequence[Found], *, by: int) -> None:
    """Write what was found, criterion by criterion. Raises `NotStanding` once it is decided."""
    locked = _locked(asked)
    if locked.state != State.SUBMITTED:
        raise NotStanding
    known = set(locked.grid.criteria.values_list("pk", flat=True))
    for one in found:
        if one.criterion in known:
            Finding.objects.update_or_create(
                accreditation=locked,
                criterion_id=one.criterion,
                defaults={
                    "met": one.met,
                    "comment": one.comment,
                    "departement_id": locked.departement_id,
                },
            )
    _trace(by, "organizations.grid_filled", locked, ADMINISTRATOR)


@transaction.atomic
def decide(asked: Accreditation, decision: Decision, *, by: int, today: date) -> Accreditation:
    """Say yes until a day, or no, with the reason that the partner reads.

    Raises `NotStanding`, `GridIsNotFilled`, `RequiredCriterionNotMet` or `ValidityLeavesAGap`. A
    renewal takes over from the day it starts: the accreditation before ends the day before.
    """
    locked = _locked(asked)
    if locked.state != State.SUBMITTED:
        raise NotStanding
    _refuse_an_open_grid(locked, decision)
    locked.state = State.ACCREDITED if decision.accredited else State.REFUSED
    locked.decided_on, locked.decided_by_id, locked.reason = today, by, decision.reason
    if decision.accredited and decision.valid_from and decision.valid_until:
        locked.valid_from, locked.valid_until = decision.valid_from, decision.valid_until
        _take_over(locked, decision.valid_from)
    locked.save()
    _trace(by, f"organizations.{locked.state}", locked, ADMINISTRATOR)
    tell_decision(locked)
    return locked


def _refuse_an_open_grid(asked: Accreditation, decision: Decision) -> None:
    criteria = list(asked.grid.criteria.all())
    findings = {one.criterion_id: one for one in asked.findings.all()}
    left = [one for one in criteria if one.pk not in findings]
    if left:
        raise GridIsNotFilled(count=len(left))
    missing = [one for one in criteria if one.required and not findings[one.pk].met]
    if decision.accredited and missing:
        raise RequiredCriterionNotMet(question=missing[0].question)


def _take_over(renewed: Accreditation, starts: date) -> None:
    """End what it renews the day before it starts; refuse a gap between the two."""
    standing = Accreditation.objects.standing().filter(organization=renewed.organization_id)
    before = standing.order_by("-valid_until").first()
    if before is None or before.valid_until is None or before.valid_from is None:
        return
    if before.valid_until >= timezone.localdate() and starts > before.valid_until + A_DAY:
        raise ValidityLeavesAGap(day=date_format(before.valid_until + A_DAY, "j F Y"))
    if before.valid_from >= starts:
        raise ValidityLeavesAGap(day=date_format(before.valid_from + A_DAY, "j F Y"))
    if before.valid_until >= starts:
        before.valid_until = starts - A_DAY
        before.save(update_fields=["valid_until"])


@transaction.atomic
def withdraw(given: Accreditation, reason: str, *, by: int, today: date) -> Accreditation:
    """Take an accreditation back at once: individual support of this partner is shown no more.

    What is booked stays booked. Renewals already given start where it ended: they go with it, and a
    partner is never trusted again, after a gap, without a new decision. Raises `NotStanding`.
    """
    locked = _locked(given)
    if locked.state != State.ACCREDITED:
        raise NotStanding
    standing = Accreditation.objects.standing().filter(organization=locked.organization_id)
    renewals = standing.filter(valid_from__gt=locked.valid_from).order_by("valid_from")
    for each in (locked, *renewals.select_for_update(of=("self",))):
        each.state, each.reason = State.WITHDRAWN, reason
        each.withdrawn_on, each.withdrawn_by_id = today, by
        each.save()
        _trace(by, "organizations.withdrawn", each, ADMINISTRATOR)
    tell_decision(locked)
    return locked


@transaction.atomic
def sign_charter(
    organization: Organization, text_of: str, valid_until: date, *, by: int, today: date
) -> CharterSignature:
    """Sign the charter for an organization; signing again the same day is the same signature."""
    signed, made = CharterSignature.objects.get_or_create(
        organization=organization,
        signed_on=today,
        defaults={
            "departement_id": organization.departement_id,
            "text_of": text_of,
            "valid_until": valid_until,
            "signed_by_id": by,
        },
    )
    if made:
        place = organization.departement_id
        audit.record(
            by, "organizations.charter_signed", signed, departement=place, acting_as=MANAGER
        )
    return signed


@transaction.atomic
def check_venue(check: VenueCheck, *, by: int) -> VenueCheck:
    """Write what was seen of a place; seen again the same day, it is corrected."""
    facts = {name: getattr(check, name) for name in (*VenueCheck.ITEMS, "comment")}
    written, _made = VenueCheck.objects.update_or_create(
        organization=check.organization,
        place=check.place,
        seen_on=check.seen_on,
        defaults=facts | {"departement_id": check.organization.departement_id, "seen_by_id": by},
    )
    place = check.organization.departement_id
    audit.record(
        by, "organizations.venue_seen", written, departement=place, acting_as=ADMINISTRATOR
    )
    return written


def score(asked: Accreditation) -> tuple[int, int]:
    """The weights of the criteria met, and of all of them."""
    criteria = list(asked.grid.criteria.all())
    met = {one.criterion_id for one in asked.findings.all() if one.met}
    return sum(one.weight for one in criteria if one.pk in met), sum(one.weight for one in criteria)


def last_day(today: date) -> date:
    """What a decision proposes: four years less a day."""
    return today + LONGEST - A_DAY


def _locked(asked: Accreditation) -> Accreditation:
    return Accreditation.objects.select_for_update(of=("self",)).get(pk=asked.pk)


def _trace(by: int, verb: str, target: Accreditation, role: str) -> None:
    audit.record(by, verb, target, departement=target.departement_id, acting_as=role)
