"""What may be done with an episode. Each action is one transaction and leaves one audit entry.

Counting a family in looks at rows that the caller may not see (another employer's episode of the
same household): it works for everyone, once the appointment itself was read within the caller's own
rights, and gives back the session of that appointment only.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from maillage.agenda import actions as agenda
from maillage.agenda.models import Appointment
from maillage.core import audit, scope
from maillage.core.errors import DomainError, constraint_of
from maillage.families.models import Child, Contact, Household
from maillage.organizations.models import Organization
from maillage.practitioners.models import Employment, Practitioner
from maillage.support import programmes
from maillage.support.eligibility import Decision, Family, age_in_months, closed, judge
from maillage.support.errors import (
    EpisodeIsClosed,
    NotInThisDepartement,
    PartnerIsNotTrusted,
    ProgrammeIsFull,
    SessionDoesNotCount,
    SessionsAreStillToCome,
    SixthSession,
    WorksElsewhere,
)
from maillage.support.models import Enrolment, Episode, Goals, Programme, ProgrammeTerms, Session
from maillage.support.vocabulary import ClosingReason, NextStep, Purpose

# Appointments that nothing can be noted of any more.
GONE = (Appointment.State.CANCELLED, Appointment.State.MOVED)


@dataclass(frozen=True, slots=True)
class Told:
    """What a family says when it books, besides its appointment."""

    goals: str
    birth_months: tuple[date, ...]
    due_months: tuple[date, ...]
    moment: datetime

    @property
    def day(self) -> date:
        """The day when it is said."""
        return timezone.localdate(self.moment)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is noted of a session, in one go. Without attendance, nothing else is."""

    state: Appointment.State
    purposes: tuple[Purpose, ...] = ()
    minutes: int | None = None
    composition: str = ""
    next_step: str = ""

    @property
    def attended(self) -> bool:
        """Whether it took place."""
        return self.state == Appointment.State.ATTENDED


def count_in(
    appointment: Appointment,
    *,
    goals: str = "",
    birth_months: Sequence[date] = (),
    due_months: Sequence[date] = (),
    now: datetime | None = None,
) -> Session | None:
    """Make this appointment a session of its programme; None where its service is in none.

    Opens the household's episode or continues it; the same appointment twice is one session. Raises
    `PartnerIsNotTrusted`, `ProgrammeIsClosed`, `NotInThisDepartement`, `ChildIsTooOld`,
    `ProgrammeIsFull`, `SixthSession`.
    """
    told = Told(goals, tuple(birth_months), tuple(due_months), now or timezone.now())
    programme = programmes.for_service(appointment.service, told.day)
    return None if programme is None else _count(programme, appointment, told)


@transaction.atomic
def _count(programme: Programme, appointment: Appointment, told: Told) -> Session:
    found = Appointment.objects.select_related("service", "contact").get(pk=appointment.pk)
    with scope.system():
        household = _locked_household(found.household_id)
        standing = Session.objects.filter(appointment=found).first()
        if standing is not None:
            return standing
        if not Organization.objects.trusted_on(told.day).filter(pk=found.organization_id).exists():
            raise PartnerIsNotTrusted
        enrolment = _enrolled(programme, household, found, told)
        episode = _continued(enrolment, found, told.moment)
        session = _one_more(episode, found)
        if told.goals.strip():
            _keep_words(episode, found.contact, told.goals)
    return session


@transaction.atomic
def close_session(session: Session, outcome: Outcome, *, by: int) -> Session:
    """Note how a session went: attendance, what for, how long, who was there, what comes next.

    Noting it again corrects it, with a trace. Raises `AppointmentIsNotOver`, `SessionDoesNotCount`
    and `SixthSession` (a session excused by mistake, whose number was given since).
    """
    found = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    appointment = Appointment.objects.get(pk=found.appointment_id)
    if appointment.state in GONE:
        raise SessionDoesNotCount
    verb = "support.session_noted" if found.closed_at is None else "support.session_corrected"
    with _told_plainly(found.session_limit):
        agenda.close(appointment, outcome.state, by=by, minutes=outcome.minutes)
    found.refresh_from_db()
    found.closed_at, found.attended = timezone.now(), outcome.attended
    found.purposes = list(outcome.purposes) if outcome.attended else []
    found.minutes = outcome.minutes if outcome.attended else None
    found.composition = outcome.composition if outcome.attended else ""
    found.next_step = outcome.next_step
    found.save(
        update_fields=[
            "closed_at", "attended", "purposes", "minutes", "composition", "next_step",
        ]
    )  # fmt: skip
    Episode.objects.filter(pk=found.episode_id, state=Episode.State.OPEN).update(
        next_step=outcome.next_step
    )
    _trace(by, verb, found, appointment.departement_id)
    return found


