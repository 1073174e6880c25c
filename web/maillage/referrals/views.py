"""The sender's side: what waits, what was sent, and a referral made with the parent."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.agenda.models import Appointment
from maillage.directory.needs import BY_CODE
from maillage.families.models import Child, Consent
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.referrals import actions, permissions, queries, showing
from maillage.referrals.candidates import Choice, Search, choices
from maillage.referrals.forms import NeedForm, ProposalForm, ServicesForm, local_moment
from maillage.referrals.models import Candidate, Referral
from maillage.referrals.proposals import Agreement, Proposal
from maillage.referrals.vocabulary import OPEN, State

SHOWN = 100


@never_cache
@professionals_only(permissions.passes_families_on)
@require_GET
def inbox(request: AtWork) -> HttpResponse:
    """What waits for me: requests to answer, families taken, what I sent, what is late."""
    mine = permissions.workplaces(request)
    sent = [_sent(one) for one in queries.sent(mine)[:SHOWN]]
    late = queries.open_in(request.rights.steers | request.rights.administers)
    return render(request, "referrals/inbox.html", {
        "to_answer": [_received(one) for one in queries.to_answer(mine)[:SHOWN]],
        "taken": [_received(one) for one in queries.taken(mine)[:SHOWN]],
        "late": [_late(one) for one in late[:SHOWN]],
        "waiting": [one for one in sent if one["open"]],
        "over": [one for one in sent if not one["open"]],
        "works": bool(mine),
    })  # fmt: skip


@never_cache
@professionals_only(permissions.passes_families_on)
@require_http_methods(["GET", "POST"])
def propose(request: AtWork, appointment_id: UUID) -> HttpResponse:
    """First the need, then the services that answer it, and the words agreed with the parent."""
    found = permissions.appointment_to_pass_on(request, appointment_id)
    need = request.GET.get("besoin", "")
    if need not in BY_CODE:
        page = {"form": NeedForm(), "appointment": found}
        return render(request, "referrals/need.html", page)
    offered = _choices(found, need)
    form = ProposalForm(
        request.POST if request.method == "POST" else None,
        choices=offered,
        children=_children(found),
    )
    if request.method == "POST" and form.is_valid():
        return _made(request, found, need, form)
    page = {
        "form": form,
        "appointment": found,
        "need": showing.need(need),
        "choices": [showing.choice(one, found.departement_id) for one in offered],
        "ticked": request.POST.getlist("services"),
        "any": any(one.reachable for one in offered),
    }
    return render(request, "referrals/propose.html", page, status=400 if form.is_bound else 200)


def _made(request: AtWork, found: Appointment, need: str, form: ProposalForm) -> HttpResponse:
    data = form.cleaned_data
    wanted = Proposal(
        key=data["key"],
        appointment_id=found.pk,
        need=need,
        why=data["why"],
        candidates=form.candidates(),
        birth_month=form.birth_month(),
        availability=data["availability"],
        handover=data["handover"],
        handover_at=local_moment(data["handover_at"], found.departement_id),
    )
    made = actions.propose(wanted, by=request.user.pk)
    if made.state != State.DRAFT:  # the same form, sent twice
        return redirect("referrals:referral", made.pk)
    if data["means"]:
        everyone = frozenset(made.candidates.order_by("pk").values_list("pk", flat=True))
        means = Consent.Means(data["means"])
        actions.agree(made, Agreement(everyone, means, request.user.pk))
        messages.success(request, _("C’est envoyé au premier service. Le parent reçoit son lien."))
    else:
        actions.ask_consent(made, by=request.user.pk)
        messages.success(request, _("Le parent reçoit un message pour donner son accord."))
    return redirect("referrals:referral", made.pk)


@never_cache
@professionals_only(permissions.passes_families_on)
@require_GET
def referral(request: AtWork, referral_id: UUID) -> HttpResponse:
    """One referral as its sender sees it, or those who coordinate once it is late."""
    return render(request, "referrals/referral.html", _page(request, referral_id))


@require_POST
@professionals_only(permissions.passes_families_on)
def step(request: AtWork, referral_id: UUID) -> HttpResponse:
    """What the sender may do: hand over, take back at the parent's word, name other services."""
    found = permissions.referral_of(request, referral_id)
    if permissions.sends(request, found):
        what = request.POST.get("what", "")
        if what == "handed_over":
            actions.note_handover(found, by=request.user.pk)
            messages.success(request, _("Le passage de relais est noté."))
        elif what == "withdraw":
            actions.withdraw(found, by=request.user.pk)
            messages.success(request, _("L’accord du parent est repris : plus rien n’est visible."))
        elif what == "services":
            return _others(request, found)
    return redirect("referrals:referral", found.pk)


