"""The family's side: everything that concerns it, in plain words, behind its own link."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.directory.models import Service
from maillage.families import links
from maillage.families.errors import LinkIsDead
from maillage.families.limits import caller, may_try
from maillage.families.models import Consent, ContactLink
from maillage.referrals import actions, showing
from maillage.referrals.candidates import Choice, Search, calls_back, choices
from maillage.referrals.forms import AskForm, OutcomeForm, chosen_ids
from maillage.referrals.models import Referral
from maillage.referrals.proposals import Agreement, Candidacy, Request
from maillage.referrals.vocabulary import State

AN_HOUR = timedelta(hours=1)
ASKED_FROM_HERE = 20  # a library or a desk asks for several families
ASKED_FOR_ONE = 5


@require_safe
@never_cache
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Where my referral stands, who sees it, and what I may do."""
    return _shown(request, _followed(token), token)


@require_POST
def agree(request: HttpRequest, token: str) -> HttpResponse:
    """Agree to some of the services named."""
    found = _followed(token)
    actions.agree(found, Agreement(chosen_ids(request.POST.getlist("services"))))
    messages.success(request, _("Merci. Votre demande est transmise, et à ces services seulement."))
    return redirect("referrals:follow", token=token)


@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Say no, or take consent back."""
    actions.withdraw(_followed(token))
    messages.success(request, _("C’est fait : plus aucun service ne voit votre demande."))
    return redirect("referrals:follow", token=token)


@require_POST
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Prefer another service."""
    found = _followed(token)
    ids = chosen_ids([request.POST.get("service", "")])
    offered = {one.service.pk: one for one in _others(found)}
    for key in ids & offered.keys():
        actions.choose(found, Candidacy(key, offered[key].minutes))
        messages.success(
            request, _("Votre demande part vers ce service. L’autre n’y a plus accès.")
        )
    return redirect("referrals:follow", token=token)


@require_POST
def say(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether the need was met."""
    found = _followed(token)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, token, form)
    actions.say(found, form.cleaned_data["outcome"], form.cleaned_data["words"])
    messages.success(request, _("Merci : votre avis compte plus que tous les autres."))
    return redirect("referrals:follow", token=token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Ask a service to call back: for a service without a free time, or when one prefers it."""
    found = Service.objects.public().filter(status=Service.Status.ACTIVE)
    service = get_object_or_404(found.select_related("organization"), pk=service_id)
    form = AskForm(request.POST if request.method == "POST" else None)
    page = {"service": service, "form": form, "able": calls_back(service)}
    if not page["able"] or not form.is_bound or not form.is_valid():
        return render(request, "referrals/ask.html", page, status=400 if form.is_bound else 200)
    data = form.cleaned_data
    if not _may_ask(request, data["reach"][1]):
        form.add_error(
            None,
            _(
                "Plusieurs demandes viennent de partir d’ici. Rien n’est perdu : réessayez dans une"
                " heure, ou appelez le service."
            ),
        )
        return render(request, "referrals/ask.html", page, status=429)
    place = service.at_locations.select_related("location").order_by("pk").first()
    made = actions.ask(
        Request(
            key=data["key"],
            need=data["need"],
            departement_id=service.departement_id,
            candidates=(Candidacy(service.pk),),
            who=form.who(get_language() or "fr"),
            commune=place.location.commune_id if place else None,
            availability=data["availability"],
        )
    )
    token = links.make(made.family.contact, ContactLink.Opens.REFERRAL, made.pk)
    messages.success(
        request, _("Votre demande est partie. Gardez cette page : ce lien est le vôtre.")
    )
    return redirect("referrals:follow", token=token)


def _may_ask(request: HttpRequest, address: str) -> bool:
    from_here = may_try("callback", caller(request), most=ASKED_FROM_HERE, within=AN_HOUR)
    return from_here and may_try("callback_to", address.lower(), most=ASKED_FOR_ONE, within=AN_HOUR)


def _followed(token: str) -> Referral:
    link = links.follow(token, ContactLink.Opens.REFERRAL)
    seen = Referral.objects.select_related("commune", "organization", "practitioner")
    found = seen.filter(pk=link.object_id).first()
    if found is None:
        raise LinkIsDead
    return found


def _shown(
    request: HttpRequest, found: Referral, token: str, form: OutcomeForm | None = None
) -> HttpResponse:
    page = _page(found, token) | {"form": form or OutcomeForm()}
    return render(request, "referrals/follow.html", page, status=400 if form else 200)


def _page(found: Referral, token: str) -> dict[str, Any]:
    candidates = showing.candidates(found, names=True)
    may_choose = found.state in {State.PROPOSED, State.DECLINED, State.ACCEPTED}
    return {
        "token": token,
        "referral": found,
        "family": found.family,
        "face": showing.face(found),
        "steps": showing.steps(),
        "step": showing.step(found),
        "candidates": candidates,
        "accepted": next((one for one in candidates if one["accepted"]), None),
        "to_agree": [one for one in candidates if one["waiting"]]
        if found.state == State.CONSENT_ASKED
        else [],
        "handover_at": showing.local(found.handover_at, found),
        "others": [showing.choice(one, found.departement_id) for one in _others(found)]
        if may_choose
        else [],
        "consents": _consents(found),
        "may_say": found.state in {State.CONTACTED, State.CLOSED},
        "may_withdraw": found.is_open,
    }


def _others(found: Referral) -> list[Choice]:
    """Other services that could answer here, without those already named."""
    if found.commune is None:
        return []
    known = showing.services_known(found)
    months = showing.in_months(found.birth_month, timezone.localdate())
    offered = choices(Search(found.need, found.commune, months, timezone.now(), known))
    return [one for one in offered if one.reachable][:5]


def _consents(found: Referral) -> list[Consent]:
    """What the parent agreed to, service by service, with its dates."""
    given = Consent.objects.filter(candidate__referral=found)
    return list(given.select_related("candidate__service").order_by("given_at", "pk"))
