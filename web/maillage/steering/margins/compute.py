"""From an error to ranges: the same diagnosis again and again, with times as they may truly be."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

import maillage_engine as engine
from maillage.steering.diagnosis import Inequality, Margins, Range, Totals, rounded
from maillage.steering.margins.measured import Measured, measured
from maillage.steering.question import Question
from maillage.steering.vocabulary import Unserved

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
DEFINITION = 1  # of a range; a kept diagnosis keeps the one it was made with
LEVEL = 0.8  # share of the draws inside a range
DRAWS = 60
LEFT_OUT = 5  # draws on each side: 49 gaps of 61 are between the sixth and the last but five


@dataclass(frozen=True, slots=True)
class Drawn:
    """The communes of the département, as they may be; one row a draw."""

    error: Measured
    score: Floats  # (draws, communes) per `per` people
    minutes: Floats  # (draws, communes) inf where nothing is reached

    def bounds(self) -> tuple[Floats, Floats]:
        """Bounds of each commune's nearest time; NaN where the error moves nothing."""
        low, high = _bounds(self.minutes)
        moved = np.isfinite(high) & (self.minutes.max(axis=0) > self.minutes.min(axis=0))
        return np.where(moved, low, np.nan), np.where(moved, high, np.nan)

    def doubtful(self, limit: float, within: Flags) -> Flags:
        """Mark the communes that more than a draw in ten puts on the other side of the limit."""
        other = (self.minutes <= limit) != within
        return np.asarray(other.mean(axis=0) > (1 - LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class EpciMargin:
    """The ranges of one EPCI, and where it stands."""

    coverage: tuple[float, float]
    score: tuple[float, float]
    against: int  # -1 or 1: below or above the département whatever the error; 0: nobody can say


def draw(
    question: Question,
    trips: engine.GuessedTrips,
    demand: Floats,
    supply: Floats,
    weights: Floats,
    inside: Flags,
) -> Drawn | None:
    """Draw every estimated time; None where none is, or where the error was never measured.

    `weights` are those of 0, 0.1, 0.2... minutes up to the threshold; `inside` marks the communes
    of the département, the others being its halo.
    """
    error = measured(question.mode)
    if error is None or not trips.guessed.any():
        return None
    wrong = engine.TravelError(error.common, error.place, error.trip_min)
    found = engine.drawn_access(trips, demand, supply, weights, wrong, draws=DRAWS)
    score = found.score[:, inside] * question.per
    minutes = np.nan_to_num(found.minutes[:, inside], nan=np.inf)
    if (score == score[0]).all() and (minutes == minutes[0]).all():
        return None
    return Drawn(error, score, minutes)


def epci_margins(
    drawn: Drawn, people: Floats, siren: NDArray[np.str_], limit: float
) -> dict[str, EpciMargin]:
    """Ranges of each EPCI where somebody concerned lives; against the département, draw by draw."""
    near = drawn.minutes <= limit
    everyone = drawn.score @ people / people.sum()
    found = {}
    for label in np.unique(siren):
        here = np.where(siren == label, people, 0.0)
        if not here.any():
            continue
        score = drawn.score @ here / here.sum()
        least, most = _bounds(score - everyone)
        found[str(label)] = EpciMargin(
            coverage=_pair(near @ here / here.sum()),
            score=_pair(score),
            against=int(least > 0) - int(most < 0),
        )
    return found


def margins(
    question: Question,
    drawn: Drawn,
    people: Floats,
    siren: NDArray[np.str_],
    values: Mapping[str, float | None],
) -> Margins | None:
    """Give every figure that hangs on times its range, which always holds the figure itself."""
    if not people.any():
        return None
    by_code = _figures(question, drawn, people, siren)
    ranges = []
    for code, rows in by_code.items():
        value = values[code]
        if value is None or np.isnan(value) or np.isnan(rows).any():
            continue
        low, high = _pair(rows)
        ranges.append(
            Range(
                code=code,
                low=min(low, rounded(value)),
                high=max(high, rounded(value)),
                drawn=tuple(rounded(row) for row in rows),
            )
        )
    return Margins(definition=DEFINITION, level=LEVEL, ranges=tuple(ranges), **asdict(drawn.error))


def values_of(totals: Totals, inequality: Inequality) -> dict[str, float | None]:
    """The figures that have a range, by their code."""
    return {
        "couverture": totals.coverage,
        "personnes-eloignees": totals.far_people,
        "communes-non-desservies": float(totals.unserved_communes),
        "temps-moyen": totals.mean_minutes,
        "acces-moyen": totals.mean_score,
        "ecart-epci": inequality.gap,
        "rapport-epci": inequality.ratio,
        "gini": inequality.gini,
        "theil": inequality.theil,
        "p90-p10": inequality.p90_p10,
    }


def _figures(
    question: Question, drawn: Drawn, people: Floats, siren: NDArray[np.str_]
) -> dict[str, Floats]:
    """Each figure in each draw."""
    score, near = drawn.score, drawn.minutes <= question.minutes
    counted = np.isfinite(drawn.minutes) * people
    trip = np.where(counted > 0, drawn.minutes, 0.0)
    with np.errstate(invalid="ignore"):  # nobody reaches anything: not a number
        mean_minutes = (trip * counted).sum(axis=1) / counted.sum(axis=1)
    means = [engine.group_means(row, people, siren) for row in score]
    ends = [engine.extremes(m.mean[m.people > 0], m.people[m.people > 0]) for m in means]
    return {
        "couverture": near @ people / people.sum(),
        "personnes-eloignees": ~near @ people,
        "communes-non-desservies": _unserved(question, drawn, people),
        "temps-moyen": mean_minutes,
        "acces-moyen": score @ people / people.sum(),
        "ecart-epci": np.array([end.gap for end in ends]),
        "rapport-epci": np.array([end.ratio for end in ends]),
        "gini": np.array([engine.gini(row, people) for row in score]),
        "theil": np.array([engine.theil(row, people) for row in score]),
        "p90-p10": np.array([engine.quantile_ratio(row, people) for row in score]),
    }


def _unserved(question: Question, drawn: Drawn, people: Floats) -> Floats:
    nothing = drawn.score == 0
    if question.unserved == Unserved.FAR:
        found = drawn.minutes > question.minutes
    elif question.unserved == Unserved.RELATIVE:
        share = question.fraction / 100
        below = [engine.below_median(row, people, share) for row in drawn.score]
        found = np.array(below) | nothing
    else:
        found = nothing
    return np.asarray(found.sum(axis=1), dtype=np.float64)


def _bounds(rows: Floats) -> tuple[Floats, Floats]:
    """The sixth lowest and the sixth highest of each column: no interpolation, so inf may stay."""
    ordered = np.sort(rows, axis=0)
    return ordered[LEFT_OUT], ordered[-1 - LEFT_OUT]


def _pair(rows: Floats) -> tuple[float, float]:
    low, high = _bounds(rows)
    return rounded(float(low)), rounded(float(high))