def _others(request: AtWork, found: Referral) -> HttpResponse:
    form = ServicesForm(request.POST, choices=_more_choices(found))
    if not form.is_valid():
        page = _page(request, found.pk) | {"services_form": form}
        return render(request, "referrals/referral.html", page, status=400)
    actions.add_services(found, form.candidates(), by=request.user.pk)
    messages.success(request, _("Le parent reçoit un message pour donner son accord."))
    return redirect("referrals:referral", found.pk)


def _page(request: AtWork, referral_id: UUID) -> dict[str, Any]:
    found = permissions.referral_of(request, referral_id)
    sends = permissions.sends(request, found)
    offered = _more_choices(found) if sends and found.state == State.DECLINED else []
    return {
        "referral": found,
        "face": showing.face(found),
        "sends": sends,
        "family": showing.reach(found) if sends else None,
        "why": found.family.why if sends else "",
        "outcome_words": found.family.outcome_words if sends else "",
        "candidates": showing.candidates(found, names=False),
        "handover_at": showing.local(found.handover_at, found),
        "may_withdraw": sends and found.is_open,
        "services_form": ServicesForm(choices=offered) if offered else None,
        "choices": [showing.choice(one, found.departement_id) for one in offered],
    }


def _choices(found: Appointment, need: str) -> list[Choice]:
    """What could take the family of this appointment; nothing when its commune is not known."""
    place = found.household.commune
    if place is None and found.service_at_location is not None:
        place = found.service_at_location.location.commune
    if place is None:
        return []
    besides = frozenset([found.service_id])
    return choices(Search(need, place, None, timezone.now(), besides))


def _more_choices(found: Referral) -> list[Choice]:
    if found.commune is None:
        return []
    known = showing.services_known(found)
    months = showing.in_months(found.birth_month, timezone.localdate())
    return choices(Search(found.need, found.commune, months, timezone.now(), known))


def _children(found: Appointment) -> list[Child]:
    born = Child.objects.filter(household=found.household_id, birth_month__isnull=False)
    return list(born.order_by("birth_month", "pk"))


def _received(one: Candidate) -> dict[str, Any]:
    return {
        **showing.face(one.referral),
        "id": one.pk,
        "service": one.service.name,
        "minutes": one.minutes,
        "asked_at": one.asked_at,
        "contacted": one.referral.first_contact_on,
    }


def _sent(one: Referral) -> dict[str, Any]:
    return {
        "id": one.pk,
        "need": showing.need(one.need),
        "name": one.family.contact.name,
        "state": one.get_state_display(),
        "open": one.state in OPEN,
        "since": one.proposed_at or one.created_at,
        "late": one.escalated_at is not None and one.state in OPEN,
        "outcome": one.get_outcome_display() if one.outcome else "",
    }


def _late(one: Referral) -> dict[str, Any]:
    return {
        "id": one.pk,
        "need": showing.need(one.need),
        "place": one.commune.name if one.commune else "",
        "sender": one.organization.name if one.organization else _("demandée par la famille"),
        "state": one.get_state_display(),
        "since": one.escalated_at,
    }
