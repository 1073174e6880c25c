"""Whom to credit for what is shown: what is computed from credited times carries their credit.

A travel time read or computed from OpenStreetMap is made from a database under ODbL, and so is a
score, a site or a map made from it. Times (`Pairs`, `TravelMatrix`, `RoadNetwork`, `TravelModel`),
weights (`Pairs.matrix`, `banded`) and results each hold a line, `attribution`, empty where nobody
is to be credited, and every function hands it from what it takes to what it gives. A bare array of
numbers has no place for it: `attribution_of` what it was computed from says it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from scipy.sparse import csr_array

OPENSTREETMAP = "© les contributeurs d’OpenStreetMap, ODbL 1.0 (openstreetmap.org/copyright)"
KEY = "attribution"  # in mappings, in `attrs` of data frames, and in files
BETWEEN = " · "  # two credits on one line


class Result(Protocol):
    """A frozen result that says whom to credit."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def attribution(self) -> str: ...


Credited = TypeVar("Credited", bound=Result)


class CreditedTable(csr_array):  # type: ignore[misc] # SciPy's arrays are not typed
    """A sparse matrix that says whom to credit for its numbers, and whose slices do too.

    What else SciPy makes of it (a sum, a transpose) no longer does.
    """

    attribution: str = ""

    def __getitem__(self, key: Any) -> Any:
        """Take some rows and columns, with their credit."""
        found = super().__getitem__(key)
        if isinstance(found, CreditedTable):
            found.attribution = self.attribution
        return found


def attribution_of(*sources: Any) -> str:
    """Say whom to credit for what is made from all of these, each once.

    Parameters
    ----------
    sources : any
        Times, weights, results, data frames, what `over_departements` returned, or plain text.
        Anything that says nothing, such as an array, adds nothing.

    Returns
    -------
    str
        One line, empty where nobody is to be credited.

    Raises
    ------
    Nothing
        What cannot be credited is passed over.

    Notes
    -----
    Cost: nothing that can be measured.

    Examples
    --------
    >>> attribution_of("© Ada", {"70": {"attribution": "© Béa"}}, "© Ada", [1.0, 2.0])
    '© Ada · © Béa'
    """
    said = (credit for source in sources for credit in _credits(source))
    return BETWEEN.join(dict.fromkeys(filter(None, said)))


def credited(result: Credited, *sources: Any) -> Credited:
    """Return a result with the credit of what it was computed from beside its own."""
    credit = attribution_of(result, *sources)
    return result if credit == result.attribution else replace(result, attribution=credit)


def credited_table(values: Any, shape: tuple[int, int], *sources: Any) -> CreditedTable:
    """Lay values in a sparse matrix that carries the credit of what they were computed from."""
    table = CreditedTable(values, shape=shape)
    table.attribution = attribution_of(*sources)
    return table


def _credits(source: Any) -> Iterator[str]:
    if isinstance(source, str):
        yield from source.split(BETWEEN)
    elif isinstance(source, Mapping):
        yield from str(source.get(KEY, "")).split(BETWEEN)
        for part in source.values():
            yield from () if isinstance(part, str) else _credits(part)
    else:
        own, kept = getattr(source, KEY, ""), getattr(source, "attrs", None)
        yield from own.split(BETWEEN) if isinstance(own, str) else ()
        yield from _credits(kept) if isinstance(kept, Mapping) else ()
