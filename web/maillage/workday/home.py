"""The first page of a professional: what waits for me, whatever the room that it waits in."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maillage.complaints.permissions import readable as complaints_of
from maillage.directory import permissions as entries
from maillage.directory.freshness import Freshness, with_freshness
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.pooling.permissions import to_sign
from maillage.practitioners.lapsing import gaps
from maillage.practitioners.permissions import people_of
from maillage.referrals import queries as referrals
from maillage.workday.models import CallBack


@dataclass(frozen=True, slots=True)
class Awaiting:
    """Something that waits for me: how many of it, what it is, where it is done."""

    title: str
    note: str
    href: str


@never_cache
@professionals_only()
@require_GET
def home(request: AtWork) -> HttpResponse:
    """What needs me today."""
    kept = with_freshness(entries.kept_services(request.rights), timezone.localdate())
    facts = {
        "awaiting": list(_awaiting(request)),
        "kept": len(kept),
        "to_verify": [one for one in kept if one["fresh"] is not Freshness.FRESH],
        "team": entries.team_services(request.rights),
        "reports": entries.reports_to_answer(request.rights),
        "proposals": entries.proposals_to_decide(request.rights),
    }
    return render(request, "workday/home.html", facts)


def _awaiting(request: AtWork) -> Iterable[Awaiting]:
    """What is not empty, families first."""
    works_in = request.rights.works_in
    if calls := list(CallBack.objects.of(works_in).due(timezone.localdate())):
        yield _calls(calls)
    if families := referrals.to_answer(works_in).count():
        said = ngettext(
            "%(n)s famille attend votre réponse", "%(n)s familles attendent votre réponse", families
        )
        note = _("Un autre service vous l’oriente, avec son accord.")
        yield Awaiting(said % {"n": families}, note, reverse("referrals:inbox"))
    if begun := referrals.taken(works_in).count():
        said = ngettext(
            "%(n)s famille acceptée à suivre", "%(n)s familles acceptées à suivre", begun
        )
        note = _("Du premier contact à ce que la famille en dit.")
        yield Awaiting(said % {"n": begun}, note, reverse("referrals:inbox"))
    if grievances := complaints_of(request).open().count():
        said = ngettext(
            "%(n)s réclamation sans réponse", "%(n)s réclamations sans réponse", grievances
        )
        note = _("La personne suit la réponse avec son code.")
        yield Awaiting(said % {"n": grievances}, note, reverse("complaints:complaints"))
    if proposals := to_sign(request):
        said = ngettext(
            "%(n)s accord de partage à approuver", "%(n)s accords de partage à approuver", proposals
        )
        note = _("Convention ou rotation proposée par une autre partie.")
        yield Awaiting(said % {"n": proposals}, note, reverse("pooling:home"))
    if people := _with_lapsing_papers(request):
        said = ngettext(
            "%(n)s intervenant dont un papier manque ou finit",
            "%(n)s intervenants dont un papier manque ou finit",
            people,
        )
        note = _("Sans ce papier, personne ne peut réserver avec cette personne.")
        yield Awaiting(said % {"n": people}, note, reverse("practitioners:people"))


def _calls(due: list[CallBack]) -> Awaiting:
    today = timezone.localdate()
    said = ngettext("%(n)s famille à rappeler", "%(n)s familles à rappeler", len(due))
    late = sum(one.call_on < today for one in due)
    note = _("Dont %(n)s en retard.") % {"n": late} if late else _("Promis pour aujourd’hui.")
    return Awaiting(said % {"n": len(due)}, note, reverse("workday:calls"))


def _with_lapsing_papers(request: AtWork) -> int:
    today = timezone.localdate()
    found = list(people_of(request, today))
    return sum(bool(missing) for missing in gaps(found, today).values())
