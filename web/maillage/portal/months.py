"""Months as parents write them: 03/2019, 2019-03, mars 2019; several, one after the other."""

import re
import unicodedata
from datetime import date

from django import forms
from django.utils.translation import gettext as _

NAMES = (
    ("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april"),
    ("mai", "may"), ("juin", "june"), ("juillet", "july"), ("aout", "august"),
    ("septembre", "september"), ("octobre", "october"), ("novembre", "november"),
    ("decembre", "december"),
)  # fmt: skip
NUMBER_OF = {name: number for number, names in enumerate(NAMES, start=1) for name in names}
YEAR_LAST = re.compile(r"^(?:\d{1,2}[/.\-])?(\d{1,2})[/.\-]((?:19|20)\d\d)$")
YEAR_FIRST = re.compile(r"^((?:19|20)\d\d)-(\d{1,2})(?:-\d{1,2})?$")
IN_WORDS = re.compile(r"^(?:\d{1,2} )?([a-z]+) ((?:19|20)\d\d)$")
BETWEEN = re.compile(r"[,;\n]+|\s+(?:et|and)\s+")
MOST = 12


def read_months(typed: str) -> tuple[date, ...]:
    """Return the first day of each month; raise `ValidationError` naming what is not one."""
    parts = [part.strip() for part in BETWEEN.split(typed) if part.strip()]
    found = [(part, _one(part)) for part in parts]
    wrong = [part for part, month in found if month is None]
    if wrong:
        raise forms.ValidationError(
            _("« %(typed)s » n’est pas un mois : écrivez par exemple 03/2019.")
            % {"typed": wrong[0][:30]}
        )
    if len(found) > MOST:
        raise forms.ValidationError(_("Douze mois au plus suffisent ici."))
    return tuple(month for part, month in found if month is not None)


def _one(text: str) -> date | None:
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    if match := YEAR_LAST.match(plain):
        return _month(int(match[2]), int(match[1]))
    if match := YEAR_FIRST.match(plain):
        return _month(int(match[1]), int(match[2]))
    if match := IN_WORDS.match(plain):
        return _month(int(match[2]), NUMBER_OF.get(match[1], 0))
    return None


def _month(year: int, month: int) -> date | None:
    return date(year, month, 1) if 1 <= month <= 12 else None
