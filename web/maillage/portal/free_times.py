"""The free times of a service as pages show them: filtered, day by day, with what to do if none."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from maillage.agenda.errors import SlotIsTaken
from maillage.agenda.models import Availability, Occurrence
from maillage.agenda.shortage import noticed
from maillage.agenda.slots import Asked, Page, Slot, free_slots, next_slots
from maillage.directory.models import Service, ServiceAtLocation
from maillage.directory.openings import time_zone
from maillage.directory.vocabulary import Delivery
from maillage.portal import words
from maillage.portal.cards import telephone
from maillage.practitioners.models import Skill
from maillage.practitioners.skills_of_needs import SKILL_OF
from maillage.referrals.candidates import calls_back
from maillage.support.errors import PartnerIsNotTrusted

AHEAD = timedelta(days=84)
MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class Wish:
    """With whom, where and how: nothing said means that all is well."""

    practitioner: str = ""
    commune: str = ""
    mode: str = ""
    need: str = ""  # what the family searched for; means nothing unless a skill answers it
    family: str = ""  # an appointment of the family for whom an agent looks

    @classmethod
    def of(cls, query: QueryDict) -> "Wish":
        """Read it from an address."""
        need = query.get("besoin", "")
        return cls(
            query.get("avec", ""),
            query.get("ou", "")[:5],
            query.get("mode", ""),
            need if need in SKILL_OF else "",
            query.get("pour", "")[:36],
        )

    @property
    def skill(self) -> str:
        """The skill that the need asks for; nothing when anyone answers it."""
        return SKILL_OF[self.need].value if self.need else ""

    @property
    def person(self) -> UUID | None:
        """The practitioner that is wanted; what is not one means anyone."""
        try:
            return UUID(self.practitioner) if self.practitioner else None
        except ValueError:
            return None

    @property
    def kept(self) -> str:
        """What stays true whatever the time that is chosen, as the end of an address."""
        return Wish(need=self.need, family=self.family).query()

    def query(self, **more: str) -> str:
        """The same wish as the end of an address."""
        said = {
            "avec": self.practitioner,
            "ou": self.commune,
            "mode": self.mode,
            "besoin": self.need,
            "pour": self.family,
            **more,
        }
        return urlencode({name: value for name, value in said.items() if value})


def service_to_book(service_id: UUID) -> Service:
    """A service that families may be shown: individual support by trusted partners only (R20)."""
    return get_object_or_404(_to_book(), pk=service_id)


def service_to_book_again(service: Service) -> Service:
    """The service of an earlier appointment. Raises `PartnerIsNotTrusted` once it may not be."""
    if not _to_book().filter(pk=service.pk).exists():
        raise PartnerIsNotTrusted
    return service


def _to_book() -> QuerySet[Service]:
    found = Service.objects.public().filter(status=Service.Status.ACTIVE)
    return found.select_related("organization")


def services_to_book(services: Iterable[Service]) -> frozenset[UUID]:
    """Those of these services whose times are taken here: one query, none if none could be."""
    joined = [one.pk for one in services if one.joining == Service.Joining.APPOINTMENT]
    if not joined:
        return frozenset()
    rules = Availability.objects.filter(service__in=joined, practitioner__stopped_on=None)
    return frozenset(rules.order_by("service").values_list("service", flat=True).distinct())


def moment_of(stamp: str) -> datetime:
    """Read the moment that a link names. Raises `SlotIsTaken` when it means nothing."""
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        raise SlotIsTaken from None


def stamp_of(moment: datetime) -> str:
    """Write a moment for a link."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%MZ}"


def slot_of(service: Service, rule_id: UUID, stamp: str) -> Slot | None:
    """Find the slot that a link names, if it is still free."""
    moment = moment_of(stamp)
    now = timezone.now()
    asked = Asked([service.pk], moment, moment + timedelta(minutes=1), now, availability=rule_id)
    for slot in free_slots(asked):
        if slot.starts_at == moment and slot.occurrence.availability_id == rule_id:
            return slot
    return None


def slots_page(
    service: Service, query: QueryDict, *, without: Iterable[UUID] = ()
) -> dict[str, Any]:
    """The next free times, soonest first; `without` leaves some practitioners out."""
    asked = wish = Wish.of(query)
    now = timezone.now()
    after = _after(query.get("apres", ""), now)
    others = tuple(without)
    found = _search(service, wish, others, after, now)
    nobody = Skill(wish.skill).label if wish.skill and not found.slots and after == now else ""
    zone = time_zone(service.departement_id)
    today = now.astimezone(zone).date()
    phone = service.phone or service.organization.phone
    if not found.slots and wish.query() == wish.kept and after == now and not others:
        noticed(service, need=wish.need, now=now)
    if nobody:  # better anyone than a closed door
        wish = replace(wish, need="")
        found = _search(service, wish, others, after, now)
    local = [(slot, slot.starts_at.astimezone(zone)) for slot in found.slots]
    days = [
        (words.day(day, today), [line_of(slot, moment) for slot, moment in each])
        for day, each in groupby(local, key=lambda pair: pair[1].date())
    ]
    return {
        "service": service,
        "title": words.name(service),
        "days": days,
        "same": _said_once(days),
        "filters": _filters(service, wish, others),
        "wished": replace(wish, family="") != Wish(),
        "need": wish.need,
        "for_family": wish.family,
        "kept": asked.kept,
        "skill": Skill(wish.skill).label if wish.skill else "",
        "nobody": nobody,
        "anyone": replace(wish, need="").query() or "apres=",
        "later": wish.query(apres=stamp_of(found.after)) if found.after else "",
        "is_first": after == now,
        "first": wish.query() or "apres=",
        "phone": phone,
        "phone_href": telephone(phone),
        "calls_back": not days and calls_back(service),
    }


