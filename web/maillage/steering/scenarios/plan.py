"""What a scenario asks, as one immutable value: the key of its result and of its address."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from maillage.directory.vocabulary import Kind
from maillage.steering.question import Question, default_audience
from maillage.steering.vocabulary import Measure
from maillage.territory.models import Mode

MOST_ADDED = 12
MOST_MOVED = 3
WITHOUT_CAR = Mode.BICYCLE.value


@dataclass(frozen=True, slots=True)
class Plan:
    """One question of siting. Amounts are for one year; 0 means that nothing is said."""

    departement: str
    epci: str = ""  # the whole département when empty
    neighbour: str = ""  # an EPCI to share with
    kind: str = Kind.LAEP.value
    audience: str = default_audience(Kind.LAEP.value).value
    mode: str = Mode.CAR.value
    minutes: int = 20
    adding: int = 2
    moving: int = 0
    vehicles: int = 0
    stops: int = 0  # of each vehicle
    budget: int = 0  # euros
    opening: int = 0  # euros, to keep one site open
    wage: int = 0  # euros, one full-time equivalent
    persons: int = 0  # that one full-time equivalent serves
    tenths: int = 0  # of a full-time equivalent, the least of one site
    staff_tenths: int = 0  # full-time equivalents that can be found, in tenths
    today_tenths: int = 0  # full-time equivalents of today's relays, in tenths
    team: str = ""  # tenths of each person who would be shared among places: "10 5 5"
    apart: int = 30  # minutes between two places of the same person, at most
    low_use: int = 5  # percent of the people in reach who would come in a year
    high_use: int = 15

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a hash or a stored result."""
        return asdict(self)

    def question(self, mode: str = "") -> Question:
        """The same territory, service and people, as a diagnosis asks them."""
        return Question(
            departement=self.departement,
            kind=self.kind,
            audience=self.audience,
            mode=mode or self.mode,
            minutes=self.minutes,
            measure=Measure.SITES.value,
        )

    @property
    def other_mode(self) -> str:
        """How those without a car are counted apart."""
        return WITHOUT_CAR if self.mode == Mode.CAR else self.mode

    @property
    def is_itinerant(self) -> bool:
        """Tell whether what opens is stops of vehicles."""
        return self.vehicles > 0 and self.stops > 0

    @property
    def has_means(self) -> bool:
        """Tell whether money or staff limits the choice."""
        return self.budget > 0

    @property
    def site_cost(self) -> float:
        """Euros a year of one site with its least staff."""
        return self.opening + self.wage * self.tenths / 10

    @property
    def posts(self) -> tuple[int, ...]:
        """Tenths of a full-time post of each person of the team."""
        return tuple(int(tenths) for tenths in self.team.split())

    def parameters(self) -> dict[str, str]:
        """The address's own words, in a fixed order."""
        return {name: self._said(field) for name, field in WORDS.items()}

    def _said(self, field: str) -> str:
        """One value as people write it: posts in full-time equivalents."""
        if field == "team":
            return ";".join(full_time(tenths) for tenths in self.posts)
        value = getattr(self, field)
        return full_time(value) if field in TENTHS else str(value)

    def query(self) -> str:
        """What follows the question mark of a shareable address."""
        return urlencode({name: value for name, value in self.parameters().items() if value})


WORDS = {  # of the address → of the plan
    "departement": "departement", "territoire": "epci", "voisin": "neighbour", "service": "kind",
    "public": "audience", "deplacement": "mode", "minutes": "minutes", "ajouter": "adding",
    "deplacer": "moving", "vehicules": "vehicles", "etapes": "stops", "budget": "budget",
    "ouverture": "opening", "salaire": "wage", "personnes": "persons", "etp_lieu": "tenths",
    "etp_possibles": "staff_tenths", "etp_actuels": "today_tenths", "equipe": "team",
    "ecart": "apart", "venue_basse": "low_use", "venue_haute": "high_use",
}  # fmt: skip
TENTHS = frozenset({"tenths", "staff_tenths", "today_tenths"})


def full_time(tenths: int) -> str:
    """Tenths of a full-time post as full-time equivalents: 5 is "0.5", 10 is "1"."""
    return f"{tenths / 10:g}"
