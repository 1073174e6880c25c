"""How sign-in is done: by one-time code, for accounts that an administrator opened."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext_lazy as _

from maillage.core import audit, outbox
from maillage.people.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No public sign-up; mail through the outbox; no address of a machine is kept."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("Ce code n’est pas le bon. Recopiez celui du dernier message reçu."),
        "too_many_login_attempts": _(
            "Trop d’essais : ce code ne sert plus. Attendez quelques minutes, puis demandez-en un "
            "autre."
        ),
        "rate_limited": _("Trop de demandes. Attendez quelques minutes et recommencez."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: accounts are opened by an administrator."""
        return False

    def generate_login_code(self) -> str:
        """Eight digits in two groups: easy to copy, too many to guess in five tries."""
        digits = get_random_string(8, "0123456789")
        return f"{digits[:4]} {digits[4:]}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count tries by a fingerprint of the machine's address, never by the address itself."""
        return salted_hmac("maillage.people.tries", super().get_client_ip(request)).hexdigest()[:32]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the message in the outbox of this transaction; a code dies with its validity."""
        facts = {
            "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
            "site_name": settings.SITE_NAME,
            **context,
        }
        request = current.request
        subject = render_to_string(f"{template_prefix}_subject.txt", facts, request).strip()
        body = render_to_string(f"{template_prefix}_message.txt", facts, request).strip()
        valid = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
        expires_at = timezone.now() + valid if "code" in context else None
        outbox.post(email, subject, body + "\n", expires_at=expires_at)

    def post_login(self, request: HttpRequest, user: User, **hints: Any) -> HttpResponse:
        """Leave a trace, and forget a warning that the account would be closed."""
        if user.warned_at is not None:
            user.warned_at = None
            user.save(update_fields=["warned_at"])
        audit.record(user.pk, "people.signed_in", user)
        response: HttpResponse = super().post_login(request, user, **hints)
        chosen_here = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if user.language != User.Language.FRENCH and not chosen_here:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return response
