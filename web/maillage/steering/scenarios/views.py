"""The pages of /pilotage/scenarios/: ask, wait, compare, decide, and later look back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.organizations.permissions import AtWork, professionals_only
from maillage.steering import maps
from maillage.steering.actions import ground
from maillage.steering.inputs import departements
from maillage.steering.models import KeptScenario
from maillage.steering.permissions import (
    changeable,
    may_steer,
    officers,
    readable,
    steered,
)
from maillage.steering.presentation import shapes
from maillage.steering.scenarios import (
    actions,
    balance_page,
    exports,
    inputs,
    law_words,
    paper,
    presentation,
    verdicts,
    wordings,
)
from maillage.steering.scenarios.actions import Words
from maillage.steering.scenarios.forms import AttendanceForm, ChoiceForm, DecisionForm, PlanForm
from maillage.steering.scenarios.result import Outcome, unpack
from maillage.steering.scenarios.waiting import waiting
from maillage.steering.views import attached, form_of, nothing_loaded, rights_of

MAIN = ("service", "public", "deplacement", "minutes", "ajouter")
WHERE = ("departement", "territoire", "voisin", "deplacer", "vehicules", "etapes")
MEANS = ("budget", "ouverture", "salaire", "personnes", "etp_lieu", "etp_possibles", "etp_actuels",
         "equipe", "ecart", "venue_basse", "venue_haute")  # fmt: skip
FILES = {
    "communes.csv": ("text/csv; charset=utf-8", exports.communes_csv),
    "lieux.csv": ("text/csv; charset=utf-8", exports.places_csv),
    "equilibre.csv": ("text/csv; charset=utf-8", exports.balance_csv),
    "lieux.geojson": ("application/geo+json", exports.geojson),
    "dossier.pdf": ("application/pdf", paper.pdf),
}


@require_GET
@professionals_only(officers)
def scenarios(request: AtWork) -> HttpResponse:
    """Ask where to open; see the three proposals when they are ready, the progress until then."""
    form = _form(request)
    if form is None:
        return nothing_loaded(request)
    may_steer(request.rights, form.plan.departement)
    context = _frame(form)
    if not request.GET:
        mine = steered(request.rights)
        context |= {
            "drafts": list(KeptScenario.objects.drafts_of(mine)[:20]),
            "published": list(KeptScenario.objects.published()[:20]),
        }
        return render(request, "steering/scenarios.html", context)
    facts = inputs.facts(form.plan)
    made = actions.found(form.plan, facts)
    if made is None:
        back = reverse("steering:scenarios")
        again = f"{reverse('steering:scenario_again')}?{form.plan.query()}"
        context |= {"again": again, "back": back, "back_label": _("Revenir aux décisions")}
        return waiting(
            request, "steering/scenarios.html", actions.asking(form.plan, facts), context
        )
    context |= _answer(made, ground(facts.main)) | {"facts_hash": made.data_hash}
    if made.cut_short:
        again = f"{reverse('steering:scenario_again')}?{form.plan.query()}"
        context |= {"again": again, "cut_short": wordings.cut_short()}
    return render(request, "steering/scenarios.html", context)


@require_POST
@professionals_only(officers)
def again(request: AtWork) -> HttpResponse:
    """Ask once more what gave no answer; what was cut short, with more time."""
    form = _form(request)
    if form is None:
        return nothing_loaded(request)
    may_steer(request.rights, form.plan.departement)
    actions.ask_again(form.plan, inputs.facts(form.plan))
    return redirect(f"{reverse('steering:scenarios')}?{form.plan.query()}")


def _form(request: HttpRequest) -> PlanForm | None:
    return form_of(request, PlanForm, departements())


def _frame(form: PlanForm) -> dict[str, Any]:
    plan = form.plan
    return {
        "form": form,
        "plan": plan,
        "title": wordings.title(plan),
        "main_fields": [form[name] for name in MAIN],
        "where_fields": [form[name] for name in WHERE],
        "means_fields": [form[name] for name in MEANS],
        "where_open": bool(plan.epci or plan.neighbour or plan.moving or plan.vehicles)
        or bool(set(WHERE) & set(form.errors)),
        "means_open": bool(plan.budget or plan.team) or bool(set(MEANS) & set(form.errors)),
        "nearby": [(label, other.query()) for label, other in wordings.nearby(plan)],
        "path": [(_("Pilotage"), reverse("steering:home")), (_("Scénarios"), "")],
    }


def _answer(made: Outcome, whole: maps.Ground) -> dict[str, Any]:
    drawn, frame = presentation.drawn(made, whole)
    columns, rows = presentation.table(made)
    commune_columns, commune_rows = presentation.commune_table(made)
    return {
        "found": made,
        "verdicts": verdicts.verdicts(made),
        "now": verdicts.today(made),
        "subtitle": wordings.subtitle(made),
        "refusal": wordings.refusal(made),
        "today": presentation.today_map(made, drawn, frame),
        "sides": presentation.sides(made, drawn, frame),
        "shapes": shapes(drawn),
        "legend": presentation.legend(made),
        "columns": columns,
        "rows": rows,
        "commune_columns": commune_columns,
        "commune_rows": commune_rows,
        "law": law_words.law(made),
        "notes": presentation.notes(made),
        "provenance": presentation.provenance(made),
        "command": exports.command(made.plan),
        "query": made.plan.query(),
        "balance": balance_page.said(made),
        "source": presentation.source_line(made),
        "files": [
            (name, presentation.FILES[name])
            for name in FILES
            if made.balance or name != "equilibre.csv"
        ],
    }


@require_GET
@professionals_only(officers)
def download(request: AtWork, name: str) -> HttpResponse:
    """The proposals as files."""
    form = _form(request)
    if form is None or name not in FILES:
        raise Http404
    may_steer(request.rights, form.plan.departement)
    made = actions.found(form.plan, inputs.facts(form.plan))
    if made is None:
        return redirect(f"{reverse('steering:scenarios')}?{form.plan.query()}")
    content_type, make = FILES[name]
    return attached(make(made), content_type, f"scenario-{made.plan.departement}-{name}")


@require_http_methods(["GET", "POST"])
@professionals_only(officers)
def decide(request: AtWork, aim: str) -> HttpResponse:
    """Choose one proposal, write why, keep it."""
    form = _form(request)
    if form is None:
        return nothing_loaded(request)
    may_steer(request.rights, form.plan.departement)
    made = actions.found(form.plan, inputs.facts(form.plan))
    back = f"{reverse('steering:scenarios')}?{form.plan.query()}"
    if made is None:
        return redirect(back)
    chosen = next((one for one in made.proposals if one.aim == aim), None)
    if chosen is None:
        raise Http404
    initial = {"title": f"{wordings.title(made.plan)} {made.territory}"[:120]}
    keys = wordings.cost_keys(made, chosen)
    posted = request.POST if request.method == "POST" else None
    words = ChoiceForm(posted, initial=initial, keys=keys)
    if words.is_valid():
        given = words.cleaned_data
        written = Words(given["title"], given["reason"], given.get("cost_key", ""))
        kept = actions.decide(made, aim=aim, words=written, actor_id=request.user.pk)
        messages.success(request, _("Décision gardée. C’est un brouillon tant qu’elle n’est pas"
                                    " publiée."))  # fmt: skip
        return redirect("steering:decision", kept.pk)
    context = {
        "form": words, "back": back, "name": wordings.AIM_NAMES[aim],
        "opened": wordings.opened(made, chosen), "subtitle": wordings.subtitle(made),
        "title": wordings.title(made.plan), "forecast": wordings.forecast(chosen, made),
        "has_keys": bool(keys),
    }  # fmt: skip
    return render(request, "steering/decide.html", context)


@require_http_methods(["GET", "POST"])
def decision(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Read a decision as it was taken; an officer changes its words."""
    row = readable(rights_of(request), kept_id, KeptScenario)
    words = DecisionForm(
        initial={"title": row.title, "reason": row.reason, "seen_at": row.changed_at.isoformat()}
    )
    if request.method == "POST":
        may_steer(rights_of(request), row.departement_id)
        words = DecisionForm(request.POST)
        if words.is_valid():
            actions.reword(kept_id, actor_id=request.user.pk, **words.cleaned_data)
            messages.success(
                request, _("Vos mots sont enregistrés ; les chiffres n’ont pas bougé.")
            )
            return redirect("steering:decision", kept_id)
    seen = {"opened_on": row.opened_on, "observed": row.observed}
    return render(
        request,
        "steering/decision.html",
        _decided(request, row, words, AttendanceForm(initial=seen)),
    )


