"""What a diagnosis asks, as one immutable value: the key of its result and of its address."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from maillage.directory.vocabulary import Kind
from maillage.steering.vocabulary import (
    AUDIENCE_BY_DEFAULT,
    MEASURES,
    PLACES_BY_DEFAULT,
    WITH_ARTICLE,
    Audience,
    Decay,
    Measure,
    Unserved,
)
from maillage.territory.models import Mode

MINUTES = (5, 120)  # bounds of the threshold
DEFAULT_MINUTES = 30
DEFAULT_FRACTION = 50  # percent of the median, for the third sense of "unserved"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A change of the offer: what would open, close, or no longer be counted."""

    opened: tuple[str, ...] = ()  # communes where one more place opens, sorted
    closed: tuple[str, ...] = ()  # keys of sites that close, sorted
    on: str = ""  # ISO day: only services with a schedule in force that day
    only_verified: bool = False
    moment: str = ""  # only places open then, on that day's rules

    @property
    def is_empty(self) -> bool:
        """Tell whether the offer is the real one."""
        return self == Scenario()


@dataclass(frozen=True, slots=True)
class Question:
    """One diagnosis. Two equal questions on the same data have the same answer, to the byte."""

    departement: str
    kind: str
    audience: str
    mode: str = Mode.CAR.value
    minutes: int = DEFAULT_MINUTES
    decay: str = Decay.STEPS.value
    measure: str = Measure.SITES.value
    unserved: str = Unserved.FAR.value
    fraction: int = DEFAULT_FRACTION
    scenario: Scenario = Scenario()

    def with_(self, **changes: Any) -> "Question":
        """Return the same question with something else."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a hash or a stored result."""
        return asdict(self)

    def parameters(self) -> dict[str, str]:
        """The address's own words, in a fixed order, without the scenario."""
        found = {
            "departement": self.departement,
            "service": self.kind,
            "public": self.audience,
            "deplacement": self.mode,
            "minutes": str(self.minutes),
            "decroissance": self.decay,
            "mesure": self.measure,
            "definition": self.unserved,
        }
        if self.unserved == Unserved.RELATIVE:
            found["part"] = str(self.fraction)
        return found

    def query(self) -> str:
        """What follows the question mark of a shareable address."""
        return urlencode(self.parameters())

    @property
    def per(self) -> int:
        """How many people a score is given for."""
        return MEASURES[self.measure].per

    def title(self) -> str:
        """The question in plain words."""
        return _("Qui atteint %(service)s ?") % {"service": WITH_ARTICLE[self.kind]}


def default_audience(kind: str) -> Audience:
    """The people a kind of service is first meant for."""
    return AUDIENCE_BY_DEFAULT.get(kind, Audience.CHILDREN)


def default_measure(kind: str) -> Measure:
    """Places for what is counted in places, else the number of sites."""
    return Measure.PLACES if kind in PLACES_BY_DEFAULT else Measure.SITES


def default_question(departement: str, kind: str = Kind.LAEP.value) -> Question:
    """What is asked when nothing is said."""
    return Question(
        departement=departement,
        kind=kind,
        audience=default_audience(kind).value,
        measure=default_measure(kind).value,
    )


def scenario_on(day: date) -> Scenario:
    """Only what is open to families on that day."""
    return Scenario(on=day.isoformat())
