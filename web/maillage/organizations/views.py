"""Who works where, the trail, and taking one's own data away."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.core.errors import DomainError
from maillage.core.models import AuditEntry
from maillage.organizations import actions
from maillage.organizations.forms import InvitationForm
from maillage.organizations.models import Membership
from maillage.organizations.permissions import AtWork, administrators, professionals_only
from maillage.people.actions import own_data as account_data

TRACES_ON_A_PAGE = 50


@never_cache
@professionals_only(administrators)
@require_GET
def members(request: AtWork) -> HttpResponse:
    """List who works in the département, by organization."""
    found = (
        Membership.objects.filter(departement__in=request.rights.administers)
        .on(timezone.localdate())
        .select_related("user", "organization", "departement")
        .order_by("departement", "organization__name", "role", "user__name", "pk")
    )
    return render(request, "organizations/members.html", {"found": found})


@never_cache
@professionals_only(administrators)
@require_http_methods(["GET", "POST"])
def invite(request: AtWork) -> HttpResponse:
    """Invite someone by mail."""
    form = InvitationForm(request.POST or None, departements=request.rights.administers)
    if request.method == "POST" and form.is_valid():
        try:
            membership = actions.invite(form.invitation(), by=request.user.pk)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("L’invitation part à %(email)s.") % {"email": membership.user.email}
            messages.success(request, text)
            return redirect("organizations:members")
    status = 400 if form.errors else 200
    return render(request, "organizations/invite.html", {"form": form}, status=status)


@professionals_only(administrators)
@require_POST
def end_membership(request: AtWork, membership_id: int) -> HttpResponse:
    """End one membership, at once."""
    mine = Membership.objects.filter(departement__in=request.rights.administers)
    actions.end_membership(get_object_or_404(mine, pk=membership_id), by=request.user.pk)
    messages.success(request, _("Le rattachement est terminé. La personne n’a plus accès."))
    return redirect("organizations:members")


@never_cache
@professionals_only(administrators)
@require_GET
def trail(request: AtWork) -> HttpResponse:
    """Show who did what in the département: ids only."""
    entries = AuditEntry.objects.filter(departement__in=request.rights.administers)
    pages = Paginator(entries.order_by("-at", "pk"), TRACES_ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "organizations/trail.html", {"entries": page})


@never_cache
@professionals_only()
@require_GET
def own_data(request: AtWork) -> HttpResponse:
    """Let someone take away everything kept about them."""
    found: dict[str, Any] = account_data(request.user)
    held = Membership.objects.filter(user=request.user).order_by("pk")
    done = AuditEntry.objects.filter(actor=request.user).order_by("at", "pk")
    found["memberships"] = list(
        held.values("role", "organization__name", "departement", "starts_on", "ends_on")
    )
    found["actions"] = list(done.values("at", "acting_as", "verb", "target_kind", "target_id"))
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="mes-donnees.json"'
    return response
