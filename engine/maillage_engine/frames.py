"""pandas and GeoPandas tables in and out: thin adapters, nothing is computed here.

Nothing is imported: any table with columns, an index and (for points) a geometry will do.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from maillage_engine._check import Floats
from maillage_engine.attribution import KEY, attribution_of
from maillage_engine.errors import BadArray
from maillage_engine.pairs import Pairs, pairs_from
from maillage_engine.travel import Places, places

WGS_84 = 4326


def places_of(points: Any, density: str | None = None) -> Places:
    """Read the points of a GeoDataFrame.

    Parameters
    ----------
    points : GeoDataFrame of n points
        In any coordinate system that says its name: it is turned into degrees.
    density : str, optional
        Column of density levels, 1 to 4.

    Returns
    -------
    Places

    Raises
    ------
    BadArray
        If the coordinate system is not said, a geometry is not a point, or a point is empty.
    """
    if getattr(points, "crs", None) is None:
        raise BadArray("the points must say their coordinate system (set_crs); got none.")
    shapes = points.geometry.to_crs(WGS_84)
    kinds = set(shapes.geom_type.dropna())
    if kinds - {"Point"} or shapes.is_empty.any() or shapes.isna().any():
        raise BadArray(f"every geometry must be a point; got {sorted(kinds) or 'none'}.")
    levels = None if density is None else numbers_of(points, density)
    return places(shapes.x.to_numpy(), shapes.y.to_numpy(), levels)


def numbers_of(table: Any, column: str) -> Floats:
    """Read one column of numbers.

    Parameters
    ----------
    table : DataFrame
    column : str

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    BadArray
        If there is no such column, or it holds something else than numbers.
    """
    if column not in table:
        known = ", ".join(map(str, table.columns))
        raise BadArray(f"the table has no column {column!r}; it has {known}.")
    try:
        return np.asarray(table[column].to_numpy(), dtype=np.float64)
    except (TypeError, ValueError):
        raise BadArray(f"the column {column!r} must hold numbers only.") from None


def pairs_of(
    table: Any,
    origins: ArrayLike,
    destinations: ArrayLike,
    columns: tuple[str, str, str] = ("origin", "destination", "minutes"),
) -> Pairs:
    """Read a long table of travel times.

    Parameters
    ----------
    table : DataFrame
        A row for each pair within reach.
    origins, destinations : array_like, shapes (n_origins,) and (n_destinations,)
        Names of all origins and destinations, in the order wanted.
    columns : tuple of str
        Columns of the origin, the destination and the minutes.

    Returns
    -------
    Pairs
        With the credit that the table says in its `attrs`, if any.

    Raises
    ------
    BadArray
        If a column is missing, or a row names a place that is not listed.
    """
    row = _positions(table, columns[0], origins)
    column = _positions(table, columns[1], destinations)
    shape = (np.size(origins), np.size(destinations))
    minutes = numbers_of(table, columns[2])
    return pairs_from(shape, row, column, minutes, attribution=attribution_of(table))


def columns_of(
    pairs: Pairs,
    origins: ArrayLike,
    destinations: ArrayLike,
    columns: tuple[str, str, str] = ("origin", "destination", "minutes"),
) -> dict[str, np.ndarray[Any, Any]]:
    """Lay pairs in three columns, a row for each: ``pandas.DataFrame(columns_of(...))``.

    Parameters
    ----------
    pairs : Pairs
    origins, destinations : array_like, shapes (n_origins,) and (n_destinations,)
        Names, in the order of the pairs.
    columns : tuple of str
        Columns of the origin, the destination and the minutes.

    Returns
    -------
    dict of str to ndarray, each (n_pairs,)
        What `pairs_of` reads back. `with_credit` says in the table whom to credit.

    Raises
    ------
    BadArray
        If there is not one name for each origin and each destination.
    """
    starts, ends = np.asarray(origins), np.asarray(destinations)
    if (starts.size, ends.size) != pairs.shape:
        raise BadArray(
            f"names are wanted for {pairs.shape[0]} origins and {pairs.shape[1]} destinations;"
            f" got {starts.size} and {ends.size}."
        )
    laid = (starts[pairs.origin], ends[pairs.destination], pairs.minutes)
    return dict(zip(columns, laid, strict=True))


def with_columns(table: Any, results: Mapping[str, ArrayLike]) -> Any:
    """Lay results beside a table, row by row; the table itself is left alone.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame of n rows
    results : mapping of str to array_like, each (n,)

    Returns
    -------
    DataFrame or GeoDataFrame

    Raises
    ------
    BadArray
        If a result has not one value per row.
    """
    for name, values in results.items():
        if np.shape(values) != (len(table),):
            raise BadArray(f"{name} must hold {len(table)} values; got shape {np.shape(values)}.")
    return table.assign(**{name: np.asarray(values) for name, values in results.items()})


def with_credit(table: Any, *sources: Any) -> Any:
    """Say in a table's `attrs` whom to credit for it; the table itself is left alone.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        Whoever it credits already still is.
    sources : any
        What it was computed from: times, weights, results; see `attribution_of`.

    Returns
    -------
    DataFrame or GeoDataFrame
        With ``attrs["attribution"]``, which pandas keeps through most operations and `pairs_of`
        reads; as it was, where nobody is to be credited.

    Raises
    ------
    Nothing
        What cannot be credited is passed over.
    """
    told, credit = table.copy(deep=False), attribution_of(table, *sources)
    if credit:
        told.attrs = {**table.attrs, KEY: credit}
    return told


def _positions(table: Any, column: str, wanted: ArrayLike) -> np.ndarray[Any, Any]:
    if column not in table:
        raise BadArray(f"the table has no column {column!r}.")
    place = {name: position for position, name in enumerate(np.asarray(wanted).tolist())}
    found = [place.get(name, -1) for name in table[column].tolist()]
    if -1 in found:
        stranger = table[column].tolist()[found.index(-1)]
        raise BadArray(f"{column} names {stranger!r}, which is not listed.")
    return np.array(found, dtype=np.int64)
