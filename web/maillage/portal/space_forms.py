"""What parents type about themselves: an address, a code, a name, how to be written to."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from maillage.directory.vocabulary import Delivery
from maillage.families.form_fields import NameField, ReachField


class DoorForm(forms.Form):
    """The address that was given when booking."""

    reach = ReachField(
        own=True,
        label=_("Votre adresse électronique ou votre téléphone"),
        help_text=_("Celle ou celui que vous avez donné pour prendre rendez-vous."),
    )


class CodeForm(forms.Form):
    """The six figures received."""

    code = forms.CharField(
        label=_("Le code reçu"),
        help_text=_("Six chiffres. Il sert une fois, pendant dix minutes."),
        max_length=40,
        error_messages={
            "required": _("Recopiez les six chiffres du message."),
            "max_length": _("Un code a six chiffres."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class NameForm(forms.Form):
    """Which of the people who share an address this is."""

    name = NameField(label=_("Le prénom ou le surnom donné pour le rendez-vous"))


class MessagesForm(forms.Form):
    """How one wants to be written to."""

    discreet = forms.BooleanField(
        label=_("Messages discrets : rien du sujet dans les messages"), required=False
    )
    silent = forms.BooleanField(
        label=_("Ne plus m’envoyer de messages, même les rappels"), required=False
    )
    language = forms.ChoiceField(
        label=_("Langue des messages"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )


class OtherParentForm(forms.Form):
    """Whom a parent would like to be linked with."""

    name = NameField(label=_("Son prénom, ou un surnom"))
    reach = ReachField(
        label=_("Son adresse électronique ou son téléphone"),
        help_text=_("La sienne, pas la vôtre : chacun reçoit ses propres messages."),
    )


class WaitingForm(forms.Form):
    """Where and how a family could come, when nothing fits today."""

    communes = forms.MultipleChoiceField(
        label=_("Où pourriez-vous venir ?"),
        help_text=_("Rien de coché : partout."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    modes = forms.MultipleChoiceField(
        label=_("Comment ?"),
        help_text=_("Rien de coché : toutes les façons."),
        required=False,
        choices=Delivery.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    name = NameField(own=True, label=_("Votre prénom, ou un surnom"))
    reach = ReachField(
        own=True,
        label=_("Votre adresse électronique ou votre téléphone"),
        help_text=_("Pour vous proposer la première place qui se libère. Rien d’autre."),
    )

    def __init__(
        self,
        *args: Any,
        communes: list[tuple[str, str]],
        modes: list[str],
        known: bool,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["communes"].choices = communes  # type: ignore[attr-defined]
        self.fields["modes"].choices = [  # type: ignore[attr-defined]
            (mode, Delivery(mode).label) for mode in modes
        ]
        dropped = [name for name in ("communes", "modes") if len(self.fields[name].choices) < 2]  # type: ignore[attr-defined]
        for name in [*dropped, *(["name", "reach"] if known else [])]:
            del self.fields[name]
