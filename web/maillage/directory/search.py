"""Understand what a parent types: needs, kinds of services and names, whatever the spelling.

Words are compared by a light stem, without accents; a word of four letters or more may hold one
mistake, of eight or more, two. A phrase counts when all its words are found; rare words weigh more.
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
ENDINGS = (
    "ements", "ement", "ations", "ation", "euses", "euse", "ables", "able", "antes", "ante",
    "ants", "eurs", "eur", "ees", "ies", "ing", "ent", "ait", "ais", "ant", "ons", "ee", "ie", "es",
    "er", "ez", "ir", "ed", "e", "s", "x", "i",
)  # fmt: skip
SHORTEST_STEM = 3


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
    """Return what a word keeps when its ending changes: pleure, pleurs, pleurer."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def stems(text: str) -> list[str]:
    """Return the stems of all the words of a text."""
    return [stem(word) for word in plain(text).split()]


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
            if word in self.weight or word in _silent():
                continue
            for near in {one for shorter in _without_letters(word) for one in self._near[shorter]}:
                if abs(len(near) - len(word)) <= _mistakes(word):
                    found.setdefault(near, 0.7)
        return found


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
        if phrase and all(word in found for word in phrase):
            worth = sum(lexicon.weight[word] * found[word] for word in phrase)
            if worth >= 0.5:
                scores[code].append(worth)
    matches = []
    for code, all_ in scores.items():
        best = max(all_)
        matches.append(Match(code, round(best + 0.2 * (sum(all_) - best), 3)))
    order = {code: position for position, code in enumerate(dict(lexicon.phrases))}
    return sorted(matches, key=lambda match: (-match.score, order[match.code]))


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
