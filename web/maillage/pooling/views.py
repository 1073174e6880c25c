"""What is shared: the list, one agreement with its parties, drafted, proposed and decided."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.agenda.models import Room
from maillage.core.errors import DomainError
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.pooling import actions, permissions
from maillage.pooling.actions import Answer
from maillage.pooling.forms import (
    AgreementForm,
    AnswerForm,
    BasePartyForms,
    LastDayForm,
    PartyForms,
    Shared,
    VehicleForm,
    places_for,
)
from maillage.pooling.grids import ground
from maillage.pooling.ledger import previous_month
from maillage.pooling.models import PoolingAgreement, PoolingPlace, Vehicle
from maillage.pooling.phases import phase
from maillage.pooling.quotas import to_show
from maillage.pooling.spans import State
from maillage.pooling.wording import quota_table, quota_verdict
from maillage.practitioners.models import Employment, Practitioner
from maillage.territory.models import Commune


@never_cache
@professionals_only()
@require_GET
def home(request: AtWork) -> HttpResponse:
    """Everything that my organizations share, what waits for an answer first."""
    today = timezone.localdate()
    found = permissions.agreements_of(request).select_related(
        "holder", "practitioner", "room", "vehicle"
    )
    rows = [
        {
            "agreement": one,
            "phase": phase(one, today),
            "mine_to_answer": permissions.parties_to_answer(request, one, one),
            "rotations": [
                rotation
                for rotation in one.rotations.filter(state=State.PROPOSED).order_by("starts_on")
                if permissions.parties_to_answer(request, one, rotation)
            ],
        }
        for one in found.order_by("title", "version", "pk")
    ]
    may_add = permissions.manages(request.rights)
    return render(request, "pooling/home.html", {"rows": rows, "may_add": may_add})


@never_cache
@professionals_only(permissions.manages)
@require_http_methods(["GET", "POST"])
def add(request: AtWork) -> HttpResponse:
    """Begin an agreement."""
    return _edit(request, None)


@never_cache
@professionals_only(permissions.manages)
@require_http_methods(["GET", "POST"])
def change(request: AtWork, agreement_id: UUID) -> HttpResponse:
    """Change a draft."""
    return _edit(request, permissions.held_agreement(request, agreement_id))


@never_cache
@professionals_only()
@require_GET
def agreement(request: AtWork, agreement_id: UUID) -> HttpResponse:
    """One agreement: who shares what, its rotation, its months."""
    found = permissions.agreement_of(request, agreement_id)
    return _page(request, found)


@require_POST
@professionals_only(permissions.manages)
def step(request: AtWork, agreement_id: UUID) -> HttpResponse:
    """Propose, take back, prepare the next version, or end."""
    found = permissions.held_agreement(request, agreement_id)
    edition, me = _edition(request), request.user.pk
    which, form = request.POST.get("step", ""), LastDayForm(request.POST)
    dated = which in {"revise", "end"}
    if dated and not form.is_valid():
        return _page(request, found, last_day=form, status=400)
    try:
        if which == "propose":
            actions.propose(found, edition, by=me)
            messages.success(request, _("C’est proposé : chaque partie répond sur cette page."))
        elif which == "take_back":
            actions.take_back(found, edition, by=me)
        elif which == "revise":
            found = actions.revise(found, form.cleaned_data["day"], by=me)
        elif which == "end":
            day, today = form.cleaned_data["day"], timezone.localdate()
            actions.end(found, day, edition, by=me, today=today)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("pooling:agreement", found.pk)


@require_POST
@professionals_only(permissions.manages)
def decide(request: AtWork, agreement_id: UUID) -> HttpResponse:
    """Approve or refuse for one of the parties that I sign for."""
    found = permissions.agreement_of(request, agreement_id)
    party = permissions.party_to_sign(request, found, request.POST.get("party", ""))
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, answer=form, status=400)
    said = Answer(form.cleaned_data["accepted"] == "yes", form.cleaned_data["reason"])
    try:
        actions.decide(found, form.cleaned_data["edition"], party, said, by=request.user.pk)
        messages.success(request, _("Votre réponse est notée, avec la date."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("pooling:agreement", found.pk)


@never_cache
@professionals_only(permissions.manages)
@require_http_methods(["GET", "POST"])
def vehicles(request: AtWork) -> HttpResponse:
    """The vehicles of my organizations, and one more."""
    mine = list(permissions.managed_organizations(request))
    data = request.POST if request.method == "POST" else None
    form = VehicleForm(data, organizations=mine)
    if data is not None and form.is_valid():
        owner = form.organizations[form.cleaned_data["organization"]]
        try:
            with transaction.atomic():
                Vehicle.objects.create(name=form.cleaned_data["name"], organization=owner)
        except IntegrityError:
            form.add_error("name", _("Ce véhicule est déjà noté."))
        else:
            messages.success(request, _("Le véhicule est noté. Vous pouvez le partager."))
            return redirect("pooling:vehicles")
    found = Vehicle.objects.filter(organization__in=mine).select_related("organization")
    page = {"form": form, "vehicles": found.order_by("name", "pk")}
    return render(request, "pooling/vehicles.html", page, status=200 if data is None else 400)


def _page(
    request: AtWork,
    found: PoolingAgreement,
    *,
    answer: AnswerForm | None = None,
    last_day: LastDayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today, land = timezone.localdate(), ground(found)
    said = {
        one.party_id: one
        for one in found.approvals.filter(edition=found.edition).select_related("decided_by")
    }
    rotations = found.rotations.order_by("-starts_on", "-pk")
    month = previous_month(today)
    page = {
        "agreement": found,
        "phase": phase(found, today),
        "parties": [
            {
                "party": one,
                "places": [p for p in land.places if p.party_id == one.pk],
                "said": said.get(one.pk),
            }
            for one in land.parties
        ],
        "to_answer": permissions.parties_to_answer(request, found, found),
        "answer": answer or AnswerForm(),
        "may_hold": permissions.may_hold(request, found),
        "may_plan": permissions.may_plan(request, found) and found.is_in_force(today),
        "rotations": [(one, phase(one, today)) for one in rotations],
        "turns": found.room_id is None,
        "statements": found.statements.order_by("-month", "-version"),
        "month": f"{month:%Y-%m}",
        "month_day": month,
        "last_day": last_day or LastDayForm(),
        "judged": [
            {"period": one, "table": quota_table(one), "verdict": quota_verdict(one)}
            for one in to_show(land, today)
        ],
    }
    return render(request, "pooling/agreement.html", page, status=status)


def _edit(request: AtWork, found: PoolingAgreement | None) -> HttpResponse:
    holders = list(permissions.managed_organizations(request))
    data = request.POST if request.method == "POST" else None
    shareable = _shareable(holders, found)
    places = _places(shareable, holders)
    form = AgreementForm(
        data, shared=shareable, holders=holders, bases=_bases(found, holders, places),
        initial=_as_typed(found, holders),
    )  # fmt: skip
    parties = PartyForms(
        data, prefix="parties", initial=_parties_as_typed(found),
        form_kwargs={
            "organizations": _signatories(holders), "places": places,
        },
    )  # fmt: skip
    if data is not None and all([form.is_valid(), parties.is_valid()]):
        terms = form.terms(cast(BasePartyForms, parties).terms())
        try:
            if found is None:
                found = actions.draft(terms, by=request.user.pk)
            else:
                edition = form.cleaned_data["edition"] or 0
                actions.rewrite(found, terms, edition, by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("pooling:agreement", found.pk)
    page = {"form": form, "parties": parties, "agreement": found, "nothing": not shareable}
    return render(request, "pooling/edit.html", page, status=200 if data is None else 400)


def _shareable(holders: list[Organization], found: PoolingAgreement | None) -> list[Shared]:
    """Who works where I manage, and whoever the agreement already shares."""
    today = timezone.localdate()
    jobs = Employment.objects.filter(organization__in=holders).on(today)
    known = Q(pk__in=jobs.values("practitioner"))
    if found is not None and found.practitioner_id is not None:
        known |= Q(pk=found.practitioner_id)
    people = Practitioner.objects.filter(known, stopped_on=None)
    rooms = Room.objects.filter(
        location__services__service__organization__in=holders
    ).select_related("location")
    vehicles = Vehicle.objects.filter(organization__in=holders)
    return [*people.order_by("name", "pk"), *rooms.distinct().order_by("name", "pk"), *vehicles]


def _signatories(holders: list[Organization]) -> dict[str, Organization]:
    places = {one.departement_id for one in holders}
    found = Organization.objects.filter(departement__in=places).order_by("name", "pk")
    return {str(one.pk): one for one in found}


def _places(shareable: list[Shared], holders: list[Organization]) -> dict[str, Any]:
    """Where the people I may share receive, whoever employs them, and where I serve."""
    people = [one for one in shareable if isinstance(one, Practitioner)]
    jobs = Employment.objects.filter(practitioner__in=people).on(timezone.localdate())
    employers = Organization.objects.filter(pk__in=jobs.values("organization"))
    known = {*holders, *employers}
    return {str(one.pk): one for one in places_for(list(known))}


def _bases(
    found: PoolingAgreement | None, holders: list[Organization], places: dict[str, Any]
) -> list[Commune]:
    """Where a day may start: at the holder's, in a place that is served, where it starts now."""
    known = {one.commune_id for one in holders} | {
        one.location.commune_id for one in places.values()
    }
    known |= {found.base_id} if found is not None else set()
    return list(Commune.objects.filter(pk__in=filter(None, known)).order_by("name", "pk"))