def _decided(
    request: HttpRequest, row: KeptScenario, words: DecisionForm, came: AttendanceForm
) -> dict[str, Any]:
    made = unpack(bytes(row.packed))
    said = None
    if row.observed is not None:
        said = wordings.compared(row.expected_low, row.expected_high, row.observed)
    shown = _answer(made, maps.ground(made.plan.departement))
    chosen = next(one for one in made.proposals if one.aim == row.aim)
    may_change = row.departement_id in steered(rights_of(request))
    return shown | {
        "shared": wordings.shared(chosen, row.cost_key) if row.cost_key else "",
        "row": row,
        "form": words,
        "came": came,
        "compared": said,
        "chosen": next(side for side in shown["sides"] if side.aim == row.aim),
        "question_title": wordings.asked(made.plan, row.title),
        "may_change": may_change,
        "has_changed": may_change and actions.has_changed(made),
        "again": f"{reverse('steering:scenarios')}?{made.plan.query()}",
    }


@require_GET
def decision_file(request: HttpRequest, kept_id: UUID, name: str) -> HttpResponse:
    """The decision paper and its tables, as they were."""
    row = readable(rights_of(request), kept_id, KeptScenario)
    if name not in FILES:
        raise Http404
    made = unpack(bytes(row.packed))
    content_type, make = FILES[name]
    content = paper.pdf(made, row.aim, _words(row)) if name == "dossier.pdf" else make(made)
    return attached(content, content_type, f"decision-{row.departement_id}-{name}")


