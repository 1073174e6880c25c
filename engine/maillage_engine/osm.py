"""Read the roads of an OpenStreetMap extract (.osm.pbf, .osm), for one profile.

Needs osmium (the extra `osm`). The data is ODbL: `RoadNetwork.attribution` goes wherever a time
computed from it is shown.
"""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from maillage_engine import ferries
from maillage_engine.attribution import OPENSTREETMAP
from maillage_engine.errors import BadFile, BadParameter
from maillage_engine.road_profiles import Profile
from maillage_engine.roads import RoadNetwork, road_network
from maillage_engine.travel import great_circle_km, places

try:
    import osmium as reader

    osmium: Any = reader
except ImportError:  # an extra: all but reading a map goes without it
    osmium = None

Nodes: TypeAlias = list[tuple[int, float, float]]  # number, longitude, latitude


@dataclass(slots=True)
class _Reading:
    """Arcs between map nodes, as they come."""

    profile: Profile
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    kmh: list[float] = field(default_factory=list)
    aboard: list[bool] = field(default_factory=list)  # whether each arc is a ferry
    longitude: dict[int, float] = field(default_factory=dict)
    latitude: dict[int, float] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)

    def way(self, tags: dict[str, str], nodes: Nodes) -> None:
        """Keep the arcs of one road, in the directions where this mode may go."""
        along, against = self.profile.directions(tags)
        forward = self.profile.speed(tags, "forward") if along else 0.0
        backward = self.profile.speed(tags, "backward") if against else 0.0
        self._keep(nodes, (forward, backward), aboard=False)

    def ferry(self, tags: dict[str, str], nodes: Nodes) -> None:
        """Keep the arcs of one crossing, if it carries this mode."""
        if not ferries.may_board(self.profile, tags):
            return
        along, against = ferries.directions(tags)
        lon, lat = np.array([where for _, *where in nodes]).T
        km = float(great_circle_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
        kmh = ferries.crossing_kmh(self.profile, tags, km)
        self._keep(nodes, (kmh * along, kmh * against), aboard=True)

    def _keep(self, nodes: Nodes, kmh: tuple[float, float], *, aboard: bool) -> None:
        """Keep arcs at a speed along the line and one against it; none where it is 0."""
        for (start, *_), (end, *_) in pairwise(nodes):
            for tail, head, speed in ((start, end, kmh[0]), (end, start, kmh[1])):
                if speed:
                    self.tail.append(tail)
                    self.head.append(head)
                    self.kmh.append(speed)
                    self.aboard.append(aboard)
        if any(kmh):
            for node, lon, lat in nodes:
                self.longitude[node], self.latitude[node] = lon, lat

    def network(self) -> RoadNetwork:
        """Number the nodes and turn lengths into minutes."""
        known = np.array(sorted(self.longitude), dtype=np.int64)
        lon = np.array([self.longitude[node] for node in known.tolist()])
        lat = np.array([self.latitude[node] for node in known.tolist()])
        tail = np.searchsorted(known, np.array(self.tail, dtype=np.int64))
        head = np.searchsorted(known, np.array(self.head, dtype=np.int64))
        kmh = np.array(self.kmh, dtype=np.float64)
        stopped = np.isin(known, np.array(sorted(self.blocked), dtype=np.int64))
        free = ~(stopped[tail] | stopped[head]) if known.size else np.zeros(0, bool)
        tail, head, kmh = tail[free], head[free], kmh[free]
        aboard = np.array(self.aboard, dtype=bool)[free]
        ashore = np.zeros(known.size, dtype=bool)
        ashore[tail[~aboard]] = ashore[head[~aboard]] = True
        km = great_circle_km(lon[tail], lat[tail], lon[head], lat[head])
        minutes = np.maximum(60 * km / kmh, 1e-9)  # two nodes on one point are not parallel to none
        minutes[aboard & ashore[tail]] += self.profile.boarding_min
        network = road_network(
            places(lon, lat), tail, head, minutes,
            to_road_kmh=self.profile.to_road_kmh, attribution=OPENSTREETMAP,
        )  # fmt: skip
        return replace(network, ashore=ashore)


def read_roads(path: str | Path, profile: Profile) -> RoadNetwork:
    """Read the roads that a profile may use.

    Parameters
    ----------
    path : str or Path
        An OpenStreetMap extract: ``.osm.pbf``, ``.osm``, ``.osm.gz``…
    profile : Profile
        For instance ``CAR_ROADS``.

    Returns
    -------
    RoadNetwork
        With the attribution that ODbL asks for.

    Raises
    ------
    BadFile
        If the file is not an extract, or holds no road for this profile.
    BadParameter
        If osmium is not installed.

    Notes
    -----
    Cost: one pass; memory follows the nodes of the file.

    A road cut at the edge of the extract stops there; a ferry that is cut is not read. Ferries take
    their written `duration`, else their length at `Profile.ferry_kmh`, and `Profile.boarding_min`
    at each landing stage where one boards; timetables, seasons, and durations written on relations
    are not read. Places never join at sea.

    Turn restrictions are not read: a forbidden turn is taken as if it were allowed.
    """
    if osmium is None:
        raise BadParameter("reading a map needs osmium: install maillage-engine[osm].")
    if not Path(path).is_file():
        raise BadFile(str(path), ["there is no such file."])
    reading = _Reading(profile)
    try:
        _read_into(reading, path)
    except RuntimeError as error:
        fault = f"it cannot be read as an OpenStreetMap extract ({error})."
        raise BadFile(str(path), [fault]) from error
    network = reading.network()
    if not network.ashore.any():
        raise BadFile(str(path), [f"it holds no road for the mode {profile.mode}."])
    return network


def _read_into(reading: _Reading, path: str | Path) -> None:
    found = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for thing in found.with_filter(osmium.filter.KeyFilter("highway", "barrier", "route")):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Way):
            _read_way(reading, tags, thing)
        elif isinstance(thing, osmium.osm.Node) and reading.profile.blocked(tags):
            reading.blocked.add(thing.id)


def _read_way(reading: _Reading, tags: dict[str, str], way: Any) -> None:
    parts = _known_parts(way)
    if "highway" in tags:
        for part in parts:
            reading.way(tags, part)
    elif ferries.is_ferry(tags) and parts and len(parts[0]) == len(way.nodes):
        reading.ferry(tags, parts[0])


def _known_parts(way: Any) -> list[Nodes]:
    """Cut a line where its nodes are outside the extract."""
    parts: list[Nodes] = [[]]
    for node in way.nodes:
        if node.location.valid():
            parts[-1].append((node.ref, node.lon, node.lat))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if len(part) > 1]
