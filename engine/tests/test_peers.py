"""The same numbers from independent packages, run live where the `peers` extra is installed."""

import warnings

import numpy as np
import pytest

from maillage_engine import gini, step_weight, theil, two_step_access

REASON = "install the extra `peers` to compare with"


def pysal_e2sfca(people, places, minutes):
    """Run PySAL's enhanced two-step method; it warns of its own pandas habits."""
    pandas = pytest.importorskip("pandas", reason=f"{REASON} access")
    access = pytest.importorskip("access", reason=f"{REASON} access")
    table = pandas.DataFrame(
        [(i, j, t) for (i, j), t in np.ndenumerate(minutes)], columns=["o", "d", "t"]
    )
    model = access.Access(
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
    weight = access.weights.step_fn({10: 1, 20: 0.68, 30: 0.22})
    return model.enhanced_two_stage_fca(name="x", cost="t", max_cost=30, weight_fn=weight)["x_s"]


@pytest.mark.filterwarnings("ignore")
def test_pysal_access_scores_the_same():
    rng = np.random.default_rng(38)
    people, places = rng.integers(1, 900, 40), rng.integers(0, 60, 15)
    minutes = rng.integers(0, 60, (40, 15)).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pysal_e2sfca(people, places, minutes)
    ours = two_step_access(
        people, places, step_weight(minutes, [(10, 1), (20, 0.68), (30, 0.22)])
    ).score
    np.testing.assert_allclose(theirs.reindex(range(40)).fillna(0), ours, rtol=1e-12)


@pytest.mark.filterwarnings("ignore")
def test_pysal_inequality_gives_the_same_gini_and_theil():
    inequality_gini = pytest.importorskip("inequality.gini", reason=f"{REASON} inequality")
    inequality_theil = pytest.importorskip("inequality.theil", reason=f"{REASON} inequality")
    rng = np.random.default_rng(70)
    values, people = rng.gamma(2, 1, 30), rng.integers(1, 40, 30)
    groups = rng.integers(0, 4, 30)
    persons, homes = np.repeat(values, people), np.repeat(groups, people)
    assert gini(values, people) == pytest.approx(inequality_gini.Gini(persons).g, rel=1e-12)
    split, theirs = theil(values, people, groups), inequality_theil.TheilD(persons, homes)
    assert split.total == pytest.approx(theirs.T, rel=1e-12)
    assert (split.between, split.within) == pytest.approx((theirs.bg[0], theirs.wg[0]), rel=1e-9)
