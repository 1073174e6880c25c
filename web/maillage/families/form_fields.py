"""The two boxes by which a family is known: what to call someone, and one way to reach them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.families.reach import Reach, as_dialled, read_reach

NAME_LENGTH, REACH_LENGTH = 60, 254


class NameField(forms.CharField):
    """A first name or a nickname; `own` when people type theirs."""

    def __init__(self, *, own: bool = False, required_as: Any = None, **options: Any) -> None:
        fill = "given-name" if own else "off"
        options.setdefault("max_length", NAME_LENGTH)
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": fill}))
        errors = {
            "required": required_as or _("Un prénom ou un surnom suffit."),
            "max_length": _("C’est trop long : un prénom ou un surnom suffit."),
        }
        super().__init__(error_messages=errors, **options)


class ReachField(forms.CharField):
    """An address or a telephone number, as people write them; the value is a `Reach`, or None."""

    def __init__(self, *, own: bool = False, required_as: Any = None, **options: Any) -> None:
        fill = "email" if own else "off"
        options.setdefault("max_length", REACH_LENGTH)
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": fill}))
        errors = {
            "required": required_as or _("Donnez une adresse ou un numéro."),
            "max_length": _("C’est trop long pour une adresse."),
        }
        super().__init__(error_messages=errors, **options)

    def clean(self, value: Any) -> Reach | None:
        """Read what was typed; nothing, where nothing is required, is None."""
        typed = super().clean(value)
        return read_reach(typed) if typed else None

    def prepare_value(self, value: Any) -> Any:
        """Show a number that is kept as people say it."""
        return as_dialled(value) if isinstance(value, str) else value
