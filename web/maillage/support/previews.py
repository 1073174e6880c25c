"""What a revision would change: the real action is run, read, then undone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.agenda.models import Appointment, WaitingEntry
from maillage.core import scope
from maillage.core.disclosure import SMALLEST, is_hidden, published
from maillage.core.errors import DomainError
from maillage.families.models import Child
from maillage.support import adjusting
from maillage.support.adjusting import Revision, Rules
from maillage.support.eligibility import MONTHS_IN_A_YEAR, Family, age_in_months, judge
from maillage.support.models import Enrolment, EnrolmentCount, Episode, Programme, ProgrammeTerms
from maillage.support.programmes import latest_terms
from maillage.territory.models import Departement

NOTHING = "–"
AWAITED = (Appointment.State.PENDING, Appointment.State.CONFIRMED)
LISTED = (WaitingEntry.State.WAITING, WaitingEntry.State.OFFERED)


# In the order of the model, which is that of the page; the reason is of each change.
LABELS = {
    each.name: each.verbose_name
    for each in ProgrammeTerms._meta.concrete_fields
    if each.name in Rules.__slots__ and each.name != "reason"
} | {"oldest_months": gettext_lazy("âge des enfants")}


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that changes."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Touched:
    """How many are concerned, as a number that names nobody, and what becomes of them."""

    what: str
    number: str
    then: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Before and after, who is touched, what would be refused."""

    changes: list[Change]
    touched: list[Touched]
    refused: list[str]


@dataclass(frozen=True, slots=True)
class State:
    """What holds at one moment of the transaction."""

    rules: Rules
    services: dict[UUID, str]
    full: frozenset[str]
    may_enter: int  # families who wait for one of the services and could enter today


def preview(programme: Programme, wanted: Revision, *, by: int, on: date) -> Preview:
    """Run the action for real in a savepoint, look at what came of it, and undo everything.

    Raises what the action raises. Nothing changes.
    """
    with transaction.atomic():
        with scope.system():
            before = _state(programme, on)
            adjusting.revise(programme, wanted, by=by, on=on)
            after = _state(programme, on)
            found = Preview(
                changes=_changes(before, after),
                touched=_touched(programme, before, after),
                refused=_refused(before, after, on),
            )
        transaction.set_rollback(True)
    return found


def _state(programme: Programme, on: date) -> State:
    terms = latest_terms(programme)
    rules = adjusting.rules_of(terms)
    given = adjusting.entries(programme)
    counts = EnrolmentCount.objects.filter(programme=programme)
    entered = dict(counts.values_list("departement", "enrolled"))
    return State(
        rules=rules,
        services={key: entry.service.name for key, entry in given.items()},
        full=frozenset(key for key, quota in rules.quotas.items() if entered.get(key, 0) >= quota),
        may_enter=sum(
            _may_enter(terms, rules, family) for family in _waiting(programme, list(given), on)
        ),
    )


def _waiting(programme: Programme, services: list[UUID], on: date) -> list[Family]:
    """Who waits for one of these services and is not in the programme yet."""
    inside = Enrolment.objects.counted().filter(programme=programme).values("household")
    waiting = WaitingEntry.objects.filter(service__in=services, state__in=LISTED)
    homes = {
        household: frozenset({served, lives or served})
        for household, served, lives in waiting.exclude(household__in=inside).values_list(
            "household", "departement", "household__commune__departement"
        )
    }
    ages: dict[UUID, list[int]] = defaultdict(list)
    for child in Child.objects.filter(household__in=homes):
        for month in (child.birth_month, child.due_month):
            if month is not None:
                ages[child.household_id].append(age_in_months(month, on))
    return [Family(on, places, tuple(sorted(ages[key]))) for key, places in homes.items()]


def _may_enter(terms: ProgrammeTerms, rules: Rules, family: Family) -> bool:
    try:
        judge(terms, rules.quotas, family)
    except DomainError:
        return False
    return True


def _changes(before: State, after: State) -> list[Change]:
    rules = [
        Change(_label(name), _said(name, one), _said(name, other))
        for name in LABELS
        if (one := getattr(before.rules, name)) != (other := getattr(after.rules, name))
    ]
    return [*rules, *_quota_changes(before.rules, after.rules), *_service_changes(before, after)]


def _label(name: str) -> str:
    return str(capfirst(LABELS[name]))


