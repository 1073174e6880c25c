"""How the public pages say ages, prices, hours and journeys: short, plain, in two languages."""

from datetime import date, datetime, time
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from maillage.directory.ages import ages_text
from maillage.directory.models import Opening, Service
from maillage.directory.offers import NextOpening
from maillage.directory.search import plain
from maillage.directory.vocabulary import LANGUAGES, Accommodation, Audience, Delivery

ALWAYS_OPEN_MINUTES = 24 * 60 - 1


def ages(service: Service) -> str:
    """Say for which ages a service is."""
    return ages_text(service.minimum_age, service.maximum_age)


def age(months: int) -> str:
    """Say an age: in months before two years, then in years that are over."""
    if months < 24 and months % 12:
        return ngettext("%(n)s mois", "%(n)s mois", months) % {"n": months}
    years = months // 12
    if not years:
        return pgettext("âge", "la naissance")
    return ngettext("%(n)s an", "%(n)s ans", years) % {"n": years}


def fee(service: Service) -> str:
    """Say the price: free, an amount, a range, or to be asked."""
    if service.cost == Service.Cost.FREE:
        return _("Gratuit")
    amounts = _amounts(service.amount_min, service.amount_max)
    if service.cost == Service.Cost.BY_INCOME:
        return f"{_('Selon vos revenus')}, {amounts}" if amounts else _("Selon vos revenus")
    if service.cost == Service.Cost.PAID and amounts:
        return amounts[:1].upper() + amounts[1:]
    return _("Prix à demander")


def _amounts(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None and low != high:
        return _("de %(low)s à %(high)s") % {"low": euros(low), "high": euros(high)}
    if low is not None and high is None:
        return _("à partir de %(low)s") % {"low": euros(low)}
    if high is not None:
        return euros(high) if low == high else _("jusqu’à %(high)s") % {"high": euros(high)}
    return ""


def euros(amount: Decimal) -> str:
    """Write an amount, without cents when there are none."""
    digits = 0 if amount == amount.to_integral_value() else 2
    written = formats.number_format(amount, decimal_pos=digits)
    return f"€{written}" if get_language() == "en" else f"{written}\xa0€"


def hour(moment: time) -> str:
    """Write a local hour: 9 h 30, or 9:30."""
    if get_language() == "en":
        return f"{moment.hour}:{moment.minute:02}"
    return f"{moment.hour}\xa0h\xa0{moment.minute:02}" if moment.minute else f"{moment.hour}\xa0h"


def hours(opens_at: time, closes_at: time) -> str:
    """Write a span of hours, or that it is the whole day and night."""
    span = (closes_at.hour - opens_at.hour) * 60 + closes_at.minute - opens_at.minute
    if span >= ALWAYS_OPEN_MINUTES:
        return _("jour et nuit")
    return _("de %(start)s à %(end)s") % {"start": hour(opens_at), "end": hour(closes_at)}


def day(when: date, today: date) -> str:
    """Name a day as people do: today, tomorrow, then its weekday and date."""
    if when == today:
        return _("aujourd’hui")
    if (when - today).days == 1:
        return _("demain")
    pattern = "l j F" if when.year == today.year else "l j F Y"
    written = formats.date_format(when, pattern)
    if get_language() == "fr":
        return written.replace(" 1 ", " 1er ", 1)
    return written


def opening(found: NextOpening, now: datetime) -> str:
    """Say when a place opens next, or until when it is open now."""
    today = timezone.localdate(now)
    if found.starts_at <= now < found.ends_at:
        if (found.ends_at - found.starts_at).seconds // 60 >= ALWAYS_OPEN_MINUTES:
            return _("Ouvert maintenant, jour et nuit")
        return _("Ouvert maintenant, jusqu’à %(end)s") % {"end": hour(found.closes_at)}
    said = f"{day(found.day, today)}, {hours(found.opens_at, found.closes_at)}"
    return said[:1].upper() + said[1:]


def minutes(count: float) -> str:
    """Write a length of journey, never less than a minute."""
    whole = max(1, round(count))
    if whole < 60:
        return _("%(n)s\xa0min") % {"n": whole}
    left = whole % 60
    return (
        _("%(h)s\xa0h\xa0%(m)02d") % {"h": whole // 60, "m": left}
        if left
        else f"{whole // 60}\xa0h"
    )


def modes(service: Service) -> str:
    """List the ways a service reaches families."""
    return listed([str(Delivery(mode).label) for mode in service.modes])


def audiences(service: Service) -> str:
    """List whom a service is made for."""
    return listed([str(Audience(one).label) for one in service.audiences])


def languages(service: Service) -> str:
    """List the languages spoken."""
    return listed([str(LANGUAGES.get(code, code)) for code in service.languages])


def accommodations(service: Service) -> list[str]:
    """List the adaptations offered."""
    return [str(Accommodation(one).label) for one in service.accommodations]


def listed(words: list[str]) -> str:
    """Join words as in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s et %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def name(service: Service) -> str:
    """The title in the reader's language."""
    return service.name_en if get_language() == "en" and service.name_en else service.name


def description(service: Service) -> str:
    """The presentation in the reader's language."""
    if get_language() == "en" and service.description_en:
        return service.description_en
    return service.description


def dated(found: Opening, today: date) -> str:
    """Say one opening to come: its day and hours."""
    said = f"{day(found.day, today)}, {hours(found.opens_at, found.closes_at)}"
    return said[:1].upper() + said[1:]


def at_place(name: str) -> str:
    """Write "à Gray", "au Val-d’Ajol", "aux Fins"; the article of a name melts into the word."""
    if get_language() != "fr":
        return f"in {name}"
    for article, melted in (("Le ", "au "), ("Les ", "aux ")):
        if name.startswith(article):
            return melted + name.removeprefix(article)
    return f"à {_low(name)}"


def of_place(name: str) -> str:
    """Write "de Gray", "d’Arc-lès-Gray", "du Val-d’Ajol", "des Fins"."""
    if get_language() != "fr":
        return f"of {name}"
    for article, melted in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return melted + name.removeprefix(article)
    starts_with_a_vowel = plain(name)[:1] in set("aeiouyh") and not name.startswith(("Y", "H"))
    return f"d’{name}" if starts_with_a_vowel else f"de {_low(name)}"


def _low(name: str) -> str:
    """Write the article of a name with a small letter inside a sentence."""
    for article in ("La ", "L’", "L'"):
        if name.startswith(article):
            return article.lower() + name.removeprefix(article)
    return name
