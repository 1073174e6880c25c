"""The frozen answer to a tour: plain, rounded values that read back from storage unchanged."""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any

from maillage.steering.scenarios.rounds_question import Question, question_of


@dataclass(frozen=True, slots=True)
class Visit:
    """One stop of one day, in minutes from midnight."""

    stop: int  # position among the stops asked
    arrival: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Day:
    """One vehicle on one day of the cycle."""

    week: int  # 0 to 3
    weekday: int
    vehicle: int
    departure: int
    back: int
    driven: float  # minutes
    km: float
    visits: tuple[Visit, ...]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What so many days a week come to, the rest of the question unchanged."""

    weekdays: tuple[int, ...]
    served: int  # stops
    visits: int  # in a cycle
    people: float  # at the stops served
    driven: float
    least: float  # no plan of the same visits drives less
    km: float
    proven: bool


@dataclass(frozen=True, slots=True)
class Tour:
    """Four weeks found by search, beside what no plan can go below."""

    question: Question
    base: str  # the name of the commune
    where: tuple[float, float]  # of the base
    days: tuple[Day, ...]  # by week, weekday, vehicle
    left_out: tuple[tuple[int, str], ...]  # a stop, and why
    complete: bool  # proven that no plan serves more
    rhythms: tuple[Rhythm, ...]  # one day less, as asked, one day more
    asked: int  # which of the rhythms was asked
    travel: str  # files of imported times
    data_hash: str
    code_version: str

    @property
    def rhythm(self) -> Rhythm:
        """What was asked comes to."""
        return self.rhythms[self.asked]

    def pack(self) -> bytes:
        """Bytes to store; the same answer always gives the same bytes."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(text.encode(), 6)


def unpack(packed: bytes) -> Tour:
    """Read back what `Tour.pack` wrote."""
    found: dict[str, Any] = json.loads(zlib.decompress(packed))
    return Tour(
        question=question_of(found.pop("question")),
        where=tuple(found.pop("where")),
        days=tuple(_day(row) for row in found.pop("days")),
        left_out=tuple((stop, why) for stop, why in found.pop("left_out")),
        rhythms=tuple(
            Rhythm(weekdays=tuple(row.pop("weekdays")), **row) for row in found.pop("rhythms")
        ),
        **found,
    )


def _day(row: dict[str, Any]) -> Day:
    return Day(visits=tuple(Visit(**one) for one in row.pop("visits")), **row)