@transaction.atomic
def write_goals(episode: Episode, contact: Contact, words: str, *, by: int | None) -> None:
    """Keep what a parent hopes for, as they say it; nothing written takes it away."""
    found = _open(episode)
    _keep_words(found, contact, words)
    _trace(by, "support.goals_written", found, found.departement_id)


@transaction.atomic
def plan_next(episode: Episode, step: NextStep | str, *, by: int) -> None:
    """Say what comes next."""
    found = _open(episode)
    found.next_step = step
    found.save(update_fields=["next_step"])
    _trace(by, "support.next_step_planned", found, found.departement_id)


@transaction.atomic
def change_practitioner(episode: Episode, practitioner: Practitioner, *, by: int | None) -> None:
    """Let someone else of the same structure follow this family. No explanation is asked.

    Raises `WorksElsewhere`. Appointments already given are moved by the agenda, one by one.
    """
    found = _open(episode)
    here = Employment.objects.filter(
        practitioner=practitioner, organization=found.organization_id
    ).on(timezone.localdate())
    if not here.exists() or practitioner.stopped_on is not None:
        raise WorksElsewhere
    with scope.system():  # who hands over no longer sees the row once it is written
        Episode.objects.filter(pk=found.pk).update(practitioner=practitioner)
    _trace(by, "support.practitioner_changed", found, found.departement_id)


@transaction.atomic
def close_episode(episode: Episode, reason: ClosingReason | str, *, by: int | None) -> None:
    """End an episode, from its first session on. Raises `SessionsAreStillToCome`."""
    found = _open(episode)
    waiting = Appointment.objects.filter(session__episode=found, state__in=["pending", "confirmed"])
    if waiting.exists():
        raise SessionsAreStillToCome
    _end(found, reason)
    _trace(by, "support.episode_closed", found, found.departement_id)


def end_episode(episode: Episode, reason: ClosingReason | str) -> None:
    """End it whatever its sessions: it goes on elsewhere."""
    _end(episode, reason)


def _locked_household(household_id: UUID) -> Household:
    """Wait for whoever counts or merges this family; give the household it is now."""
    found = Household.objects.select_for_update(of=("self",), no_key=True).get(pk=household_id)
    while found.merged_into_id is not None:
        found = Household.objects.select_for_update(of=("self",), no_key=True).get(
            pk=found.merged_into_id
        )
    return found


def _enrolled(
    programme: Programme, household: Household, appointment: Appointment, told: Told
) -> Enrolment:
    """The family's entry in the programme: the one it has, or a new one if it may."""
    terms = programmes.latest_terms(programme)
    standing = Enrolment.objects.counted().filter(programme=programme, household=household).first()
    if standing is None:
        return _enter(programme, terms, household, appointment, told)
    over = programme.status != Programme.Status.OPEN or told.day > terms.ends_on
    goes_on = Episode.objects.open().filter(enrolment=standing).exists()
    too_late = terms.finish_by is not None and (
        timezone.localdate(appointment.starts_at) > terms.finish_by
    )
    if too_late or (over and not goes_on):
        raise closed(terms)
    return standing


def _enter(
    programme: Programme,
    terms: ProgrammeTerms,
    household: Household,
    appointment: Appointment,
    told: Told,
) -> Enrolment:
    """Judge, then let the database count: the last place goes to one family."""
    if programme.status != Programme.Status.OPEN:
        raise closed(terms)
    decision = judge(terms, _territories(terms), _family(household, appointment, told))
    enrolment = Enrolment(
        programme=programme,
        household=household,
        departement_id=appointment.departement_id,
        terms=terms,
        enrolled_on=told.day,
        **_facts(decision),
    )
    with _told_plainly(terms.max_sessions, terms):
        enrolment.save(force_insert=True)
    enrolment.refresh_from_db()  # the database writes the version that it judged by
    _trace(appointment.booked_by_id, "support.enrolled", enrolment, enrolment.departement_id)
    return enrolment


