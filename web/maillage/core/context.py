"""What every template may show: the name of the site, its look, whether it is a demonstration."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, object]:
    """Name, place, demonstration or not, theme, and where the language switch comes back to."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "site_place": settings.SITE_PLACE or _("Services aux familles"),
        "demonstration": settings.DEMONSTRATION,
        "here": request.get_full_path(),
        "theme": theme if theme in THEMES else "",
    }
