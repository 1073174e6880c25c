"""Travel times on a road network: exact shortest paths, by SciPy or by customizable hierarchies.

Weights are whole milliseconds, so that both ways of searching give the same number to the last
digit. A place joins the network at its nearest usable node; where there is none near enough, or no
way through, the time is NaN, never 0.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from maillage_engine import _check
from maillage_engine._check import Floats, Ints
from maillage_engine._progress import Progress, untold
from maillage_engine._roads import chain_ends
from maillage_engine.errors import BadArray, BadParameter
from maillage_engine.pairs import Pairs, pairs_from
from maillage_engine.travel import EARTH_RADIUS_KM, Places, unit_vectors

try:
    import pyroutingkit
except ImportError:  # an extra: SciPy answers without it
    pyroutingkit = None

MS_PER_MINUTE = 60_000
TO_ROAD_DETOUR = 1.3  # from a place to its road one does not fly
FARTHEST_KM = 2.0  # from a place to the roads; beyond, it is not on this map
BLOCK = 256  # origins searched at a time, at most
HELD = 16_000_000  # times held at once: of all nodes, for each origin searched
Method = Literal["auto", "hierarchy", "dijkstra"]


@dataclass(frozen=True, slots=True)
class RoadNetwork:
    """Roads of one mode as a directed graph. Build it with `read_roads` or `road_network`."""

    longitude: Floats  # (n,) degrees, WGS 84
    latitude: Floats  # (n,)
    tail: Ints  # (m,) node where an arc starts, in increasing order
    head: Ints  # (m,) node where it ends
    milliseconds: Ints  # (m,) whole, >= 1; at most one arc for each (tail, head)
    ashore: NDArray[np.bool_]  # (n,) whether places may join here: not out at sea, on a ferry
    to_road_kmh: float  # speed between a place and its node
    attribution: str  # whom to credit wherever these times are shown

    def km_to_road(self, points: Places) -> Floats:
        """Return how far each place is from where it joins the roads, in great-circle km.

        Beyond `farthest_km` of `road_minutes` a place has no route: look here for those left out.
        """
        return _nearest_node(self, points)[1]

    @property
    def graph(self) -> csr_array:
        """The weights as a sparse matrix, shape (n, n), milliseconds."""
        size = self.longitude.size
        weights = self.milliseconds.astype(np.float64)
        return csr_array((weights, (self.tail, self.head)), shape=(size, size))


def road_network(
    points: Places,
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    minutes: Floats,
    *,
    to_road_kmh: float = 4.0,
    attribution: str = "",
) -> RoadNetwork:
    """Check arcs and build a network; parallel arcs keep the fastest, loops are dropped.

    Parameters
    ----------
    points : Places, n nodes
    tail, head : array_like of int, shape (m,)
        Nodes of each arc, in [0, n).
    minutes : array_like, shape (m,)
        Time of each arc, > 0; kept to the millisecond.
    to_road_kmh : float
        Speed between a place and its nearest node, km/h, > 0.
    attribution : str
        Whom to credit.

    Returns
    -------
    RoadNetwork

    Raises
    ------
    BadArray
        If shapes disagree, a node does not exist, or a time is not a finite number > 0.
    BadParameter
        If the speed is not > 0.

    Notes
    -----
    Cost: linear in the roads.
    """
    size = points.longitude.size
    times = _check.vector("minutes", minutes, empty=True)
    start = _check.positions("tail", tail, size, count=times.size)
    end = _check.positions("head", head, size, count=times.size)
    if (times == 0).any():
        raise BadArray(f"minutes must be > 0; got 0.0 at index {int((times == 0).argmax())}.")
    whole = np.maximum(1, np.rint(times * MS_PER_MINUTE)).astype(np.int64)
    start, end, whole = _fastest(start, end, whole)
    speed = _check.positive("to_road_kmh", to_road_kmh)
    ashore = np.ones(size, dtype=bool)
    return RoadNetwork(
        points.longitude, points.latitude, start, end, whole, ashore, speed, attribution
    )


def contracted(network: RoadNetwork, kept: NDArray[np.int64]) -> tuple[RoadNetwork, Ints]:
    """Replace each chain of bends by one arc: same times between what is kept, fewer nodes.

    Parameters
    ----------
    network : RoadNetwork
    kept : array_like of int, shape (n_kept,)
        Nodes that stay whatever their place, such as those where places join the roads.

    Returns
    -------
    smaller : RoadNetwork
    position : ndarray of int, shape (n,)
        Where each node went; -1 for one inside a chain.

    Raises
    ------
    BadArray
        If a kept node does not exist.

    Notes
    -----
    A node is inside a chain when it has two neighbours and nobody asked for it. O(n + m).
    """
    size = network.longitude.size
    stay = _check.positions("kept", kept, size)
    both = np.unique(
        np.column_stack(
            [np.r_[network.tail, network.head], np.r_[network.head, network.tail]]
        ), axis=0,
    )  # fmt: skip
    inside = np.bincount(both[:, 0], minlength=size) == 2
    inside[stay] = False
    start = np.r_[0, np.cumsum(np.bincount(network.tail, minlength=size))]
    first = np.flatnonzero(~inside[network.tail])
    ends, times = chain_ends(first, network.tail, network.head, network.milliseconds, start, inside)
    found = (ends >= 0) & (ends != network.tail[first])
    position = np.full(size, -1)
    position[~inside] = np.arange((~inside).sum())
    tail, head, whole = _fastest(
        position[network.tail[first][found]], position[ends[found]], times[found]
    )
    smaller = RoadNetwork(
        network.longitude[~inside], network.latitude[~inside], tail, head, whole,
        network.ashore[~inside], network.to_road_kmh, network.attribution,
    )  # fmt: skip
    return smaller, position


def road_minutes(  # noqa: PLR0913 - three facts and their keyword-only options
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    cutoff_min: float = np.inf,
    farthest_km: float = FARTHEST_KM,
    method: Method = "auto",
    progress: Progress | None = None,
) -> Pairs:
    """Compute travel times by road, keeping only the pairs within a threshold.

    Parameters
    ----------
    network : RoadNetwork
    origins, destinations : Places
    cutoff_min : float
        Inclusive threshold in minutes, > 0; infinite keeps every pair that has a route.
    farthest_km : float
        A place farther than this from any road has no route; see `RoadNetwork.km_to_road`.
    method : {"auto", "hierarchy", "dijkstra"}
        "hierarchy" needs pyroutingkit (the extra `osm`); "auto" takes it when it is there. Both
        give the same times.
    progress : callable (done, whole), optional
        Told how many origins are done, now and then.

    Returns
    -------
    Pairs
        Minutes, from door to door: to the nearest node, along the roads, from the last node. A pair
        that is absent has no route; `Pairs.dense` shows it as NaN. They carry the network's credit.

    Raises
    ------
    BadParameter
        If a threshold is not > 0, or the method is unknown or not installed.

    Notes
    -----
    Places join the largest part of the network where one can go and come back. Chains of bends are
    contracted first. Cost: Dijkstra stops at the threshold, O(origins × what is within reach).

    References
    ----------
    Dijkstra (1959), Numerische Mathematik 1, doi:10.1007/BF01386390.
    Dibbelt, Strasser & Wagner (2016), ACM Journal of Experimental Algorithmics 21,
    doi:10.1145/2886843: customizable hierarchies.
    """
    if not _check.threshold("cutoff_min", cutoff_min) > 0:
        raise BadParameter(f"cutoff_min must be > 0; got {cutoff_min}.")
    _check.positive("farthest_km", farthest_km)
    answers, tell = _answers(method), progress or untold
    leave, leaving = _joined(network, origins, farthest_km)
    reach, reaching = _joined(network, destinations, farthest_km)
    on_road = np.unique(np.r_[leave[leave >= 0], reach[reach >= 0]])
    smaller, position = contracted(network, on_road)
    stops, index = np.unique(position[reach[reach >= 0]], return_inverse=True)
    column = np.flatnonzero(reach >= 0)
    kept = []
    from_nodes = np.flatnonzero(leave >= 0)
    search = answers(smaller, stops, cutoff_min)
    block = min(BLOCK, max(1, HELD // max(1, smaller.longitude.size)))
    for begin in range(0, from_nodes.size, block):
        rows = from_nodes[begin : begin + block]
        on_roads = search(position[leave[rows]])[:, index]
        total = leaving[rows, None] + on_roads + reaching[column]
        at, to = np.nonzero(total <= min(cutoff_min, np.finfo(float).max))
        kept.append((rows[at], column[to], total[at, to]))
        tell(begin + rows.size, from_nodes.size)
    shape = (origins.longitude.size, destinations.longitude.size)
    if not kept:
        nothing = np.empty(0, int), np.empty(0, int), np.empty(0)
        return pairs_from(shape, *nothing, attribution=network.attribution)
    found = (np.concatenate(part) for part in zip(*kept, strict=True))
    return pairs_from(shape, *found, attribution=network.attribution)


class _Dijkstra:
    """SciPy's search, bounded by the threshold."""

    def __init__(self, network: RoadNetwork, stops: Ints, cutoff_min: float) -> None:
        self.graph, self.stops = network.graph, stops
        self.limit = cutoff_min * MS_PER_MINUTE

    def __call__(self, nodes: Ints) -> Floats:
        distinct, back = np.unique(nodes, return_inverse=True)
        found = dijkstra(self.graph, indices=distinct, limit=self.limit)[:, self.stops]
        return np.asarray(found[back] / MS_PER_MINUTE)