def _facts(decision: Decision) -> dict[str, object]:
    return {"basis": decision.basis, "child_age_months": decision.child_age_months}


def _territories(terms: ProgrammeTerms) -> list[str]:
    return list(terms.territories.order_by("departement").values_list("departement", flat=True))


def _family(household: Household, appointment: Appointment, told: Told) -> Family:
    months = {*told.birth_months, *told.due_months}
    for child in Child.objects.filter(household=household):
        months |= {month for month in (child.birth_month, child.due_month) if month}
    home = household.commune.departement_id if household.commune is not None else None
    return Family(
        day=told.day,
        departements=frozenset({appointment.departement_id} | ({home} if home else set())),
        ages=tuple(sorted(age_in_months(month, told.day) for month in months)),
    )


def _continued(enrolment: Enrolment, appointment: Appointment, moment: datetime) -> Episode:
    """The open episode of this organization; another organization's ends where this one starts."""
    practitioner = appointment.practitioners.order_by("pk")[0]
    standing = Episode.objects.open().filter(enrolment=enrolment).first()
    if standing is not None and standing.organization_id == appointment.organization_id:
        if standing.practitioner_id != practitioner.pk:
            standing.practitioner = practitioner
            standing.save(update_fields=["practitioner"])
        return standing
    if standing is not None:
        _end(standing, ClosingReason.ELSEWHERE)
    episode = Episode.objects.create(
        enrolment=enrolment,
        household_id=enrolment.household_id,
        departement_id=appointment.departement_id,
        organization_id=appointment.organization_id,
        service_id=appointment.service_id,
        practitioner=practitioner,
        opened_at=moment,
    )
    _trace(appointment.booked_by_id, "support.episode_opened", episode, episode.departement_id)
    return episode


def _one_more(episode: Episode, appointment: Appointment) -> Session:
    limit = episode.enrolment.terms.max_sessions
    session = Session(episode=episode, enrolment_id=episode.enrolment_id, appointment=appointment)
    with _told_plainly(limit):
        session.save(force_insert=True)
    session.refresh_from_db()
    _trace(appointment.booked_by_id, "support.session_counted", session, episode.departement_id)
    return session


def _keep_words(episode: Episode, contact: Contact, words: str) -> None:
    if not words.strip():
        Goals.objects.filter(episode=episode, contact=contact).delete()
        return
    Goals.objects.update_or_create(
        episode=episode,
        contact=contact,
        defaults={"departement_id": episode.departement_id, "words": words.strip()},
    )


def _open(episode: Episode) -> Episode:
    """Lock an episode that goes on. Raises `EpisodeIsClosed`."""
    found = Episode.objects.select_for_update(of=("self",)).get(pk=episode.pk)
    if not found.is_open:
        raise EpisodeIsClosed
    return found


def _end(episode: Episode, reason: ClosingReason | str) -> None:
    episode.state, episode.closed_at = Episode.State.CLOSED, timezone.now()
    episode.closing_reason = ClosingReason(reason)
    episode.save(update_fields=["state", "closed_at", "closing_reason"])


def _trace(by: int | None, verb: str, target: Model, departement: str) -> None:
    audit.record(by, verb, target, departement=departement)


@contextmanager
def _told_plainly(limit: int, terms: ProgrammeTerms | None = None) -> Iterator[None]:
    """Say what the database refused as what it is; let any other error through."""
    refusals: dict[str, DomainError] = {
        "a_programme_keeps_to_its_quotas": ProgrammeIsFull(),
        "a_programme_enrols_in_its_departements": NotInThisDepartement(),
        "a_family_has_so_many_sessions_and_no_more": SixthSession(limit=limit),
    }
    if terms is not None:
        refusals["a_programme_enrols_while_it_is_open"] = closed(terms)
        refusals["a_programme_enrols_between_its_dates"] = closed(terms)
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refused = constraint_of(error)
        if refused in refusals:
            raise refusals[refused] from error
        raise
