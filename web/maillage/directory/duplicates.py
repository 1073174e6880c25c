"""Entries that may be the same: found and explained here, decided by a person, never merged alone.

Two places of the same commune that give the same kind of service are compared by telephone,
address, name and distance. What one of the two does not say is no evidence either way: the other
clues then weigh more. A proposal carries its reasons in words.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from math import cos, hypot, radians

from django.db.models import Prefetch
from django.utils.translation import gettext_noop

from maillage.core import scope
from maillage.directory.models import Location, MergeProposal, Service, ServiceAtLocation
from maillage.directory.search import plain

WEIGHTS = {"phone": 0.3, "address": 0.3, "name": 0.3, "distance": 0.1}
LIKELY = 0.5
NAMESAKE = 0.7  # same kind, same town, nothing in the names to tell them apart
NEAR_KM, FAR_KM = 0.15, 1.0
EMPTY = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"})
STREETS = {
    "av": "avenue", "bd": "boulevard", "bld": "boulevard", "pl": "place", "st": "saint",
    "ste": "sainte", "r": "rue", "imp": "impasse", "ch": "chemin", "gal": "general",
}  # fmt: skip
NOT_AN_ADDRESS = re.compile(r"\b(?:bp|cs|cedex)\b\s*\d*")
# Words that every entry of a kind carries: they tell nobody apart.
OF_THE_KIND = frozenset({
    "accueil", "antenne", "bureau", "centre", "espace", "famille", "france", "infantile", "info",
    "information", "jeunesse", "local", "locale", "maison", "maternelle", "mission", "permanence",
    "pmi", "point", "protection", "public", "service", "services",
})  # fmt: skip

SAME_PHONE = gettext_noop("même téléphone")
SAME_ADDRESS = gettext_noop("même adresse")
CLOSE_ADDRESS = gettext_noop("adresses proches")
SAME_NAME = gettext_noop("noms semblables")
CLOSE = gettext_noop("lieux voisins")
OTHER_PHONE = gettext_noop("téléphones différents")
OTHER_ADDRESS = gettext_noop("adresses différentes")
FAR = gettext_noop("lieux éloignés")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much two places look the same, between 0 and 1, and why (French, to be translated)."""

    score: float
    reasons: tuple[str, ...]
    name: float

    @property
    def is_worth_a_look(self) -> bool:
        """Tell whether a person should decide."""
        return self.score >= LIKELY or self.name >= NAMESAKE


def compare(one: Location, other: Location) -> Likeness:
    """Compare two places of one commune."""
    clues = {
        "phone": _phones(one.phone, other.phone),
        "address": _texts(address(one.address), address(other.address)),
        "name": _names(one, other),
        "distance": _distances(one, other),
    }
    known = {clue: found for clue, found in clues.items() if found is not None}
    weight = sum(WEIGHTS[clue] for clue in known)
    score = sum(WEIGHTS[clue] * found for clue, found in known.items()) / weight
    return Likeness(round(score, 3), tuple(_reasons(known)), known["name"] or 0.0)


def find(locations: Iterable[Location]) -> Iterator[tuple[Location, Location, Likeness]]:
    """Return the pairs worth a look: same commune, a kind of service in common."""
    towns: defaultdict[tuple[str, str], list[Location]] = defaultdict(list)
    for location in locations:
        for kind in {at.service.kind for at in location.services.all()}:
            towns[location.commune_id, kind].append(location)
    met = set()
    for together in towns.values():
        for one, other in combinations(together, 2):
            pair = frozenset((one.pk, other.pk))
            if pair in met:
                continue
            met.add(pair)
            likeness = compare(one, other)
            if likeness.is_worth_a_look:
                yield one, other, likeness


