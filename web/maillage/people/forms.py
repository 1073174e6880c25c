"""What professionals type about themselves."""

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.people.models import User


class AskForCode(RequestLoginCodeForm):  # type: ignore[misc]
    """The address to which the code is sent."""

    email = forms.EmailField(
        label=_("Votre adresse électronique professionnelle"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={
            "required": _("Écrivez votre adresse électronique."),
            "invalid": _("Cette adresse est incomplète. Elle ressemble à nom@exemple.fr."),
        },
    )

    def clean_email(self) -> str:
        """Look the account up by its lower-case form."""
        self.cleaned_data["email"] = self.cleaned_data["email"].lower()
        found: str = super().clean_email()
        return found


class GiveCode(ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code as it was received, spaces or not."""

    code = forms.CharField(
        label=_("Le code reçu, huit chiffres"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
            }
        ),
        error_messages={"required": _("Recopiez le code reçu.")},
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an account says of its owner."""

    class Meta:
        model = User
        fields = ("name", "language")
        labels = {"name": _("Votre nom, tel que vos collègues le voient"), "language": _("Langue")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
