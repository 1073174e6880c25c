"""The plainest spelling of a place: what is stored to be found, and what a person typed."""

import re
import unicodedata
from dataclasses import dataclass

ARTICLES = ("le", "la", "les", "l", "aux", "las", "los")
SHORTENED = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
CITIES_WITH_DISTRICTS = ("paris", "lyon", "marseille")
LONGEST = 80
FEWEST_DIGITS = 3
CONNECTORS = frozenset(
    "a au aux d de des devant du en et l la le les lez pres sous sur".split()  # noqa: SIM905
)
_CODE = re.compile(r"\d{5}|2[ab]\d{3}")
_DEPARTEMENT = re.compile(r"\d\d|2[ab]|97\d")
_ORDINAL = re.compile(r"(\d{1,2})(?:er|e|eme|ieme)?")
_NOT_A_LETTER = re.compile(r"[^0-9a-z]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ÿ": "y"})


def plain(text: str) -> str:
    """Return `text` without accents, hyphens, apostrophes or capitals; "St" becomes "saint"."""
    unaccented = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    letters = "".join(c for c in unaccented if not unicodedata.combining(c)).lower()
    words = _NOT_A_LETTER.sub(" ", letters).split()
    return " ".join(SHORTENED.get(word, word) for word in words)


def without_article(words: str) -> str:
    """Drop a leading article from plain words, unless nothing would be left."""
    first, _, rest = words.partition(" ")
    return rest if rest and first in ARTICLES else words


def short_name(words: str) -> str:
    """Return what people say: "luxeuil" for "luxeuil les bains", "saint loup" for the whole."""
    parts = words.split()
    for position, word in enumerate(parts):
        if position and word in CONNECTORS:
            return " ".join(parts[:position])
    return words


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """What a person typed to mean a commune."""

    words: str  # in plain spelling
    bare: str  # the same without its leading article
    code: str  # a postcode or an Insee code, or ""
    departement: str  # asked for beside the name ("Gray 70"), or ""

    @property
    def is_too_short(self) -> bool:
        """Say whether this means nothing yet: no letter, or fewer digits than help."""
        digits = self.words.isdigit() and len(self.words) < FEWEST_DIGITS
        return not self.code and (not self.words or digits)


def read_place(text: str) -> TypedPlace:
    """Tell names, postcodes and département numbers apart in what was typed."""
    parts = plain(text[:LONGEST]).partition(" cedex")[0].split()
    codes = [word for word in parts if _CODE.fullmatch(word)]
    names = [word for word in parts if word not in codes]
    departement = ""
    if len(names) > 1 and names[0] in CITIES_WITH_DISTRICTS:
        ordinal = _ORDINAL.fullmatch(names[1])
        names = [names[0], ordinal[1].lstrip("0")] if ordinal else names
    elif len(names) > 1 and _DEPARTEMENT.fullmatch(names[-1]):
        departement = names.pop().upper()
    words = " ".join(names)
    return TypedPlace(words, without_article(words), codes[0] if codes else "", departement)
