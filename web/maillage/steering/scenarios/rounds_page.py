"""The tour of a decision whose stops a vehicle visits: ask, wait, read, keep, take away."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from maillage.organizations.permissions import AtWork, professionals_only
from maillage.steering import maps
from maillage.steering.models import KeptScenario, KeptTour
from maillage.steering.permissions import changeable, officers, readable, steered
from maillage.steering.presentation import shapes
from maillage.steering.scenarios import (
    rounds_actions,
    rounds_compute,
    rounds_files,
    rounds_map,
    rounds_words,
)
from maillage.steering.scenarios.asking import Asked
from maillage.steering.scenarios.result import Outcome, Proposal
from maillage.steering.scenarios.result import unpack as outcome_of
from maillage.steering.scenarios.rounds_form import TourForm
from maillage.steering.scenarios.rounds_question import Question, Stop, rhythms
from maillage.steering.scenarios.rounds_result import Tour, unpack
from maillage.steering.scenarios.waiting import waiting
from maillage.steering.views import attached, rights_of
from maillage.territory.models import Commune

STARTS, SHIFT, DAYS, STAY, WEEKEND = 8 * 60 + 30, 7 * 60, 2, 120, (5, 6)
FILES = {
    "tournee.pdf": gettext_lazy("La feuille à afficher (PDF)"),
    "tournee.ics": gettext_lazy("L’agenda d’une année (iCalendar)"),
    "tournee.csv": gettext_lazy("Tous les passages (CSV)"),
}
TYPES = {"pdf": "application/pdf", "ics": "text/calendar; charset=utf-8",
         "csv": "text/csv; charset=utf-8"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with an itinerant vehicle, and the tour kept with it."""

    row: KeptScenario
    made: Outcome
    chosen: Proposal
    kept: KeptTour | None
    tour: Tour | None  # the one that was kept, as it was

    def usual(self) -> Question:
        """What was answered last; else the decision's stops, and what one usually answers."""
        if self.tour:
            return self.tour.question
        places = self.chosen.places
        often = rhythms([place.persons for place in places])
        today = timezone.localdate()
        return Question(
            departement=self.row.departement_id,
            base=_largest(self.made),
            vehicles=self.made.plan.vehicles,
            starts=STARTS,
            shift=SHIFT,
            days=DAYS,
            closed=WEEKEND,
            stay=STAY,
            monday=(today + timedelta(days=7 - today.weekday())).isoformat(),
            stops=tuple(
                Stop(p.commune, p.name, p.latitude, p.longitude, p.persons, rhythm)
                for p, rhythm in zip(places, often, strict=True)
            ),
        )


def _decided(request: HttpRequest, kept_id: UUID) -> Decided:
    """Load what one may read; 404 for a decision without a vehicle."""
    row = readable(rights_of(request), kept_id, KeptScenario)
    made = outcome_of(bytes(row.packed))
    if not made.plan.is_itinerant:
        raise Http404
    chosen = next(one for one in made.proposals if one.aim == row.aim)
    kept = KeptTour.objects.filter(decision=row).first()
    return Decided(row, made, chosen, kept, unpack(bytes(kept.packed)) if kept else None)


def _largest(made: Outcome) -> str:
    """The most populated commune of the territory."""
    codes = [home.code for home in made.homes]
    rows = Commune.objects.filter(pk__in=codes).order_by("-population", "pk")
    return str(rows.values_list("pk", flat=True).first() or codes[0])


@require_GET
def tour(request: HttpRequest, kept_id: UUID) -> HttpResponse:
    """Read the tour kept with a decision; an officer asks for another."""
    found = _decided(request, kept_id)
    may_change = found.row.departement_id in steered(rights_of(request))
    context: dict[str, Any] = {
        "row": found.row, "may_change": may_change,
        "path": [(_("Pilotage"), reverse("steering:home")),
                 (found.row.title, reverse("steering:decision", args=[kept_id])),
                 (_("La tournée"), "")],
    }  # fmt: skip
    form = _form(request, found) if may_change else None
    if form is not None:
        context |= {"form": form, "main_fields": [form[name] for name in _MAIN]}
    if form is None or not form.is_bound:
        return _kept(request, found, context)
    if not form.is_valid():
        return render(request, "steering/tour.html", context)
    asking = _asking(form)
    made = asking.found(unpack)
    query = form.question.query()
    if made is None:
        again = f"{reverse('steering:tour_again', args=[kept_id])}?{query}"
        back = reverse("steering:decision", args=[kept_id])
        context |= {"again": again, "back": back, "back_label": _("Revenir à la décision")}
        return waiting(request, "steering/tour.html", asking, context)
    context |= _answer(made, found) | {"query": query, "is_kept": made == found.tour}
    return render(request, "steering/tour.html", context)


_MAIN = ("base", "depart", "heures", "jours", "minutes", "lundi")


