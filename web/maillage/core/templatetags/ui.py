"""What the parts of a page need from Python."""

from collections.abc import Sequence
from typing import TypeVar

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField, BoundWidget
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

Item = TypeVar("Item")
FRONT_DOORS = {"/", "/pro/"}  # every other page of a room lies under its door
TONES = {"good": "good", "success": "good", "bad": "bad", "error": "bad", "notice": "notice"}
TONES["warning"] = "notice"
LOOKS: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.Select: "form-select",
    forms.Textarea: "form-control",
    forms.widgets.Input: "form-control",
}


def address_of(name: str) -> str:
    """The address of a page without arguments, empty while its capability does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def nav_item(context: template.Context, name: str, label: str) -> SafeString:
    """One entry of the navigation, marked when the visitor is there."""
    href = address_of(name)
    if not href:
        return SafeString("")
    here = str(context.get("here", "")).partition("?")[0]
    current = here == href if href in FRONT_DOORS else here.startswith(href)
    mark = mark_safe(' aria-current="page"') if current else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', href, mark, label)


@register.simple_block_tag
def nav_group(content: str, label: str) -> SafeString:
    """Entries under one name, opened without a script; a single one stays bare."""
    entries = SafeString(content.strip())
    if entries.count("<li>") < 2:
        return entries
    current = mark_safe(" data-current") if 'aria-current="page"' in entries else ""
    box = '<details name="rooms"{}><summary>{}</summary><ul>{}</ul></details>'
    return format_html(f'<li class="nav-group">{box}</li>', current, label, entries)


@register.simple_tag
def footer_item(name: str, label: str) -> SafeString:
    """One link of the footer, left out while its page does not exist."""
    href = address_of(name)
    return format_html('<li><a href="{}">{}</a></li>', href, label) if href else SafeString("")


@register.filter
def alert_class(tone: object) -> str:
    """The class of an alert, from its tone or from a level of django.contrib.messages."""
    found = TONES.get(str(tone or ""), "")
    return f"alert-{found}" if found else ""


@register.filter
def at(items: Sequence[Item], position: int) -> Item:
    """The item at a position."""
    return items[position]


@register.filter
def page_numbers(page: "Page[object]") -> list[int | str]:
    """The pages around this one, the first and the last."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def is_one_box(field: BoundField) -> bool:
    """Whether the field is a single box to tick."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_many_boxes(field: BoundField) -> bool:
    """Whether the field is a group of boxes or of round buttons."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of the help and of the errors of a field."""
    ids = [f"{field.auto_id}_help"] if field.help_text else []
    ids += [f"{field.auto_id}_error{n if n > 1 else ''}" for n in range(1, len(field.errors) + 1)]
    return " ".join(ids)


@register.filter
def dressed(field: BoundField) -> SafeString:
    """The widget with its look, tied to its help and errors."""
    look = next((css for kind, css in LOOKS.items() if isinstance(field.field.widget, kind)), "")
    given = str(field.field.widget.attrs.get("class", ""))
    attributes: dict[str, str | bool] = {"class": f"{look} {given}".strip()}
    if described := described_by(field):
        attributes["aria-describedby"] = described
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.filter
def dressed_box(box: BoundWidget) -> SafeString:
    """One box of a group."""
    box.data["attrs"]["class"] = "form-check-input"
    return box.tag()
