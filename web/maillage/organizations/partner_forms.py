"""What a partner and the département type about accreditation, charter and places."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillage.organizations.accrediting import Decision, Found, Question, last_day
from maillage.organizations.partnership import Accreditation, Criterion, VenueCheck

YES, NO = "yes", "no"
YES_NO = [(YES, _("oui")), (NO, _("non"))]
CHARTER_LASTS = timedelta(days=3 * 365)


def _day(label: Any, **more: Any) -> forms.DateField:
    said = {"required": _("Donnez une date."), "invalid": _("Écrivez une date.")}
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=said, **more)


class ApplicationForm(forms.Form):
    """A partner presents itself."""

    presentation = forms.CharField(
        label=_("Votre expérience et votre équipe"),
        max_length=4000,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": _("Présentez votre structure en quelques mots.")},
        help_text=_("Ce que vous faites déjà avec les familles, qui reçoit, où."),
    )


class CharterForm(forms.Form):
    """Signing the charter for three years."""

    read = forms.BooleanField(
        label=_("J’ai lu la charte nationale du soutien à la parentalité et ses huit principes, et"
                " je l’accepte au nom de la structure"),
        error_messages={"required": _("Cochez la case pour signer.")},
    )  # fmt: skip

    @staticmethod
    def ends_on(today: date) -> date:
        """Until when a charter signed today holds."""
        return today + CHARTER_LASTS


class GridAnswersForm(forms.Form):
    """Yes or no for each criterion, with a comment."""

    def __init__(self, *args: Any, asked: Accreditation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.criteria = list(asked.grid.criteria.all())
        known = {one.criterion_id: one for one in asked.findings.all()}
        for one in self.criteria:
            was = known.get(one.pk)
            self.fields[f"met_{one.pk}"] = forms.ChoiceField(
                label=one.question, choices=YES_NO, required=False, widget=forms.RadioSelect,
                initial=None if was is None else YES if was.met else NO,
                help_text=_("Indispensable.") if one.required else "",
            )  # fmt: skip
            self.fields[f"comment_{one.pk}"] = forms.CharField(
                label=_("Commentaire"), max_length=500, required=False,
                initial=was.comment if was else "",
            )  # fmt: skip

    def rows(self) -> list[tuple[Criterion, Any, Any]]:
        """Each criterion with its two fields."""
        return [(one, self[f"met_{one.pk}"], self[f"comment_{one.pk}"]) for one in self.criteria]

    def found(self) -> list[Found]:
        """What was answered; a criterion left aside stays open."""
        typed = self.cleaned_data
        return [
            Found(one.pk, typed[f"met_{one.pk}"] == YES, typed[f"comment_{one.pk}"])
            for one in self.criteria
            if typed[f"met_{one.pk}"]
        ]


class DecisionForm(forms.Form):
    """Yes until a day, or no; always with a reason."""

    accredited = forms.ChoiceField(
        label=_("Votre décision"), choices=[(YES, _("agréer")), (NO, _("ne pas agréer"))],
        widget=forms.RadioSelect, error_messages={"required": _("Choisissez oui ou non.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Le motif, que la structure lira"), max_length=500,
        error_messages={"required": _("Donnez le motif en une phrase.")},
    )  # fmt: skip
    valid_from = _day(_("À partir du"), initial=timezone.localdate)
    valid_until = _day(_("Jusqu’au"), initial=lambda: last_day(timezone.localdate()))

    def clean(self) -> dict[str, Any]:
        """Two days in order."""
        found: dict[str, Any] = super().clean() or {}
        starts, ends = found.get("valid_from"), found.get("valid_until")
        if starts and ends and ends < starts:
            self.add_error("valid_until", _("La fin doit suivre le début."))
        return found

    def decision(self) -> Decision:
        """What the action needs."""
        typed = self.cleaned_data
        given = typed["accredited"] == YES
        spans = (typed["valid_from"], typed["valid_until"]) if given else (None, None)
        return Decision(given, typed["reason"], *spans)


class WithdrawalForm(forms.Form):
    """Why an accreditation is taken back."""

    reason = forms.CharField(
        label=_("Le motif, que la structure lira"), max_length=500,
        error_messages={"required": _("Donnez le motif en une phrase.")},
    )  # fmt: skip


class VenueForm(forms.ModelForm):  # type: ignore[type-arg]
    """What was seen of a place."""

    seen_on = _day(_("Vu le"), initial=timezone.localdate)

    class Meta:
        model = VenueCheck
        fields: Sequence[str] = ("place", *VenueCheck.ITEMS, "comment", "seen_on")
        error_messages = {"place": {"required": _("Dites quel lieu.")}}

    def clean_seen_on(self) -> date:
        """A place is seen before it is written."""
        day: date = self.cleaned_data["seen_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("Un lieu se note une fois vu, pas avant."))
        return day


class GridForm(forms.Form):
    """A new grid: one question a line."""

    departement = forms.ChoiceField(label=_("Département"))
    valid_from = _day(_("À partir du"), initial=timezone.localdate)
    questions = forms.CharField(
        label=_("Les critères, un par ligne"),
        widget=forms.Textarea({"rows": 8}),
        help_text=_(
            "Une question à laquelle on répond par oui ou non. Commencez par « ! » si elle est"
            " indispensable, finissez par « *3 » pour lui donner un poids de 1 à 5."
        ),
        error_messages={"required": _("Écrivez au moins un critère.")},
    )

    def __init__(self, *args: Any, departements: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["departement"].choices = [  # type: ignore[attr-defined]
            (code, code) for code in departements
        ]
        if len(departements) == 1:
            self.fields["departement"].widget = forms.HiddenInput()
            self.fields["departement"].initial = departements[0]

    def clean_questions(self) -> list[Question]:
        """Read each line; say every fault at once."""
        lines = [line.strip() for line in self.cleaned_data["questions"].splitlines()]
        found, faults = [], []
        for number, line in enumerate(filter(None, lines), 1):
            body, _star, weight = line.rpartition("*") if "*" in line else (line, "", "1")
            text = body.lstrip("!").strip()
            if not weight.strip().isdigit() or not 1 <= int(weight) <= 5 or not text:
                faults.append(
                    _("Ligne %(number)d : un poids de 1 à 5 après l’étoile.") % {"number": number}
                )
            elif len(text) > 250:
                faults.append(_("Ligne %(number)d : 250 signes au plus.") % {"number": number})
            else:
                found.append(Question(text, int(weight), required=body.startswith("!")))
        if faults:
            raise forms.ValidationError(faults)
        return found


def as_lines(criteria: Sequence[Criterion]) -> str:
    """A grid as it is typed."""
    return "\n".join(
        f"{'! ' if one.required else ''}{one.question}{f' *{one.weight}' if one.weight > 1 else ''}"
        for one in criteria
    )
