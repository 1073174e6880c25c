"""The same numbers from independent packages, run live where the `peers` extra is installed."""

import warnings

import numpy as np
import pytest

from maillage_engine import (
    atkinson,
    gini,
    max_cover,
    p_center,
    p_median,
    set_cover,
    step_weight,
    theil,
    three_step_access,
    two_step_access,
)

REASON = "install the extra `peers` to compare with"


BANDS = [(10, 1), (20, 0.68), (30, 0.22)]


def pysal_model(people, places, minutes):
    """Give PySAL's access the same input; it warns of its own pandas habits."""
    pandas = pytest.importorskip("pandas", reason=f"{REASON} access")
    access = pytest.importorskip("access", reason=f"{REASON} access")
    table = pandas.DataFrame(
        [(i, j, t) for (i, j), t in np.ndenumerate(minutes)], columns=["o", "d", "t"]
    )
    return access.Access(
        demand_df=pandas.DataFrame({"p": people}).rename_axis("o"),
        demand_index=True,
        demand_value="p",
        supply_df=pandas.DataFrame({"s": places}).rename_axis("d"),
        supply_index=True,
        supply_value=["s"],
        cost_df=table,
        cost_origin="o",
        cost_dest="d",
        cost_name="t",
    )


def pysal_scores(method, people, places, minutes, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pysal_model(people, places, minutes)
        weights = pytest.importorskip("access.weights", reason=f"{REASON} access")
        step = weights.step_fn({10: 1, 20: 0.68, 30: 0.22})
        if method != "two_stage_fca":
            options["weight_fn"] = step
        found = getattr(model, method)(name="x", cost="t", max_cost=30, **options)["x_s"]
    return found.reindex(range(len(people))).fillna(0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("theirs", "ours", "bands"),
    [
        ("two_stage_fca", two_step_access, [(30, 1)]),
        ("enhanced_two_stage_fca", two_step_access, BANDS),
        ("three_stage_fca", three_step_access, BANDS),
    ],
)
def test_pysal_access_scores_the_same(theirs, ours, bands):
    rng = np.random.default_rng(38)
    people, places = rng.integers(1, 900, 40), rng.integers(0, 60, 15)
    minutes = rng.integers(0, 60, (40, 15)).astype(float)
    scored = pysal_scores(theirs, people, places, minutes)
    found = ours(people, places, step_weight(minutes, bands)).score
    np.testing.assert_allclose(scored, found, rtol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_pysal_inequality_gives_the_same_gini_atkinson_and_theil():
    inequality_gini = pytest.importorskip("inequality.gini", reason=f"{REASON} inequality")
    inequality_theil = pytest.importorskip("inequality.theil", reason=f"{REASON} inequality")
    rng = np.random.default_rng(70)
    values, people = rng.gamma(2, 1, 30), rng.integers(1, 40, 30)
    groups = rng.integers(0, 4, 30)
    persons, homes = np.repeat(values, people), np.repeat(groups, people)
    assert gini(values, people) == pytest.approx(inequality_gini.Gini(persons).g, rel=1e-12)
    inequality_atkinson = pytest.importorskip("inequality.atkinson", reason=f"{REASON} inequality")
    for aversion in (0.5, 1, 2):
        assert atkinson(values, people, aversion=aversion) == pytest.approx(
            inequality_atkinson.Atkinson(persons, aversion).A, rel=1e-12
        )
    split, theirs = theil(values, people, groups), inequality_theil.TheilD(persons, homes)
    assert split.total == pytest.approx(theirs.T, rel=1e-12)
    assert (split.between, split.within) == pytest.approx((theirs.bg[0], theirs.wg[0]), rel=1e-9)


@pytest.mark.filterwarnings("ignore")
def test_spopt_opens_networks_that_are_as_good():
    locate = pytest.importorskip("spopt.locate", reason=f"{REASON} spopt")
    pulp = pytest.importorskip("pulp", reason=f"{REASON} pulp")
    rng = np.random.default_rng(25)
    minutes, people = rng.integers(0, 50, (30, 12)).astype(float), rng.integers(1, 90, 30)
    solver = pulp.PULP_CBC_CMD(msg=False)

    def best(model, *given, **options):
        built = getattr(locate, model).from_cost_matrix(minutes, *given, **options)
        return built.solve(solver, results=False).problem.objective.value()

    assert p_median(minutes, people, 4).objective == pytest.approx(
        best("PMedian", people, p_facilities=4)
    )
    assert p_center(minutes, 4).objective == pytest.approx(best("PCenter", p_facilities=4))
    assert max_cover(minutes <= 6, people, 4).objective == pytest.approx(
        best("MCLP", people, service_radius=6, p_facilities=4)
    )
    assert set_cover(minutes <= 15).objective == best("LSCP", service_radius=15)
