"""The quality board, for those who steer and those who manage; the words, for those who steer."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.csv_files import FRENCH_SPREADSHEET, csv_bytes
from maillage.organizations.errors import NotAllowed
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.quality import actions, compute, counting, permissions
from maillage.quality.forms import ChangeForm, SupervisionForm
from maillage.quality.models import Change, Feedback, Reading, StaffFeedback, SupervisionMeeting
from maillage.quality.periods import Quarter
from maillage.territory.models import Departement

READ_AT_ONCE = 100


@never_cache
@professionals_only(permissions.reads_the_board)
@require_safe
def board(request: AtWork) -> HttpResponse:
    """One quarter, one place, nine tiles."""
    return render(request, "quality/board.html", _board(request))


@never_cache
@professionals_only(permissions.reads_the_board)
@require_safe
def board_csv(request: AtWork) -> HttpResponse:
    """The same, as a file."""
    page = _board(request)
    head = ["code", _("question"), _("mesure"), _("valeur"), _("sur")]
    body = csv_bytes([head, *compute.rows(page["tiles"])], FRENCH_SPREADSHEET)
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"qualite-{page['code']}-{page['quarter'].code}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@never_cache
@professionals_only(permissions.reads_words)
@require_safe
def voices(request: AtWork) -> HttpResponse:
    """What waits to be read, and what was changed."""
    where = permissions.departement_of(request)
    mine = {"departement": where}
    return render(request, "quality/voices.html", {
        "families": _words(Feedback, where),
        "staff": _words(StaffFeedback, where),
        "changes": Change.objects.filter(**mine).order_by("-done_on", "pk"),
    })  # fmt: skip


@require_POST
@professionals_only(permissions.reads_words)
def moderate(request: AtWork, kind: str, item_id: UUID) -> HttpResponse:
    """Keep words or set them aside."""
    where = request.rights.steers | request.rights.administers
    mine = {"pk": item_id, "departement__in": where}
    found: Feedback | StaffFeedback | None = None
    if kind == "famille":
        found = Feedback.objects.filter(**mine).first()
    elif kind == "professionnel":
        found = StaffFeedback.objects.filter(**mine).first()
    if found is None:
        raise NotAllowed
    actions.read_words(found, keep=request.POST.get("reading") == "kept", by=request.user.pk)
    messages.success(request, _("C’est noté."))
    return redirect("quality:voices")


@never_cache
@professionals_only(permissions.reads_words)
@require_http_methods(["GET", "HEAD", "POST"])
def write_change(request: AtWork) -> HttpResponse:
    """You said, we did: tied to the feedback that it answers."""
    where = permissions.departement_of(request)
    form = ChangeForm(request.POST or None)
    families, staff = _kept(Feedback, where), _kept(StaffFeedback, where)
    if request.method == "POST" and form.is_valid():
        change = form.save(commit=False)
        change.departement_id = where
        cited = set(request.POST.getlist("cited"))
        actions.write_change(
            change,
            families=[one.pk for one in families if str(one.pk) in cited],
            staff=[one.pk for one in staff if str(one.pk) in cited],
            by=request.user.pk,
        )
        messages.success(request, _("C’est écrit. Relisez, puis publiez."))
        return redirect("quality:voices")
    page = {"form": form, "families": families, "staff": staff}
    return render(request, "quality/change.html", page, status=400 if form.errors else 200)


@require_POST
@professionals_only(permissions.reads_words)
def publish_change(request: AtWork, change_id: UUID) -> HttpResponse:
    """Show a change to everyone."""
    actions.publish_change(_change(request, change_id), by=request.user.pk)
    messages.success(request, _("C’est publié sur la page « Vous avez dit »."))
    return redirect("quality:voices")


@require_POST
@professionals_only(permissions.reads_words)
def withdraw_change(request: AtWork, change_id: UUID) -> HttpResponse:
    """Show it no more."""
    actions.withdraw_change(_change(request, change_id), by=request.user.pk)
    messages.success(request, _("Ce n’est plus publié."))
    return redirect("quality:voices")


@never_cache
@professionals_only(permissions.manages)
@require_http_methods(["GET", "HEAD", "POST"])
def supervision(request: AtWork) -> HttpResponse:
    """The meetings where practitioners look back on their practice."""
    mine = Organization.objects.filter(pk__in=request.rights.manages).order_by("name", "pk")
    form = SupervisionForm(request.POST or None)
    form.fields["organization"].queryset = mine  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        actions.note_supervision(form.save(commit=False), by=request.user.pk)
        messages.success(request, _("La séance est notée."))
        return redirect("quality:supervision")
    held = SupervisionMeeting.objects.filter(organization__in=mine).select_related("organization")
    page = {"form": form, "held": held.order_by("-held_on", "pk")[:READ_AT_ONCE]}
    return render(request, "quality/supervision.html", page, status=400 if form.errors else 200)


def _board(request: AtWork) -> dict[str, Any]:
    today = timezone.localdate()
    asked = request.GET.get("trimestre", "")
    quarter = Quarter.read(asked, today) if asked else Quarter.shown(today)[0]
    if quarter is None:
        raise Http404
    code, name, place = permissions.place_of(request.rights, request.GET.get("ou", ""))
    names = dict(Departement.objects.values_list("pk", "name"))
    return {
        "code": code,
        "place": names.get(name, name),
        "places": [
            (one[0], names.get(one[1], one[1])) for one in permissions.places(request.rights)
        ],
        "quarter": quarter,
        "quarters": Quarter.shown(today),
        "tiles": compute.board(counting.count(place, quarter)),
        "reads_words": permissions.reads_words(request.rights),
        "manages": permissions.manages(request.rights),
    }


def _words(model: type[Feedback] | type[StaffFeedback], where: str) -> list[Any]:
    found = model._default_manager.filter(departement=where, reading=Reading.WAITING)
    return list(found.order_by("quarter", "pk")[:READ_AT_ONCE])


def _kept(model: type[Feedback] | type[StaffFeedback], where: str) -> list[Any]:
    found = model._default_manager.filter(departement=where, reading=Reading.KEPT)
    return list(found.order_by("-quarter", "pk")[:READ_AT_ONCE])


def _change(request: AtWork, change_id: UUID) -> Change:
    where = request.rights.steers | request.rights.administers
    found = Change.objects.filter(pk=change_id, departement__in=where).first()
    if found is None:
        raise NotAllowed
    return found
