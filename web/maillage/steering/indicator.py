"""What every figure of this room declares about itself."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from maillage.steering.diagnosis import Diagnosis


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: what it answers, how it is made, which way is better, and what it does not say."""

    code: str  # in addresses; never reused for another meaning
    label: Promise
    question: Promise
    definition: Promise
    formula: str
    unit: Promise
    source: Promise
    freshness: Promise
    direction: Promise
    limits: tuple[Promise, ...]
    number: Callable[[Diagnosis], float | None]  # None: cannot be computed
    shown: Callable[[Diagnosis], str]  # as people read it
    meaning: Callable[[Diagnosis], str]  # the sentence under the big figure