def _said(name: str, value: Any) -> str:
    """A rule as it is read aloud."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, date):
        return str(date_format(value, "j F Y"))
    if name == "oldest_months":
        return _("moins de %(years)s ans") % {"years": (value + 1) // MONTHS_IN_A_YEAR}
    return number(value) if isinstance(value, int) else str(value)


def _quota_changes(before: Rules, after: Rules) -> list[Change]:
    changed = [
        key
        for key in sorted({*before.quotas, *after.quotas})
        if before.quotas.get(key) != after.quotas.get(key)
    ]
    names = dict(Departement.objects.filter(pk__in=changed).values_list("pk", "name"))
    return [
        Change(
            _("Foyers en %(place)s") % {"place": names[key]},
            _said("quota", before.quotas.get(key)),
            _said("quota", after.quotas.get(key)),
        )
        for key in changed
    ]


def _service_changes(before: State, after: State) -> list[Change]:
    moved = before.services.keys() ^ after.services.keys()
    names = before.services | after.services
    return [
        Change(
            names[key],
            _("dans le programme") if key in before.services else NOTHING,
            _("dans le programme") if key in after.services else NOTHING,
        )
        for key in sorted(moved, key=lambda each: (names[each], str(each)))
    ]


def _touched(programme: Programme, before: State, after: State) -> list[Touched]:
    going_on = Episode.objects.open().filter(enrolment__programme=programme)
    found = [
        Touched(
            _("Accompagnements en cours"),
            rough(going_on.count()),
            _("gardent les règles de leur entrée"),
        )
    ]
    left = before.services.keys() - after.services.keys()
    if left:
        found.append(
            Touched(
                _("dont dans un service qui sort"),
                rough(going_on.filter(service__in=left).count()),
                _("leurs prochains rendez-vous n’y compteront plus"),
            )
        )
    last = after.rules.finish_by
    if last is not None and last != before.rules.finish_by:
        booked = Appointment.objects.filter(
            session__enrolment__programme=programme, state__in=AWAITED, starts_at__date__gt=last
        )
        found.append(
            Touched(
                _("Rendez-vous déjà pris après le dernier jour pour finir"),
                rough(booked.count()),
                _("sont gardés ; aucun autre ne se prendra"),
            )
        )
    if before.may_enter or after.may_enter:
        found.append(
            Touched(
                _("Familles en attente qui peuvent entrer"),
                rough(after.may_enter),
                _("avant : %(before)s") % {"before": rough(before.may_enter)},
            )
        )
    return found


def _refused(before: State, after: State, on: date) -> list[str]:
    """What the new rules would say no to, that those of today accept."""
    rules, said = after.rules, []
    if rules.ends_on < on <= before.rules.ends_on:
        said.append(_("Plus aucun foyer n’entre, dès maintenant : le dernier jour est passé."))
    if before.rules.starts_on <= on < rules.starts_on:
        first = date_format(rules.starts_on, "j F Y")
        said.append(_("Aucun foyer n’entre avant le %(day)s.") % {"day": first})
    out = before.rules.quotas.keys() - rules.quotas.keys()
    for name in _names(out):
        said.append(_("%(place)s : plus aucun foyer n’entre.") % {"place": name})
    for name in _names(after.full - before.full):
        said.append(_("%(place)s : toutes les places sont prises.") % {"place": name})
    if rules.oldest_months < before.rules.oldest_months:
        years = (rules.oldest_months + 1) // MONTHS_IN_A_YEAR
        said.append(
            _("Les familles dont chaque enfant a %(years)s ans ou plus n’entrent plus.")
            % {"years": years}
        )
    if before.rules.future_parents and not rules.future_parents:
        said.append(_("Les futurs parents sans autre enfant n’entrent plus."))
    return said


def _names(keys: frozenset[str] | set[str]) -> list[str]:
    found = Departement.objects.filter(pk__in=keys).order_by("name", "pk")
    return list(found.values_list("name", flat=True))


def rough(count: int) -> str:
    """A count of families as the house publishes it."""
    if is_hidden(count):
        return _("moins de %(count)s") % {"count": SMALLEST}
    return number(published(count) or 0)


def number(value: int) -> str:
    """A number as it is read in the reader's language."""
    return str(number_format(value, force_grouping=True))
