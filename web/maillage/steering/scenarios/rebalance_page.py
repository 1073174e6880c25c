"""The page where new places are shared fairly among the sites of a département."""

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from maillage.directory.vocabulary import Kind
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.steering import actions, inputs, presentation
from maillage.steering.classes import classes_for
from maillage.steering.forms import Choice
from maillage.steering.inputs import departements
from maillage.steering.permissions import may_steer, officers
from maillage.steering.question import MINUTES, default_audience
from maillage.steering.scenarios import rebalance_actions, rebalance_words
from maillage.steering.scenarios.asking import Asked
from maillage.steering.scenarios.forms import MOST_EUROS, whole_number
from maillage.steering.scenarios.rebalancing import (
    WORDS,
    Equity,
    Rebalanced,
    Rebalancing,
    unpack,
)
from maillage.steering.scenarios.waiting import waiting
from maillage.steering.views import attached, form_of, nothing_loaded
from maillage.steering.vocabulary import Audience
from maillage.territory.models import Mode

TEMPLATE = "steering/rebalancing.html"
MOST_PLACES = 2000
FILES = {"lieux.csv": rebalance_words.sites_csv, "communes.csv": rebalance_words.communes_csv}


class RebalancingForm(forms.Form):
    """The question, as the address carries it. A wrong field is told, and falls back."""

    departement = Choice(label=gettext_lazy("Département"))
    service = Choice(label=gettext_lazy("Service"), choices=Kind.choices)
    public = Choice(label=gettext_lazy("Pour qui"), choices=Audience.choices)
    deplacement = Choice(label=gettext_lazy("Déplacement"), choices=Mode.choices)
    minutes = whole_number(gettext_lazy("Minutes"), *MINUTES)
    equite = Choice(label=gettext_lazy("Ce qui est juste"), choices=Equity.choices)
    places = whole_number(
        gettext_lazy("Places nouvelles"), 0, MOST_PLACES,
        gettext_lazy("Vide avec un budget : autant qu’il en paie."),
    )  # fmt: skip
    plafond = whole_number(gettext_lazy("Places nouvelles dans un lieu, au plus"), 1, 200)
    budget = whole_number(gettext_lazy("Budget (€)"), 0, MOST_EUROS)
    cout = whole_number(gettext_lazy("Coût d’une place (€)"), 0, MOST_EUROS)

    def __init__(self, given: QueryDict, known: list[tuple[str, str]], home: str) -> None:
        super().__init__(given)
        cast(Choice, self.fields["departement"]).choices = known
        self.is_valid()
        kept = {WORDS[name]: value for name, value in self.cleaned_data.items() if value}
        kept.setdefault("departement", home)
        if "audience" not in kept:
            kept["audience"] = default_audience(kept.get("kind", Kind.EAJE.value)).value
        self.asked = Rebalancing(**kept)
        self.data = QueryDict(self.asked.query())

    def clean(self) -> dict[str, Any]:
        """A budget says nothing without the cost of a place."""
        given = super().clean() or {}
        if bool(given.get("budget")) != bool(given.get("cout")) and not self.errors:
            self.add_error("cout", _("Donnez le budget et le coût d’une place, les deux."))
        return given


@require_GET
@professionals_only(officers)
def rebalancing(request: AtWork) -> HttpResponse:
    """Share new places; see today's beside what they change."""
    form = _form(request)
    if form is None:
        return nothing_loaded(request)
    may_steer(request.rights, form.asked.departement)
    context: dict[str, Any] = {
        "form": form,
        "fields": [form[name] for name in form.fields],
        "path": [(_("Pilotage"), reverse("steering:home")),
                 (_("Scénarios"), reverse("steering:scenarios")), (_("Rééquilibrer"), "")],
    }  # fmt: skip
    if not request.GET or form.errors:
        return render(request, TEMPLATE, context)
    if form.asked.refusal[0]:
        context["refusal"] = rebalance_words.refusal(form.asked.refusal)
        return render(request, TEMPLATE, context)
    query, work = form.asked.query(), _asking(form)
    found = work.found(unpack)
    if found is None:
        back, again = reverse("steering:rebalancing"), reverse("steering:rebalancing_again")
        context |= {
            "again": f"{again}?{query}",
            "back": back,
            "back_label": _("Une autre question"),
        }
        return waiting(request, TEMPLATE, work, context)
    context |= rebalance_words.said(found)
    if found.receivers:
        context |= _map(found) | {"query": query}
    return render(request, TEMPLATE, context)


@require_POST
@professionals_only(officers)
def again(request: AtWork) -> HttpResponse:
    """Ask once more what gave no answer."""
    form = _form(request)
    if form is None:
        return nothing_loaded(request)
    may_steer(request.rights, form.asked.departement)
    if not form.errors:
        _asking(form).ask_again()
    return redirect(_address(form))


@require_GET
@professionals_only(officers)
def download(request: AtWork, name: str) -> HttpResponse:
    """The same answer as a table."""
    form = _form(request)
    if form is None:
        return nothing_loaded(request)
    may_steer(request.rights, form.asked.departement)
    if name not in FILES or form.errors or form.asked.refusal[0]:
        raise Http404
    found = _asking(form).found(unpack)
    if found is None:
        return redirect(_address(form))
    if not found.receivers:
        raise Http404
    stem = f"reequilibrage-{form.asked.departement}-{form.asked.kind}-{name}"
    return attached(FILES[name](found), "text/csv; charset=utf-8", stem, found.data_hash)


def _form(request: HttpRequest) -> RebalancingForm | None:
    return form_of(request, RebalancingForm, departements())


def _asking(form: RebalancingForm) -> Asked:
    return rebalance_actions.asking(form.asked, inputs.facts(form.asked.question()))


def _address(form: RebalancingForm) -> str:
    return f"{reverse('steering:rebalancing')}?{form.asked.query()}"


def _map(found: Rebalanced) -> dict[str, Any]:
    """The map of today's access, with the sites that receive places."""
    made = actions.answer(found.asked.question())
    ground = actions.ground(made.facts)
    diagnosis = made.diagnosis
    drawn = presentation.score_map(diagnosis, ground, classes_for(diagnosis.communes))
    places = [
        (ground.spot(one.latitude, one.longitude), f"{one.name} : + {one.added}")
        for one in found.receivers
        if one.added
    ]
    return {
        "map": replace(drawn, dots=[(*spot, name) for spot, name in places if spot]),
        "shapes": presentation.shapes(ground),
    }
