"""Programmes and their rules: made, opened, adjusted by a new version, closed. Never rewritten."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from maillage.core import audit, scope
from maillage.core.errors import constraint_of
from maillage.directory.models import Service
from maillage.support.errors import (
    ProgrammeGoesOneWay,
    ServiceIsElsewhere,
    TermsAreFinal,
    TermsChangedMeanwhile,
    TermsDoNotFit,
)
from maillage.support.models import (
    Programme,
    ProgrammeService,
    ProgrammeTerms,
    ProgrammeTerritory,
)
from maillage.support.programmes import latest_terms

FIT = {"quotas_fit_the_cap_and_who_is_in"}
ONE_AT_A_TIME = "a_service_is_in_one_programme_at_a_time"


@dataclass(frozen=True, slots=True)
class Identity:
    """What a programme is called, and where its facts come from."""

    key: str
    name: str
    source: str
    is_demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of the rules of a programme, quotas by département included."""

    starts_on: date
    ends_on: date
    household_cap: int
    charter: str
    quota_source: str
    reason: str
    finish_by: date | None = None
    max_sessions: int = 5
    oldest_months: int = 263
    future_parents: bool = True
    no_show_counts: bool = False
    quotas: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Revision:
    """What an officer wants from now on, among the services that were shown to them.

    `read` is what `standing` said when they started: nobody overwrites what they never saw.
    """

    rules: Rules
    services: frozenset[UUID]
    shown: frozenset[UUID]
    read: str


@transaction.atomic
def create(
    who: Identity, rules: Rules, *, by: int | None = None, in_force_at: datetime | None = None
) -> Programme:
    """Write a programme and its first rules, not open yet. Raises `TermsDoNotFit`."""
    with scope.system():
        programme = Programme.objects.create(
            key=who.key, name=who.name, source=who.source, is_demonstration=who.is_demonstration
        )
        _write(programme, rules, in_force_at or timezone.now())
        audit.record(by, "support.programme_created", programme)
    return programme


@transaction.atomic
def adjust(programme: Programme, rules: Rules, *, by: int | None = None) -> ProgrammeTerms:
    """Let other rules hold from now on. Raises `TermsDoNotFit`.

    Who entered by the former version keeps what it promised; the version itself is never changed.
    """
    with scope.system():
        terms = _write(programme, rules, timezone.now())
        audit.record(by, "support.terms_adjusted", terms)
    return terms


@transaction.atomic
def revise(programme: Programme, wanted: Revision, *, by: int, on: date) -> bool:
    """Adjust the rules and the services together; False when all of it holds already.

    Raises `TermsAreFinal`, `TermsChangedMeanwhile`, `TermsDoNotFit` or `ServiceIsElsewhere`.
    """
    with scope.system():
        found = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
        if found.status == Programme.Status.CLOSED:
            raise TermsAreFinal
        latest, given = latest_terms(found), entries(found)
        joining = wanted.services - given.keys()
        leaving = (given.keys() & wanted.shown) - wanted.services
        if not joining and not leaving and _same(rules_of(latest), wanted.rules):
            return False
        if standing(found) != wanted.read:
            raise TermsChangedMeanwhile(reason=latest.reason)
        adjust(found, wanted.rules, by=by)
        for service in Service.objects.filter(pk__in=joining).order_by("pk"):
            enter_service(found, service, on=on, by=by)
        for key in sorted(leaving):
            leave_service(given[key], on=max(on, given[key].entered_on), by=by)
    return True


@transaction.atomic
def open_programme(programme: Programme, *, by: int | None = None) -> None:
    """Let families enter, between the dates of the rules."""
    _turn(programme, Programme.Status.DRAFT, Programme.Status.OPEN, by)


@transaction.atomic
def close_programme(programme: Programme, *, by: int | None = None) -> None:
    """Let nobody else enter, for good; episodes that are open may finish."""
    _turn(programme, Programme.Status.OPEN, Programme.Status.CLOSED, by)


@transaction.atomic
def enter_service(
    programme: Programme, service: Service, *, on: date, by: int | None = None
) -> ProgrammeService:
    """Make the appointments of this service sessions of the programme; twice is harmless.

    Raises `ServiceIsElsewhere`.
    """
    with scope.system():
        try:
            entry, made = ProgrammeService.objects.get_or_create(
                programme=programme, service=service, left_on=None, defaults={"entered_on": on}
            )
        except IntegrityError as error:
            if constraint_of(error) != ONE_AT_A_TIME:
                raise
            raise ServiceIsElsewhere(name=service.name) from error
        if made:
            audit.record(by, "support.service_entered", entry, departement=service.departement_id)
    return entry


@transaction.atomic
def leave_service(entry: ProgrammeService, *, on: date, by: int | None = None) -> None:
    """Make its appointments ordinary ones again, from the day after."""
    with scope.system():
        ProgrammeService.objects.filter(pk=entry.pk, left_on=None).update(left_on=on)
        place = entry.service.departement_id
        audit.record(by, "support.service_left", entry, departement=place)


def rules_of(terms: ProgrammeTerms) -> Rules:
    """A version, as a value from which the next one is made."""
    kept = {each.name: getattr(terms, each.name) for each in fields(Rules) if each.name != "quotas"}
    quotas = terms.territories.order_by("departement").values_list("departement", "quota")
    return Rules(**kept, quotas=dict(quotas))


def entries(programme: Programme) -> dict[UUID, ProgrammeService]:
    """The services that are in it now."""
    found = ProgrammeService.objects.filter(programme=programme, left_on=None)
    return {each.service_id: each for each in found.select_related("service")}


def standing(programme: Programme) -> str:
    """A short name for what holds now: it changes with the rules and with the services."""
    version = latest_terms(programme).version
    services = " ".join(sorted(str(key) for key in entries(programme)))
    return f"{version}-{sha256(services.encode()).hexdigest()[:12]}"


def _same(one: Rules, other: Rules) -> bool:
    """Whether the same rules hold, whatever the reason given."""
    return replace(one, reason="") == replace(other, reason="")


def _write(programme: Programme, rules: Rules, moment: datetime) -> ProgrammeTerms:
    values = {
        each.name: getattr(rules, each.name) for each in fields(Rules) if each.name != "quotas"
    }
    terms = ProgrammeTerms(programme=programme, version=1, in_force_at=moment, **values)
    with _told_plainly(rules):
        terms.save(force_insert=True)
        for departement, quota in sorted(rules.quotas.items()):
            ProgrammeTerritory.objects.create(terms=terms, departement_id=departement, quota=quota)
    terms.refresh_from_db()
    return terms


def _turn(programme: Programme, before: str, after: str, by: int | None) -> None:
    """Go from one state to the next; there is no way back."""
    with scope.system():
        found = Programme.objects.select_for_update(of=("self",)).get(pk=programme.pk)
        if found.status == after:
            return
        if found.status != before:
            raise ProgrammeGoesOneWay
        found.status = after
        found.save(update_fields=["status"])
        audit.record(by, f"support.programme_{after}", found)
    programme.status = after


@contextmanager
def _told_plainly(rules: Rules) -> Iterator[None]:
    """Say quotas that do not fit as what they are; let any other error through."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) in FIT:
            raise TermsDoNotFit(cap=rules.household_cap) from error
        raise
