"""What someone writes to complain, and what answers them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.complaints.actions import Grievance
from maillage.directory.models import Service
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Departement

LONGEST = 4000


def _words(label: Any, missing: Any, **more: Any) -> forms.CharField:
    facts: dict[str, Any] = {
        "label": label,
        "max_length": LONGEST,
        "widget": forms.Textarea({"rows": 6}),
    }
    return forms.CharField(error_messages={"required": missing}, **facts | more)


class ComplaintForm(forms.Form):
    """What happened, about whom, and perhaps where to write the answer."""

    place = forms.CharField(
        label=_("De quel lieu, de quel service s’agit-il ?"),
        max_length=150,
        error_messages={"required": _("Dites de quel lieu ou service il s’agit.")},
    )
    departement = forms.ModelChoiceField(
        label=_("Dans quel département"), queryset=Departement.objects.none(), empty_label=None
    )
    practitioner = forms.ModelChoiceField(
        label=_("Est-ce à propos d’une personne en particulier ?"),
        queryset=Practitioner.objects.none(),
        required=False,
        empty_label=_("Non, ou je préfère ne pas dire"),
        help_text=_("Cette personne ne lira pas votre message, même si elle dirige la structure."),
    )
    text = _words(
        _("Ce qui s’est passé"),
        _("Dites ce qui s’est passé, en quelques mots."),
        help_text=_("Ne donnez ni nom d’enfant, ni détail de santé : ils ne servent pas ici."),
    )
    email = forms.EmailField(
        label=_("Une adresse où vous écrire quand il y aura une réponse"),
        required=False,
        help_text=_("Sans adresse, vous suivrez la réponse avec le code qui va s’afficher."),
        widget=forms.EmailInput({"autocomplete": "email"}),
        error_messages={"invalid": _("Cette adresse est incomplète. Vérifiez-la, ou effacez-la.")},
    )

    def __init__(self, *args: Any, service: Service | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.service = service
        if service is None:
            del self.fields["practitioner"]
            known = Departement.objects.filter(loaded=True).order_by("code")
            self.fields["departement"].queryset = known  # type: ignore[attr-defined]
        else:
            del self.fields["place"], self.fields["departement"]
            people = Practitioner.objects.filter(
                availabilities__organization=service.organization_id, stopped_on=None
            ).distinct()
            self.fields["practitioner"].queryset = people  # type: ignore[attr-defined]
            if not people.exists():
                del self.fields["practitioner"]

    def grievance(self, language: str) -> Grievance:
        """What the action needs."""
        typed = self.cleaned_data
        about: Practitioner | None = typed.get("practitioner")
        if self.service is None:
            return Grievance(
                departement=typed["departement"].pk, text=typed["text"], place=typed["place"],
                email=typed["email"], language=language,
            )  # fmt: skip
        return Grievance(
            departement=self.service.departement_id, text=typed["text"], email=typed["email"],
            organization=self.service.organization_id, service=self.service.pk,
            practitioner=about.pk if about else None, language=language,
        )  # fmt: skip


class CodeForm(forms.Form):
    """The code of a complaint."""

    code = forms.CharField(
        label=_("Votre code"),
        max_length=40,
        help_text=_("Seize lettres et chiffres, comme 7KQM-2XWD-9FHT-3BRC."),
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("Écrivez le code de votre réclamation.")},
    )


class AnswerForm(forms.Form):
    """An answer."""

    text = _words(
        _("Votre réponse"),
        _("Écrivez une réponse."),
        help_text=_(
            "La personne la lira telle quelle. Dites ce que vous avez compris et ce qui change."
        ),
    )
