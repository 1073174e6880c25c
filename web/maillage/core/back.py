"""After a tap, the page one came from: never another site."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def came_from(request: HttpRequest, default: str) -> str:
    """Return the address that the form gave as `next`, or the default if it is not one of ours."""
    asked = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if here else default