def _said_once(days: list[tuple[str, list[dict[str, Any]]]]) -> dict[str, Any] | None:
    """With whom, where and how, when it is the same for every time shown."""
    lines = [line for _day, each in days for line in each]
    kinds = {tuple(line[name] for name in ("with", "where", "modes")) for line in lines}
    return lines[0] if len(kinds) == 1 else None


def _search(
    service: Service, wish: Wish, others: tuple[UUID, ...], start: datetime, now: datetime
) -> Page:
    return next_slots(
        Asked(
            [service.pk],
            start,
            now + AHEAD,
            now,
            practitioner=wish.person,
            mode=wish.mode if wish.mode in Delivery.values else "",
            communes=(wish.commune,) if wish.commune else (),
            without=others,
            skill=wish.skill,
        )
    )


def _after(stamp: str, now: datetime) -> datetime:
    """From when to look: an address that means nothing starts now."""
    try:
        return max(now, moment_of(stamp))
    except SlotIsTaken:
        return now


def line_of(slot: Slot, moment: datetime) -> dict[str, Any]:
    """One free time, in words."""
    place = slot.occurrence.availability.service_at_location
    return {
        "rule": slot.occurrence.availability_id,
        "stamp": stamp_of(slot.starts_at),
        "hour": words.hour(moment.time()),
        "with": words.listed([one.practitioner.name for one in (slot.occurrence, *slot.others)]),
        "profession": slot.occurrence.practitioner.get_profession_display(),
        "where": place.location.name if place is not None else "",
        "modes": modes_of(slot.occurrence.availability.modes),
    }


def modes_of(modes: Iterable[str]) -> str:
    """The ways of receiving, in words."""
    return words.listed([str(Delivery(mode).label) for mode in modes])


def rules_of(service: Service) -> QuerySet[Availability]:
    """The rules by which a service receives, with whom and where."""
    return (
        Availability.objects.filter(service=service, practitioner__stopped_on=None)
        .select_related("practitioner", "service_at_location__location__commune")
        .order_by("practitioner__name", "pk")
    )


def _filters(service: Service, wish: Wish, without: tuple[UUID, ...]) -> list[dict[str, Any]]:
    """The choices that make a difference, each with its label and what is chosen."""
    people = _people(service, without)
    stretches = Occurrence.objects.filter(service=service).exclude(practitioner__in=without)
    towns, modes = _towns_and_ways(service, stretches)
    found = [
        ("avec", _("Avec qui"), _("N’importe qui"), people, wish.practitioner),
        ("ou", _("Où"), _("Partout"), towns, wish.commune),
        ("mode", _("Comment"), _("Peu importe"), modes, wish.mode),
    ]
    return [
        {
            "name": name,
            "label": label,
            "any": anything,
            "choices": [(key, said, key == chosen) for key, said in choices.items()],
        }
        for name, label, anything, choices, chosen in found
        if len(choices) > 1
    ]


def _people(service: Service, without: tuple[UUID, ...]) -> dict[str, str]:
    """Name those who receive; nobody when they are too many: who chooses among hundreds?

    They are read in the order of an index, so that the first that is too many ends the reading.
    """
    rules = rules_of(service).exclude(practitioner__in=without).order_by("practitioner_id")
    named = rules.values_list("practitioner_id", "practitioner__name").distinct()
    found = list(named[: MOST_NAMES + 1])
    if len(found) > MOST_NAMES:
        return {}
    return {str(key): name for key, name in sorted(found, key=_by_name)}


def _towns_and_ways(
    service: Service, stretches: QuerySet[Occurrence]
) -> tuple[dict[str, str], dict[str, str]]:
    """Name where and how someone receives: one look at the stretches of each town and way."""
    near = stretches.filter(commune=OuterRef("location__commune_id"))
    places = ServiceAtLocation.objects.filter(Exists(near), service=service)
    named = places.values(
        pair=JSONObject(code="location__commune_id", name="location__commune__name")
    )
    each = [Exists(stretches.filter(modes__contains=[way])) for way in Delivery.values]
    asked = Service.objects.filter(pk=service.pk).values_list(ArraySubquery(named), *each)
    towns, *ways = asked.get()
    pairs = sorted({(town["code"], town["name"]) for town in towns}, key=_by_name)
    modes = {
        way: str(label) for (way, label), has in zip(Delivery.choices, ways, strict=True) if has
    }
    return dict(pairs), modes


def _by_name(pair: tuple[object, str]) -> str:
    return pair[1]
