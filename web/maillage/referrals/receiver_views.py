"""The receiver's side: a yes or a no from the inbox, or from a link in a mail, without an account.

Mail scanners open links: a GET changes nothing.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.organizations.permissions import AtWork, professionals_only
from maillage.referrals import actions, permissions, receiver_links, showing
from maillage.referrals.errors import ConsentWasTakenBack
from maillage.referrals.forms import AcceptForm, ContactForm, DeclineForm, OutcomeForm
from maillage.referrals.models import Candidate, Referral
from maillage.referrals.vocabulary import Standing, State

FORMS: dict[str, type[Form]] = {
    "accept": AcceptForm,
    "decline": DeclineForm,
    "contact": ContactForm,
    "outcome": OutcomeForm,
}


@dataclass(frozen=True, slots=True)
class Answering:
    """A service that answers: which request, who types, and where to come back."""

    candidate: Candidate
    by: int | None
    address: str


@never_cache
@professionals_only(permissions.passes_families_on)
@require_http_methods(["GET", "POST"])
def received(request: AtWork, candidate_id: UUID) -> HttpResponse:
    """One request made to an organization where I work."""
    found = permissions.candidate_of(request, candidate_id)
    address = reverse("referrals:received", args=[found.pk])
    return _shown(request, Answering(found, request.user.pk, address), "referrals/received.html")


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The same, through the link of a mail: this request and no other."""
    found = receiver_links.follow(token)
    address = reverse("referrals:answer", args=[token])
    return _shown(request, Answering(found, None, address), "referrals/answer.html")


def _shown(request: HttpRequest, who: Answering, template: str) -> HttpResponse:
    what = request.POST.get("what", "") if request.method == "POST" else ""
    forms = {name: form() for name, form in FORMS.items()}
    if what in FORMS:
        form = forms[what] = FORMS[what](request.POST)
        if form.is_valid():
            messages.success(request, _done(what, form, who))
            return redirect(who.address)
    status = 400 if what in FORMS else 200
    return render(request, template, _page(who, forms, what), status=status)


def _done(what: str, form: Form, who: Answering) -> str:
    data, one = form.cleaned_data, who.candidate
    if what == "accept":
        actions.accept(one, data["in_charge"], by=who.by)
        return _(
            "Merci. Voici comment joindre la famille ; notez le premier contact une fois fait."
        )
    if what == "decline":
        actions.decline(one, data["reason"], data["words"], by=who.by)
        return _("C’est noté, merci d’avoir répondu. La demande passe au suivant.")
    if what == "contact":
        referral = _visible(one)
        if referral is None:
            raise ConsentWasTakenBack
        actions.note_first_contact(referral, data["on"], by=who.by)
        return _("Le premier contact est noté. La famille et qui l’oriente le savent.")
    actions.close(one, data["outcome"], data["words"], by=who.by)
    return _("Merci : la boucle est bouclée.")


def _page(who: Answering, forms: dict[str, Form], what: str) -> dict[str, Any]:
    candidate = Candidate.objects.select_related("service__organization").get(pk=who.candidate.pk)
    referral = _visible(candidate)
    took = referral is not None and candidate.state == Standing.ACCEPTED
    return {
        "candidate": candidate,
        "address": who.address,
        "what": what,
        "referral": referral,
        "face": showing.face(referral) if referral else None,
        "sender": referral.organization if referral else None,
        "asked": referral is not None and candidate.state == Standing.ASKED,
        "took": took,
        "family": showing.reach(referral) if took and referral else None,
        "why": _why(referral) if took and referral else "",
        "handover_at": showing.local(referral.handover_at, referral) if referral else None,
        "may_contact": took and referral is not None and referral.state == State.ACCEPTED,
        "may_close": took and referral is not None and referral.state == State.CONTACTED,
        "forms": forms,
    }


def _visible(candidate: Candidate) -> Referral | None:
    """What the database lets this service read: nothing without the family's consent."""
    seen = Referral.objects.select_related("commune", "organization", "family")
    return seen.filter(pk=candidate.referral_id).first()


def _why(referral: Referral) -> str:
    return referral.family.why
