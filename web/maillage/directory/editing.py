"""The pages where an entry is made or changed: form, preview, then publication."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.directory import entry_form, keeping, permissions
from maillage.directory.drafts import Draft, blank, changes, draft_of, merged
from maillage.directory.entry_form import EntryForm
from maillage.directory.errors import ChangedMeanwhile
from maillage.directory.models import Location, Service
from maillage.directory.preview import public_page
from maillage.organizations.errors import NotAllowed
from maillage.organizations.permissions import AtWork, entry_keepers, professionals_only

Publish = Callable[[Draft, Draft], Service]
PAGE = "directory/edit_service.html"


@never_cache
@professionals_only(entry_keepers)
@require_http_methods(["GET", "POST"])
def edit_service(request: AtWork, service_id: UUID) -> HttpResponse:
    """Change an entry."""
    service = permissions.service_to_keep(request.rights, service_id)
    stored = draft_of(service, timezone.localdate())
    role = permissions.acting_as(request.rights, service)

    def publish(draft: Draft, base: Draft) -> Service:
        return keeping.publish(service.pk, draft, base=base, by=request.user.pk, acting_as=role)

    return _edit(request, service, stored, publish)


@never_cache
@professionals_only(entry_keepers)
@require_http_methods(["GET", "POST"])
def create_service(request: AtWork) -> HttpResponse:
    """Add an entry; someone who keeps several organizations chooses one first."""
    mine = permissions.organizations_to_keep(request.rights)
    asked = request.GET.get("organisme", "")
    chosen = [one for one in mine if asked == str(one.pk)] or (mine if len(mine) == 1 else [])
    if not chosen:
        if asked:
            raise NotAllowed
        return render(request, "directory/choose_organization.html", {"organizations": mine})
    organization = chosen[0]
    service = Service(organization=organization, departement_id=organization.departement_id)
    role = permissions.acting_as(request.rights, service)

    def publish(draft: Draft, base: Draft) -> Service:
        return keeping.create_service(organization, draft, by=request.user.pk, acting_as=role)

    return _edit(request, service, blank(), publish)


def _edit(request: AtWork, service: Service, stored: Draft, publish: Publish) -> HttpResponse:
    """Show the form, send it back with one row more, preview it or publish it."""
    today, places = timezone.localdate(), _places(service)
    action = request.POST.get("action", "")
    if request.method == "GET":
        form = entry_form.from_draft(service, stored, stored, places, today)
        return _form_page(request, service, form)
    copy = Service(
        pk=service.pk, organization=service.organization, departement_id=service.departement_id
    )
    form = entry_form.from_post(request.POST, copy, places, today, stored)
    if entry_form.is_about_rows(action):
        return _form_page(request, service, entry_form.with_rows(form, request.POST, action))
    if not form.is_valid():
        return _form_page(request, service, form, status=400)
    draft = form.draft()
    if action == "publish":
        return _published(request, service, form, draft, publish)
    if action == "preview":
        return _preview(request, service, form, draft)
    return _form_page(
        request, service, entry_form.from_draft(service, draft, form.base, places, today)
    )


def _published(
    request: AtWork, service: Service, form: EntryForm, draft: Draft, publish: Publish
) -> HttpResponse:
    """Publish, or show a second editor what the first one changed and keep what they typed."""
    try:
        published = publish(draft, form.base)
    except ChangedMeanwhile as refusal:
        theirs: Draft = refusal.facts["theirs"]  # type: ignore[assignment]
        both = merged(form.base, draft, theirs)
        again = entry_form.from_draft(service, both, theirs, form.places, form.today)
        facts = {
            "refusal": str(refusal),
            "their_changes": changes(form.base, theirs, form.places),
            "my_changes": changes(theirs, both, form.places),
        }
        return _form_page(request, service, again, status=409, **facts)
    messages.success(request, _("« %(name)s » est publié.") % {"name": published.name})
    return redirect("directory:my_services")


def _preview(request: AtWork, service: Service, form: EntryForm, draft: Draft) -> HttpResponse:
    """Show the public page as it would be, and what changes."""
    public = public_page(request, service, draft)
    facts = {
        "service": service,
        "name": draft["name"],
        "public": public,
        "changes": changes(form.base, draft, form.places),
        "typed": entry_form.as_hidden(request.POST),
    }
    return render(request, "directory/preview.html", facts)


def _form_page(
    request: AtWork, service: Service, form: EntryForm, *, status: int = 200, **facts: Any
) -> HttpResponse:
    context = {
        "service": service,
        "is_new": service._state.adding,
        "form": form.main,
        "times": form.times,
        "exceptions": form.exceptions,
        "base": form.signed_base,
        "faults": form.faults if form.main.is_bound else [],
    }
    return render(request, PAGE, context | facts, status=status)


def _places(service: Service) -> list[Location]:
    """The places of the organization, and those where this service is already given."""
    found = Location.objects.filter(organization=service.organization, merged_into=None)
    if not service._state.adding:
        found = found | Location.objects.filter(services__service=service)
    return list(found.select_related("commune").distinct().order_by("name", "pk"))