def _form(request: HttpRequest, found: Decided) -> TourForm:
    homes = sorted(found.made.homes, key=lambda home: home.name)
    communes = [(home.code, home.name) for home in homes]
    form = TourForm(request.GET or None, found.usual(), communes)
    if form.is_bound and form.is_valid():
        lost = rounds_compute.gone(form.question)
        names = {home.code: home.name for home in found.made.homes}
        names |= {stop.code: stop.name for stop in form.question.stops}
        for code in sorted(lost):
            said = _("Ce n’est plus une commune : %(name)s. Refaites d’abord la proposition.")
            form.add_error(None, said % {"name": names[code]})
    return form


def _asking(form: TourForm) -> Asked:
    return rounds_actions.asking(form.question, rounds_compute.facts(form.question))


def _kept(request: HttpRequest, found: Decided, context: dict[str, Any]) -> HttpResponse:
    made = found.tour
    if made is not None:
        context |= _answer(made, found) | {"kept": found.kept, "is_kept": True}
        if context["may_change"]:
            context["has_changed"] = rounds_actions.has_changed(made)
    return render(request, "steering/tour.html", context)


def _answer(made: Tour, found: Decided) -> dict[str, Any]:
    drawn = _drawn(made, found)
    columns, weeks = rounds_words.by_week(made)
    stop_columns, stops = rounds_words.of_stops(made)
    day_columns, days = rounds_words.compared(made)
    coloured = maps.coloured(drawn.fills, drawn.ground.paths, prefix="tour")
    return {
        "found": made,
        "asked": rounds_words.asked(made.question, made.base),
        "figures": rounds_words.figures(made),
        "proof": rounds_words.proof(made),
        "proof_in_short": rounds_words.proof_in_short(made),
        "left_out": rounds_words.left_out(made),
        "columns": columns,
        "weeks": weeks,
        "stop_columns": stop_columns,
        "stops": stops,
        "day_columns": day_columns,
        "days": days,
        "margins": [said for said in (rounds_words.one_more(made), rounds_words.one_less(made))
                    if said],
        "map": drawn,
        "coloured": mark_safe(coloured),  # noqa: S308 - escaped there
        "shapes": shapes(drawn.ground),
        "notes": rounds_words.notes(made),
        "provenance": rounds_words.provenance(made),
        "files": list(FILES.items()),
    }  # fmt: skip


def _drawn(made: Tour, found: Decided) -> rounds_map.Drawn:
    whole = maps.ground(found.row.departement_id)
    return rounds_map.drawn(made, whole, [home.code for home in found.made.homes])


def _asked_for(request: HttpRequest, found: Decided) -> Tour | None:
    """The tour that the address asks for, where it was planned; nothing where it has a fault."""
    form = _form(request, found)
    return _asking(form).found(unpack) if form.is_valid() else None


@require_GET
def tour_file(request: HttpRequest, kept_id: UUID, name: str) -> HttpResponse:
    """The tour as a sheet, an agenda or a table: the one kept, or the one an officer asks for."""
    found = _decided(request, kept_id)
    is_asked = bool(request.GET) and found.row.departement_id in steered(rights_of(request))
    made = _asked_for(request, found) if is_asked else found.tour
    if made is None or name not in FILES:
        raise Http404
    kept_at = found.kept.kept_at if found.kept and not is_asked else None
    kind = name.rpartition(".")[2]
    if kind == "pdf":
        dated = timezone.localdate(kept_at) if kept_at else None
        content = rounds_files.pdf(made, found.row.title, dated, _drawn(made, found))
    elif kind == "ics":
        content = rounds_files.ics(made, str(kept_id), kept_at or timezone.now())
    else:
        content = rounds_files.csv(made)
    return attached(content, TYPES[kind], name, made.data_hash)


@require_POST
@professionals_only(officers)
def again(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Ask once more what gave no answer."""
    found = _changed(request, kept_id)
    form = _form(request, found)
    if form.is_valid():
        _asking(form).ask_again()
    return redirect(_back(request, kept_id))


@require_POST
@professionals_only(officers)
def keep(request: AtWork, kept_id: UUID) -> HttpResponse:
    """Keep the tour of this address with its decision; planned anew if its data changed."""
    found = _changed(request, kept_id)
    made = _asked_for(request, found)
    if made is None:
        return redirect(_back(request, kept_id))
    rounds_actions.keep(kept_id, made, actor_id=request.user.pk)
    messages.success(request, _("Tournée gardée avec la décision : qui lit l’une lit l’autre."))
    return redirect("steering:tour", kept_id)


def _changed(request: AtWork, kept_id: UUID) -> Decided:
    changeable(request.rights, kept_id, KeptScenario)
    return _decided(request, kept_id)


def _back(request: HttpRequest, kept_id: UUID) -> str:
    return f"{reverse('steering:tour', args=[kept_id])}?{request.GET.urlencode()}"
