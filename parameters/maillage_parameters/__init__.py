"""Dated values of French family policy, each with the text that sets it.

>>> from datetime import date
>>> from maillage_parameters import get
>>> get("publication.smallest_count").on(date(2026, 1, 1)).amount
Decimal('5')
"""

from maillage_parameters.loader import (
    Band,
    Entry,
    Formula,
    Parameter,
    ParameterError,
    Scale,
    Step,
    get,
    names,
    stale,
)

__all__ = [
    "Band",
    "Entry",
    "Formula",
    "Parameter",
    "ParameterError",
    "Scale",
    "Step",
    "get",
    "names",
    "stale",
]
