"""How far something has come, on a day: its state, made plain by its dates."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.pooling.models import PoolingAgreement, Rotation
from maillage.pooling.spans import State


@dataclass(frozen=True, slots=True)
class Phase:
    """A word and its colour."""

    label: str
    tone: str


def phase(thing: PoolingAgreement | Rotation, today: date) -> Phase:
    """Draft, proposed, refused; or, once approved: to come, in force, ended."""
    if thing.state != State.APPROVED:
        tones = {State.PROPOSED: "notice", State.REFUSED: "bad"}
        return Phase(str(thing.get_state_display()), tones.get(State(thing.state), "plain"))
    if thing.is_in_force(today):
        return Phase(_("en vigueur"), "good")
    if thing.starts_on > today:
        day = date_format(thing.starts_on, "j F Y")
        return Phase(_("approuvé, à partir du %(day)s") % {"day": day}, "good")
    return Phase(_("terminé"), "plain")
