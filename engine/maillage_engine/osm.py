"""Read the roads of an OpenStreetMap extract (.osm.pbf, .osm), for one profile.

Needs osmium (the extra `osm`). The data is ODbL: `RoadNetwork.attribution` goes wherever a time
computed from it is shown.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from maillage_engine.errors import BadFile, BadParameter
from maillage_engine.road_profiles import Profile
from maillage_engine.roads import RoadNetwork, road_network
from maillage_engine.travel import great_circle_km, places

try:
    import osmium as reader

    osmium: Any = reader
except ImportError:  # an extra: all but reading a map goes without it
    osmium = None

ATTRIBUTION = "© les contributeurs d’OpenStreetMap, ODbL 1.0 (openstreetmap.org/copyright)"


@dataclass(slots=True)
class _Reading:
    """Arcs between map nodes, as they come."""

    profile: Profile
    tail: list[int] = field(default_factory=list)
    head: list[int] = field(default_factory=list)
    kmh: list[float] = field(default_factory=list)
    longitude: dict[int, float] = field(default_factory=dict)
    latitude: dict[int, float] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)

    def way(self, tags: dict[str, str], nodes: "list[tuple[int, float, float]]") -> None:
        """Keep the arcs of one road, in the directions where this mode may go."""
        along, against = self.profile.directions(tags)
        forward = self.profile.speed(tags, "forward") if along else 0.0
        backward = self.profile.speed(tags, "backward") if against else 0.0
        for (start, *_), (end, *_) in pairwise(nodes):
            if forward:
                self._arc(start, end, forward)
            if backward:
                self._arc(end, start, backward)
        if forward or backward:
            for node, lon, lat in nodes:
                self.longitude[node], self.latitude[node] = lon, lat

    def _arc(self, start: int, end: int, kmh: float) -> None:
        self.tail.append(start)
        self.head.append(end)
        self.kmh.append(kmh)

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
        km = great_circle_km(lon[tail], lat[tail], lon[head], lat[head])
        minutes = np.maximum(60 * km / kmh, 1e-9)  # two nodes on one point are not parallel to none
        return road_network(
            places(lon, lat), tail, head, minutes,
            to_road_kmh=self.profile.to_road_kmh, attribution=ATTRIBUTION,
        )  # fmt: skip


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
    Cost: one pass; memory follows the nodes of the file. Turn restrictions and ferries are not
    read. A road cut at the edge of the extract stops there.
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
    if not network.tail.size:
        raise BadFile(str(path), [f"it holds no road for the mode {profile.mode}."])
    return network


def _read_into(reading: _Reading, path: str | Path) -> None:
    found = osmium.FileProcessor(str(path)).with_locations()
    for thing in found.with_filter(osmium.filter.KeyFilter("highway", "barrier")):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Way) and "highway" in tags:
            for part in _known_parts(thing):
                reading.way(tags, part)
        elif isinstance(thing, osmium.osm.Node) and reading.profile.blocked(tags):
            reading.blocked.add(thing.id)


def _known_parts(way: Any) -> "list[list[tuple[int, float, float]]]":
    """Cut a road where its nodes are outside the extract."""
    parts: list[list[tuple[int, float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            parts[-1].append((node.ref, node.lon, node.lat))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if len(part) > 1]
