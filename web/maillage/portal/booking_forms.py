"""What a parent says to book: who comes, what to call them, one way to reach them."""

import re
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.agenda.booking import Booking, Who
from maillage.agenda.models import Appointment
from maillage.agenda.slots import Slot
from maillage.directory.vocabulary import Delivery
from maillage.families.models import Consent, Contact

FRENCH_PHONE = re.compile(r"^0[1-9]\d{8}$")
ABROAD = re.compile(r"^\+[1-9]\d{6,14}$")


class BookingForm(forms.Form):
    """One screen: nothing that is not needed to receive this family."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(label=_("Comment"), widget=forms.RadioSelect)
    composition = forms.ChoiceField(
        label=_("Qui vient ?"),
        choices=Appointment.Composition.choices,
        initial=Appointment.Composition.ALONE,
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label=_("Votre prénom, ou un surnom"),
        max_length=60,
        error_messages={
            "required": _("Dites-nous comment vous appeler : un surnom suffit."),
            "max_length": _("C’est trop long : un prénom ou un surnom suffit."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    reach = forms.CharField(
        label=_("Votre adresse électronique ou votre téléphone"),
        help_text=_("Pour vous envoyer le rendez-vous. Rien d’autre."),
        max_length=254,
        error_messages={
            "required": _("Donnez une adresse ou un numéro, pour recevoir le rendez-vous."),
            "max_length": _("C’est trop long pour une adresse."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )
    discreet = forms.BooleanField(
        label=_("Messages discrets : rien du sujet dans les messages"), required=False
    )

    def __init__(self, *args: Any, slot: Slot, language: str, **options: Any) -> None:
        options.setdefault("initial", {}).setdefault("key", uuid4())
        super().__init__(*args, **options)
        self.slot, self.language = slot, language
        mode = cast(forms.ChoiceField, self.fields["mode"])
        mode.choices = [(way, Delivery(way).label) for way in slot.modes]
        mode.initial = slot.modes[0]

    def clean_reach(self) -> tuple[Contact.Channel, str]:
        """Read an address or a number, as people write them."""
        text = self.cleaned_data["reach"].strip()
        if "@" in text:
            return Contact.Channel.EMAIL, forms.EmailField(
                error_messages={"invalid": _("Cette adresse n’est pas complète : vérifiez-la.")}
            ).clean(text)
        digits = re.sub(r"[\s.\-()]", "", text)
        if FRENCH_PHONE.fullmatch(digits):
            return Contact.Channel.SMS, f"+33{digits[1:]}"
        if ABROAD.fullmatch(digits):
            return Contact.Channel.SMS, digits
        raise forms.ValidationError(
            _("Ce n’est ni une adresse ni un numéro de téléphone complet : vérifiez.")
        )

    def booking(self) -> Booking:
        """Return what the action needs; call it on a valid form."""
        data = self.cleaned_data
        channel, reach = data["reach"]
        key: UUID = data["key"]
        return Booking(
            key=key,
            availability_id=self.slot.occurrence.availability_id,
            starts_at=self.slot.starts_at,
            mode=data["mode"],
            composition=Appointment.Composition(data["composition"]),
            who=Who(
                name=data["name"],
                channel=channel,
                email=reach if channel == Contact.Channel.EMAIL else "",
                phone=reach if channel == Contact.Channel.SMS else "",
                language=self.language,
                discreet=data["discreet"],
            ),
            children=(),
        )


class DeskBookingForm(BookingForm):
    """The same, typed by an agent while the parent says it, with the parent's word for it."""

    means = forms.ChoiceField(
        label=_("Le parent donne son accord"),
        choices=[
            (Consent.Means.PHONE.value, _("au téléphone")),
            (Consent.Means.DESK.value, _("sur place")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Dites comment le parent a donné son accord.")},
    )
    consent = forms.BooleanField(
        label=_("Le parent veut que je prenne ce rendez-vous pour lui, et sait ce qui est gardé"),
        error_messages={
            "required": _("Sans l’accord du parent, rien n’est pris : demandez-le-lui d’abord.")
        },
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].label = _("Son prénom, ou un surnom")
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["reach"].label = _("Son adresse électronique ou son téléphone")
        self.fields["reach"].help_text = _("Pour lui envoyer le rendez-vous. Rien d’autre.")
        self.fields["reach"].widget.attrs["autocomplete"] = "off"

    def means_given(self) -> Consent.Means:
        """How the parent agreed; call it on a valid form."""
        return Consent.Means(self.cleaned_data["means"])