def _as_typed(found: PoolingAgreement | None, holders: list[Organization]) -> dict[str, Any]:
    if found is None:
        return {"holder": str(holders[0].pk), "counts_no_shows": True}
    shared = found.practitioner or found.room or found.vehicle
    assert shared is not None  # noqa: S101 - a constraint says so
    names = ("title", "starts_on", "ends_on", "period", "cost_key", "edition", "counts_no_shows")
    return {name: getattr(found, name) for name in names} | {
        "shared": f"{shared._meta.model_name}:{shared.pk}", "holder": str(found.holder_id),
        "base": found.base_id or "",
    }  # fmt: skip


def _parties_as_typed(found: PoolingAgreement | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    places = PoolingPlace.objects.filter(party__agreement=found).order_by("pk")
    return [
        {
            "organization": str(one.organization_id),
            "quota": one.quota,
            "fixed_share": one.fixed_share,
            "places": [str(p.service_at_location_id) for p in places if p.party_id == one.pk],
            "rooms": [str(p.room_id) for p in places if p.party_id == one.pk and p.room_id],
            "minimum_hours": max(
                (p.minimum_hours for p in places if p.party_id == one.pk), default=0
            ),
        }
        for one in found.parties.order_by("rank")
    ]


def _edition(request: AtWork) -> int:
    typed = request.POST.get("edition", "")
    return int(typed) if typed.isdecimal() else 0
