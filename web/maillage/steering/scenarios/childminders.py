"""The table of childminders that an officer fills, commune by commune, for want of open data."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from maillage.core.csv_files import csv_bytes
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.steering.forms import loaded_departements
from maillage.steering.inputs import departements
from maillage.steering.permissions import home_departement, may_steer, officers
from maillage.steering.scenarios import actions, inputs
from maillage.steering.views import nothing_loaded
from maillage.territory.imports.report import FileRefused, Report

HEAD = ("code", "commune", "assistantes_maternelles")
ROWS_SHOWN = 14


class ChildmindersForm(forms.Form):
    """The table as text, as a spreadsheet gives it."""

    year = forms.IntegerField(label=gettext_lazy("Année"), min_value=1990, max_value=2100)
    table = forms.CharField(
        label=gettext_lazy("Le tableau"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": ROWS_SHOWN, "spellcheck": "false", "wrap": "off"}),
        help_text=gettext_lazy(
            "Une ligne par commune. Collez celui de votre tableur, ou écrivez les nombres au bout"
            " des lignes. Vide veut dire « pas connu », zéro veut dire aucune."
        ),
    )


@require_http_methods(["GET", "POST"])
@professionals_only(officers)
def childminders(request: AtWork) -> HttpResponse:
    """Read and write how many childminders each commune of one's département has."""
    loaded = dict(loaded_departements(departements()))
    if not loaded:
        return nothing_loaded(request)
    wanted = request.GET.get("departement", "")
    here = wanted if wanted in loaded else home_departement(request.rights, list(loaded))
    may_steer(request.rights, here)
    faults: list[str] = []
    form = ChildmindersForm(request.POST or None, initial=_known(here))
    if form.is_valid():
        try:
            report = actions.keep_childminders(here, actor_id=request.user.pk, **form.cleaned_data)
        except FileRefused as refused:
            faults = refused.lines()
        else:
            messages.success(request, _said(report))
            return redirect(f"{reverse('steering:scenarios')}?departement={here}&service=rpe")
    path = [
        (_("Pilotage"), reverse("steering:home")),
        (_("Scénarios"), reverse("steering:scenarios")),
        (_("Assistantes maternelles"), ""),
    ]
    context = {"form": form, "faults": faults, "name": loaded[here], "path": path, "here": here}
    status = 422 if form.is_bound else 200
    return render(request, "steering/childminders.html", context, status=status)


def _known(departement: str) -> dict[str, Any]:
    """The table with the numbers known today, ready to be completed."""
    rows = [
        (code, name, "" if number is None else int(number))
        for code, name, number in inputs.childminders_of(departement)
    ]
    return {
        "year": timezone.localdate().year,
        "table": csv_bytes([HEAD, *rows]).decode("utf-8-sig"),
    }


def _said(report: Report) -> str:
    kept = report.counts.created + report.counts.updated + report.counts.unchanged
    return ngettext(
        "%(n)d commune enregistrée : les scénarios de relais en tiennent compte.",
        "%(n)d communes enregistrées : les scénarios de relais en tiennent compte.",
        kept,
    ) % {"n": kept}
