"""What administrators type about their colleagues."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.organizations.actions import Invitation
from maillage.organizations.models import Membership, Organization
from maillage.territory.models import Departement

WITHOUT_ORGANIZATION = (Membership.Role.STEERING_OFFICER, Membership.Role.ADMINISTRATOR)


class InvitationForm(forms.Form):
    """Someone to invite, for one organization or for the whole département."""

    email = forms.EmailField(
        label=_("Son adresse électronique professionnelle"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Écrivez son adresse électronique."),
            "invalid": _("Cette adresse est incomplète. Elle ressemble à nom@exemple.fr."),
        },
    )
    name = forms.CharField(label=_("Son nom"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=_("Son rôle"), choices=Membership.Role.choices, widget=forms.RadioSelect
    )
    organization = forms.ModelChoiceField(
        label=_("Son organisme"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=_("Tout le département"),
        help_text=_("« Tout le département » convient au pilotage et à l’administration."),
    )
    departement = forms.ModelChoiceField(
        label=_("Département"), queryset=Departement.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, departements: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Departement.objects.filter(pk__in=departements)
        self.fields["departement"].queryset = places  # type: ignore[attr-defined]
        mine = Organization.objects.filter(departement__in=departements).order_by("name", "pk")
        self.fields["organization"].queryset = mine  # type: ignore[attr-defined]
        if len(departements) == 1:
            self.fields["departement"].initial = next(iter(departements))
            self.fields["departement"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """Ask for an organization where the role needs one, in the département chosen."""
        found: dict[str, Any] = super().clean() or {}
        organization, place = found.get("organization"), found.get("departement")
        if found.get("role") and found["role"] not in WITHOUT_ORGANIZATION and not organization:
            self.add_error("organization", _("Ce rôle s’exerce dans un organisme : choisissez-le."))
        if organization and place and organization.departement_id != place.pk:
            self.add_error("organization", _("Cet organisme est dans un autre département."))
        return found

    def invitation(self) -> Invitation:
        """What the action needs."""
        organization = self.cleaned_data["organization"]
        return Invitation(
            email=self.cleaned_data["email"],
            name=self.cleaned_data["name"],
            role=self.cleaned_data["role"],
            organization_id=organization.pk if organization else None,
            departement_id=self.cleaned_data["departement"].pk,
        )
