"""The home of /pilotage/, and the diagnoses that officers keep, annotate and publish."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.directory.models import Service
from maillage.directory.vocabulary import Kind
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.steering import actions, charts, diagnosis, maps, presentation, unmet_needs, wording
from maillage.steering.classes import classes_for
from maillage.steering.forms import WordsForm, loaded_departements
from maillage.steering.inputs import departements
from maillage.steering.models import KeptDiagnosis
from maillage.steering.permissions import (
    changeable,
    home_departement,
    may_steer,
    officers,
    readable,
    steered,
)
from maillage.steering.presentation import Figure
from maillage.steering.provenance_text import provenance
from maillage.steering.question import default_question
from maillage.steering.views import asked_of, nothing_loaded, rights_of
from maillage.territory.models import Commune

QUESTIONS = (
    Kind.LAEP, Kind.RPE, Kind.EAJE, Kind.PMI, Kind.INDIVIDUAL_SUPPORT, Kind.FAMILY_MEDIATION,
    Kind.CLAS, Kind.SOCIAL_CENTRE, Kind.FRANCE_SERVICES,
)  # fmt: skip
FIGURES = ("couverture", "personnes-eloignees", "communes-non-desservies", "acces-moyen", "gini")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The département in short, the questions one may ask, and what was kept."""
    loaded = loaded_departements(departements())
    if not loaded:
        return nothing_loaded(request)
    rights = rights_of(request)
    here = home_departement(rights, [code for code, _name in loaded])
    mine = steered(rights)
    context = {
        "name": dict(loaded)[here],
        "figures": _in_short(here),
        "questions": [
            (asked.title(), presentation.address("diagnosis", asked))
            for asked in (default_question(here, kind.value) for kind in QUESTIONS)
        ],
        "published": _listed(KeptDiagnosis.objects.published()[:20]),
        "drafts": _listed(KeptDiagnosis.objects.drafts_of(mine)[:50]) if mine else [],
        "is_officer": bool(mine),
        "unmet": unmet_needs.table(mine, timezone.localdate()) if mine else None,
        "start": presentation.address("diagnosis", default_question(here)),
    }
    return render(request, "steering/home.html", context)


def _in_short(departement: str) -> list[Figure]:
    communes = Commune.objects.filter(departement=departement).aggregate(
        n=Count("pk"), young=Sum("children_under_6")
    )
    services = (
        Service.objects.public()
        .filter(departement=departement)
        .aggregate(n=Count("pk"), unverified=Count("pk", filter=Q(verified_on=None)))
    )
    asked = default_question(departement)
    sources = reverse("portal:data")
    return [
        Figure(wording.count(communes["young"]), _("enfants de moins de 6 ans"), "", sources),
        Figure(wording.number(communes["n"]), _("communes"), "", sources),
        Figure(
            wording.number(services["n"]),
            ngettext("service dans l’annuaire", "services dans l’annuaire", services["n"]),
            "",
            presentation.address("figure", asked, "lieux-comptes"),
        ),
        Figure(
            wording.number(services["unverified"]),
            ngettext("service jamais vérifié", "services jamais vérifiés", services["unverified"]),
            "",
            presentation.address("figure", asked, "services-non-verifies"),
        ),
    ]


def _listed(rows: Any) -> list[tuple[KeptDiagnosis, str]]:
    return [(row, reverse("steering:kept", args=[row.pk])) for row in rows]


@require_http_methods(["GET", "POST"])
@professionals_only(officers)
def keep(request: AtWork) -> HttpResponse:
    """Give a title to a diagnosis and keep it as it is now."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    found = asked.answer.diagnosis
    may_steer(request.rights, found.question.departement)
    initial = {"title": found.question.title()}
    form = WordsForm(request.POST) if request.method == "POST" else WordsForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = actions.keep(
            found,
            title=form.cleaned_data["title"],
            note=form.cleaned_data["note"],
            actor_id=request.user.pk,
        )
        messages.success(
            request, _("Gardé tel quel. Personne d’autre ne le lit avant publication.")
        )
        return redirect("steering:kept", kept.pk)
    context = {
        "form": form,
        "title": found.question.title(),
        "subtitle": presentation.subtitle(found),
        "back": presentation.address("diagnosis", found.question),
    }
    return render(request, "steering/keep.html", context)


@require_http_methods(["GET", "POST"])
def kept(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Read a kept diagnosis as it was; an officer changes its words."""
    rights = rights_of(request)
    if request.method == "POST":
        row = changeable(rights, kept_id, KeptDiagnosis)
        form = WordsForm(request.POST)
        if form.is_valid():
            actions.annotate(
                kept_id,
                title=form.cleaned_data["title"],
                note=form.cleaned_data["note"],
                seen_at=form.cleaned_data["seen_at"],
                actor_id=request.user.pk,
            )
            messages.success(
                request, _("Vos mots sont enregistrés ; les chiffres n’ont pas bougé.")
            )
            return redirect("steering:kept", kept_id)
    else:
        row = readable(rights, kept_id, KeptDiagnosis)
        seen = row.changed_at.isoformat()
        form = WordsForm(initial={"title": row.title, "note": row.note, "seen_at": seen})
    return render(request, "steering/kept.html", _kept_context(request, row, form))


def _kept_context(request: HttpRequest, row: KeptDiagnosis, form: WordsForm) -> dict[str, Any]:
    found = diagnosis.unpack(bytes(row.packed))
    ground = maps.ground(found.question.departement)
    return {
        "row": row,
        "form": form,
        "may_change": row.departement_id in steered(rights_of(request)),
        "question_title": found.question.title(),
        "subtitle": presentation.subtitle(found),
        "figures": [presentation.figure(found, code) for code in FIGURES],
        "map": presentation.score_map(found, ground, classes_for(found.communes)),
        "shapes": presentation.shapes(ground),
        "table": presentation.commune_table(presentation.unserved_list(found)[:25]),
        "epcis": charts.epci_table(found),
        "provenance": provenance(found),
        "notes": presentation.notes(found),
        "today": presentation.address("diagnosis", found.question),
    }


@require_POST
@professionals_only(officers)
def publish(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Let anyone read a kept diagnosis."""
    changeable(request.rights, kept_id, KeptDiagnosis)
    actions.publish(kept_id, actor_id=request.user.pk)
    messages.success(request, _("Publié : tout le monde peut le lire à cette adresse."))
    return redirect("steering:kept", kept_id)


@require_POST
@professionals_only(officers)
def withdraw(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Make a published diagnosis a draft again."""
    changeable(request.rights, kept_id, KeptDiagnosis)
    actions.withdraw(kept_id, actor_id=request.user.pk)
    messages.success(request, _("Retiré de la publication : c’est de nouveau un brouillon."))
    return redirect("steering:kept", kept_id)


@require_POST
@professionals_only(officers)
def discard(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Delete a draft."""
    changeable(request.rights, kept_id, KeptDiagnosis)
    actions.discard(kept_id, actor_id=request.user.pk)
    messages.success(request, _("Brouillon supprimé."))
    return redirect("steering:home")
