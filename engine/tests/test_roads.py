"""Travel times on roads: small made maps first, then Monaco and Andorra against plain Dijkstra."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from maillage_engine import ferries, roads
from maillage_engine.attribution import OPENSTREETMAP
from maillage_engine.cli import main
from maillage_engine.errors import BadArray, BadFile, BadParameter
from maillage_engine.osm import read_roads
from maillage_engine.road_profiles import BICYCLE_ROADS, CAR_ROADS, FOOT_ROADS, limit
from maillage_engine.roads import contracted, road_minutes, road_network
from maillage_engine.travel import places

PROFILES = [CAR_ROADS, FOOT_ROADS, BICYCLE_ROADS]
EVERYTHING = 0.0


def on_a_line(count):
    """Nodes a hundredth of a degree apart, along the 47th parallel."""
    return places(5.5 + np.arange(count) / 100, np.full(count, 47.0))


def map_file(folder, ways, barriers=()):
    """Write a map of crossings on a line; each way is (nodes, tags)."""
    lines = ['<osm version="0.6">']
    for number in range(6):
        tags = "".join(f'<tag k="{k}" v="{v}"/>' for n, k, v in barriers if n == number)
        lines.append(f'<node id="{number + 1}" lat="47.0" lon="{5.5 + number / 100}">{tags}</node>')
    for number, (nodes, tags) in enumerate(ways, start=1):
        inside = "".join(f'<nd ref="{node + 1}"/>' for node in nodes)
        inside += "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}">{inside}</way>')
    path = folder / "made.osm"
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def table(network, points, **options):
    return road_minutes(network, points, points, **options).dense()


def test_a_road_of_five_kilometres_takes_its_length_at_its_speed(tmp_path):
    network = read_roads(map_file(tmp_path, [([0, 1, 2], {"highway": "primary"})]), CAR_ROADS)
    found = table(network, on_a_line(3))
    assert found[0, 2] == pytest.approx(60 * 1.5167 / (0.8 * 80), rel=1e-3)
    assert found[0, 0] == 0


def test_a_written_limit_is_obeyed_by_cars_and_ignored_on_foot(tmp_path):
    road = {"highway": "primary", "maxspeed": "30"}
    path = map_file(tmp_path, [([0, 1], road)])
    car, foot = (
        table(read_roads(path, one), on_a_line(2))[0, 1] for one in (CAR_ROADS, FOOT_ROADS)
    )
    assert car == pytest.approx(60 * 0.7584 / (0.8 * 30), rel=1e-3)
    assert foot == pytest.approx(60 * 0.7584 / 4, rel=1e-3)


@pytest.mark.parametrize(
    ("written", "kmh"),
    [("50", 50), ("30 mph", 48.28032), ("FR:rural", 80), ("fr:zone30", 30), ("walk", 6),
     ("none", 130), ("signals", None), ("", None), ("0", None)],
)  # fmt: skip
def test_speed_limits_are_read_as_mappers_write_them(written, kmh):
    assert limit(written) == (None if kmh is None else pytest.approx(kmh))


def test_one_way_binds_cars_not_walkers_nor_cyclists_who_are_exempt(tmp_path):
    ways = [
        ([0, 1], {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}),
        ([1, 2], {"highway": "residential"}),
        ([2, 0], {"highway": "residential", "oneway": "yes"}),
    ]
    path = map_file(tmp_path, ways)
    car, foot, bicycle = (table(read_roads(path, one), on_a_line(3)) for one in PROFILES)
    assert car[1, 0] == pytest.approx(3 * car[0, 1], rel=1e-4)  # round by the third crossing
    assert foot[1, 0] == foot[0, 1]
    assert bicycle[1, 0] == bicycle[0, 1]


@pytest.mark.parametrize(
    ("tags", "open_to"),
    [
        ({"highway": "footway"}, {"foot"}),
        ({"highway": "motorway"}, {"car"}),
        ({"highway": "residential", "access": "private"}, set()),
        ({"highway": "residential", "access": "no", "bicycle": "yes"}, {"bicycle"}),
        ({"highway": "service", "motor_vehicle": "no"}, {"foot", "bicycle"}),
        ({"highway": "pedestrian", "area": "yes"}, set()),
        ({"highway": "steps"}, {"foot"}),
        ({"highway": "proposed"}, set()),
    ],
)
def test_who_may_use_a_road_follows_its_tags(tags, open_to):
    assert {one.mode for one in PROFILES if one.speed(tags) > 0} == open_to


def test_a_bollard_stops_cars_only(tmp_path):
    ways = [([0, 1, 2], {"highway": "residential"})]
    path = map_file(tmp_path, ways, barriers=[(1, "barrier", "bollard")])
    with pytest.raises(BadFile, match="no road for the mode car"):
        read_roads(path, CAR_ROADS)
    assert np.isfinite(table(read_roads(path, FOOT_ROADS), on_a_line(3))).all()


SHORES = [([0, 1], {"highway": "residential"}), ([4, 5], {"highway": "residential"})]


def across(folder, profile, **ferry):
    """Minutes from one shore to the other, and back: the ferry joins crossings 1 and 4."""
    crossing = ([1, 2, 3, 4], {"route": "ferry", **ferry})
    network = read_roads(map_file(folder, [*SHORES, crossing]), profile)
    found = table(network, places([5.51, 5.54], [47.0, 47.0]), farthest_km=0.5)
    return found[0, 1], found[1, 0]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("00:20", 20), ("1:05", 65), ("00:02:30", 2.5), ("PT1H30M", 90), ("PT40M", 40), ("25", 25),
     ("P1D", 1440), ("soon", None), ("", None), ("00:00", None), ("P", None), ("-5", None)],
)  # fmt: skip
def test_durations_are_read_as_mappers_write_them(written, minutes):
    assert ferries.duration(written) == (None if minutes is None else pytest.approx(minutes))


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("00:20", 20), ("PT20M", 20), ("", 60 * 2.2752 / 10), ("00:00:30", 60 * 2.2752 / 10)],
    ids=["written", "ISO", "not written: by its length", "273 km/h is a mistake"],
)
def test_a_ferry_takes_its_duration_and_one_boarding(tmp_path, duration, minutes):
    there, back = across(tmp_path, CAR_ROADS, duration=duration, motor_vehicle="yes")
    assert there == pytest.approx(minutes + CAR_ROADS.boarding_min, rel=1e-3)
    assert back == there


def test_the_wait_of_a_ferry_is_the_profile_s(tmp_path):
    patient = replace(FOOT_ROADS, boarding_min=0)
    assert across(tmp_path, patient, duration="00:20")[0] == pytest.approx(20, rel=1e-3)
    with pytest.raises(BadParameter, match="boarding_min must be a finite number >= 0 minutes"):
        replace(FOOT_ROADS, boarding_min=-1)
    with pytest.raises(BadParameter, match="ferry_kmh"):
        replace(FOOT_ROADS, ferry_kmh=0)


@pytest.mark.parametrize(
    ("tags", "aboard"),
    [
        ({}, {"foot"}),
        ({"motor_vehicle": "yes"}, {"car", "foot", "bicycle"}),
        ({"motor_vehicle": "yes", "foot": "no"}, {"car", "bicycle"}),
        ({"bicycle": "yes"}, {"foot", "bicycle"}),
        ({"foot": "yes", "motor_vehicle": "no"}, {"foot"}),
        ({"hgv": "yes"}, {"car", "foot", "bicycle"}),
        ({"access": "private"}, set()),
        ({"access": "yes"}, {"car", "foot", "bicycle"}),
        ({"access": "no", "bicycle": "designated"}, {"bicycle"}),
    ],
)
def test_who_boards_a_ferry_follows_its_tags(tags, aboard):
    assert {one.mode for one in PROFILES if ferries.may_board(one, tags)} == aboard


def test_a_ferry_that_does_not_carry_cars_leaves_the_shores_apart(tmp_path):
    there, back = across(tmp_path, CAR_ROADS, duration="00:20", foot="yes")
    assert np.isnan([there, back]).all()


def test_a_one_way_ferry_does_not_come_back(tmp_path):
    road_round = ([4, 0], {"highway": "residential"})  # the long way, so that all is one part
    sailing = ([1, 2, 3, 4], {"route": "ferry", "oneway": "yes", "duration": "00:02"})
    network = read_roads(map_file(tmp_path, [*SHORES, road_round, sailing]), FOOT_ROADS)
    found = table(network, places([5.51, 5.54], [47.0, 47.0]))
    assert found[0, 1] == pytest.approx(12, rel=1e-3)
    assert found[1, 0] == pytest.approx(60 * (4 + 1) * 0.7584 / 4, rel=1e-3)


def test_nobody_joins_the_roads_at_sea(tmp_path):
    crossing = ([1, 2, 3, 4], {"route": "ferry", "duration": "00:20"})
    network = read_roads(map_file(tmp_path, [*SHORES, crossing]), FOOT_ROADS)
    buoy = places([5.52], [47.0])  # on the line of the ferry
    assert network.km_to_road(buoy) == pytest.approx([0.7584], rel=1e-3)


def test_a_ferry_cut_at_the_edge_of_the_map_is_not_read(tmp_path):
    path = map_file(tmp_path, [*SHORES, ([1, 2, 3, 4], {"route": "ferry", "duration": "00:20"})])
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace('<node id="4"', '<node id="40"'), encoding="utf-8")
    assert read_roads(path, FOOT_ROADS).ashore.all()
    path.write_text(whole, encoding="utf-8")
    assert not read_roads(path, FOOT_ROADS).ashore.all()


def test_a_place_without_a_way_has_no_time_and_never_zero(tmp_path):
    ways = [([0, 1], {"highway": "residential"}), ([4, 5], {"highway": "residential"}),
            ([1, 2], {"highway": "residential"})]  # fmt: skip
    found = table(read_roads(map_file(tmp_path, ways), CAR_ROADS), on_a_line(6), farthest_km=0.5)
    assert np.isnan(found[0, 4:]).all()
    assert np.isnan(found[4:, :]).all()  # the farther piece is cut off from the larger one
    assert found[0, 2] > 0


def test_going_to_the_road_is_counted_at_both_ends(tmp_path):
    network = read_roads(map_file(tmp_path, [([0, 1], {"highway": "residential"})]), CAR_ROADS)
    aside = places([5.5, 5.51], [47.001, 47.001])
    near = places([5.5, 5.51], [47.0, 47.0])
    more = table(network, aside) - table(network, near)
    assert more == pytest.approx(np.full((2, 2), 2 * 60 * 1.3 * 0.1112 / 15), rel=1e-3)


def test_a_threshold_keeps_the_pairs_within_it_and_is_inclusive(tmp_path):
    network = read_roads(map_file(tmp_path, [([0, 1, 2, 3], {"highway": "primary"})]), CAR_ROADS)
    whole = table(network, on_a_line(4))
    cut = road_minutes(network, on_a_line(4), on_a_line(4), cutoff_min=whole[0, 1])
    assert cut.minutes.size == 10
    assert cut.minutes.max() == whole[0, 1]


def test_the_map_is_credited(tmp_path):
    network = read_roads(map_file(tmp_path, [([0, 1], {"highway": "primary"})]), CAR_ROADS)
    assert network.attribution == OPENSTREETMAP
    assert "OpenStreetMap" in OPENSTREETMAP
    assert "ODbL" in OPENSTREETMAP


def test_a_file_that_is_no_map_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "notes.osm"
    path.write_text("bonjour", encoding="utf-8")
    with pytest.raises(BadFile, match="cannot be read as an OpenStreetMap extract"):
        read_roads(path, CAR_ROADS)
    with pytest.raises(BadFile, match="no such file"):
        read_roads(tmp_path / "absent.osm.pbf", CAR_ROADS)


def test_arcs_that_mean_nothing_are_refused():
    points = on_a_line(2)
    with pytest.raises(BadArray, match=r"head must lie in 0\.\.1; got 2"):
        road_network(points, [0], [2], [1.0])
    with pytest.raises(BadArray, match="must be > 0"):
        road_network(points, [0], [1], [0.0])
    with pytest.raises(BadParameter, match="auto, hierarchy or dijkstra"):
        road_minutes(road_network(points, [0], [1], [1.0]), points, points, method="teleport")


def test_the_fastest_of_two_parallel_roads_counts_alone():
    points = on_a_line(2)
    network = road_network(points, [0, 0, 1], [1, 1, 0], [5.0, 3.0, 4.0])
    assert table(network, points).tolist() == [[0.0, 3.0], [4.0, 0.0]]


@given(st.integers(0, 10_000))
def test_leaving_bends_out_changes_no_time_and_both_searches_agree(seed):
    chance = np.random.default_rng(seed)
    count = int(chance.integers(2, 25))
    nodes = places(chance.uniform(5.5, 5.6, count), chance.uniform(47.0, 47.1, count))
    arcs = int(chance.integers(1, 3 * count))
    tail, head = chance.integers(0, count, arcs), chance.integers(0, count, arcs)
    network = road_network(nodes, tail, head, chance.uniform(0.1, 9, arcs))
    kept = chance.choice(count, size=min(count, 4), replace=False)
    smaller, position = contracted(network, kept)
    whole = dijkstra(network.graph, indices=kept)[:, kept]
    short = dijkstra(smaller.graph, indices=position[kept])[:, position[kept]]
    assert np.array_equal(whole, short)
    both = [table(network, nodes, method=way) for way in ("dijkstra", "hierarchy")]
    assert np.array_equal(*both, equal_nan=True)


@pytest.mark.parametrize("name", ["monaco_osrm", "andorra"])
@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.mode)
def test_real_maps_give_the_times_of_plain_dijkstra(open_data, name, profile):
    path = open_data / "travel" / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip(f"no {path.name} in the open data")
    network = read_roads(path, profile)
    chance = np.random.default_rng(3)
    nodes = chance.choice(network.longitude.size, 40, replace=False)
    points = places(network.longitude[nodes], network.latitude[nodes])
    found = table(network, points, method="hierarchy")
    assert np.array_equal(found, table(network, points, method="dijkstra"), equal_nan=True)
    joined = np.isfinite(np.diag(found)) & (np.diag(found) == 0)  # those that stand on the network
    plain = dijkstra(network.graph, indices=nodes[joined])[:, nodes[joined]] / 60_000
    assert joined.sum() >= 20
    assert np.array_equal(found[np.ix_(joined, joined)], plain)


def test_a_place_far_from_any_road_has_no_route_and_can_be_found(tmp_path):
    network = read_roads(map_file(tmp_path, [([0, 1], {"highway": "primary"})]), CAR_ROADS)
    asked = places([5.5, 5.5], [47.0, 47.05])
    assert network.km_to_road(asked) == pytest.approx([0, 5.56], abs=0.01)
    assert np.isnan(table(network, asked)).tolist() == [[False, True], [True, True]]


def test_searching_in_small_blocks_changes_no_time(tmp_path, monkeypatch):
    ways = [([0, 1, 2, 3, 4, 5], {"highway": "primary"})]
    network = read_roads(map_file(tmp_path, ways), CAR_ROADS)
    usual = table(network, on_a_line(6), method="dijkstra")
    monkeypatch.setattr(roads, "HELD", 1)
    assert np.array_equal(table(network, on_a_line(6), method="dijkstra"), usual)


@pytest.mark.parametrize("name", ["times.geojson", "times.parquet", "times.csv"])
def test_the_command_line_credits_the_map_wherever_its_times_go(tmp_path, capsys, name):
    roads_of = map_file(tmp_path, [([0, 1, 2], {"highway": "primary"})])
    towns, output = tmp_path / "towns.csv", tmp_path / name
    towns.write_text("id,lon,lat\na,5.5,47\nb,5.52,47\nfar,5.5,47.1\n", encoding="utf-8")
    given = ["travel", str(towns), str(towns), "--map", str(roads_of), "--output", str(output)]
    assert main(given) == 0
    said = capsys.readouterr().err
    assert OPENSTREETMAP in said
    assert "1 origins lie beyond 2 km from any road: no route" in said
    if name.endswith("geojson"):
        written = json.loads(output.read_text(encoding="utf-8"))
        assert (written["attribution"], len(written["features"])) == (OPENSTREETMAP, 4)
    elif name.endswith("parquet"):
        parquet = pytest.importorskip("pyarrow.parquet")
        found = parquet.read_table(output)
        assert found.schema.metadata[b"attribution"].decode() == OPENSTREETMAP
        assert found.num_rows == 4
    else:
        assert output.read_text(encoding="utf-8").splitlines()[2] == "a,b,1.422"
