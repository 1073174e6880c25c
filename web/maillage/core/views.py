"""Where an SMS provider says what became of a message, and a reader which ones are wanted."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from maillage.core import choices, receipts, webhooks
from maillage.core.errors import StopLinkIsOver
from maillage.core.fields import at_path
from maillage.core.models import MessageKind, OutboxMessage, StopLink
from maillage.core.sms import Provider

State = OutboxMessage.State


@csrf_exempt
@require_POST
def sms_receipt(request: HttpRequest, key: str = "") -> HttpResponse:
    """Take receipts: 202 once one is known, 404 if none is (most providers then try again)."""
    if not webhooks.is_authentic(request, key):
        return _said(HTTPStatus.FORBIDDEN, "wrong secret or signature")
    try:
        found = [_receipt(one) for one in webhooks.entries(request)]
    except webhooks.Unreadable:
        return _said(HTTPStatus.BAD_REQUEST, "neither a form nor JSON with the fields agreed on")
    if not all(reference for reference, _outcome, _reason in found):
        return _said(HTTPStatus.BAD_REQUEST, f"no message number in {settings.SMS.receipt_id}")
    now = timezone.now()
    known = [
        outcome is None or receipts.note(reference, outcome, reason, now)
        for reference, outcome, reason in found
    ]
    if not any(known):
        return _said(HTTPStatus.NOT_FOUND, "no such message here")
    return _said(HTTPStatus.ACCEPTED, "noted")


def _receipt(entry: dict[str, Any]) -> tuple[str, State | None, str]:
    """Read one receipt; a state between two (queued, sent) changes nothing."""
    provider: Provider = settings.SMS
    state = str(at_path(entry, provider.receipt_state) or "").lower()
    outcome = None
    if state in provider.delivered:
        outcome = State.DELIVERED
    elif state in provider.failed:
        outcome = State.FAILED
    reason = str(at_path(entry, provider.receipt_reason) or state).replace("\0", "")
    return str(at_path(entry, provider.receipt_id) or ""), outcome, f"provider: {reason}"[:300]


def _said(status: HTTPStatus, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", content_type="text/plain; charset=utf-8", status=status)


@csrf_exempt  # a mail program posts one click without ever having seen the page (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Choose which messages to receive; one click in a mail program ends those that can end."""
    link = choices.followed(token)
    if link is None:
        raise StopLinkIsOver
    if request.method != "POST":
        return _choices_page(request, link)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        choices.decline(link.reader, link.departement, choices.BY_ONE_WORD)
        return _said(HTTPStatus.OK, "ok")
    wanted = [MessageKind(one) for one in request.POST.getlist("wanted") if one in MessageKind]
    choices.choose(link.reader, link.departement, wanted)
    messages.success(request, _("C’est noté."))
    return redirect("core:stop", token=token)


def _choices_page(request: HttpRequest, link: StopLink) -> HttpResponse:
    declined = choices.declined_by(link.reader)
    kinds = [(kind, kind.label, kind not in declined) for kind in MessageKind]
    return render(request, "ui/message_choices.html", {"kinds": kinds})
