"""What an appointment costs, in words: before it is taken and after."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import formats
from django.utils.translation import gettext as _

from maillage.agenda.models import Appointment
from maillage.directory.models import Service
from maillage.directory.vocabulary import Delivery
from maillage.fees.models import Fee
from maillage.fees.quotes import Line, Quote, quote
from maillage.portal import words

REMOTE = frozenset({Delivery.PHONE, Delivery.VIDEO})


def price(service: Service, on: date) -> str:
    """The span of prices of a service one day; what its entry says when it has no scale."""
    found = quote(service, on)
    return words.fee(service) if found is None else _span(found)


def bands_of(service: Service, on: date) -> tuple[tuple[str, str], ...]:
    """What a parent may choose from; nothing to choose when all pay the same."""
    found = quote(service, on)
    if found is None or (found.highest == found.lowest and len(found.lines) < 2):
        return ()
    return tuple((str(line.band), _line(line, found)) for line in found.lines)


def said_of(appointment: Appointment) -> str:
    """What this appointment costs, as it was settled."""
    return said_with(appointment, Fee.objects.filter(appointment=appointment).first())


def said_with(appointment: Appointment, fee: Fee | None) -> str:
    """The same, for who has just read or written its fee."""
    if fee is None:
        return words.fee(appointment.service)
    if not fee.amount:
        return _("Rien à payer")
    facts = {"amount": euros(fee.amount)}
    if appointment.mode in REMOTE:
        return _("%(amount)s à régler après la séance, ou rien si vous ne pouvez pas") % facts
    return _("%(amount)s à régler sur place, ou rien si vous ne pouvez pas") % facts


def still_due(appointments: Iterable[Appointment]) -> frozenset[UUID]:
    """Those of these appointments that ask for something, and could ask for nothing."""
    found = Fee.objects.filter(appointment__in=list(appointments), amount__gt=0)
    return frozenset(found.order_by().values_list("appointment", flat=True))


def euros(amount: Decimal) -> str:
    """An amount as people read it; cents only when there are some."""
    if amount == 0:
        return _("Gratuit")
    places = 0 if amount == amount.to_integral_value() else 2
    return f"{formats.number_format(amount, places)}\xa0€"


def _span(found: Quote) -> str:
    if found.lowest == found.highest:
        return euros(found.lowest)
    facts: Mapping[str, Any] = {
        "least": formats.number_format(found.lowest, _places(found.lowest)),
        "most": euros(found.highest),
    }
    return _("De %(least)s à %(most)s selon vos revenus, jamais d’avance") % facts


def _line(line: Line, found: Quote) -> str:
    pays = euros(line.least) if line.least == line.most else _between(line)
    if line.up_to is None:
        said = _("%(from)s € par mois ou plus : %(pays)s")
    elif line.starts_at == 0:
        said = _("Moins de %(to)s € par mois : %(pays)s")
    else:
        said = _("De %(from)s à %(to)s € par mois : %(pays)s")
    return said % {
        "from": formats.number_format(line.starts_at, _places(line.starts_at)),
        "to": "" if line.up_to is None else formats.number_format(line.up_to, _places(line.up_to)),
        "pays": pays,
    }


def _between(line: Line) -> str:
    least = formats.number_format(line.least, _places(line.least))
    return _("de %(least)s à %(most)s") % {"least": least, "most": euros(line.most)}


def _places(amount: Decimal) -> int:
    return 0 if amount == amount.to_integral_value() else 2
