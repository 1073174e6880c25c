"""What a family typed, turned into what the rooms can look for."""

from dataclasses import dataclass, field

from django.utils.translation import override

from maillage.directory.needs import BY_CODE, NEEDS
from maillage.directory.search import match_kinds, match_needs, plain
from maillage.directory.vocabulary import Kind, Need
from maillage.territory.models import Commune

OTHERS = 3


@dataclass(frozen=True, slots=True)
class Understood:
    """A need of the list, or kinds of services, or words to look for in the entries."""

    need: Need | None = None
    kinds: tuple[Kind, ...] = ()
    words: str = ""
    others: tuple[Need, ...] = field(default=())  # other needs that the words may speak of


def worry(text: str) -> Understood:
    """Understand what preoccupies the family: nothing, a label of the list, or its own words."""
    if not text.strip():
        return Understood()
    if exact := _labels().get(plain(text)):
        return Understood(need=BY_CODE[exact])
    needs = [BY_CODE[match.code] for match in match_needs(text)]
    kinds = tuple(Kind(match.code) for match in match_kinds(text))
    if kinds and (not needs or plain(text) in {plain(str(kind.label)) for kind in kinds}):
        return Understood(kinds=kinds[:1])
    if needs:
        return Understood(need=needs[0], others=tuple(needs[1 : 1 + OTHERS]))
    return Understood(words=text)


def _labels() -> dict[str, str]:
    """Every label of the list, in both languages and in the reader's."""
    found = {plain(need.code): need.code for need in NEEDS}
    for language in ("fr", "en"):
        with override(language):
            found.update({plain(str(need.label)): need.code for need in NEEDS})
    return found


@dataclass(frozen=True, slots=True)
class Somewhere:
    """The commune that was meant, or those among which to choose."""

    commune: Commune | None = None
    others: tuple[Commune, ...] = ()  # what else it may be; the choice, when `commune` is None
    was_misspelt: bool = False


def place(text: str) -> Somewhere:
    """Understand a commune: one, several that share a name or a postcode, or near misses."""
    named, _, code = text.strip().rstrip(")").rpartition("(")
    if (
        named
        and len(code) == 5
        and (chosen := Commune.objects.select_related("departement").filter(pk=code).first())
    ):
        return Somewhere(chosen)
    found = list(Commune.objects.matching(text).select_related("departement"))
    if not found:
        return Somewhere()
    best = quality(found[0])
    alike = [commune for commune in found if quality(commune) == best]
    for narrower in (
        [commune for commune in alike if commune.search_name in plain(text)],
        [commune for commune in alike if commune.departement.loaded],
    ):
        if len(alike) > 1 and len(narrower) == 1:
            alike = narrower
    if len(alike) > 1 and best == NEAR_MISS and _stands_out(alike):
        alike = alike[:1]
    if len(alike) > 1:
        return Somewhere(others=tuple(alike if best == EXACT else found))
    return Somewhere(alike[0], tuple(c for c in found if c != alike[0]), best == NEAR_MISS)


def _stands_out(misses: list[Commune]) -> bool:
    """Whether the nearest spelling leaves the others far behind."""
    near = sorted((float(c.nearness) for c in misses), reverse=True)  # type: ignore[attr-defined]
    return near[0] >= LIKELY and near[0] - near[1] >= CLEARLY


def exactly(commune: Commune) -> str:
    """Name a commune so that no other is understood; `place` reads it back."""
    return f"{commune.name} ({commune.pk})"


def quality(commune: Commune) -> int:
    """How well a commune answers what was typed: set by `matching`."""
    return int(commune.quality)  # type: ignore[attr-defined]


EXACT, NEAR_MISS = 0, 4
LIKELY, CLEARLY = 0.45, 0.15  # trigram similarities