def _words(row: KeptScenario) -> Words:
    return Words(row.title, row.reason, row.cost_key, timezone.localdate(row.kept_at))


@require_POST
@professionals_only(officers)
def observe(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Write when the places opened and how many came."""
    row = changeable(request.rights, kept_id, KeptScenario)
    came = AttendanceForm(request.POST)
    if not came.is_valid():
        words = DecisionForm(initial={"title": row.title, "reason": row.reason})
        context = _decided(request, row, words, came)
        return render(request, "steering/decision.html", context, status=422)
    actions.observe(kept_id, actor_id=request.user.pk, **came.cleaned_data)
    messages.success(request, _("Enregistré : la page compare à ce qui était attendu."))
    return redirect("steering:decision", kept_id)


@require_POST
@professionals_only(officers)
def publish(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Let anyone read a decision."""
    changeable(request.rights, kept_id, KeptScenario)
    actions.publish(kept_id, actor_id=request.user.pk)
    messages.success(request, _("Publiée : tout le monde peut la lire à cette adresse."))
    return redirect("steering:decision", kept_id)


@require_POST
@professionals_only(officers)
def withdraw(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Make a published decision a draft again."""
    changeable(request.rights, kept_id, KeptScenario)
    actions.withdraw(kept_id, actor_id=request.user.pk)
    messages.success(request, _("Retirée de la publication : c’est de nouveau un brouillon."))
    return redirect("steering:decision", kept_id)


@require_POST
@professionals_only(officers)
def discard(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Delete a draft."""
    changeable(request.rights, kept_id, KeptScenario)
    actions.discard(kept_id, actor_id=request.user.pk)
    messages.success(request, _("Brouillon supprimé."))
    return redirect("steering:scenarios")