def propose(communes: Collection[str]) -> int:
    """Propose the pairs of these communes that nobody was asked about yet; return how many.

    The entry that a person verified last is the one proposed to be kept, else the more complete.
    """
    live = ServiceAtLocation.objects.filter(service__in=Service.objects.published())
    places = (
        Location.objects.filter(commune__in=communes, merged_into=None)
        .select_related("commune")
        .prefetch_related(Prefetch("services", live.select_related("service")))
        .order_by("pk")
    )
    proposals = []
    for one, other, likeness in find(places):
        kept, other_ = sorted((one, other), key=_worth, reverse=True)
        proposals.append(
            MergeProposal(
                departement_id=one.commune.departement_id,
                kept=kept,
                other=other_,
                score=likeness.score,
                reasons=list(likeness.reasons),
            )
        )
    with scope.system():  # proposals are read by département; an import works for all of them
        before = MergeProposal.objects.count()
        MergeProposal.objects.bulk_create(proposals, ignore_conflicts=True)
        return MergeProposal.objects.count() - before


def address(text: str) -> str:
    """Return an address reduced to what tells it apart: 16 rue europe."""
    words = NOT_AN_ADDRESS.sub(" ", plain(text)).split()
    return " ".join(STREETS.get(word, word) for word in words if word not in EMPTY)


def phone(text: str) -> str:
    """Return the nine last digits of a telephone number."""
    return "".join(re.findall(r"\d", text))[-9:]


def _worth(location: Location) -> tuple[str, int, str]:
    offered = [at.service for at in location.services.all()]
    verified = max((str(service.verified_on or "") for service in offered), default="")
    filled = sum(bool(part) for part in (location.phone, location.address, location.access))
    return verified, filled, str(location.pk)


def _phones(one: str, other: str) -> float | None:
    left, right = phone(one), phone(other)
    return float(left == right) if left and right else None


def _texts(one: str, other: str) -> float | None:
    if not one or not other:
        return None
    left, right = set(one.split()), set(other.split())
    numbers = [{word for word in words if word[0].isdigit()} for words in (left, right)]
    if numbers[0] and numbers[1] and not numbers[0] & numbers[1]:
        return 0.0  # two numbers of one street are two places
    inclusion = len(left & right) / min(len(left), len(right))
    spelling = SequenceMatcher(None, one, other).ratio()
    return round(max(spelling, 0.9 * inclusion if len(left & right) > 1 else 0.0), 3)


def _names(one: Location, other: Location) -> float:
    """Compare the words that are theirs alone, then how alike the words of their kind are."""
    left, right = _words(one), _words(other)
    own = left - OF_THE_KIND, right - OF_THE_KIND
    if not all(own):
        alike = NAMESAKE if any(own) else 1.0
    else:
        together = [" ".join(sorted(words)) for words in own]
        alike = SequenceMatcher(None, together[0], together[1]).ratio()
    kinds = left & OF_THE_KIND, right & OF_THE_KIND
    shared = len(kinds[0] & kinds[1]) / max(1, len(kinds[0] | kinds[1]))
    return round(alike if shared > 0.5 or not any(kinds) else alike * (0.3 + 0.6 * shared), 3)


def _words(location: Location) -> set[str]:
    town = set(plain(location.commune.name).split())
    name = plain(location.name).replace("maison de services au public", "france services")
    return {word for word in name.split() if len(word) > 1 and word.isalpha()} - town - EMPTY


def _distances(one: Location, other: Location) -> float | None:
    if one.at_town_hall or other.at_town_hall:
        return None
    north = 111.2 * (one.latitude - other.latitude)
    east = 111.2 * (one.longitude - other.longitude) * cos(radians(one.latitude))
    apart = hypot(north, east)
    if apart <= NEAR_KM:
        return 1.0
    return max(0.0, 1 - (apart - NEAR_KM) / (FAR_KM - NEAR_KM))


def _reasons(known: dict[str, float]) -> Iterator[str]:
    if "phone" in known:
        yield SAME_PHONE if known["phone"] else OTHER_PHONE
    if "address" in known:
        found = known["address"]
        yield SAME_ADDRESS if found >= 0.9 else CLOSE_ADDRESS if found >= 0.6 else OTHER_ADDRESS
    if known["name"] >= NAMESAKE:
        yield SAME_NAME
    if known.get("distance") in (0.0, 1.0):
        yield CLOSE if known["distance"] else FAR
