"""One box for an address or a telephone number, as people write them."""

import re

from django import forms
from django.utils.translation import gettext as _

from maillage.families.models import Contact

FRENCH_PHONE = re.compile(r"^0[1-9]\d{8}$")
ABROAD = re.compile(r"^\+[1-9]\d{6,14}$")


def read_reach(typed: str) -> tuple[Contact.Channel, str]:
    """Return how to write to this person, or raise `ValidationError` with what is wrong."""
    text = typed.strip()
    if "@" in text:
        sentence = _("Cette adresse n’est pas complète : vérifiez-la.")
        address = forms.EmailField(error_messages={"invalid": sentence}).clean(text)
        return Contact.Channel.EMAIL, address
    digits = re.sub(r"[\s.\-()]", "", text)
    if FRENCH_PHONE.fullmatch(digits):
        return Contact.Channel.SMS, f"+33{digits[1:]}"
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if ABROAD.fullmatch(digits):
        return Contact.Channel.SMS, digits
    raise forms.ValidationError(
        _("Ce n’est ni une adresse ni un numéro de téléphone complet : vérifiez.")
    )
