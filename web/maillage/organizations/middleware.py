"""Limit what a signed-in professional sees to the départements they serve."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from maillage.core import scope
from maillage.organizations.models import Membership
from maillage.organizations.permissions import Rights


class WhatTheyMaySee:
    """Enter the member scope with the départements of the account's memberships in force."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the memberships once; anonymous pages cost no query."""
        found: list[Membership] = []
        if SESSION_KEY in request.session and request.user.is_authenticated:
            mine = Membership.objects.filter(user=request.user.pk).on(timezone.localdate())
            found = list(mine.select_related("organization", "departement").order_by("pk"))
        rights = Rights.from_memberships(request.user.pk, found)
        request.memberships = found  # type: ignore[attr-defined]
        request.rights = rights  # type: ignore[attr-defined]
        if found:
            scope.enter(
                "member",
                departements=rights.departements,
                administers=rights.administers,
                user_id=request.user.pk,
            )
        return self.get_response(request)