class _Hierarchy:
    """pyroutingkit's customizable contraction hierarchies."""

    def __init__(self, network: RoadNetwork, stops: Ints, cutoff_min: float) -> None:
        self.stops = stops.astype(np.uint32)
        self.topology = pyroutingkit.CCHTopology()
        self.topology.build(
            network.tail.astype(np.uint32), network.head.astype(np.uint32),
            network.latitude.astype(np.float32), network.longitude.astype(np.float32),
            network.longitude.size,
        )  # fmt: skip
        self.metric = pyroutingkit.CCHMetric(self.topology)
        self.metric.customize(network.milliseconds.astype(np.uint32))

    def __call__(self, nodes: Ints) -> Floats:
        if not nodes.size or not self.stops.size:
            return np.full((nodes.size, self.stops.size), np.inf)
        found = self.metric.distances_many_to_many(nodes.astype(np.uint32), self.stops)
        minutes = found / MS_PER_MINUTE
        minutes[found >= pyroutingkit.INF_WEIGHT] = np.inf
        return np.asarray(minutes)


def _answers(method: Method) -> type[_Dijkstra] | type[_Hierarchy]:
    if method not in {"auto", "hierarchy", "dijkstra"}:
        raise BadParameter(f"method must be auto, hierarchy or dijkstra; got {method!r}.")
    if method == "hierarchy" and pyroutingkit is None:
        raise BadParameter("method hierarchy needs pyroutingkit: install maillage-engine[osm].")
    return _Dijkstra if method == "dijkstra" or pyroutingkit is None else _Hierarchy


