"""The episodes of a professional: where each family stands, how sessions went, the end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.families.models import Consent, Contact
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.support import actions, merging, permissions, reading
from maillage.support.forms import (
    CloseForm,
    HandOverForm,
    NextStepForm,
    SameFamilyForm,
    SessionForm,
    WordsForm,
    as_noted,
)
from maillage.support.models import Episode, Goals, ProgrammeService, Session
from maillage.support.vocabulary import Purpose

SHOWN = 100
FAMILIES_SHOWN = 60


@never_cache
@professionals_only(permissions.follows_families)
@require_GET
def episodes(request: AtWork) -> HttpResponse:
    """The families that I follow; for a manager, those of the structure and what it gave."""
    now = timezone.now()
    going_on = permissions.episodes_of(request).open().order_by("-opened_at", "pk")
    mine = going_on.of_practitioner(request.user.pk)
    others = going_on.exclude(practitioner__user=request.user.pk)
    page = {
        "receives": bool(request.rights.practises) or mine.exists(),
        "mine": reading.lines(mine[:SHOWN], now),
        "others": reading.lines(others[:SHOWN], now) if request.rights.manages else [],
        "shown": SHOWN,
        "structures": _structures(request, now.year),
        "year": now.year,
    }
    return render(request, "support/episodes.html", page)


@never_cache
@professionals_only(permissions.follows_families)
@require_GET
def episode(request: AtWork, episode_id: UUID) -> HttpResponse:
    """One family: what it hopes for, its sessions, what comes next."""
    found = permissions.episode_of(request, episode_id)
    return render(request, "support/episode.html", _page(request, found))


@require_POST
@professionals_only(permissions.follows_families)
def words(request: AtWork, episode_id: UUID, contact_id: UUID) -> HttpResponse:
    """Write what a parent hopes for, as they say it."""
    found = permissions.followed_by(request, episode_id)
    contact = get_object_or_404(Contact, pk=contact_id, household=found.household_id)
    form = WordsForm(request.POST, prefix=str(contact.pk))
    if not form.is_valid():
        page = _page(request, found, wrong={contact.pk: form})
        return render(request, "support/episode.html", page, status=400)
    actions.write_goals(found, contact, form.cleaned_data["words"], by=request.user.pk)
    messages.success(request, _("C’est écrit. Vous seuls le lirez, ce parent et vous."))
    return redirect("support:episode", found.pk)


@require_POST
@professionals_only(permissions.follows_families)
def next_step(request: AtWork, episode_id: UUID) -> HttpResponse:
    """Say what comes next."""
    found = permissions.episode_of(request, episode_id)
    form = NextStepForm(request.POST)
    if not form.is_valid():
        page = _page(request, found, next_form=form)
        return render(request, "support/episode.html", page, status=400)
    actions.plan_next(found, form.cleaned_data["next_step"], by=request.user.pk)
    messages.success(request, _("La suite est notée."))
    return redirect("support:episode", found.pk)


@require_POST
@professionals_only(permissions.follows_families)
def hand_over(request: AtWork, episode_id: UUID) -> HttpResponse:
    """Let a colleague follow this family; no reason is asked."""
    found = permissions.episode_of(request, episode_id)
    form = HandOverForm(request.POST, colleagues=permissions.colleagues(found))
    if not form.is_valid():
        page = _page(request, found, hand_form=form)
        return render(request, "support/episode.html", page, status=400)
    chosen = form.cleaned_data["practitioner"]
    actions.change_practitioner(found, chosen, by=request.user.pk)
    text = _("%(name)s suit maintenant cette famille. Déplacez les rendez-vous déjà pris.")
    messages.success(request, text % {"name": chosen.name})
    return redirect("support:episodes")


@require_POST
@professionals_only(permissions.follows_families)
def close(request: AtWork, episode_id: UUID) -> HttpResponse:
    """End an episode, from its first session on."""
    found = permissions.episode_of(request, episode_id)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            actions.close_episode(found, form.cleaned_data["reason"], by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("L’accompagnement est terminé. Son histoire reste ici."))
            return redirect("support:episode", found.pk)
    page = _page(request, found, close_form=form)
    return render(request, "support/episode.html", page, status=400)


@never_cache
@professionals_only(permissions.follows_families)
@require_http_methods(["GET", "POST"])
def session(request: AtWork, session_id: UUID) -> HttpResponse:
    """Note how a session went, or correct it."""
    found = permissions.session_of(request, session_id)
    data = request.POST if request.method == "POST" else None
    form = SessionForm(data, initial=as_noted(found))
    if data is not None and form.is_valid():
        try:
            actions.close_session(found, form.outcome(), by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("C’est noté."))
            return redirect(_after(request, found.episode_id))
    page = {
        "session": found,
        "form": form,
        "moment": found.appointment.local_start,
        "progress": reading.progress([found.enrolment_id])[found.enrolment_id],
    }
    return render(request, "support/session.html", page, status=400 if form.errors else 200)


@never_cache
@professionals_only(permissions.follows_families)
@require_http_methods(["GET", "POST"])
def same_family(request: AtWork, episode_id: UUID) -> HttpResponse:
    """Join two households that are one family, with the word of each adult."""
    found = permissions.episode_of(request, episode_id)
    choices = _other_households(request, found)
    data = request.POST if request.method == "POST" else None
    form = SameFamilyForm(data, households=choices)
    if data is not None and form.is_valid():
        other = UUID(form.cleaned_data["household"])
        means = Consent.Means(form.cleaned_data["means"])
        try:
            merging.unite(found.household_id, other, means=means, by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Les deux foyers n’en font plus qu’un, compté une fois."))
            return redirect("support:episodes")
    page = {"episode": found, "names": reading.names(found), "form": form, "any": bool(choices)}
    return render(request, "support/same_family.html", page, status=400 if form.errors else 200)


def _after(request: AtWork, episode_id: UUID) -> str:
    """Back to the episode if I still see it: someone else may follow the family now."""
    if permissions.episodes_of(request).filter(pk=episode_id).exists():
        return reverse("support:episode", args=[episode_id])
    return reverse("support:episodes")


def _structures(request: AtWork, year: int) -> list[dict[str, Any]]:
    """Those that I manage and that give individual support; the others have nothing to count."""
    entered = ProgrammeService.objects.filter(service__organization=OuterRef("pk"))
    managed = Organization.objects.filter(Exists(entered), pk__in=request.rights.manages)
    rows = []
    for each in managed.order_by("name", "pk"):
        counts = reading.activity(each.pk, year)
        purposes = [(purpose.label, counts[purpose.value]) for purpose in Purpose]
        rows.append({"name": each.name, "counts": counts, "purposes": purposes})
    return rows


def _page(request: AtWork, found: Episode, **forms: Any) -> dict[str, Any]:
    mine = permissions.may_read_goals(request, found)
    progress = reading.progress([found.enrolment_id])[found.enrolment_id]
    sessions = list(
        found.sessions.select_related("appointment__contact").order_by(
            "appointment__starts_at", "pk"
        )
    )
    return {
        "episode": found,
        "names": reading.names(found),
        "mine": mine,
        "words": _words(found, forms.get("wrong", {})) if mine else [],
        "progress": progress,
        "sessions": sessions,
        "now": timezone.now(),
        "referral_href": _referral(sessions),
        "next_form": forms.get("next_form") or NextStepForm(initial={"next_step": found.next_step}),
        "hand_form": forms.get("hand_form")
        or HandOverForm(colleagues=permissions.colleagues(found)),
        "close_form": forms.get("close_form") or CloseForm(),
    }


def _words(found: Episode, wrong: dict[UUID, WordsForm]) -> list[tuple[Contact, WordsForm]]:
    """A field for each adult of the household: their own words, apart."""
    said = dict(Goals.objects.filter(episode=found).values_list("contact", "words"))
    adults = Contact.objects.filter(household=found.household_id, erased_at=None)
    return [
        (
            each,
            wrong.get(each.pk)
            or WordsForm(prefix=str(each.pk), initial={"words": said.get(each.pk, "")}),
        )
        for each in adults.order_by("created_at", "pk")
    ]


def _referral(sessions: list[Session]) -> str:
    """Where the next service is proposed, from the latest session that stands."""
    standing = [each for each in sessions if each.number is not None]
    if not standing:
        return ""
    return reverse("referrals:propose", args=[standing[-1].appointment_id])


def _other_households(request: AtWork, found: Episode) -> list[tuple[UUID, str]]:
    """The other families that I know here, the latest first, as their adults are called."""
    known = permissions.households_of(request, found.departement_id).exclude(pk=found.household_id)
    latest = known.order_by("-last_contact_at", "pk").prefetch_related("contacts")
    return [
        (each.pk, _said(", ".join(names), each.created_at))
        for each in latest[:FAMILIES_SHOWN]
        if (names := sorted({one.name for one in each.contacts.all() if one.name}))
    ]


def _said(who: str, since: Any) -> str:
    return _("%(names)s, depuis le %(day)s") % {
        "names": who,
        "day": date_format(timezone.localdate(since), "j F Y"),
    }
