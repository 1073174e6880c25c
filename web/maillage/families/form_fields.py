"""The two boxes by which a family is known: what to call someone, and one way to reach them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.families.reach import Reach, as_dialled, read_reach


class _Box(forms.CharField):
    """One line that a browser fills in only where people type about themselves (`own`)."""

    longest: int
    filled_with: str  # what a browser proposes to who types their own
    wanted: Any
    too_long: Any

    def __init__(self, *, own: bool = False, required_as: Any = None, **options: Any) -> None:
        options.setdefault("max_length", self.longest)
        fill = self.filled_with if own else "off"
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": fill}))
        errors = {"required": required_as or self.wanted, "max_length": self.too_long}
        super().__init__(error_messages=errors, **options)


class NameField(_Box):
    """A first name or a nickname; `own` when people type theirs."""

    longest, filled_with = 60, "given-name"
    wanted = _("Un prénom ou un surnom suffit.")
    too_long = _("C’est trop long : un prénom ou un surnom suffit.")


class ReachField(_Box):
    """An address or a telephone number, as people write them; the value is a `Reach`, or None."""

    longest, filled_with = 254, "email"
    wanted = _("Donnez une adresse ou un numéro.")
    too_long = _("C’est trop long pour une adresse.")

    def clean(self, value: Any) -> Reach | None:
        """Read what was typed; nothing, where nothing is required, is None."""
        typed = super().clean(value)
        return read_reach(typed) if typed else None

    def prepare_value(self, value: Any) -> Any:
        """Show a number that is kept as people say it."""
        return as_dialled(value) if isinstance(value, str) else value
