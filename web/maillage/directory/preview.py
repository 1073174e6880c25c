"""The public page of an entry as it would be, with what changed marked."""

import re

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from maillage.directory import keeping
from maillage.directory.drafts import Draft
from maillage.directory.models import Service

TAG = re.compile(r"(<[^>]*>)")
LEFT_ALONE = ("svg", "script", "style", "textarea", "select", "form")


def public_page(request: HttpRequest, service: Service, draft: Draft) -> SafeString:
    """Write the draft for real, render what families would see, undo the writing."""
    show = import_string(settings.PUBLIC_SERVICE_PAGE)
    is_new = service._state.adding
    before = "" if is_new else str(show(request, service.pk))
    with transaction.atomic():
        point = transaction.savepoint()
        shown = service if is_new else Service.objects.get(pk=service.pk)
        keeping.write(shown, draft)
        after = str(show(request, shown.pk))
        transaction.savepoint_rollback(point)
    return mark_safe(after if is_new else marked(before, after))  # noqa: S308 (our own page)


def marked(before: str, after: str) -> str:
    """Mark the texts of `after` that `before` does not have; pictures and forms are left alone."""
    known = {text.strip() for text in TAG.split(before)}
    parts, inside = [], ""
    for part in TAG.split(after):
        if part.startswith("<"):
            inside = _inside(part, inside)
        elif not inside and part.strip() and part.strip() not in known:
            part = f"<mark>{part}</mark>"  # noqa: PLW2901
        parts.append(part)
    return "".join(parts)


def _inside(tag: str, inside: str) -> str:
    """The element left alone in which we are after this tag, if any."""
    name = tag.strip("</> ").partition(" ")[0].lower()
    if inside:
        return "" if tag.startswith(f"</{inside}") else inside
    return name if name in LEFT_ALONE and not tag.startswith("</") else ""
