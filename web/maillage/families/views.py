"""Where an SMS provider brings the replies of parents. No person comes here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from maillage.core import webhooks
from maillage.core.fields import at_path
from maillage.families import replies


@csrf_exempt
@require_POST
def sms_reply(request: HttpRequest, key: str = "") -> HttpResponse:
    """Take replies. Always 202 to the provider, so that nobody learns which numbers are known."""
    if not webhooks.is_authentic(request, key):
        return _said(403, "wrong secret or signature")
    try:
        found = webhooks.entries(request)
    except webhooks.Unreadable:
        return _said(400, "neither a form nor JSON with the fields agreed on")
    for entry in found:
        number = at_path(entry, settings.SMS.reply_number)
        replies.take(str(number or ""), str(at_path(entry, settings.SMS.reply_text) or ""))
    return _said(202, "noted")


def _said(status: int, text: str) -> HttpResponse:
    return HttpResponse(text + "\n", content_type="text/plain; charset=utf-8", status=status)
