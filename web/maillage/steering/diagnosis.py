"""The frozen answer to a question: plain, rounded values that read back from storage unchanged."""

import json
import math
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from maillage.steering.question import Question, Scenario


@dataclass(frozen=True, slots=True)
class CommuneResult:
    """What a diagnosis says of one commune of the département."""

    code: str
    name: str
    epci: str
    epci_name: str
    people: float | None
    estimated: bool
    score: float  # `measure` per `per` people
    minutes: float | None  # to the nearest place; None where none was found
    nearest: str  # its name, empty if none
    nearest_commune: str
    unserved: bool
    close_call: bool  # the error of estimated times could change the answer
    open_border: bool  # within reach of communes of whose offer nothing is known
    zonings: tuple[str, ...]
    density: int | None
    income: float | None
    growth: float | None
    minutes_low: float | None = None  # if estimated times are as wrong as was measured
    minutes_high: float | None = None  # None where the time is imported, or nothing was measured


@dataclass(frozen=True, slots=True)
class EpciResult:
    """What a diagnosis says of the département's communes of one EPCI."""

    siren: str
    name: str
    communes: int
    people: float
    score: float | None  # of the average person; None where nobody concerned lives
    coverage: float | None
    far_people: float
    unserved_communes: int
    coverage_low: float | None = None
    coverage_high: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    against: int | None = None  # score surely below (-1) or above (1) the département's; 0: unsure


@dataclass(frozen=True, slots=True)
class Range:
    """Where a figure may truly lie, and what each draw of the travel times gave."""

    code: str  # of the figure
    low: float
    high: float
    drawn: tuple[float, ...]  # the same draw has the same errors in every diagnosis


@dataclass(frozen=True, slots=True)
class Margins:
    """What the error of estimated travel times, as measured, does to the figures."""

    definition: int  # of a range; changed when its meaning changes
    level: float  # share of the draws inside a range
    ranges: tuple[Range, ...]
    common: float  # the measured error: see `margins.measured.Measured`
    place: float
    trip_min: float
    since: str
    checked: str
    source: str


@dataclass(frozen=True, slots=True)
class Inequality:
    """How unequally access is shared, person by person."""

    gini: float
    theil: float
    theil_between: float
    theil_within: float
    p10: float
    p90: float
    p90_p10: float  # inf when p10 is 0, NaN when both are
    lowest: float  # mean of the worst-off EPCI
    highest: float
    gap: float
    ratio: float
    lorenz: tuple[tuple[float, float], ...]  # (share of people, share of access), poorest first


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of the whole département."""

    communes: int
    people: float  # where known
    unknown_communes: int  # no figure for this audience
    far_people: float
    coverage: float | None
    coverage_low: float | None  # its range; without `margins`, were every trip longer by its error
    coverage_high: float | None
    unserved_communes: int
    unserved_people: float
    mean_score: float | None
    median_score: float | None
    mean_minutes: float | None  # over people who have a place within sight
    sites: int
    halo_sites: int
    services: int
    unverified_services: int
    sites_without_supply: int  # counted for distance, not for the score
    supply: float
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One answer, with all that says where it comes from."""

    question: Question
    departement_name: str
    communes: tuple[CommuneResult, ...]  # by code
    epcis: tuple[EpciResult, ...]  # by name
    totals: Totals
    inequality: Inequality | None  # None where nobody can be counted
    remote: tuple[tuple[str, str, tuple[str, ...], str], ...]  # name, by whom, modes, area
    silent_departements: tuple[str, ...]
    travel: str  # the files imported times come from; empty where all are estimated
    sources: tuple[tuple[str, str, str, str, str, str], ...]
    data_hash: str
    code_version: str
    margins: Margins | None = None  # None where no time is estimated, or its error never measured

    def range_of(self, code: str) -> Range | None:
        """The range of one figure, where it has one."""
        ranges = self.margins.ranges if self.margins else ()
        return next((found for found in ranges if found.code == code), None)

    def pack(self) -> bytes:
        """Bytes to store; the same answer always gives the same bytes.

        What came after the first kept diagnoses is left out where it says nothing, so that those
        still give the bytes they were kept as.
        """
        found = asdict(self)
        for row in (found, *found["communes"], *found["epcis"]):
            for name in LATER & row.keys():
                if row[name] is None:
                    del row[name]
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(text.encode(), 6)


def unpack(packed: bytes) -> Diagnosis:
    """Read back what `Diagnosis.pack` wrote."""
    found = json.loads(zlib.decompress(packed))
    question = found.pop("question")
    scenario = Scenario(**_tuples(question.pop("scenario")))
    inequality, margins = found.pop("inequality"), found.pop("margins", None)
    return Diagnosis(
        question=Question(**question, scenario=scenario),
        communes=_rows(CommuneResult, found.pop("communes")),
        epcis=_rows(EpciResult, found.pop("epcis")),
        totals=Totals(**found.pop("totals")),
        inequality=Inequality(**_tuples(inequality)) if inequality else None,
        margins=_margins(margins) if margins else None,
        **_tuples(found),
    )


def _margins(found: dict[str, Any]) -> Margins:
    return Margins(ranges=_rows(Range, found.pop("ranges")), **found)


def _rows(kind: Callable[..., Any], rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(kind(**_tuples(row)) for row in rows)


def _tuples(found: dict[str, Any]) -> dict[str, Any]:
    return {name: _frozen(value) for name, value in found.items()}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value


def rounded(value: float, digits: int = 6) -> float:
    """Round for good, so that a last bit never changes an export; -0.0 becomes 0.0."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else float(value)


LATER = frozenset(
    {"margins", "minutes_low", "minutes_high", "coverage_low", "coverage_high", "score_low"}
    | {"score_high", "against"}
)
