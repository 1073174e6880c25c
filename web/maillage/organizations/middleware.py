"""Limit what a signed-in professional sees to the départements they serve."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from maillage.core import scope
from maillage.organizations.models import Membership


class WhatTheyMaySee:
    """Enter the member scope with the départements of the account's memberships in force."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Read the memberships once; anonymous pages cost no query."""
        if request.session.get("_auth_user_id") and request.user.is_authenticated:
            today = timezone.localdate()
            found = Membership.objects.filter(user=request.user.pk).on(today)
            places = set(found.values_list("departement_id", flat=True))
            if places:
                scope.enter("member", departements=places, user_id=request.user.pk)
        return self.get_response(request)
