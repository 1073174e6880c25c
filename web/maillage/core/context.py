"""What every template may show: the name of the site and whether it is a demonstration."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Name, demonstration or not, and the address that the language switch comes back to."""
    return {
        "site_name": settings.SITE_NAME,
        "demonstration": settings.DEMONSTRATION,
        "here": request.get_full_path(),
    }
