"""Ages are stored in months, both bounds included; HSDS counts in years; people say both.

A service for children under 6 has a maximum of 71 months: at 72 the child is 6 and is not expected.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

YEAR = 12
SAID_IN_MONTHS = 24  # below, people say months


def months_from_years(
    minimum: float | None, maximum: float | None
) -> tuple[int | None, int | None]:
    """Read HSDS: a maximum of 5 years keeps a child until the eve of the sixth birthday."""
    least = None if minimum is None else round(minimum * YEAR)
    most = (
        None
        if maximum is None
        else round(maximum * YEAR) + (YEAR - 1 if float(maximum).is_integer() else 0)
    )
    return least, most


def years_from_months(
    minimum: int | None, maximum: int | None
) -> tuple[float | None, float | None]:
    """Write HSDS: whole years where the months make whole years, else a fraction."""
    least = None if minimum is None else _years(minimum)
    if maximum is None:
        return least, None
    whole = (maximum + 1) % YEAR == 0
    return least, float((maximum + 1) // YEAR - 1) if whole else _years(maximum)


def ages_text(minimum: int | None, maximum: int | None) -> str:
    """Say whom a service receives: « jusqu’à 6 ans » stops at the sixth birthday."""
    if minimum is None and maximum is None:
        return _("à tout âge")
    if maximum is None:
        return _("à partir de {age}").format(age=_age(minimum or 0))
    until = _age(maximum + 1)
    if not minimum:
        return _("jusqu’à {age}").format(age=until)
    return _("de {minimum} à {maximum}").format(minimum=_age(minimum), maximum=until)


def _age(months: int) -> str:
    if months < SAID_IN_MONTHS and months != YEAR:
        return _("{count} mois").format(count=months)
    years, rest = divmod(months, YEAR)
    text = ngettext("{count} an", "{count} ans", years).format(count=years)
    return _("{years} et {months} mois").format(years=text, months=rest) if rest else text


def _years(months: int) -> float:
    return round(months / YEAR, 2)
