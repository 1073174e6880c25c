"""Fees and incomes, as people read them."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from maillage.fees.models import Fee
from maillage.fees.quotes import Line, Quote


def euros(amount: Decimal) -> str:
    """An amount: cents only where there are some."""
    whole = amount == amount.to_integral_value()
    return number_format(amount, 0 if whole else 2, use_l10n=True, force_grouping=True) + "\u00a0€"


def due(fee: Fee | None) -> str:
    """What is to be paid; empty when nothing is."""
    return euros(fee.amount) if fee is not None and fee.amount else ""


def asked(line: Line) -> str:
    """What a band pays."""
    if not line.most:
        return _("rien")
    if line.least == line.most:
        return euros(line.least)
    return _("de %(least)s à %(most)s") % {"least": euros(line.least), "most": euros(line.most)}


def incomes(line: Line) -> str:
    """Which incomes a band holds."""
    low = euros(line.starts_at)
    if line.up_to is None:
        return _("Plus de %(low)s par mois") % {"low": low} if line.starts_at else _("Tout revenu")
    top = euros(line.up_to)
    if not line.starts_at:
        said = _("Jusqu’à %(top)s par mois") if line.holds_bound else _("Moins de %(top)s par mois")
        return said % {"top": top}
    return _("De %(low)s à %(top)s par mois") % {"low": low, "top": top}


def in_a_few_words(shown: Quote) -> str:
    """A whole scale in one line: from how much to how much, for whom."""
    facts = {"least": euros(shown.lowest), "most": euros(shown.highest)}
    if shown.is_per_person:
        return _("de %(least)s à %(most)s par adulte, selon vos revenus") % facts
    return _("de %(least)s à %(most)s par séance, selon vos revenus") % facts
