"""Words and measures that agreements and rotations share: states, percentages, spans of days."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

HUNDRED = Decimal(100)
PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(HUNDRED)]


class DateSpan(Func):
    """The days from one date to another, both included; no end is for ever."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"


class State(models.TextChoices):
    """How far an agreement or a rotation has come. `in force` and `ended` follow from its dates."""

    DRAFT = "draft", _("brouillon")
    PROPOSED = "proposed", _("proposé")
    APPROVED = "approved", _("approuvé par tous")
    REFUSED = "refused", _("refusé")
