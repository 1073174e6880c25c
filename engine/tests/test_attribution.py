"""Whom to credit goes from times to whatever is made of them."""

import numpy as np
import pytest

from maillage_engine import cli_output, cli_tables, pairs, read_matrix
from maillage_engine.access import nearest, two_step_access
from maillage_engine.attribution import OPENSTREETMAP, attribution_of
from maillage_engine.bands import banded
from maillage_engine.catchments import three_step_access
from maillage_engine.distributed import Part, over_departements
from maillage_engine.explain import compare_sites, reasons
from maillage_engine.improvement import improve
from maillage_engine.models import CAR_ROLLING, FOOT
from maillage_engine.siting import p_center, p_median, set_cover
from maillage_engine.streaming import stream_access
from maillage_engine.travel import pairs_within, places

TIMES = pairs([[0.0, 5.0], [5.0, 0.0]], attribution="© Ada")
WEIGHT = TIMES.matrix([1.0, 0.5, 0.5, 1.0])


@pytest.mark.parametrize(
    "made",
    [
        lambda: pairs(TIMES, cutoff_min=3), lambda: pairs(WEIGHT), lambda: nearest(TIMES),
        lambda: two_step_access([1, 1], [1, 1], WEIGHT), lambda: WEIGHT[[1]][:, [0]],
        lambda: two_step_access([1, 1], [1, 1], banded(TIMES, [(9, 1.0)])),
        lambda: three_step_access([1, 1], [1, 1], WEIGHT), lambda: p_median(TIMES, [1, 1], 1),
        lambda: p_center(TIMES, 1), lambda: set_cover(TIMES), lambda: reasons(TIMES, [1, 1], [0]),
        lambda: compare_sites(TIMES, [1, 1], [0], [1]),
        lambda: improve(TIMES, [1, 1], [0], opening=1),
    ],
)  # fmt: skip
def test_what_is_made_of_credited_times_is_credited(made):
    assert made().attribution == "© Ada"


def test_times_that_credit_nobody_make_results_that_credit_nobody():
    assert p_median(TIMES.dense(), [1, 1], 1).attribution == ""


def test_an_estimate_credits_those_whose_times_it_was_fitted_on():
    two = places([6.0, 6.1], [47.0, 47.1])
    for model, credit in ((CAR_ROLLING, OPENSTREETMAP), (FOOT, "")):
        assert pairs_within(two, two, 30, model).attribution == credit
        assert stream_access(two, two, [1, 1], [1, 1], [(30, 1)], model).attribution == credit


def test_parts_keep_their_credit_in_the_folder(tmp_path):
    at = np.arange(1)
    part = Part("70", at, at, at)
    for _time in range(2):
        found = over_departements(
            lambda _: {"score": np.ones(1), "attribution": "© Ada"}, [part],
            folder=tmp_path, inputs="1",
        )  # fmt: skip
        assert attribution_of(found) == "© Ada"


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_file_written_with_a_credit_is_read_with_it(tmp_path, name):
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    path, header = tmp_path / name, ["origin", "destination", "minutes"]
    cli_output.write(path, header, [["a", "b", 3.0]], credit="© Ada")
    assert read_matrix(path, unit="minutes").attribution == "© Ada"
    assert cli_tables.read(path).attribution == "© Ada"
    cli_output.write(path, header, [["a", "b", 3.0]])
    assert read_matrix(path, unit="minutes").attribution == ""
    assert [one.name for one in tmp_path.iterdir()] == [name]
