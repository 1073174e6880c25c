"""Ranges in plain words: of a figure, of a place among others, of a change."""

from collections.abc import Callable
from datetime import date
from statistics import NormalDist

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.steering import wording
from maillage.steering.diagnosis import Diagnosis, EpciResult
from maillage.steering.indicators import BY_CODE
from maillage.steering.margins.measured import measured

SAID: dict[str, Callable[[float], str]] = {  # every figure that may have a range, as it is shown
    "couverture": wording.percent,
    "personnes-eloignees": wording.count,
    "communes-non-desservies": wording.number,
    "temps-moyen": wording.minutes,
    "acces-moyen": wording.amount,
    "ecart-epci": wording.amount,
    "rapport-epci": wording.times,
    "gini": wording.index,
    "theil": wording.index,
    "p90-p10": wording.times,
}


def between(low: str, high: str) -> str:
    """Two bounds, in words."""
    if low == high:
        return _("l’erreur des temps estimés n’y change presque rien")
    return _("entre %(low)s et %(high)s") % {"low": low, "high": high}


def range_words(found: Diagnosis, code: str) -> str:
    """The range of a figure; empty where it has none."""
    known = found.range_of(code)
    if known is None:
        return _range_of_before(found, code)
    words = between(SAID[code](known.low), SAID[code](known.high))
    if code == "couverture" and known.low != known.high:
        return _("%(between)s si nos temps se trompent comme en Isère") % {"between": words}
    return words


def _range_of_before(found: Diagnosis, code: str) -> str:
    """What a diagnosis kept before ranges says: every trip wrong on the same side at once."""
    totals = found.totals
    if code != "couverture" or totals.coverage_low == totals.coverage_high:
        return ""
    return _("entre %(low)s et %(high)s, selon l’erreur habituelle des temps estimés") % {
        "low": wording.percent(totals.coverage_low),
        "high": wording.percent(totals.coverage_high),
    }


def beside(value: str, low: str | None, high: str | None) -> str:
    """A value with its bounds, for a cell; alone where they say nothing."""
    if low is None or high is None or low == high:
        return value
    return f"{value} {wording.tied(_('(%(low)s à %(high)s)') % {'low': low, 'high': high})}"


def against(row: EpciResult) -> str:
    """Where an EPCI stands, when that is surer than the times; empty where nothing was drawn."""
    if row.against is None:
        return ""
    return {
        -1: _("moins bien servie"),
        0: _("écart plus petit que l’erreur"),
        1: _("mieux servie"),
    }[row.against]


def note(found: Diagnosis) -> str:
    """What one must know of the ranges of this answer, or of why there are none."""
    if found.margins:
        words = _(
            "Les temps sont estimés. Une fourchette (« entre … et … ») contient le vrai chiffre"
            " environ 8 fois sur 10, si nos temps se trompent comme dans le Bas-Dauphiné (Isère),"
            " où ils ont été comparés aux temps par la route. En montagne, elle est trop étroite."
        )
        if found.travel:
            words += " " + _("Les temps importés, eux, ne bougent pas.")
        return words
    if _all_imported(found):
        return _(
            "Tous les temps qui comptent ici sont importés : il n’y a donc pas de fourchette, mais"
            " le fichier peut avoir ses propres erreurs."
        )
    if measured(found.question.mode) is None:
        return _(
            "À vélo et à pied, l’erreur des temps estimés n’a jamais été mesurée :"
            " il n’y a donc pas de fourchette."
        )
    return ""


def _all_imported(found: Diagnosis) -> bool:
    before = found.totals.coverage_low != found.totals.coverage_high
    return bool(found.travel) and not before and measured(found.question.mode) is not None


def change(first: Diagnosis, second: Diagnosis, code: str) -> str:
    """How a figure changes from the first answer to the second, if the times allow to say so.

    The same draw has the same errors in both: what a new place brings is judged on the same roads.
    """
    one, other = first.range_of(code), second.range_of(code)
    if not (one and other and first.margins) or _drawing(first) != _drawing(second):
        return ""
    drawn = sorted(map(_apart, one.drawn, other.drawn))
    outside = round(len(drawn) * (1 - first.margins.level) / 2) - 1
    shown = _apart(*(BY_CODE[code].number(found) or 0.0 for found in (first, second)))
    low, high = min(drawn[outside], shown), max(drawn[-1 - outside], shown)
    if low == high == 0:
        return _("rien ne change")
    if low <= 0 <= high:
        return _("écart plus petit que l’erreur")
    return (
        _("en hausse, malgré l’erreur des temps")
        if low > 0
        else _("en baisse, malgré l’erreur des temps")
    )


def _apart(before: float, after: float) -> float:
    """How much more; nothing between two values without limit."""
    return 0.0 if before == after else after - before


def _drawing(found: Diagnosis) -> tuple[object, ...]:
    margins = found.margins
    if margins is None:
        return ()
    return (
        found.question.mode, margins.definition, margins.common, margins.place, margins.trip_min,
        {len(one.drawn) for one in margins.ranges},
    )  # fmt: skip


def in_short(found: Diagnosis) -> str:
    """The error behind the ranges, in one line that travels with every file."""
    if found.margins is None:
        return note(found) or _("aucune")
    return _(
        "8 tirages sur 10, erreur des temps : territoire %(common)s, commune %(place)s (écarts-"
        "types du logarithme), trajet %(trip)s min ; mesurée le %(day)s ; définition %(definition)d"
    ) % {
        "common": wording.number(found.margins.common, 3),
        "place": wording.number(found.margins.place, 3),
        "trip": wording.number(found.margins.trip_min, 1),
        "day": date_format(date.fromisoformat(found.margins.checked), "j F Y"),
        "definition": found.margins.definition,
    }


def method(found: Diagnosis) -> list[str]:
    """How the ranges were made, one sentence a part: for the page of a figure and the files."""
    margins = found.margins
    if margins is None:
        return [note(found)] if note(found) else []
    widths = NormalDist().inv_cdf((1 + margins.level) / 2)  # standard deviations
    shown = {
        "common": wording.percent(widths * margins.common),
        "place": wording.percent(widths * margins.place),
        "trip": wording.number(widths * margins.trip_min),
    }
    return [
        _(
            "Tous les temps du territoire ensemble : à %(common)s près, 8 fois sur 10. C’est ce"
            " qui compte le plus : si nos vitesses sont trop belles, elles le sont partout."
        )
        % shown,
        _("Les routes d’une commune : à %(place)s près, pour tous ses trajets.") % shown,
        _("Chaque trajet en particulier : à %(trip)s minutes près.") % shown,
        _(
            "Le calcul est refait %(draws)d fois avec des temps tirés ainsi, toujours les mêmes ;"
            " la fourchette garde les 8 résultats sur 10 du milieu, et le chiffre lui-même."
        )
        % {"draws": len(margins.ranges[0].drawn) if margins.ranges else 0},
        _("Mesuré le %(day)s sur : %(source)s.")
        % {
            "day": date_format(date.fromisoformat(margins.checked), "j F Y"),
            "source": margins.source,
        },
    ]
