"""A rotation: written with live checks, shown against today's, proposed, decided by each party."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.core.htmx import page
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.pooling import checks, compute, permissions, rotating, wording
from maillage.pooling.actions import Answer
from maillage.pooling.forms import AnswerForm
from maillage.pooling.grids import frame_of, grid_of, ground
from maillage.pooling.models import Rotation
from maillage.pooling.phases import phase
from maillage.pooling.rotating import Wanted
from maillage.pooling.rotation_forms import RotationForm, as_typed, retyped, usual_frame
from maillage.pooling.spans import State
from maillage.pooling.waits import waits

PAGE = "pooling/rotation.html"


@require_POST
@professionals_only()
def begin(request: AtWork, agreement_id: UUID) -> HttpResponse:
    """Begin a rotation from what stands today, or from the shortest one that keeps every rule."""
    found = permissions.planned_agreement(request, agreement_id)
    land, today = ground(found), timezone.localdate()
    usual = usual_frame(today)
    now = rotating.at_present(land, usual, today)
    wanted = Wanted(replace(now.frame, starts_on=usual.starts_on), now.grid)
    try:
        if request.POST.get("from") == "best":
            wanted = _best(land, wanted)[0]
        rotation = rotating.begin(found, wanted, by=request.user.pk)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("pooling:agreement", found.pk)
    return redirect("pooling:rotation", rotation.pk)


@never_cache
@professionals_only()
@require_http_methods(["GET", "POST"])
def rotation(request: AtWork, rotation_id: UUID) -> HttpResponse:
    """One rotation; while it is a draft, checked at each change and saved when asked."""
    found = permissions.rotation_of(request, rotation_id)
    land = ground(found.agreement)
    stored = Wanted(frame_of(found), grid_of(found), found.note)
    if request.method == "POST":
        return _typed(request, permissions.planned_rotation(request, rotation_id), land)
    form = RotationForm(initial=as_typed(stored, found.edition), ground=land)
    return _page(request, found, land, stored, {"form": form})


@require_POST
@professionals_only()
def step(request: AtWork, rotation_id: UUID) -> HttpResponse:
    """Propose to the parties, make a draft again, or throw a draft away."""
    found = permissions.planned_rotation(request, rotation_id)
    typed = request.POST.get("edition", "")
    edition = int(typed) if typed.isdecimal() else 0
    try:
        if request.POST.get("step") == "propose":
            rotating.propose(found, edition, by=request.user.pk, today=timezone.localdate())
            messages.success(request, _("C’est proposé : chaque partie répond sur cette page."))
        elif request.POST.get("step") == "discard":
            rotating.discard(found, edition, by=request.user.pk)
            messages.success(request, _("Le brouillon est abandonné."))
            return redirect("pooling:agreement", found.agreement_id)
        else:
            rotating.take_back(found, edition, by=request.user.pk)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("pooling:rotation", found.pk)


@require_POST
@professionals_only(permissions.manages)
def decide(request: AtWork, rotation_id: UUID) -> HttpResponse:
    """Approve or refuse for one of the parties that I sign for."""
    found = permissions.rotation_of(request, rotation_id)
    party = permissions.party_to_sign(request, found.agreement, request.POST.get("party", ""))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        land = ground(found.agreement)
        stored = Wanted(frame_of(found), grid_of(found), found.note)
        return _page(request, found, land, stored, {"answer": form}, status=400)
    said = Answer(form.cleaned_data["accepted"] == "yes", form.cleaned_data["reason"])
    today = timezone.localdate()
    try:
        done = rotating.decide(
            found, form.cleaned_data["edition"], party, said, by=request.user.pk, today=today
        )
        messages.success(request, _answered(done))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("pooling:rotation", found.pk)


def _answered(found: Rotation) -> str:
    if found.state == State.APPROVED:
        return _(
            "Tous ont approuvé : l’agenda est à jour, les familles voient les nouveaux moments. Les"
            " rendez-vous déjà pris tiennent ; ceux à déplacer sont listés plus bas."
        )
    return _("Votre réponse est notée, avec la date.")


def _typed(request: AtWork, found: Rotation, land: Any) -> HttpResponse:
    form = RotationForm(request.POST, ground=land)
    if not form.is_valid():
        return page(request, PAGE, _frame(request, found, form), part="checks", status=400)
    wanted, action = form.wanted(), request.POST.get("action", "check")
    shown: dict[str, Any] = {"form": form}
    try:
        if action == "best":
            wanted, shown["proposal"] = _best(land, wanted)
            shown["form"] = RotationForm(retyped(request.POST, wanted.grid), ground=land)
        elif action in {"save", "propose"}:
            return _saved(request, found, wanted, form.cleaned_data["edition"], action)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, land, wanted, shown, status=409)
    return _page(request, found, land, wanted, shown)


def _saved(
    request: AtWork, found: Rotation, wanted: Wanted, edition: int, action: str
) -> HttpResponse:
    kept = rotating.rewrite(found, wanted, edition, by=request.user.pk)
    messages.success(request, _("C’est enregistré, en brouillon."))
    if action == "propose":
        try:
            rotating.propose(kept, kept.edition, by=request.user.pk, today=timezone.localdate())
            messages.success(request, _("C’est proposé : chaque partie répond sur cette page."))
        except DomainError as refusal:  # what was typed is kept: only the proposal is refused
            messages.error(request, str(refusal))
    return redirect("pooling:rotation", found.pk)


def _best(land: Any, wanted: Wanted) -> tuple[Wanted, str]:
    taken = checks.taken(land, wanted.frame).places(land)
    found = compute.propose(land, wanted.frame, wanted.grid, taken)
    return replace(wanted, grid=found.grid), wording.of_proposal(found)


def _waits(land: Any, present: Wanted, wanted: Wanted) -> dict[str, Any] | None:
    found = waits(land, (present.frame, present.grid), (wanted.frame, wanted.grid), timezone.now())
    return wording.wait_table(found) if found else None


def _frame(request: AtWork, found: Rotation, form: RotationForm) -> dict[str, Any]:
    draft = found.state == State.DRAFT
    return {
        "rotation": found,
        "agreement": found.agreement,
        "phase": phase(found, timezone.localdate()),
        "form": form,
        "may_edit": draft and permissions.may_plan(request, found.agreement),
    }


def _page(
    request: AtWork, found: Rotation, land: Any, wanted: Wanted, shown: dict[str, Any],
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    today, now = timezone.localdate(), timezone.now()
    present = rotating.at_present(land, usual_frame(today), today)
    nothing = checks.Taken({}, {})
    before = checks.look(land, present.frame, present.grid, nothing)
    after = checks.look(land, wanted.frame, wanted.grid, checks.taken(land, wanted.frame))
    said = {
        one.party_id: one
        for one in found.approvals.filter(edition=found.edition).select_related("decided_by")
    }
    may_plan = permissions.may_plan(request, found.agreement)
    to_answer = [
        one
        for one in permissions.signed_by_me(request, found.agreement)
        if found.state == State.PROPOSED and one.pk not in said
    ]
    may_take_back = may_plan and found.state in {State.PROPOSED, State.REFUSED}
    context = _frame(request, found, shown.get("form") or RotationForm(ground=land)) | {
        "sentences": wording.sentences(before, after),
        "faults": after.faults,
        "table": wording.party_table(before, after),
        "places": wording.place_table(before, after),
        "lines": wording.lines(land, (present.frame, wanted.frame), present.grid, wanted.grid),
        "to_move": checks.to_move(land, wanted.frame, wanted.grid, now),
        "waits": _waits(land, present, wanted),
        "wanted": wanted,
        "answers": [(one, said.get(one.pk)) for one in land.parties],
        "to_answer": to_answer,
        "answer": shown.get("answer") or AnswerForm(),
        "is_last": len(land.parties) - sum(one.accepted for one in said.values()) == 1,
        "proposal": shown.get("proposal", ""),
        "may_take_back": may_take_back,
        "refusals": [
            wording.refusal(one.organization.name, said[one.pk].reason, may_take_back=may_take_back)
            for one in land.parties
            if one.pk in said and not said[one.pk].accepted
        ],
    }
    return page(request, PAGE, context, part="checks", status=status)
