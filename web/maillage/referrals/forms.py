"""What is written to pass a family on, to answer, and to say how it went."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.agenda.booking import Who
from maillage.directory.needs import NEEDS
from maillage.directory.openings import time_zone
from maillage.families.form_fields import NameField, ReachField
from maillage.families.models import Child, Consent
from maillage.referrals.candidates import Choice
from maillage.referrals.proposals import Candidacy
from maillage.referrals.vocabulary import Handover, Outcome, Reason

GUARD = _(
    "Avec ses mots à lui, relus ensemble. Rien sur la santé : ni maladie, ni traitement, ni"
    " diagnostic."
)
_NEEDED = {"required": _("Choisissez une réponse.")}


def _needs() -> list[tuple[str, Any]]:
    return [(need.code, need.label) for need in NEEDS]


class NeedForm(forms.Form):
    """The first question: which need. Its answer stays in the address."""

    besoin = forms.ChoiceField(
        label=_("De quoi s’agit-il ?"), choices=lambda: [("", "—"), *_needs()]
    )


class ServicesForm(forms.Form):
    """Which services, in the order shown."""

    services = forms.MultipleChoiceField(
        label=_("Services à qui demander, dans cet ordre"),
        help_text=_("Le premier est sollicité seul ; le suivant s’il ne peut pas."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choisissez au moins un service.")},
    )

    def __init__(self, *args: Any, choices: list[Choice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.found = [one for one in choices if one.reachable]
        field = cast(forms.MultipleChoiceField, self.fields["services"])
        field.choices = [(str(one.service.pk), one.service.name) for one in self.found]

    def candidates(self) -> tuple[Candidacy, ...]:
        """The services ticked, in the order in which they were shown."""
        ticked = set(self.cleaned_data["services"])
        return tuple(
            Candidacy(one.service.pk, one.minutes)
            for one in self.found
            if str(one.service.pk) in ticked
        )


class ProposalForm(ServicesForm):
    """Everything a professional writes with the parent beside them."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    why = forms.CharField(
        label=_("Pourquoi, dans les mots du parent"),
        help_text=GUARD,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Écrivez une phrase avec le parent.")},
    )
    agreed = forms.BooleanField(
        label=_("Le parent a relu ces mots et les veut ainsi"),
        error_messages={"required": _("Relisez ces mots avec le parent, puis cochez.")},
    )
    child = forms.ChoiceField(label=_("Pour quel enfant"), required=False)
    availability = forms.CharField(
        label=_("Quand la famille est disponible"),
        help_text=_("Par exemple : le mercredi, ou en soirée par téléphone."),
        max_length=200,
        required=False,
    )
    handover = forms.ChoiceField(
        label=_("Passage de relais"), choices=Handover.choices, widget=forms.RadioSelect,
        initial=Handover.RECEIVER_CALLS, error_messages=_NEEDED,
    )  # fmt: skip
    handover_at = forms.DateTimeField(
        label=_("Pour le passage de relais, au plus tard le"),
        required=False,
        error_messages={"invalid": _("Écrivez une date et une heure.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    means = forms.ChoiceField(
        label=_("L’accord du parent"),
        choices=[
            ("", _("le lui demander par message : il choisit service par service")),
            (Consent.Means.DESK.value, _("il le donne maintenant, devant moi")),
            (Consent.Means.PHONE.value, _("il le donne maintenant, au téléphone")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, children: list[Child], **options: Any) -> None:
        options.setdefault("initial", {}).setdefault("key", uuid4())
        super().__init__(*args, **options)
        born = [
            (f"{one.birth_month:%Y-%m-%d}", f"{one.birth_month:%m/%Y}")
            for one in children
            if one.birth_month
        ]
        field = cast(forms.ChoiceField, self.fields["child"])
        field.choices = [("", _("pour toute la famille")), *born]
        if not born:
            del self.fields["child"]

    def clean(self) -> dict[str, Any] | None:
        """A hand-over that someone must make has a date to come."""
        data = super().clean() or {}
        at, kind = data.get("handover_at"), data.get("handover")
        if (
            kind
            and kind != Handover.FAMILY_CALLS
            and at is None
            and "handover_at" not in self.errors
        ):
            self.add_error("handover_at", _("Dites quand le passage de relais aura lieu."))
        elif at is not None and at < timezone.now():
            self.add_error("handover_at", _("Cette date est passée : choisissez-en une à venir."))
        return data

    def birth_month(self) -> date | None:
        """The month of the child chosen, if any."""
        raw = self.cleaned_data.get("child")
        return date.fromisoformat(raw) if raw else None


class AcceptForm(forms.Form):
    """Yes, and who will welcome the family."""

    in_charge = forms.CharField(
        label=_("Qui accueillera la famille"),
        help_text=_("Un prénom suffit : il est dit à la famille, pas à qui l’oriente."),
        max_length=80,
        error_messages={"required": _("Dites qui accueillera la famille : un prénom suffit.")},
    )


class DeclineForm(forms.Form):
    """No, and why."""

    reason = forms.ChoiceField(
        label=_("Pourquoi ce n’est pas possible"),
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez une raison.")},
    )
    words = forms.CharField(
        label=_("Quelques mots"),
        help_text=_("La famille et qui l’oriente les lisent. Rien sur la santé."),
        max_length=300,
        required=False,
    )

    def clean(self) -> dict[str, Any] | None:
        """Another reason needs words."""
        data = super().clean() or {}
        if data.get("reason") == Reason.OTHER and not data.get("words"):
            self.add_error("words", _("Dites la raison en quelques mots."))
        return data


class ContactForm(forms.Form):
    """The day of the first contact."""

    on = forms.DateField(
        label=_("Premier contact le"),
        error_messages={"required": _("Donnez la date."), "invalid": _("Écrivez une date.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_on(self) -> date:
        """A first contact is not to come."""
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise forms.ValidationError(
                _("Cette date est à venir : notez le contact une fois fait.")
            )
        return on


class OutcomeForm(forms.Form):
    """Whether the need was met."""

    outcome = forms.ChoiceField(
        label=_("Le besoin a-t-il trouvé une réponse ?"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages=_NEEDED,
    )
    words = forms.CharField(
        label=_("Quelques mots"),
        help_text=_("Rien sur la santé."),
        max_length=300,
        required=False,
    )


class GapForm(forms.Form):
    """Who follows a gap, and when they come back to it."""

    due_on = forms.DateField(
        label=_("J’y reviens le"),
        error_messages={"required": _("Donnez une date."), "invalid": _("Écrivez une date.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(label=_("Ce qui est prévu"), max_length=300, required=False)


def local_moment(moment: datetime | None, departement: str) -> datetime | None:
    """Read a time typed in the family's département as what it is there."""
    if moment is None:
        return None
    return moment.replace(tzinfo=time_zone(departement))


def chosen_ids(raw: list[str]) -> frozenset[UUID]:
    """The identifiers ticked; what is none is left aside."""
    found = set()
    for text in raw:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return frozenset(found)


class AskForm(forms.Form):
    """A parent asks a service to call them back: one screen, no account."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    need = forms.ChoiceField(
        label=_("De quoi s’agit-il ?"),
        choices=lambda: [("", "—"), *_needs()],
        error_messages={"required": _("Choisissez ce qui ressemble le plus à votre situation.")},
    )
    name = NameField(
        own=True,
        label=_("Votre prénom, ou un surnom"),
        required_as=_("Dites-nous comment vous appeler : un surnom suffit."),
    )
    reach = ReachField(
        own=True,
        label=_("Votre adresse électronique ou votre téléphone"),
        help_text=_("Donné au service seulement s’il accepte."),
        required_as=_("Donnez une adresse ou un numéro, pour être rappelé·e."),
    )
    availability = forms.CharField(
        label=_("Quand vous joindre"),
        help_text=_("Par exemple : le mercredi, ou après 18 h."),
        max_length=200,
        required=False,
    )
    discreet = forms.BooleanField(
        label=_("Messages discrets : rien du sujet dans les messages"), required=False
    )
    consent = forms.BooleanField(
        label=_("Je veux que ma demande soit transmise à ce service"),
        help_text=_("À lui seul, et jusqu’à ce que je change d’avis."),
        error_messages={"required": _("Sans votre accord, rien n’est transmis.")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {}).setdefault("key", uuid4())
        super().__init__(*args, **options)

    def who(self, language: str) -> Who:
        """The adult who asks; call it on a valid form."""
        reach = self.cleaned_data["reach"]
        return Who(
            name=self.cleaned_data["name"],
            channel=reach.channel,
            email=reach.email,
            phone=reach.phone,
            language=language,
            discreet=self.cleaned_data["discreet"],
        )
