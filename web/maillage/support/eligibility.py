"""Who may enter, judged by one version of the rules. Months only: no birthday is known.

Only the month of birth is known, so that someone of 21 is eligible until the end of the month
before the one of their 22nd birthday. Nobody is asked whether they receive a benefit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from maillage.support.errors import ChildIsTooOld, NotInThisDepartement, ProgrammeIsClosed
from maillage.support.models import ProgrammeTerms
from maillage.support.vocabulary import Basis

MONTHS_IN_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Family:
    """What is known of a family when it asks to enter."""

    day: date
    departements: frozenset[str]  # where it is served, and where it lives if it said so
    ages: tuple[int, ...] = ()  # in months; negative before the birth


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a family may enter."""

    basis: Basis
    child_age_months: int | None = None


def age_in_months(month: date, day: date) -> int:
    """Whole months from the month of birth (or of the due date) to the month of `day`."""
    return (day.year - month.year) * MONTHS_IN_A_YEAR + day.month - month.month


def judge(terms: ProgrammeTerms, territories: Iterable[str], family: Family) -> Decision:
    """Say why this family may enter.

    Raises `ProgrammeIsClosed`, `NotInThisDepartement` or `ChildIsTooOld`. A family that says
    nothing of its children is taken at its word.
    """
    if not terms.starts_on <= family.day <= terms.ends_on:
        raise closed(terms)
    if family.departements - set(territories):
        raise NotInThisDepartement
    if not family.ages:
        return Decision(Basis.NOT_SAID)
    welcome = [age for age in family.ages if _is_welcome(terms, age)]
    if not welcome:
        raise ChildIsTooOld(years=(terms.oldest_months + 1) // MONTHS_IN_A_YEAR)
    youngest = min(welcome)
    return Decision(Basis.EXPECTED if youngest < 0 else Basis.CHILD, youngest)


def closed(terms: ProgrammeTerms) -> ProgrammeIsClosed:
    """Say between which days families enter."""
    return ProgrammeIsClosed(first=f"{terms.starts_on:%d/%m/%Y}", last=f"{terms.ends_on:%d/%m/%Y}")


def _is_welcome(terms: ProgrammeTerms, age: int) -> bool:
    return terms.future_parents if age < 0 else age <= terms.oldest_months
