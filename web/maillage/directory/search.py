"""Understand what a parent types: needs, kinds of services and names, whatever the spelling.

Words are compared by a light stem, without accents; a word of four letters or more may hold one
mistake, of eight or more, two. A phrase counts when all its words that say something are found;
rare words weigh more.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import log

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import CharField, F, Func, Value

from maillage.directory.needs import NEEDS
from maillage.directory.plain_words import KIND_WORDS, SILENT
from maillage.directory.querysets import ServiceQuerySet

LONGEST = 200  # characters read of what was typed
LONGEST_WORD = 30
LEAST = 0.5  # a phrase made of words that say little must be long to count
ENDINGS = (
    "ement", "ation", "able", "ant", "eur", "iqu", "ing", "ent", "ait", "ais", "ons", "er", "ez",
    "ir", "ed", "e", "i",
)  # fmt: skip
SHORTEST_STEM = 3  # letters left, and one more when a long ending goes
GRANDCHILDREN = re.compile(r"\b(?:mes|nos|ses|leurs) petits enfants\b")
DOUBLED = re.compile(r"([a-z])\1")


@dataclass(frozen=True, slots=True)
class Match:
    """One need or kind that answers what was typed, and how well (more is better)."""

    code: str
    score: float


def match_needs(text: str) -> list[Match]:
    """Return the needs that the words of `text` speak of, best first."""
    return _ranked(text, _needs())


def match_kinds(text: str) -> list[Match]:
    """Return the kinds of services that `text` names, best first."""
    return _ranked(text, _kinds())


def by_words(services: ServiceQuerySet, text: str) -> ServiceQuerySet:
    """Keep services whose name or presentation holds the words typed, closest first."""
    plain = Func(Value(text[:LONGEST], CharField()), function="maillage_plain")
    asked = SearchQuery(plain, config="french", search_type="websearch")
    ranked = services.filter(words=asked).annotate(closeness=SearchRank(F("words"), asked))
    return ranked.order_by("-closeness", "pk")


def plain(text: str) -> str:
    """Return `text` in lower case, without accents, with single spaces for all the rest."""
    spread = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def stem(word: str) -> str:
    """Return what a word keeps when its ending changes: pleure, pleurs, pleurer.

    Doubled letters count once: they are what people get wrong most.
    """
    kept = DOUBLED.sub(r"\1", word)
    for ending in ("s", "x", "e"):  # plural, then feminine
        if kept.endswith(ending) and len(kept) > SHORTEST_STEM:
            kept = kept[:-1]
    for ending in ENDINGS:
        left = len(kept) - len(ending)
        if kept.endswith(ending) and left >= SHORTEST_STEM + (len(ending) > 2):
            return kept[:left]
    return kept


def stems(text: str) -> list[str]:
    """Return the stems of all the words of a text; grandchildren are no small children."""
    return [stem(word) for word in GRANDCHILDREN.sub("petitsenfants", plain(text)).split()]


class Lexicon:
    """Phrases of several subjects, ready to be compared with what people type."""

    def __init__(self, phrases: Mapping[str, Iterable[str]]) -> None:
        self.phrases = [
            (code, tuple(dict.fromkeys(stems(phrase))))
            for code, all_ in phrases.items()
            for phrase in all_
        ]
        told = {(code, word) for code, phrase in self.phrases for word in phrase}
        spread = Counter(word for _, word in told)
        subjects = len(phrases)
        self.weight = {
            word: (0.15 if word in _silent() else 1.0) * log(1 + subjects / count)
            for word, count in spread.items()
        }
        self._near: defaultdict[str, set[str]] = defaultdict(set)
        for word in self.weight:
            for shorter in _without_letters(word):
                self._near[shorter].add(word)

    def read(self, text: str) -> dict[str, float]:
        """Return the known words found in `text`, with 1.0 for exact and less for a near miss."""
        found: dict[str, float] = {}
        for word in stems(text[:LONGEST]):
            if word in self.weight:
                found[word] = 1.0
            if word in self.weight or word in _silent() or len(word) > LONGEST_WORD:
                continue
            for near in {one for shorter in _without_letters(word) for one in self._near[shorter]}:
                if distance(word, near) <= _mistakes(word):
                    found.setdefault(near, 0.7)
        return found


def distance(one: str, other: str) -> int:
    """Count the letters to add, drop, change or swap with their neighbour (Damerau, OSA)."""
    former = line = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        before, former, line = former, line, [row]
        for column, against in enumerate(other, 1):
            change = former[column - 1] + (letter != against)
            best = min(change, former[column] + 1, line[column - 1] + 1)
            swapped = row > 1 and column > 1 and one[row - 2] == against
            if swapped and letter == other[column - 2]:
                best = min(best, before[column - 2] + 1)
            line.append(best)
    return line[-1]


@cache
def _silent() -> frozenset[str]:
    return frozenset(stem(word) for word in SILENT)


@cache
def _needs() -> Lexicon:
    return Lexicon({need.code: need.words for need in NEEDS})


@cache
def _kinds() -> Lexicon:
    return Lexicon(KIND_WORDS)


def _ranked(text: str, lexicon: Lexicon) -> list[Match]:
    """Score each subject by its best phrase, then a little by its others."""
    found = lexicon.read(text)
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for code, phrase in lexicon.phrases:
        if _is_said(phrase, found):
            worth = sum(lexicon.weight[word] * found.get(word, 0.0) for word in phrase)
            if worth >= LEAST:
                scores[code].append(worth)
    matches = []
    for code, all_ in scores.items():
        best = max(all_)
        matches.append(Match(code, round(best + 0.2 * (sum(all_) - best), 3)))
    order = {code: position for position, code in enumerate(dict(lexicon.phrases))}
    return sorted(matches, key=lambda match: (-match.score, order[match.code]))


def _is_said(phrase: tuple[str, ...], found: Mapping[str, float]) -> bool:
    """Tell whether all the words that count are there, and half of those that say little."""
    little = [word for word in phrase if word in _silent()]
    if len(little) == len(phrase):
        return all(word in found for word in phrase)
    heard = sum(word in found for word in little)
    return 2 * heard >= len(little) and all(
        word in found for word in phrase if word not in _silent()
    )


def _mistakes(word: str) -> int:
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


def _without_letters(word: str) -> set[str]:
    """Return `word` and what is left without one or two letters: mistakes meet there."""
    positions = range(len(word))
    return {
        "".join(letter for position, letter in enumerate(word) if position not in gone)
        for count in range(_mistakes(word) + 1)
        for gone in combinations(positions, count)
    }
