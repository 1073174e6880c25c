"""What a parent says to book: who comes, what to call them, one way to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from maillage.agenda.booking import Booking, Who
from maillage.agenda.models import Appointment
from maillage.agenda.slots import Slot
from maillage.directory.vocabulary import Delivery
from maillage.families.form_fields import NameField, ReachField
from maillage.families.models import Consent, Contact
from maillage.fees.actions import Answer
from maillage.fees.models import Fee
from maillage.portal.bookings import Said
from maillage.portal.months import read_months

LONGEST_GOALS = 1000
NOT_SAID = "not_said"
WAIVER = "waiver"


@dataclass(frozen=True, slots=True)
class Asked:
    """What this slot needs to know: prices to choose from, and whether a child's month counts."""

    slot: Slot
    language: str
    bands: Sequence[tuple[str, str]] = ()  # identifier and words of each
    in_programme: bool = False
    known: Contact | None = None
    child_known: bool = False
    invited: Who | None = None


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
    children = forms.CharField(
        label=_("Mois de naissance de l’enfant"),
        help_text=_("Par exemple 03/2019. Plusieurs enfants ? Séparez par une virgule."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    due = forms.CharField(
        label=_("Ou le mois où un bébé est attendu"),
        help_text=_("Par exemple 06/2027."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    goals = forms.CharField(
        label=_("Ce que vous souhaitez, avec vos mots"),
        help_text=_("Lu par la personne qui vous recevra, et par elle seule avec vous."),
        required=False,
        max_length=LONGEST_GOALS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    fee = forms.ChoiceField(
        label=_("Le prix, selon vos revenus"),
        help_text=_("Aucun papier à montrer. On paie après, jamais avant."),
        required=False,
        widget=forms.RadioSelect,
    )
    name = NameField(
        own=True,
        label=_("Votre prénom, ou un surnom"),
        required_as=_("Dites-nous comment vous appeler : un surnom suffit."),
    )
    reach = ReachField(
        own=True,
        label=_("Votre adresse électronique ou votre téléphone"),
        help_text=_("Pour vous envoyer le rendez-vous. Rien d’autre."),
        required_as=_("Donnez une adresse ou un numéro, pour recevoir le rendez-vous."),
    )
    discreet = forms.BooleanField(
        label=_("Messages discrets : rien du sujet dans les messages"), required=False
    )

    def __init__(self, *args: Any, asked: Asked, **options: Any) -> None:
        options.setdefault("initial", {}).setdefault("key", uuid4())
        super().__init__(*args, **options)
        self.asked, self.slot = asked, asked.slot
        mode = cast(forms.ChoiceField, self.fields["mode"])
        mode.choices = [(way, Delivery(way).label) for way in asked.slot.modes]
        mode.initial = asked.slot.modes[0]
        self._ask_no_more_than_needed()

    def _ask_no_more_than_needed(self) -> None:
        asked = self.asked
        dropped = [] if asked.in_programme else ["children", "due", "goals"]
        if asked.in_programme and asked.child_known:
            dropped += ["children", "due"]
        if asked.bands:
            fee = cast(forms.ChoiceField, self.fields["fee"])
            fee.choices = [
                *asked.bands,
                (NOT_SAID, _("Je préfère ne pas le dire : le prix le plus bas")),
                (WAIVER, _("Je ne peux pas payer : rien à payer")),
            ]
        else:
            dropped.append("fee")
        if asked.known is not None:
            dropped += ["name", "reach", "discreet"]
        elif asked.invited is not None:
            self.fields["name"].initial = asked.invited.name
            self.fields["reach"].initial = asked.invited.email or asked.invited.phone
        for name in dropped:
            del self.fields[name]

    def clean_children(self) -> tuple[date, ...]:
        """Read the months of birth."""
        return read_months(self.cleaned_data["children"])

    def clean_due(self) -> tuple[date, ...]:
        """Read the months when a birth is awaited."""
        return read_months(self.cleaned_data["due"])

    def clean(self) -> dict[str, Any]:
        """In a programme, one child, born or awaited, says that this family may enter."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        asks = "children" in self.fields
        told = data.get("children") or data.get("due") or {"children", "due"} & set(self.errors)
        if asks and not told:
            self.add_error(
                "children",
                _("Donnez le mois de naissance d’un enfant, ou le mois où il est attendu."),
            )
        return data

    def booking(self) -> Booking:
        """Return what the action needs; call it on a valid form."""
        data = self.cleaned_data
        key: UUID = data["key"]
        known = self.asked.known
        return Booking(
            key=key,
            availability_id=self.slot.occurrence.availability_id,
            starts_at=self.slot.starts_at,
            mode=data["mode"],
            composition=Appointment.Composition(data["composition"]),
            who=self._who() if known is None else None,
            children=data.get("children", ()),
            due_months=data.get("due", ()),
            known=None if known is None else known.pk,
        )

    def said(self) -> Said:
        """What goes with it: hopes and price; call it on a valid form."""
        return Said(answer=self._answer(), goals=self.cleaned_data.get("goals", "").strip())

    def _answer(self) -> Answer:
        chosen = self.cleaned_data.get("fee", "")
        if chosen == WAIVER:
            return Answer(Fee.Kind.WAIVER)
        if chosen in {"", NOT_SAID}:
            return Answer(Fee.Kind.UNDISCLOSED)
        return Answer(Fee.Kind.BAND, UUID(chosen))

    def _who(self) -> Who:
        reach = self.cleaned_data["reach"]
        return Who(
            name=self.cleaned_data["name"],
            channel=reach.channel,
            email=reach.email,
            phone=reach.phone,
            language=self.cleaned_data.get("language") or self.asked.language,
            discreet=self.cleaned_data["discreet"],
        )


class DeskBookingForm(BookingForm):
    """The same, typed by an agent while the parent says it, with the parent's word for it."""

    language = forms.ChoiceField(
        label=_("Langue des messages et de la page à imprimer"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.RadioSelect,
    )
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
        if self.asked.known is not None:  # their language is known too
            del self.fields["language"]
            return
        self.fields["language"].initial = "fr"
        self.fields["name"].label = _("Son prénom, ou un surnom")
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["reach"].label = _("Son adresse électronique ou son téléphone")
        self.fields["reach"].help_text = _("Pour lui envoyer le rendez-vous. Rien d’autre.")
        self.fields["reach"].widget.attrs["autocomplete"] = "off"

    def means_given(self) -> Consent.Means:
        """How the parent agreed; call it on a valid form."""
        return Consent.Means(self.cleaned_data["means"])
