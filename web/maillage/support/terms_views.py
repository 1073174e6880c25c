"""An officer adjusts a programme: typed, looked at, then confirmed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.core.errors import DomainError
from maillage.core.tables import Column
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.support import adjusting, permissions
from maillage.support.errors import TermsAreFinal
from maillage.support.models import EnrolmentCount, Programme
from maillage.support.previews import Preview, preview
from maillage.support.programmes import latest_terms
from maillage.support.terms_forms import Mine, TermsForm
from maillage.territory.models import Departement


@never_cache
@professionals_only(permissions.officers)
@require_http_methods(["GET", "POST"])
def adjust(request: AtWork, programme_id: UUID) -> HttpResponse:
    """Write other rules, see what they change, confirm. Nothing holds before that."""
    found = permissions.programme_of(request, programme_id)
    if found.status == Programme.Status.CLOSED:
        raise TermsAreFinal
    mine = _mine(request, found)
    if request.method == "GET":
        return _write(request, found, TermsForm(mine=mine))
    form = TermsForm(request.POST, mine=mine)
    if not form.is_valid() or "edit" in request.POST:
        return _write(request, found, form)
    wanted, today = form.revision(), timezone.localdate()
    try:
        if "confirm" in request.POST:
            adjusting.revise(found, wanted, by=request.user.pk, on=today)
            messages.success(request, _("C’est fait : ces règles valent dès maintenant."))
            return redirect("support:programmes")
        seen = preview(found, wanted, by=request.user.pk, on=today)
    except DomainError as refusal:
        return _write(request, found, _read_again(request.POST, mine, refusal))
    if not seen.changes:
        form.add_error(None, _("Rien ne change : modifiez une règle, un quota ou un service."))
        return _write(request, found, form)
    return _show(request, found, form, seen)


def _mine(request: AtWork, programme: Programme) -> Mine:
    """What this officer may change, as it stands now."""
    steered = permissions.steered(request.rights)
    rules = adjusting.rules_of(latest_terms(programme))
    whole = rules.quotas.keys() <= steered
    codes = steered if whole else steered & rules.quotas.keys()
    places = Departement.objects.filter(pk__in=codes).order_by("name", "pk")
    counts = EnrolmentCount.objects.filter(programme=programme, departement__in=codes)
    services = permissions.services_for(programme, codes)
    return Mine(
        rules=rules,
        whole=whole,
        places=dict(places.values_list("pk", "name")),
        entered=dict(counts.values_list("departement", "enrolled")),
        services=list(services.select_related("organization").order_by("name", "pk")),
        given=frozenset(adjusting.entries(programme)),
        standing=adjusting.standing(programme),
    )


def _read_again(typed: QueryDict, mine: Mine, refusal: DomainError) -> TermsForm:
    """The same words, now that what holds was read: a second try is not refused for that."""
    data = typed.copy()
    data["read"] = mine.standing
    form = TermsForm(data, mine=mine)
    form.add_error(None, str(refusal))
    return form


def _write(request: AtWork, programme: Programme, form: TermsForm) -> HttpResponse:
    page = {"programme": programme, "form": form, "whole": form.mine.whole}
    return render(request, "support/terms.html", page, status=400 if form.errors else 200)


def _show(request: AtWork, programme: Programme, form: TermsForm, seen: Preview) -> HttpResponse:
    page: dict[str, Any] = {
        "programme": programme,
        "form": form,
        "reason": form.cleaned_data["reason"],
        "refused": seen.refused,
        "columns": [Column(_("Règle")), Column(_("Avant")), Column(_("Après"))],
        "changes": [[each.what, each.before, each.after] for each in seen.changes],
        "touched": seen.touched,
    }
    return render(request, "support/terms_preview.html", page)
