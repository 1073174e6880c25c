"""Travel times estimated from coordinates, where no road network or matrix is at hand.

An estimate is great circle × detour ÷ speed. Speeds depend on how dense the two ends are, and
longer trips are faster because they use faster roads. Every model says where its numbers come
from; `docs/methods/travel-times.md` says how wrong they are.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.special import ndtri

from maillage_engine import _check
from maillage_engine._check import Floats, Ints
from maillage_engine._progress import Progress, untold
from maillage_engine.attribution import credited
from maillage_engine.errors import BadArray, BadParameter
from maillage_engine.pairs import Pairs, pairs_from

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
SAFETY = 1 + 1e-9  # a candidate radius slightly too large; the exact threshold is applied after
BLOCK = 4096  # origins searched at a time, so that memory follows what is within reach
# Where French coordinates lie, as (west, east, south, north): used only to tell swapped axes.
FRANCE = (
    (-5.5, 10.0, 41.0, 51.5),  # metropolitan France
    (-63.5, -60.5, 14.0, 18.5),  # Guadeloupe, Martinique, Saint-Martin
    (-55.0, -51.0, 2.0, 6.0),  # Guyane
    (44.0, 56.5, -22.0, -12.0),  # La Réunion, Mayotte
    (-57.0, -56.0, 46.5, 47.5),  # Saint-Pierre-et-Miquelon
    (163.0, 169.0, -23.0, -19.0),  # Nouvelle-Calédonie
    (-155.0, -134.0, -28.5, -7.5),  # Polynésie française
)
Levels: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Points one leaves from or goes to. Build it with `places`, which checks."""

    longitude: Floats  # (n,) degrees, WGS 84
    latitude: Floats  # (n,) degrees, WGS 84
    density: Levels  # (n,) 1 dense, 2 intermediate, 3 sparse, 4 very sparse