def _joined(network: RoadNetwork, points: Places, farthest_km: float) -> tuple[Ints, Floats]:
    """Return the node where each place joins the roads (-1: none) and the minutes to get there."""
    nearest, km = _nearest_node(network, points)
    node = np.where(km <= farthest_km, nearest, -1)
    return node, 60 * TO_ROAD_DETOUR * km / network.to_road_kmh


def _nearest_node(network: RoadNetwork, points: Places) -> tuple[Ints, Floats]:
    """Return the nearest usable node of each place and its distance in km; -1, infinite if none."""
    part = _two_way_part(network)
    usable = part[network.ashore[part]]
    if not usable.size or not points.longitude.size:
        return np.full(points.longitude.size, -1), np.full(points.longitude.size, np.inf)
    nodes = Places(network.longitude[usable], network.latitude[usable], np.empty(0, np.int64))
    chord, nearest = cKDTree(unit_vectors(nodes)).query(unit_vectors(points))
    return usable[nearest], 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chord / 2))


def _two_way_part(network: RoadNetwork) -> Ints:
    """The largest part where one can go and come back: not a car park drawn apart."""
    if not network.tail.size:
        return np.empty(0, np.int64)
    _, part = connected_components(network.graph, connection="strong")
    return np.flatnonzero(part == np.bincount(part).argmax())


def _fastest(tail: Ints, head: Ints, whole: Ints) -> tuple[Ints, Ints, Ints]:
    """Keep the fastest of parallel arcs (a sparse matrix would add them), and no loop."""
    apart = tail != head
    tail, head, whole = tail[apart], head[apart], whole[apart]
    order = np.lexsort((whole, head, tail))
    tail, head, whole = tail[order], head[order], whole[order]
    first = np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)][: tail.size]
    return tail[first], head[first], whole[first]
