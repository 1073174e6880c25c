"""The error of estimated times, as it was measured: dated, with its source."""

from dataclasses import dataclass

from maillage.territory.models import Mode
from maillage_parameters import get

PARAMETERS = {Mode.CAR: "travel.car_error"}  # walking and cycling were never compared


@dataclass(frozen=True, slots=True)
class Measured:
    """How wrong estimated times are, and on what roads that was seen."""

    common: float  # standard deviation of the factor of a whole territory (logarithm)
    place: float  # of the factor of each commune (logarithm)
    trip_min: float  # of what is particular to one trip, in minutes
    since: str  # ISO day from which it holds
    checked: str  # ISO day on which it was last measured
    source: str


def measured(mode: str) -> Measured | None:
    """Return the latest measure for a way to travel; None where there is none."""
    name = PARAMETERS.get(Mode(mode))
    if name is None:
        return None
    parameter = get(name)
    entry = parameter.entries[-1]
    return Measured(
        **{part: float(value) for part, value in entry.formula.coefficients},
        since=entry.since.isoformat(),
        checked=parameter.checked.isoformat(),
        source=entry.source_title,
    )
