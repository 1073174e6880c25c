"""What pages need to show how a family is reached."""

from django import template

from maillage.families.reach import as_dialled

register = template.Library()


@register.filter
def dialled(kept: object) -> str:
    """A telephone number as people here read it out."""
    return as_dialled(str(kept or ""))
