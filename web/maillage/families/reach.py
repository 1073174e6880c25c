"""One box for an address or a telephone number, as people write them."""

import re
from typing import NamedTuple

from django import forms
from django.utils.translation import gettext as _

from maillage.families.models import Contact

NO_BREAK = "\N{NO-BREAK SPACE}"
FRENCH_PHONE = re.compile(r"^0[1-9]\d{8}$")
KEPT_FRENCH = re.compile(r"^\+33([1-9])(\d\d)(\d\d)(\d\d)(\d\d)$")
ABROAD = re.compile(r"^\+[1-9]\d{6,14}$")


class Reach(NamedTuple):
    """One way to reach someone."""

    channel: Contact.Channel
    address: str  # of e-mail, or the number in its international form

    @property
    def email(self) -> str:
        """The address of e-mail, or nothing."""
        return self.address if self.channel == Contact.Channel.EMAIL else ""

    @property
    def phone(self) -> str:
        """The number, or nothing."""
        return self.address if self.channel == Contact.Channel.SMS else ""


def read_reach(typed: str) -> Reach:
    """Return how to write to this person, or raise `ValidationError` with what is wrong."""
    text = typed.strip()
    if "@" in text:
        sentence = _("Cette adresse n’est pas complète : vérifiez-la.")
        address = forms.EmailField(error_messages={"invalid": sentence}).clean(text)
        return Reach(Contact.Channel.EMAIL, address)
    digits = re.sub(r"[\s.\-()]", "", text)
    if FRENCH_PHONE.fullmatch(digits):
        return Reach(Contact.Channel.SMS, f"+33{digits[1:]}")
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if ABROAD.fullmatch(digits):
        return Reach(Contact.Channel.SMS, digits)
    raise forms.ValidationError(
        _("Ce n’est ni une adresse ni un numéro de téléphone complet : vérifiez.")
    )


def as_dialled(kept: str) -> str:
    """Write a number that is kept as people here read it out; one from abroad stays as it is."""
    french = KEPT_FRENCH.fullmatch(kept)
    return f"0{NO_BREAK.join(french.groups())}" if french else kept
