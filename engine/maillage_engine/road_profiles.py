"""Who may use a road and how fast, from its OpenStreetMap tags: car, foot and bicycle in France.

Speeds are those of the law where a limit is written or implied (code de la route, art. R413-2 and
R413-3), times the share of it that is really driven; a profile says where its numbers come from.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from maillage_engine import _check

Tags = Mapping[str, str]
ALLOWED = {"yes", "designated", "permissive", "destination", "official"}
FORBIDDEN = {"no", "private", "agricultural", "forestry", "delivery", "military", "emergency"}
# Legal limits by the place that a tag names, in km/h.
ZONES = {
    "urban": 50.0, "rural": 80.0, "trunk": 110.0, "motorway": 130.0, "living_street": 20.0,
    "zone20": 20.0, "zone30": 30.0, "walk": 6.0, "none": 130.0,
}  # fmt: skip
MILE_KM = 1.609344
LIMIT = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|mph)?$")


@dataclass(frozen=True, slots=True)
class Profile:
    """How one mode uses roads. `speeds_kmh` holds every kind of road that it may use."""

    mode: str  # car, foot or bicycle
    speeds_kmh: Mapping[str, float]  # by value of `highway`, where no limit is written
    access: tuple[str, ...]  # tags that open or close a road, the most particular first
    source: str  # where the speeds come from
    share_of_limit: float = 1.0  # of the speed above that is really reached
    obeys_limits: bool = False  # whether a limit that is written replaces the usual speed
    one_way: tuple[str, ...] = ()  # tags that forbid one direction, the most particular first
    closed_barriers: frozenset[str] = field(default_factory=frozenset)
    to_road_kmh: float = 4.0  # between a place and the nearest road
    ferry_kmh: float = 10.0  # of a ferry whose duration is not written: assumed, never measured
    boarding_min: float = 10.0  # minutes to wait and get aboard a ferry: assumed, never measured

    def __post_init__(self) -> None:
        for kind, speed in self.speeds_kmh.items():
            _check.positive(f"speeds_kmh[{kind!r}]", speed)
        _check.positive("share_of_limit", self.share_of_limit)
        _check.positive("to_road_kmh", self.to_road_kmh)
        _check.positive("ferry_kmh", self.ferry_kmh)
        _check.not_negative("boarding_min", self.boarding_min, " minutes")

    def speed(self, tags: Tags, side: str = "forward") -> float:
        """Return the speed on this road in km/h, in one direction; 0 where it may not go."""
        usual = self.speeds_kmh.get(tags.get("highway", ""))
        if usual is None or tags.get("area") == "yes" or not self.may_use(tags):
            return 0.0
        if self.obeys_limits:
            written = limit(tags.get(f"maxspeed:{side}") or tags.get("maxspeed", ""))
            usual = usual if written is None else written
        return usual * self.share_of_limit

    def may_use(self, tags: Tags) -> bool:
        """Whether the access tags leave the road open: the most particular one decides."""
        for name in self.access:
            value = tags.get(name)
            if value in ALLOWED:
                return True
            if value in FORBIDDEN:
                return False
        return True

    def directions(self, tags: Tags) -> tuple[bool, bool]:
        """Return whether the road is open along its line, and against it."""
        for name in self.one_way:
            value = tags.get(name, "")
            if value in {"yes", "true", "1"}:
                return True, False
            if value in {"-1", "reverse"}:
                return False, True
            if value == "no" or value.startswith("opposite"):
                return True, True
        round_about = tags.get("junction") in {"roundabout", "circular"}
        implied = round_about or tags.get("highway") == "motorway"
        return True, not (implied and self.one_way)

    def blocked(self, tags: Tags) -> bool:
        """Whether a point of the road (a gate, a bollard) stops this mode."""
        closed = tags.get("barrier", "") in self.closed_barriers
        return bool(tags.get("barrier")) and (
            not self.may_use(tags) or (closed and not self._opened(tags))
        )

    def _opened(self, tags: Tags) -> bool:
        return any(tags.get(name) in ALLOWED for name in self.access)


def limit(written: str) -> float | None:
    """Read a speed limit as mappers write it, in km/h; None where it says nothing usable."""
    text = written.strip().lower().removeprefix("fr:")
    if text in ZONES:
        return ZONES[text]
    found = LIMIT.match(text)
    if found is None or float(found[1]) <= 0:
        return None
    return float(found[1]) * (MILE_KM if found[2] == "mph" else 1.0)


CAR_ROADS = Profile(
    mode="car",
    speeds_kmh={
        "motorway": 130, "motorway_link": 70, "trunk": 110, "trunk_link": 60, "primary": 80,
        "primary_link": 50, "secondary": 80, "secondary_link": 50, "tertiary": 80,
        "tertiary_link": 50, "unclassified": 70, "residential": 50, "living_street": 20,
        "service": 20, "road": 40,
    },
    access=("motorcar", "motor_vehicle", "vehicle", "access"),
    share_of_limit=0.8,
    obeys_limits=True,
    one_way=("oneway:motor_vehicle", "oneway"),
    closed_barriers=frozenset(
        {"bollard", "block", "chain", "cycle_barrier", "jersey_barrier", "log", "planter",
         "motorcycle_barrier", "kissing_gate", "stile", "turnstile", "debris"}
    ),
    to_road_kmh=15.0,
    source="Code de la route, art. R413-2 and R413-3; 80 % of the limit is an assumption",
)  # fmt: skip

FOOT_ROADS = Profile(
    mode="foot",
    speeds_kmh=dict.fromkeys(
        ("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
         "unclassified", "residential", "living_street", "service", "road", "pedestrian",
         "footway", "path", "track", "cycleway", "bridleway", "platform"),
        4.0,
    ) | {"steps": 1.5},
    access=("foot", "access"),
    one_way=("oneway:foot",),
    source="Assumption: 4 km/h, an adult with a pushchair, 1.5 km/h on steps; never measured",
)  # fmt: skip

BICYCLE_ROADS = Profile(
    mode="bicycle",
    speeds_kmh=dict.fromkeys(
        ("primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
         "unclassified", "residential", "living_street", "service", "road", "cycleway"),
        13.0,
    ) | {"track": 9.0, "path": 8.0, "pedestrian": 6.0},
    access=("bicycle", "vehicle", "access"),
    one_way=("oneway:bicycle", "cycleway", "cycleway:both", "cycleway:left", "oneway"),
    to_road_kmh=6.0,
    source="Assumption: 13 km/h, an adult carrying a child; never measured",
)  # fmt: skip
