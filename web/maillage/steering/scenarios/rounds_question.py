"""What a tour asks, as one immutable value: the key of its result and of its address."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

WEEKS = 4
EVERY = {"weekly": 1, "fortnightly": 2, "monthly": 4}  # weeks between two visits
WEEK = range(7)
ANY_DAY = -1
OFTEN, SELDOM = 2 / 3, 1 / 3  # shares of the children of the largest stop


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of the decision, and what was answered about it."""

    code: str
    name: str
    latitude: float
    longitude: float
    people: float  # whose nearest site it would be
    rhythm: str = "weekly"
    weekday: int = ANY_DAY  # the only day its room is free

    @property
    def visits(self) -> int:
        """In a cycle."""
        return WEEKS // EVERY[self.rhythm]


@dataclass(frozen=True, slots=True)
class Question:
    """A tour to plan. Minutes are from midnight, weekdays from 0 (Monday)."""

    departement: str
    base: str  # a commune
    vehicles: int
    starts: int  # earliest departure
    shift: int  # minutes a day at most, driving included
    days: int  # a week
    closed: tuple[int, ...]  # weekdays when nobody drives
    stay: int  # minutes at each stop
    monday: str  # ISO day when the first cycle begins
    stops: tuple[Stop, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a hash or a stored result."""
        return asdict(self)

    @property
    def open_days(self) -> list[int]:
        """Weekdays when one may drive."""
        return [day for day in WEEK if day not in self.closed]

    @property
    def wanted_days(self) -> set[int]:
        """Weekdays that a stop cannot do without."""
        return {stop.weekday for stop in self.stops if stop.weekday != ANY_DAY}

    def driven_days(self, days: int) -> tuple[int, ...]:
        """So many weekdays: those that stops want, then others spread over the week."""
        order = [*sorted(self.wanted_days), *spread(self.open_days, days), *self.open_days]
        return tuple(sorted(list(dict.fromkeys(order))[:days]))

    def query(self) -> str:
        """What follows the question mark of a shareable address."""
        pairs = [
            ("base", self.base), ("depart", clock(self.starts)), ("heures", f"{self.shift / 60:g}"),
            ("jours", self.days), ("minutes", self.stay), ("lundi", self.monday),
            *(("ferme", day) for day in self.closed),
        ]  # fmt: skip
        for stop in self.stops:
            pairs += [(f"rythme_{stop.code}", stop.rhythm), (f"jour_{stop.code}", stop.weekday)]
        return urlencode(pairs)


def question_of(packed: dict[str, Any]) -> Question:
    """Read back what `Question.as_dict` gave, after a passage through JSON."""
    stops = tuple(Stop(**stop) for stop in packed.pop("stops"))
    return Question(stops=stops, closed=tuple(packed.pop("closed")), **packed)


def spread(days: list[int], wanted: int) -> list[int]:
    """Choose days as far apart as they go: two of five are the second and the fourth."""
    count = min(wanted, len(days))
    return [days[int((number + 0.5) * len(days) / count)] for number in range(count)]


def rhythms(people: Collection[float]) -> list[str]:
    """Propose how often to come from the children: as the largest stop, half as often, or less."""
    most = max(people, default=0.0) or 1.0
    return [
        "weekly" if one >= OFTEN * most else "fortnightly" if one >= SELDOM * most else "monthly"
        for one in people
    ]


def clock(minutes: float) -> str:
    """Minutes from midnight as hours and minutes: "09:20"."""
    whole = round(minutes)
    return f"{whole // 60:02d}:{whole % 60:02d}"
