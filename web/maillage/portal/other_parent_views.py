"""The other parent: asked from /mon-espace/, answered through a link, ended by either."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.errors import DomainError
from maillage.families import links, second_parent
from maillage.families.errors import LinkIsDead
from maillage.families.limits import may_try
from maillage.families.models import Contact, ContactLink, SecondParent
from maillage.families.telling import tell
from maillage.portal.space import Inside, visitors_only
from maillage.portal.space_forms import OtherParentForm

ASKS_PER_MONTH = 5


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Inside) -> HttpResponse:
    """Say who the other parent is; they get a message, and nothing is shared until they accept."""
    form = OtherParentForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _asked(request, form):
            messages.success(
                request,
                _("L’invitation est partie. Tant qu’elle n’est pas acceptée, rien n’est partagé."),
            )
            return redirect("portal:space")
        status = 400
    return render(request, "portal/other_parent.html", {"form": form}, status=status)


@require_POST
@visitors_only
def part(request: Inside) -> HttpResponse:
    """End it, without a word to explain."""
    linked = second_parent.of(list(request.visit.contacts))
    if linked is not None:
        mine = linked.inviter_id if linked.inviter_id in request.visit.contacts else None
        by = Contact.objects.get(pk=mine or linked.invited_id)
        second_parent.part(linked, by)
    messages.success(request, _("C’est fait : chacun ne voit plus que ce qui est à lui."))
    return redirect("portal:space")


@require_safe
@never_cache
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """What accepting would share, and what it would not."""
    waiting = _waiting(token)
    return render(request, "portal/other_parent_asked.html", {"asked": waiting, "token": token})


@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Accept or decline; declining tells the other one nothing."""
    waiting = _waiting(token)
    if request.POST.get("answer") == "yes":
        second_parent.accept(waiting)
        return render(request, "portal/other_parent_done.html", {"accepted": True})
    second_parent.decline(waiting)
    return render(request, "portal/other_parent_done.html", {"accepted": False})


def _asked(request: Inside, form: OtherParentForm) -> bool:
    inviter = Contact.objects.get(pk=request.visit.contact_id)
    if not may_try(
        "other_parent", str(inviter.pk), most=ASKS_PER_MONTH, within=second_parent.ASKED_FOR * 2
    ):
        form.add_error(None, _("C’est beaucoup d’invitations. Attendez quelques jours."))
        return False
    try:
        made, token = second_parent.ask(
            inviter, form.cleaned_data["name"], *form.cleaned_data["reach"]
        )
    except DomainError as error:
        form.add_error("reach", str(error))
        return False
    _tell(made, token)
    return True


def _tell(made: SecondParent, token: str) -> None:
    link = settings.SITE_URL + reverse("portal:other_parent_asked", args=[token])
    facts = {"link": link, "who": made.inviter.name, "site_name": settings.SITE_NAME}
    tell(made.invited, "portal/mail/other_parent.txt", facts)


def _waiting(token: str) -> SecondParent:
    link = links.follow(token, ContactLink.Opens.SECOND_PARENT)
    found = second_parent.waiting_for(link.contact)
    if found.pk != link.object_id:
        raise LinkIsDead
    return found
