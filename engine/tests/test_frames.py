"""pandas and GeoPandas tables in and out, where they are installed."""

import numpy as np
import pytest

from maillage_engine import BadArray, pairs, two_step_access
from maillage_engine.frames import columns_of, numbers_of, pairs_of, places_of, with_columns

pandas = pytest.importorskip("pandas", reason="pandas is not installed (only adapters need it)")
geopandas = pytest.importorskip(
    "geopandas", reason="geopandas is not installed (only adapters need it)"
)


@pytest.fixture
def towns():
    points = geopandas.points_from_xy([6.1547, 6.4972], [47.622, 47.6843], crs=4326)
    table = {"name": ["Vesoul", "Lure"], "people": [15_000, 8_000], "density": [2, 3]}
    return geopandas.GeoDataFrame(table, geometry=points)


def test_projected_points_become_degrees(towns):
    metres = towns.to_crs(2154)
    found = places_of(metres, "density")
    assert found.longitude == pytest.approx([6.1547, 6.4972])
    assert found.latitude == pytest.approx([47.622, 47.6843])
    assert found.density.tolist() == [2, 3]


def test_points_that_do_not_say_their_system_are_refused(towns):
    with pytest.raises(BadArray, match="coordinate system"):
        places_of(towns.set_crs(None, allow_override=True))
    with pytest.raises(BadArray, match=r"got \['Polygon'\]"):
        places_of(towns.to_crs(2154).set_geometry(towns.to_crs(2154).buffer(100)))


def test_a_long_table_of_times_gives_scores_beside_the_towns(towns):
    times = pandas.DataFrame(
        {"origin": ["Lure", "Vesoul"], "destination": ["a", "a"], "minutes": [20.0, 5.0]}
    )
    near = pairs_of(times, towns["name"], ["a", "b"])
    score = two_step_access(numbers_of(towns, "people"), [46, 10], near.matrix([1.0, 1.0])).score
    found = with_columns(towns, {"score": score})
    assert found["score"].tolist() == [0.002, 0.002]
    assert found.crs == towns.crs
    assert "score" not in towns


def test_pairs_come_back_from_a_table_as_they_went(towns):
    near = pairs([[0, np.nan, 12.5], [np.nan, 3, np.nan]])
    table = pandas.DataFrame(columns_of(near, towns["name"], ["a", "b", "c"]))
    assert table.values.tolist() == [
        ["Vesoul", "a", 0.0],
        ["Vesoul", "c", 12.5],
        ["Lure", "b", 3.0],
    ]
    again = pairs_of(table.sample(frac=1, random_state=0), towns["name"], ["a", "b", "c"])
    np.testing.assert_array_equal(again.dense(), near.dense())
    with pytest.raises(BadArray, match="2 origins and 3 destinations; got 2 and 1"):
        columns_of(near, towns["name"], ["a"])


def test_a_name_that_is_not_listed_is_told(towns):
    times = pandas.DataFrame({"origin": ["Gray"], "destination": ["a"], "minutes": [1]})
    with pytest.raises(BadArray, match="origin names 'Gray', which is not listed"):
        pairs_of(times, towns["name"], ["a"])
    with pytest.raises(BadArray, match="no column 'persons'; it has name, people"):
        numbers_of(towns, "persons")
    with pytest.raises(BadArray, match="numbers only"):
        numbers_of(towns, "name")
    with pytest.raises(BadArray, match="must hold 2 values"):
        with_columns(towns, {"score": np.zeros(3)})
