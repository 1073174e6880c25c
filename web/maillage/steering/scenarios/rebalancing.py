"""New places to share among the sites of a département: what is asked, and what is answered."""

import json
import zlib
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Kind
from maillage.steering.question import DEFAULT_MINUTES, Question
from maillage.steering.vocabulary import Audience, Measure
from maillage.territory.models import Mode

MOST_EACH = 10  # new places at one site, unless said otherwise


class Equity(models.TextChoices):
    """In which sense the sharing is fair."""

    WORST_OFF = "moins-servis", _("servir d’abord les communes les moins servies")
    GINI = "gini", _("l’écart le plus petit entre les familles (indice de Gini)")


WORDS = {
    "departement": "departement", "service": "kind", "public": "audience", "deplacement": "mode",
    "minutes": "minutes", "places": "places", "budget": "budget", "cout": "cost",
    "plafond": "most", "equite": "aim",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rebalancing:
    """One question: so many new places, where, for the sake of whom."""

    departement: str
    kind: str = Kind.EAJE.value
    audience: str = Audience.UNDER_3.value
    mode: str = Mode.CAR.value
    minutes: int = DEFAULT_MINUTES
    places: int = 0  # 0: as many as the budget pays
    budget: int = 0
    cost: int = 0  # of one place
    most: int = MOST_EACH
    aim: str = Equity.WORST_OFF.value

    @property
    def paid(self) -> int | None:
        """Places that the budget pays; None without a budget."""
        return self.budget // self.cost if self.cost else None

    @property
    def wanted(self) -> int:
        """Places to share."""
        return self.places or self.paid or 0

    @property
    def refusal(self) -> tuple[str, float, float]:
        """What makes it impossible wherever it is asked, by its name; what is needed, given."""
        if self.paid is not None and self.paid < max(self.places, 1):
            return "budget", float(max(self.places, 1) * self.cost), float(self.budget)
        if not self.wanted:
            return "nombre", 0.0, 0.0
        return "", 0.0, 0.0

    def question(self) -> Question:
        """The diagnosis whose access is shared, in places."""
        return Question(
            departement=self.departement, kind=self.kind, audience=self.audience, mode=self.mode,
            minutes=self.minutes, measure=Measure.PLACES.value,
        )  # fmt: skip

    def query(self) -> str:
        """What follows the question mark of a shareable address."""
        given = {word: getattr(self, name) for word, name in WORDS.items()}
        return urlencode({word: value for word, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class Receiver:
    """A site, and the whole places it receives."""

    name: str
    commune: str
    commune_name: str
    epci_name: str
    latitude: float
    longitude: float
    today: float
    added: int


@dataclass(frozen=True, slots=True)
class Town:
    """A commune before and after, in places for 100 people of the public."""

    code: str
    name: str
    epci: str
    epci_name: str
    people: float
    before: float
    after: float
    in_reach: bool  # of a site that may receive places


@dataclass(frozen=True, slots=True)
class Fairness:
    """How fair access is."""

    least: float  # of the communes that a site in reach may serve
    least_at: str
    gini: float | None  # of everyone; None where nobody has anything
    mean: float


@dataclass(frozen=True, slots=True)
class Rebalanced:
    """The sharing beside today's, or why there is none."""

    asked: Rebalancing
    departement_name: str
    refusal: tuple[str, float, float] = ("", 0.0, 0.0)  # what cannot hold, needed, given
    receivers: tuple[Receiver, ...] = ()
    towns: tuple[Town, ...] = ()
    before: Fairness | None = None
    after: Fairness | None = None
    bound: float = 0.0  # of the measure that was chosen: no sharing does better
    proven: bool = False  # even parts of places would do no better
    silent: int = 0  # sites whose number of places is not known
    data_hash: str = ""
    code_version: str = ""

    @property
    def is_better(self) -> bool:
        """Tell whether the chosen measure gains on today's."""
        if self.before is None or self.after is None:
            return False
        if self.asked.aim == Equity.WORST_OFF:
            return self.after.least > self.before.least
        return (self.after.gini or 0.0) < (1.0 if self.before.gini is None else self.before.gini)

    def pack(self) -> bytes:
        """Bytes to store; the same answer always gives the same bytes."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(text.encode(), 6)


def unpack(packed: bytes) -> Rebalanced:
    """Read back what `Rebalanced.pack` wrote."""
    found: dict[str, Any] = json.loads(zlib.decompress(packed))
    before, after = found.pop("before"), found.pop("after")
    return Rebalanced(
        asked=Rebalancing(**found.pop("asked")),
        refusal=tuple(found.pop("refusal")),
        receivers=tuple(Receiver(**row) for row in found.pop("receivers")),
        towns=tuple(Town(**row) for row in found.pop("towns")),
        before=Fairness(**before) if before else None,
        after=Fairness(**after) if after else None,
        **found,
    )
