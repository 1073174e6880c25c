"""The question put to a family that books. Whatever is typed, or nothing, is an answer."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.fees import wording
from maillage.fees.actions import Answer
from maillage.fees.models import Fee
from maillage.fees.quotes import Quote


class FeeForm(forms.Form):
    """Bands to choose from, "I prefer not to say" and "I would rather not pay": never a refusal."""

    band = forms.ChoiceField(
        label=_("Vos revenus du mois"), required=False, widget=forms.RadioSelect
    )
    revenue = forms.CharField(
        label=_("Ou votre revenu exact, en euros par mois"),
        required=False,
        max_length=20,
        help_text=_("Il sert au calcul puis il est oublié : nous ne gardons que la tranche."),
        widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, quote: Quote, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["band"].choices = choices(quote)  # type: ignore[attr-defined]
        self.fields["band"].initial = Fee.Kind.UNDISCLOSED
        self.fields["band"].help_text = quote.basis
        if not quote.asks_income:
            del self.fields["revenue"]

    def answer(self) -> Answer:
        """What was answered; anything that is not understood counts as nothing said."""
        typed = self.data.get(self.add_prefix("band"), "")
        revenue = self.data.get(self.add_prefix("revenue"), "") if "revenue" in self.fields else ""
        if typed == Fee.Kind.WAIVER:
            return Answer(Fee.Kind.WAIVER)
        if (exact := as_amount(revenue)) is not None:
            return Answer(Fee.Kind.BAND, income=exact)
        try:
            return Answer(Fee.Kind.BAND, UUID(str(typed)))
        except ValueError:
            return Answer()


def choices(quote: Quote) -> list[tuple[str, Any]]:
    """Every answer, as it is read."""
    bands: list[tuple[str, Any]] = [
        (str(line.band), f"{wording.incomes(line)} : {wording.asked(line)}") for line in quote.lines
    ]
    lowest = wording.euros(quote.lowest) if quote.lowest else _("rien")
    silent = _("Je préfère ne pas dire : %(amount)s") % {"amount": lowest}
    free = _("Je ne peux pas payer en ce moment : rien, sans justificatif")
    return [*bands, (Fee.Kind.UNDISCLOSED.value, silent), (Fee.Kind.WAIVER.value, free)]


def as_amount(text: str) -> Decimal | None:
    """A number of euros as people type it (1 250,50 €); None when it is not one."""
    kept = "".join(text.split()).replace("€", "").replace("\u202f", "").replace(",", ".")
    try:
        found = Decimal(kept)
    except InvalidOperation:
        return None
    return found if found.is_finite() and found >= 0 else None