@dataclass(frozen=True, slots=True)
class TravelModel:
    r"""Minutes as a function of distance, for one mode of travel.

    .. math:: t = \frac{60\,\delta\,d}{v}\left(\frac{d}{d_0}\right)^{\gamma - 1},
              \qquad v = \sqrt{v_{origin}\,v_{destination}}

    with :math:`d` the great-circle distance in km, :math:`\delta` the detour and :math:`v` the
    speed, in km/h, of a trip of :math:`d_0` km. Times say only :math:`\delta / v`: the detour is a
    convention, and only the ratio is calibrated.
    """

    mode: str  # car, foot or bicycle
    speeds_kmh: tuple[float, float, float, float]  # at `reference_km`, for density 1, 2, 3, 4
    source: str  # where the numbers come from
    detour: float = 1.3
    exponent: float = 1.0  # γ, in (0, 1]: below 1, longer trips are faster
    reference_km: float = 10.0
    spread: float | None = (
        None  # standard deviation of ln(true / estimated); None if never measured
    )
    attribution: str = ""  # whom to credit: those whose times the numbers were fitted on

    def __post_init__(self) -> None:
        for name in ("detour", "reference_km", "exponent"):
            _check.positive(name, getattr(self, name))
        for speed in self.speeds_kmh:
            _check.positive("speeds_kmh", speed)
        if self.exponent > 1 or len(self.speeds_kmh) != 4:
            raise BadParameter("a travel model needs an exponent <= 1 and 4 speeds, densest first.")

    def speed(self, density: Levels) -> Floats:
        """Return the speed of each density level, in km/h, for a trip of `reference_km`."""
        return np.asarray(self.speeds_kmh, dtype=np.float64)[density - 1]

    def minutes(self, km: ArrayLike, speed_kmh: ArrayLike) -> Floats:
        """Return the minutes of trips of `km` great-circle kilometres at a reference speed."""
        distance, speed = _check.times("km", km), np.asarray(speed_kmh, dtype=np.float64)
        scaled = self.reference_km * (distance / self.reference_km) ** self.exponent
        return np.asarray(60 * self.detour * scaled / speed)

    def reach_km(self, minutes: float, speed_kmh: ArrayLike) -> Floats:
        """Return how far one gets in `minutes`, in great-circle km: the inverse of `minutes`."""
        speed = np.asarray(speed_kmh, dtype=np.float64)
        scaled = minutes * speed / (60 * self.detour * self.reference_km)
        return np.asarray(self.reference_km * scaled ** (1 / self.exponent))

    def interval(self, minutes: ArrayLike, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return the bounds between which the true time lies for a share `level` of trips.

        Raises
        ------
        BadParameter
            If the model was never compared with known times, or the level is not in (0, 1).
        """
        if self.spread is None:
            raise BadParameter(f"the error of this {self.mode} model was never measured.")
        _check.inside("level", level)
        factor = float(np.exp(self.spread * ndtri(0.5 + level / 2)))
        times = _check.times("minutes", minutes)
        return times / factor, times * factor

    def with_speeds(self, factor: float) -> "TravelModel":
        """Return the same model with every speed multiplied, to see what hangs on them."""
        ratio = _check.positive("factor", factor)
        first, second, third, fourth = (speed * ratio for speed in self.speeds_kmh)
        return replace(self, speeds_kmh=(first, second, third, fourth))


def density_level(population: ArrayLike, area_km2: ArrayLike) -> Levels:
    """Estimate a density level from population and area, until the official grid is loaded.

    Parameters
    ----------
    population : array_like, shape (n,)
        Inhabitants, >= 0.
    area_km2 : array_like, shape (n,)
        Area of the commune, in km², > 0.

    Returns
    -------
    ndarray of int, shape (n,)
        1 from 2,500 inhabitants/km² or 100,000 inhabitants, 2 from 300/km², 3 from 50/km², else 4.
        Numbered like Insee's four-level grid, but an approximation: Insee counts 1 km squares.

    Raises
    ------
    BadArray
        If shapes disagree, a value is negative, or an area is 0.

    Notes
    -----
    Cost: linear in the places.
    """
    persons = _check.vector("population", population, empty=True)
    areas = _check.vector("area_km2", area_km2, size=persons.size, empty=True)
    if (areas == 0).any():
        raise BadArray(f"area_km2 must be > 0; got 0.0 at index {int((areas == 0).argmax())}.")
    density = persons / areas
    level = 4 - np.searchsorted([50.0, 300.0, 2500.0], density, side="right")
    return np.where(persons >= 100_000, 1, level).astype(np.int64)


def places(longitude: ArrayLike, latitude: ArrayLike, density: ArrayLike | None = None) -> Places:
    """Check coordinates and build `Places`.

    Parameters
    ----------
    longitude, latitude : array_like, shape (n,)
        Degrees, WGS 84.
    density : array_like of int, shape (n,), optional
        Density level from 1 (dense) to 4 (very sparse); 3 by default.

    Returns
    -------
    Places

    Raises
    ------
    BadArray
        If coordinates are missing, are not degrees (projected metres), look swapped, or a density
        level is not 1, 2, 3 or 4.

    Notes
    -----
    Cost: linear in the places.
    """
    lon = _check.sized("longitude", longitude, empty=True)
    lat = _check.sized("latitude", latitude, size=lon.size, empty=True)
    _degrees("longitude", lon, 180)
    _degrees("latitude", lat, 90)
    inside = _in_france(lon, lat)
    swapped = ~inside & _in_france(lat, lon)
    if swapped.any() and (inside | swapped).all():
        first = int(swapped.argmax())
        raise BadArray(
            "longitude and latitude look swapped:"
            f" got longitude {lon[first]}, latitude {lat[first]} at index {first}."
        )
    levels = np.full(lon.size, 3) if density is None else _check.regular("density", density)
    if levels.shape != lon.shape or not np.isin(levels, (1, 2, 3, 4)).all():
        raise BadArray(f"density must hold {lon.size} levels among 1, 2, 3, 4.")
    return Places(lon, lat, levels.astype(np.int64))


def great_circle_km(
    longitude: ArrayLike, latitude: ArrayLike, to_longitude: ArrayLike, to_latitude: ArrayLike
) -> Floats:
    """Return great-circle distances by the haversine formula, in km; arguments broadcast.

    Parameters
    ----------
    longitude, latitude : array-like, degrees
        Where one starts.
    to_longitude, to_latitude : array-like, degrees
        Where one goes.

    Returns
    -------
    ndarray of float, km
        One distance for each pair, in the shape of the arguments broadcast together.

    Raises
    ------
    BadArray
        If a coordinate is missing or is not degrees, or shapes do not broadcast.

    Notes
    -----
    Cost: linear in the distances returned.

    References
    ----------
    Sinnott (1984), Virtues of the haversine, Sky and Telescope 68(2), 159.

    Examples
    --------
    >>> great_circle_km(0, 0, 0, 90).round(3).item()
    10007.557
    """
    ends = [
        _degrees(name, _check.numbers(name, values), limit)
        for name, values, limit in (
            ("longitude", longitude, 180),
            ("latitude", latitude, 90),
            ("to_longitude", to_longitude, 180),
            ("to_latitude", to_latitude, 90),
        )
    ]
    try:
        np.broadcast_shapes(*(end.shape for end in ends))
    except ValueError:
        shapes = ", ".join(str(end.shape) for end in ends)
        raise BadArray(f"coordinates must have shapes that broadcast; got {shapes}.") from None
    return _great_circle_km(*ends)


def _great_circle_km(
    longitude: Floats, latitude: Floats, to_longitude: Floats, to_latitude: Floats
) -> Floats:
    lon1, lat1, lon2, lat2 = (
        np.radians(values) for values in (longitude, latitude, to_longitude, to_latitude)
    )
    north, east = np.sin((lat2 - lat1) / 2) ** 2, np.sin((lon2 - lon1) / 2) ** 2
    half = north + np.cos(lat1) * np.cos(lat2) * east
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(half))))


def estimate_minutes(origins: Places, destinations: Places, model: TravelModel) -> Floats:
    """Estimate the whole table of travel times.

    Parameters
    ----------
    origins, destinations : Places
    model : TravelModel

    Returns
    -------
    ndarray of float64, shape (n_origins, n_destinations)
        Minutes. For large tables use `pairs_within`, whose memory follows what is within reach.

    Raises
    ------
    BadArray
        Never by itself: `places` and `TravelModel` refuse what makes no sense.

    Notes
    -----
    Cost: time and memory of n_origins × n_destinations.
    """
    km = _great_circle_km(
        origins.longitude[:, None],
        origins.latitude[:, None],
        destinations.longitude,
        destinations.latitude,
    )
    leaving, arriving = model.speed(origins.density), model.speed(destinations.density)
    return model.minutes(km, np.sqrt(leaving[:, None] * arriving))


def minutes_between(
    origins: Places, destinations: Places, pairs: tuple[Ints, Ints], model: TravelModel
) -> Floats:
    """Estimate the minutes of some pairs: the one arithmetic that decides who is within reach."""
    row, column = pairs
    km = _great_circle_km(
        origins.longitude[row],
        origins.latitude[row],
        destinations.longitude[column],
        destinations.latitude[column],
    )
    speed = np.sqrt(model.speed(origins.density[row]) * model.speed(destinations.density[column]))
    return model.minutes(km, speed)


def pairs_within(
    origins: Places,
    destinations: Places,
    cutoff_min: float,
    model: TravelModel,
    *,
    progress: Progress | None = None,
) -> Pairs:
    """Estimate travel times, keeping only the pairs within a threshold.

    Parameters
    ----------
    origins, destinations : Places
    cutoff_min : float
        Inclusive threshold, in minutes, > 0.
    model : TravelModel
    progress : callable (done, whole), optional
        Told how many origins are done, now and then.

    Returns
    -------
    Pairs
        The same minutes as `estimate_minutes`, at most `cutoff_min` each.

    Raises
    ------
    BadParameter
        If the threshold is not a finite number > 0.

    Notes
    -----
    Cost: a search tree proposes candidates block by block; linear in the pairs kept.
    """
    cutoff = _check.positive("cutoff_min", cutoff_min)
    shape = (origins.longitude.size, destinations.longitude.size)
    if 0 in shape:
        nothing = pairs_from(shape, np.empty(0, int), np.empty(0, int), np.empty(0))
        return credited(nothing, model)
    arriving = model.speed(destinations.density)
    leaving = model.speed(origins.density)
    reach = model.reach_km(cutoff, np.sqrt(leaving * arriving.max())) * SAFETY
    chord = 2 * np.sin(np.minimum(reach / EARTH_RADIUS_KM, np.pi) / 2)
    tree, points = cKDTree(unit_vectors(destinations)), unit_vectors(origins)
    kept = []
    for first in range(0, shape[0], BLOCK):
        block = slice(first, min(first + BLOCK, shape[0]))
        near = tree.query_ball_point(points[block], chord[block], return_sorted=True)
        count = np.fromiter((len(row) for row in near), dtype=np.int64, count=len(near))
        row = np.repeat(np.arange(block.start, block.stop), count)
        column = np.concatenate([np.asarray(found, dtype=np.int64) for found in near])
        minutes = minutes_between(origins, destinations, (row, column), model)
        inside = minutes <= cutoff
        kept.append((row[inside], column[inside], minutes[inside]))
        (progress or untold)(block.stop, shape[0])
    row, column, minutes = (np.concatenate(part) for part in zip(*kept, strict=True))
    return pairs_from(shape, row, column, minutes, attribution=model.attribution)


def unit_vectors(points: Places) -> Floats:
    """Return points on the unit sphere, shape (n, 3): chords between them grow with distance."""
    lon, lat = np.radians(points.longitude), np.radians(points.latitude)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _degrees(name: str, values: Floats, limit: float) -> Floats:
    wrong = ~(np.abs(values) <= limit)
    if wrong.any():
        first = int(wrong.argmax())
        got = values.ravel()[first]
        hint = " (projected metres?)" if np.abs(got) > 1000 else ""
        raise BadArray(
            f"{name} must be degrees between -{limit} and {limit};"
            f" got {got} at index {first}{hint}."
        )
    return values


def _in_france(longitude: Floats, latitude: Floats) -> NDArray[np.bool_]:
    inside = np.zeros(longitude.size, dtype=bool)
    for west, east, south, north in FRANCE:
        inside |= (
            (west <= longitude) & (longitude <= east) & (south <= latitude) & (latitude <= north)
        )
    return inside
