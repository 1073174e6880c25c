"""The frozen answer to a plan: plain, rounded values that read back from storage unchanged."""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from maillage.steering.scenarios.plan import Plan

Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Home:
    """A commune of the territory; its minutes are those of today and of each proposal."""

    code: str
    name: str
    epci: str
    people: float
    known: bool  # whether its number of people is published
    minutes: tuple[float | None, ...]  # today, then each proposal, in order
    apart: float | None = None  # minutes today without a car
    minders: float | None = None  # childminders; None where not counted


@dataclass(frozen=True, slots=True)
class Place:
    """A site that opens, and why there."""

    commune: str
    name: str
    latitude: float
    longitude: float
    persons: float  # whose nearest site it would be
    minutes: float | None  # their mean time
    saved: float  # mean minutes that each of them would lose without it
    steady: float  # share of slightly different inputs in which it, or a place within 5 km, stays
    exactly: float  # share in which this very commune stays
    rooms: tuple[str, ...]  # known places of the directory in the commune
    staff: float | None  # full-time equivalents; None when no means were given
    needed: float | None  # full-time equivalents that childminders call for; None when not counted


@dataclass(frozen=True, slots=True)
class Network:
    """How a set of sites serves the territory."""

    sites: int
    mean: float | None  # minutes
    ninth: float | None  # nine persons in ten have less
    worst: float | None  # minutes of the farthest inhabited commune
    worst_at: str  # its name
    within: float  # persons within the threshold
    share: float | None
    apart: float  # persons within the threshold without a car
    apart_share: float | None
    apart_mean: float | None
    gini: float | None  # of access scores, neighbours competing


@dataclass(frozen=True, slots=True)
class Part:
    """What one EPCI would pay of the proposal, by either key."""

    siren: str
    name: str
    people: float
    users: float  # persons whose nearest site would be a new one
    by_people: int  # euros
    by_use: int  # euros


@dataclass(frozen=True, slots=True)
class Round:
    """One vehicle's loop from its base through its stops."""

    stops: tuple[str, ...]  # names, in order
    minutes: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """One choice of sites."""

    aim: str
    places: tuple[Place, ...]
    closed: tuple[str, ...]  # names of today's sites that move away
    after: Network
    objective: float
    bound: float
    proven: bool
    gain: float  # persons who travel less
    lose: float
    served: float | None  # persons that the staff can serve; None when no means were given
    spent: int | None  # euros a year
    parts: tuple[Part, ...]
    rounds: tuple[Round, ...]
    reached: float  # persons within the threshold whose nearest site would be new
    low: int  # persons who would come in the first year
    high: int
    reinforced: float | None = None  # full-time equivalents to add to today's relays
    fewer: float | None = None  # what the aim counts, were one place less opened
    more: float | None = None  # and one more
    cut_short: bool = False  # a limit of time ended one of its searches before the proof


@dataclass(frozen=True, slots=True)
class Post:
    """One place of a team: who is there, and how much."""

    name: str
    presence: float  # full-time equivalents
    person: int  # rank in the team


@dataclass(frozen=True, slots=True)
class Compromise:
    """A network of a team that no other beats on places, presence and travel at once."""

    sites: int
    floor: float  # full-time equivalents at each place, at least
    mean: float  # minutes
    within: float  # persons within the threshold
    share: float
    posts: tuple[Post, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class Balance:
    """Every best compromise of a team; none when the presence asked is more than anyone has."""

    compromises: tuple[Compromise, ...]
    complete: bool  # proven that none is missing

    @property
    def proven(self) -> bool:
        """Tell whether none is missing, and each is the best of its kind."""
        return self.complete and all(one.proven for one in self.compromises)


@dataclass(frozen=True, slots=True)
class Duty:
    """A commune that the law obliges to have a relay, its own or that of its EPCI."""

    name: str
    population: int
    met: bool
    own: bool = True  # the relay that meets it stands in the commune


@dataclass(frozen=True, slots=True)
class Outcome:
    """Three proposals beside today's, or why none can be."""

    plan: Plan
    departement_name: str
    territory: str
    neighbour: str
    homes: tuple[Home, ...]
    sites: tuple[tuple[float, float, str], ...]  # of today: latitude, longitude, name
    today: Network | None
    proposals: tuple[Proposal, ...]
    duties: tuple[Duty, ...]
    childminders: float | None  # of the territory; None where not loaded
    per_fte: float | None  # childminders for one full-time equivalent
    refusal: tuple[str, float, float]  # what cannot hold, what is needed, what was given
    travel: str
    sources: tuple[tuple[str, str, str, str], ...]  # title, producer, licence, vintage
    data_hash: str
    code_version: str
    required: float | None = None  # full-time equivalents that the territory's relays lack
    balance: Balance | None = None  # None when no team was given
    grouped: tuple[str, ...] = ()  # EPCI that would owe a relay if they hold the competence
    carless: bool = False  # whether those without a car are the households that have none
    patience: int = 1  # times the usual limits of time that it had

    @property
    def cut_short(self) -> bool:
        """Tell whether a limit of time ended a search: with more of it, one may find better."""
        even = self.balance is None or self.balance.proven
        return not even or any(one.cut_short for one in self.proposals)

    def pack(self) -> bytes:
        """Bytes to store; the same answer always gives the same bytes."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(text.encode(), 6)


def unpack(packed: bytes) -> Outcome:
    """Read back what `Outcome.pack` wrote."""
    found = _frozen(json.loads(zlib.decompress(packed)))
    today, balance = found.pop("today"), found.pop("balance", None)
    return Outcome(
        plan=Plan(**found.pop("plan")),
        homes=tuple(Home(**row) for row in found.pop("homes")),
        today=Network(**today) if today else None,
        proposals=tuple(_proposal(row) for row in found.pop("proposals")),
        duties=tuple(Duty(**row) for row in found.pop("duties")),
        balance=_balance(balance) if balance else None,
        **found,
    )


def _proposal(row: dict[str, Any]) -> Proposal:
    return Proposal(
        places=tuple(Place(**place) for place in row.pop("places")),
        after=Network(**row.pop("after")),
        parts=tuple(Part(**part) for part in row.pop("parts")),
        rounds=tuple(Round(**loop) for loop in row.pop("rounds")),
        **row,
    )


def _balance(row: dict[str, Any]) -> Balance:
    found = [
        Compromise(posts=tuple(Post(**post) for post in one.pop("posts")), **one)
        for one in row["compromises"]
    ]
    return Balance(tuple(found), row["complete"])


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _frozen(part) for name, part in value.items()}
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
