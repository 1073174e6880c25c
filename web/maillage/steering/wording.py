"""Numbers as people read them, in the language of the page."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from maillage.core.disclosure import SMALLEST, is_hidden, published
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.question import Question
from maillage.steering.vocabulary import AUDIENCES, MEASURES
from maillage.territory.models import Mode


def number(value: float, digits: int = 0) -> str:
    """A number with its separators, halves rounded up."""
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,f}"
    swap = {",": get_format("THOUSAND_SEPARATOR"), ".": get_format("DECIMAL_SEPARATOR")}
    return "".join(swap.get(sign, sign) for sign in text)


def count(people: float | None) -> str:
    """A published count: rounded to 5, small ones hidden."""
    if people is None:
        return _("non connu")
    if is_hidden(people):
        return _("moins de %(n)d") % {"n": SMALLEST}
    return number(published(people) or 0)


def percent(share: float | None) -> str:
    """A share of people; 100 % and 0 % are said only when exact."""
    if share is None:
        return "–"
    shown = math.floor(100 * share + 0.5)
    if shown in {0, 100} and 0 < share < 1:
        digits = 1
        bounded = min(max(100 * share, 0.1), 99.9)
        return tied(_("%(n)s %%") % {"n": number(bounded, digits)})
    return tied(_("%(n)s %%") % {"n": number(shown)})


def tied(figure: str) -> str:
    """A figure and its unit, never parted at the end of a line."""
    return figure.replace(" ", "\N{NO-BREAK SPACE}")


def amount(value: float | None) -> str:
    """A score: two significant digits are all it deserves."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return _("infini") if value > 0 else _("non défini")
    if value == 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(abs(value))))
    return number(value, min(digits, 3))


def times(value: float) -> str:
    """How many times more."""
    if math.isnan(value):
        return _("non défini")
    if math.isinf(value):
        return _("sans limite")
    return f"× {number(value, 1)}"


def index(value: float) -> str:
    """An index between 0 and 1."""
    return number(value, 2)


def minutes(value: float | None) -> str:
    """A travel time, rounded up: 30.2 minutes is more than 30, and reads so."""
    if value is None:
        return _("aucun trouvé")
    return tied(_("%(n)s min") % {"n": number(math.ceil(value))})


def exact_minutes(value: float | None) -> str:
    """A travel time to a tenth, to be compared with another."""
    return "–" if value is None else tied(_("%(n)s min") % {"n": number(value, 1)})


def euros(value: float | None) -> str:
    """An income, to the euro."""
    return _("non publié") if value is None else tied(_("%(n)s €") % {"n": number(value)})


def travel(found: Diagnosis) -> str:
    """Where travel times come from, and how far to trust them."""
    if found.travel:
        return _("importés de %(files)s ; estimés ailleurs") % {"files": found.travel}
    return {
        Mode.CAR: _(
            "estimés de mairie à lieu ; vitesses réglées sur 244 communes du Bas-Dauphiné (Isère)"
        ),
        Mode.BICYCLE: _("estimés à 13 km/h avec un enfant : hypothèse qui n’a pas été mesurée"),
        Mode.FOOT: _("estimés à 4 km/h avec une poussette : hypothèse qui n’a pas été mesurée"),
    }[Mode(found.question.mode)]


def noun(question: Question) -> str:
    """Those who are counted: "enfants de moins de 6 ans"."""
    return str(AUDIENCES[question.audience].noun)


SHORT_NAMES = (("communauté de communes", "CC"), ("communauté d['’]agglomération", "CA"))


def short_name(epci: str) -> str:
    """The name of an EPCI with the usual initials: "CC du Pays de Lure"."""
    for long, short in SHORT_NAMES:
        epci = re.sub(long, short, epci, flags=re.IGNORECASE)
    return epci


def sentence(words: str) -> str:
    """The words with a capital, the rest untouched."""
    return words[:1].upper() + words[1:]


def score_unit(question: Question) -> str:
    """The unit of a score: "lieux pour 1 000 enfants de moins de 6 ans"."""
    return _("%(what)s pour %(per)s %(people)s") % {
        "what": MEASURES[question.measure].short,
        "per": number(question.per),
        "people": noun(question),
    }
