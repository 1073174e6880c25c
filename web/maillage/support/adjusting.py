"""Programmes and their rules: made, opened, adjusted by a new version, closed. Never rewritten."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from maillage.core import audit, scope
from maillage.directory.models import Service
from maillage.support.errors import ProgrammeGoesOneWay, TermsDoNotFit
from maillage.support.models import (
    Programme,
    ProgrammeService,
    ProgrammeTerms,
    ProgrammeTerritory,
)

FIT = {"quotas_fit_the_cap_and_who_is_in"}


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
    """Make the appointments of this service sessions of the programme; twice is harmless."""
    with scope.system():
        entry, made = ProgrammeService.objects.get_or_create(
            programme=programme, service=service, left_on=None, defaults={"entered_on": on}
        )
        if made:
            audit.record(by, "support.service_entered", entry, departement=service.departement_id)
    return entry


@transaction.atomic
def leave_service(entry: ProgrammeService, *, on: date, by: int | None = None) -> None:
    """Make its appointments ordinary ones again, from the day after."""
    with scope.system():
        ProgrammeService.objects.filter(pk=entry.pk, left_on=None).update(left_on=on)
        audit.record(by, "support.service_left", entry)


def rules_of(terms: ProgrammeTerms) -> Rules:
    """A version, as a value from which the next one is made."""
    kept = {each.name: getattr(terms, each.name) for each in fields(Rules) if each.name != "quotas"}
    quotas = terms.territories.order_by("departement").values_list("departement", "quota")
    return Rules(**kept, quotas=dict(quotas))


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
        refused = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if refused in FIT:
            raise TermsDoNotFit(cap=rules.household_cap) from error
        raise
