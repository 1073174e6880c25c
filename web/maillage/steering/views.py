"""The pages of /pilotage/: all public, as they hold public figures only (docs/decisions)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from maillage.organizations.permissions import Rights
from maillage.steering import (
    actions,
    charts,
    files,
    overlap_pages,
    pairing,
    presentation,
    priority_pages,
    wording,
)
from maillage.steering.actions import Answer
from maillage.steering.classes import classes_for
from maillage.steering.diagnosis import CommuneResult, Diagnosis
from maillage.steering.forms import ComparisonForm, DiagnosisForm, loaded_departements, plain
from maillage.steering.indicators import BY_CODE, INDICATORS
from maillage.steering.inputs import DepartementFacts, departements
from maillage.steering.margins import words as margins
from maillage.steering.permissions import home_departement, steered
from maillage.steering.provenance_text import provenance
from maillage.steering.question import Question
from maillage.steering.vocabulary import DECAYS, MEASURES
from maillage.territory.models import Mode

AnyForm = TypeVar("AnyForm")
ROWS_PER_PAGE = 50
LONGEST_LIST = 8
SORTS = {
    "commune": lambda c: (c.name.casefold(), c.code),
    "epci": lambda c: (c.epci_name.casefold(), c.name.casefold(), c.code),
    "public": lambda c: (-1.0 if c.people is None else c.people, c.code),
    "minutes": lambda c: (float("inf") if c.minutes is None else c.minutes, c.code),
    "score": lambda c: (c.score, c.code),
    "etat": lambda c: (c.unserved, c.close_call, c.open_border, c.code),
}
EPCI_FIGURES = ("gini", "p90-p10", "ecart-epci", "rapport-epci", "theil", "acces-moyen")
MAIN_FIELDS = ("service", "public", "deplacement", "minutes")
MORE_FIELDS = ("departement", "decroissance", "mesure", "definition", "part")
COMPARISON_FIELDS = ("comparer", "service2", "deplacement2", "moment", "jour")
MAP_FIGURES = ("couverture", "personnes-eloignees", "communes-non-desservies", "acces-moyen")


@dataclass(frozen=True, slots=True)
class Asked:
    """A valid question, its answer, and the form that carries it."""

    form: DiagnosisForm
    answer: Answer
    everywhere: tuple[DepartementFacts, ...]

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.form.question


@require_GET
def diagnosis(request: HttpRequest) -> HttpResponse:
    """Who reaches a service: the map, four figures, and where there is none."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    found = asked.answer.diagnosis
    unserved = presentation.unserved_list(found)
    apart = without_car(asked)
    shown = [presentation.figure(found, code) for code in MAP_FIGURES]
    if apart:
        shown.insert(1, presentation.figure_without_car(apart))
    ground = actions.ground(asked.answer.facts)
    context = {
        "map": presentation.coloured_map(asked.answer, ground, classes_for(found.communes)),
        "shapes": presentation.shapes(ground),
        "remote": presentation.remote_rows(found),
        "figures": shown,
        "sites_figure": presentation.figure(found, "lieux-comptes"),
        "unserved": [presentation.unserved_row(row) for row in unserved[:LONGEST_LIST]],
        "unserved_left": max(0, len(unserved) - LONGEST_LIST),
        "unserved_href": f"{presentation.address('communes', asked.question)}&seulement=non",
        "unserved_words": presentation.unserved_words(asked.question),
        "sites": asked.answer.facts.sites,
    }
    return _page(request, "steering/diagnosis.html", asked, "diagnosis", context)


@require_GET
def epcis(request: HttpRequest) -> HttpResponse:
    """How unequal access is between EPCI and between people."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    found = asked.answer.diagnosis
    context = {
        "figures": [presentation.figure(found, code) for code in EPCI_FIGURES],
        "table": charts.epci_table(found),
        "bars": charts.epci_bars(found),
        "curve": charts.lorenz_curve(found),
    }
    return _page(request, "steering/epcis.html", asked, "epcis", context)


@require_GET
def communes(request: HttpRequest) -> HttpResponse:
    """Every commune in a table that sorts without a script."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    sort = request.GET.get("tri", "")
    sort = sort if sort in SORTS else "commune"
    order = "desc" if request.GET.get("ordre") == "desc" else "asc"
    only = request.GET.get("seulement") == "non"
    rows = [row for row in asked.answer.diagnosis.communes if row.unserved or not only]
    rows.sort(key=SORTS[sort], reverse=order == "desc")
    pages = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    link = f"?{asked.question.query()}" + ("&seulement=non" if only else "")
    kept: list[CommuneResult] = list(pages.object_list)
    apart = without_car(asked)
    context = {
        "table": presentation.commune_table(kept, link, sort, order, apart),
        "pages": pages,
        "page_link": f"{link}&tri={sort}&ordre={order}&page=",
        "only": only,
        "all_href": presentation.address("communes", asked.question),
        "unserved_href": f"{presentation.address('communes', asked.question)}&seulement=non",
        "how_many": len(rows),
    }
    return _page(request, "steering/communes.html", asked, "communes", context)


@require_GET
def priorities(request: HttpRequest) -> HttpResponse:
    """Where to act first, by rules one may move, and who enters or leaves then."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    context = priority_pages.context(request.GET, asked.answer.diagnosis)
    return _page(request, "steering/priorities.html", asked, "priorities", context)


@require_GET
def overlapping(request: HttpRequest) -> HttpResponse:
    """Where two places receive the same ages at the same hours."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    context = overlap_pages.context(request.GET, asked.answer, timezone.localdate())
    return _page(request, "steering/overlaps.html", asked, "overlaps", context)


