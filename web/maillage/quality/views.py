"""Where families and professionals say what they think, and everyone reads what was done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.core import scope
from maillage.organizations.models import Organization
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.quality import actions, permissions
from maillage.quality.errors import AlreadyAnswered
from maillage.quality.forms import AnswersForm, StaffAnswersForm
from maillage.quality.models import Change, Citation
from maillage.quality.protection import LEAST, rounded


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """Three questions, once, by the link that was sent."""
    actions.follow(token)
    form = AnswersForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "quality/feedback.html", {"form": form}, status=status)
    actions.answer(token, form.answers(), today=timezone.localdate())
    return render(request, "quality/thanks.html", {"staff": False})


@never_cache
@professionals_only(permissions.works_with_families)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_feedback(request: AtWork) -> HttpResponse:
    """Three questions to those who receive, once a quarter."""
    form = StaffAnswersForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        where = get_object_or_404(Organization, pk=permissions.organization_of(request))
        try:
            actions.answer_as_staff(
                where, form.answers(), by=request.user.pk, today=timezone.localdate()
            )
        except AlreadyAnswered as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "quality/thanks.html", {"staff": True})
    status = 400 if form.is_bound else 200
    return render(request, "quality/staff_feedback.html", {"form": form}, status=status)


@require_safe
def you_said(request: HttpRequest) -> HttpResponse:
    """What families and professionals said, and what changed: for everyone."""
    found = list(Change.objects.public().select_related("departement"))
    with scope.system():
        cited = list(
            Citation.objects.filter(change__in=found)
            .order_by("pk")
            .values_list("change", flat=True)
        )
    lines = [(one, how_many(cited.count(one.pk))) for one in found]
    return render(request, "quality/you_said.html", {"lines": lines})


def how_many(number: int) -> str:
    """Say how many asked for a change, never so precisely that someone is recognised."""
    if number < LEAST:
        return _("moins de cinq avis")
    return _("environ {number} avis").format(number=rounded(number))
