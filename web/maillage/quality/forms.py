"""What is typed about quality."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.quality.actions import Answers
from maillage.quality.models import (
    Agreement,
    Change,
    Feedback,
    StaffFeedback,
    SupervisionMeeting,
    question,
)

REQUIRED = _("Choisissez une réponse.")


class AnswersForm(forms.Form):
    """Three questions and a few words."""

    asked: type[Feedback] | type[StaffFeedback] = Feedback

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.asked.QUESTIONS:
            self.fields[name] = forms.TypedChoiceField(
                label=question(self.asked, name),
                choices=list(reversed(Agreement.choices)),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": REQUIRED},
            )
        self.fields["words"] = forms.CharField(
            label=_("Un mot de plus ?"),
            help_text=_("Sans nom : ce que vous écrivez est relu avant d’être cité."),
            max_length=1000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    def answers(self) -> Answers:
        """What was said, once the form is valid."""
        first, second, third = (self.cleaned_data[name] for name in self.asked.QUESTIONS)
        return Answers((first, second, third), self.cleaned_data["words"])


class StaffAnswersForm(AnswersForm):
    """The same for a professional."""

    asked = StaffFeedback


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """You said, we did."""

    class Meta:
        model = Change
        fields = ("said", "did", "done_on")
        widgets = {
            "said": forms.Textarea(attrs={"rows": 2}),
            "did": forms.Textarea(attrs={"rows": 3}),
            "done_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class SupervisionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One meeting."""

    class Meta:
        model = SupervisionMeeting
        fields = ("organization", "held_on", "hours", "persons")
        widgets = {"held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
