"""How many children live in a commune: counted where an age table is imported, else estimated.

1. An imported age table gives the numbers as published.
2. Else imported births give the youngest: a small commune has too few births in one year to trust
   alone, so they are drawn towards the rate of communes of the same density (gamma-Poisson).
3. Else shares of the population by density. Method and errors: docs/methods/territory.md.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from maillage_parameters import get

UNDER_3, UNDER_6, FROM_6_TO_17 = "children_under_3", "children_under_6", "children_6_17"
AGES = (UNDER_3, UNDER_6, FROM_6_TO_17)
BIRTHS = "births"
YEARS = 3
FROM_AGES, FROM_BIRTHS, FROM_POPULATION = "ages", "births", "population"  # stored, with the year
IN_WORDS = {
    FROM_AGES: _("Insee, recensement {year}"),
    FROM_BIRTHS: _("estimation d’après les naissances de {year} et la population"),
    FROM_POPULATION: _("estimation d’après la population et la densité de la commune"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one commune, the latest year of each."""

    population: int | None
    density_level: int
    births: tuple[int, float] | None = None  # year, number
    ages: tuple[int, dict[str, float]] | None = None  # year, the three numbers


@dataclass(frozen=True, slots=True)
class Children:
    """Numbers of children of one commune and where they come from."""

    under_3: float | None
    under_6: float | None
    from_6_to_17: float | None
    source: str  # "ages:2021", "births:2022", "population", or "" where nothing is known
    estimated: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """The parameters of the estimate on one day."""

    under_3: tuple[float, ...]  # by density level, 1 to 7
    from_3_to_5: float
    from_6_to_17: float
    births_weight: float


def shares_on(day: date) -> Shares:
    """Read the parameters in force on `day`."""
    by_level = get("population.share_under_3").on(day)
    return Shares(
        under_3=tuple(float(by_level.at(level)) for level in range(1, 8)),
        from_3_to_5=float(get("population.share_3_to_5").on(day).amount),
        from_6_to_17=float(get("population.share_6_to_17").on(day).amount),
        births_weight=float(get("population.births_weight").on(day).amount),
    )


def children_of(known: Known, shares: Shares) -> Children:
    """Return the numbers of one commune, the best that is known."""
    if known.ages is not None:
        year, ages = known.ages
        under_3 = ages[UNDER_3]
        return Children(
            under_3=under_3,
            under_6=max(ages[UNDER_6], under_3),
            from_6_to_17=ages[FROM_6_TO_17],
            source=f"{FROM_AGES}:{year}",
            estimated=False,
        )
    if not known.population:
        return _without_population(known)
    share = shares.under_3[known.density_level - 1]
    if known.births is None:
        under_3, source = share * known.population, FROM_POPULATION
    else:
        year, births = known.births
        under_3 = YEARS * smoothed(births, share / YEARS * known.population, shares.births_weight)
        source = f"{FROM_BIRTHS}:{year}"
    return Children(
        under_3=round(under_3, 1),
        under_6=round(under_3 + shares.from_3_to_5 * known.population, 1),
        from_6_to_17=round(shares.from_6_to_17 * known.population, 1),
        source=source,
        estimated=True,
    )


def source_in_words(source: str) -> str:
    """Say where numbers of children come from, in the language of the reader."""
    kind, _separator, year = source.partition(":")
    return str(IN_WORDS[kind]).format(year=year) if kind in IN_WORDS else source


def smoothed(births: float, expected: float, weight: float) -> float:
    """Draw a year's births towards what is expected: the mean of the gamma-Poisson posterior."""
    return expected * (weight + births) / (weight + expected)


def _without_population(known: Known) -> Children:
    """With births but no population, only the youngest can be told; with neither, nothing."""
    if known.births is None or known.population == 0:
        return Children(None, None, None, "", estimated=True)
    year, births = known.births
    source = f"{FROM_BIRTHS}:{year}"
    return Children(YEARS * births, None, None, source, estimated=True)