@require_GET
def comparison(request: HttpRequest) -> HttpResponse:
    """Two maps of the same communes, side by side."""
    asked = asked_of(request)
    if asked is None:
        return nothing_loaded(request)
    sites = [(site.key, f"{site.name}, {site.location}") for site in asked.answer.facts.sites]
    names = {plain(c.name): c.code for c in asked.answer.diagnosis.communes}
    names |= {c.code: c.code for c in asked.answer.diagnosis.communes}
    form = ComparisonForm(request.GET, sites, names)
    ground = actions.ground(asked.answer.facts)
    if form.against == "zonages":
        context = pairing.zonings(asked.answer, ground)
    else:
        second = form.other(asked.question)
        other = actions.answer(second, asked.everywhere, asked.answer)
        form.show(second)
        context = pairing.side_by_side(asked.answer, other, ground, form.against)
    context |= {
        "comparison": form,
        "comparison_fields": [form[name] for name in COMPARISON_FIELDS],
        "shapes": presentation.shapes(ground),
        "sites": sites,
    }
    return _page(request, "steering/comparison.html", asked, "comparison", context)


@require_GET
def download(request: HttpRequest, name: str) -> HttpResponse:
    """The same tables, map and page as files."""
    asked = asked_of(request)
    if asked is None or name not in files.FILES:
        raise Http404
    made = files.make(name, asked.answer)
    found = asked.answer.diagnosis
    return attached(made.content, made.content_type, made.filename, found.data_hash)


@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """Every figure and its definition, in one list."""
    asked = asked_of(request)
    rows = [
        (indicator, reverse("steering:figure", args=[indicator.code])) for indicator in INDICATORS
    ]
    query = f"?{asked.question.query()}" if asked else ""
    context = {"rows": [(indicator, f"{href}{query}") for indicator, href in rows]}
    return render(request, "steering/figures.html", context)


@require_GET
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: definition, formula, sources, code, data, limits."""
    if code not in BY_CODE:
        raise Http404
    asked = asked_of(request)
    context: dict[str, Any] = {"indicator": BY_CODE[code]}
    if asked:
        found = asked.answer.diagnosis
        context |= {
            "figure": presentation.figure(found, code),
            "range": margins.method(found) if code in margins.SAID else [],
            "has_range": found.range_of(code) is not None,
            "subtitle": presentation.subtitle(found),
            "title": found.question.title(),
            "back": presentation.address("diagnosis", found.question),
            "list": presentation.address("figures", found.question),
            "provenance": provenance(found),
            "hidden": sum(c.people is not None and 0 < c.people < 5 for c in found.communes),
            "notes": presentation.notes(found),
            "decay": DECAYS[found.question.decay].sentence,
            "measure": MEASURES[found.question.measure].explanation,
        }
    return render(request, "steering/figure.html", context)


def without_car(asked: Asked) -> Diagnosis | None:
    """The same question by bicycle: how those who have no car go. None where none drives."""
    if asked.question.mode != Mode.CAR:
        return None
    other = asked.question.with_(mode=Mode.BICYCLE.value)
    return actions.answer(other, asked.everywhere, asked.answer).diagnosis


def asked_of(request: HttpRequest) -> Asked | None:
    """Read the question and answer it; None while no département is loaded."""
    everywhere = departements()
    form = form_of(request, DiagnosisForm, everywhere)
    if form is None:
        return None
    return Asked(form, actions.answer(form.question, everywhere), everywhere)


def form_of(
    request: HttpRequest,
    kind: Callable[[QueryDict, list[tuple[str, str]], str], AnyForm],
    everywhere: tuple[DepartementFacts, ...],
) -> AnyForm | None:
    """Read a question from the address; None while no département is loaded."""
    loaded = loaded_departements(everywhere)
    if not loaded:
        return None
    home = home_departement(rights_of(request), [code for code, _name in loaded])
    return kind(request.GET, loaded, home)


def _page(
    request: HttpRequest, template: str, asked: Asked, current: str, more: dict[str, Any]
) -> HttpResponse:
    found, question = asked.answer.diagnosis, asked.question
    context = {
        "form": asked.form,
        "main_fields": [asked.form[name] for name in MAIN_FIELDS],
        "more_fields": [asked.form[name] for name in MORE_FIELDS],
        "decays": presentation.decays(),
        "question": question,
        "title": question.title(),
        "subtitle": presentation.subtitle(found),
        "tabs": presentation.tabs(question, current),
        "notes": presentation.notes(found),
        "source": presentation.sources_in_short(found),
        "noun": wording.noun(question),
        "downloads": files.links(question),
        "command": files.command(question),
        "decay_sentence": DECAYS[question.decay].sentence,
        "measure_sentence": MEASURES[question.measure].explanation,
        "advanced_open": bool(set(MORE_FIELDS) & set(asked.form.errors)),
        "no_people": found.totals.coverage is None,
        "nothing": not found.totals.sites and not found.totals.halo_sites,
        "keep_href": presentation.address("keep", question),
        "may_keep": question.departement in steered(rights_of(request)),
        "path": [(_("Pilotage"), reverse("steering:home")), (_("Diagnostic"), "")],
    }
    response = render(request, template, context | more)
    patch_vary_headers(response, ["Cookie"])
    return response


def attached(
    content: bytes | str, content_type: str, filename: str, data_hash: str = ""
) -> HttpResponse:
    """A file to save, and the hash of the data that it was made from."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    if data_hash:
        response["X-Data-Hash"] = data_hash
    return response


def rights_of(request: HttpRequest) -> Rights:
    """What this visitor may do; nothing for someone without an account."""
    return getattr(request, "rights", None) or Rights()


def nothing_loaded(request: HttpRequest) -> HttpResponse:
    return render(request, "steering/nothing_loaded.html")
