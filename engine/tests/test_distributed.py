"""The same work over départements: here, in processes and on a real dask cluster.

Run as a program, this file works on the cluster and prints whether it gave the same digits: a
cluster starts processes and a loop of its own, which other tests' browsers must not meet.
"""

import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from distributed import Client, LocalCluster

from maillage_engine import FOOT, BadArray, BadParameter, pairs_within, places, step_weight
from maillage_engine.access import two_step_access
from maillage_engine.catchments import balanced_access, huff_three_step_access, three_step_access
from maillage_engine.distributed import departement_parts, gathered, over_departements
from maillage_engine.errors import PartFailed
from maillage_engine.travel import Places

BANDS = [(10, 1.0), (30, 0.5)]
REACH_KM = 2.0


@dataclass(frozen=True)
class Scores:
    """Access scores of one part. A plain object, so that it travels to a worker."""

    homes: Places
    sites: Places
    people: np.ndarray
    supply: np.ndarray
    method: Callable = two_step_access

    def __call__(self, part):
        homes, sites = (
            Places(one.longitude[at], one.latitude[at], one.density[at])
            for one, at in ((self.homes, part.origins), (self.sites, part.sites))
        )
        near = pairs_within(homes, sites, 30, FOOT)
        weight = near.matrix(step_weight(near.minutes, BANDS))
        score = self.method(self.people[part.origins], self.supply[part.sites], weight).score
        return {"score": score[np.searchsorted(part.origins, part.own)]}


def three_departements():
    """Three départements side by side, whose families cross their borders."""
    rng = np.random.default_rng(4)
    homes = places(rng.uniform(5.5, 5.8, 900), rng.uniform(47.0, 47.1, 900))
    sites = places(rng.uniform(5.5, 5.8, 60), rng.uniform(47.0, 47.1, 60))
    codes = np.array(["21", "39", "70"])[((homes.longitude - 5.5) / 0.1).astype(int).clip(0, 2)]
    work = Scores(homes, sites, rng.integers(1, 50, 900), rng.integers(1, 20, 60))
    return work, departement_parts(homes, codes, sites, REACH_KM)


@pytest.fixture(scope="module")
def country():
    return three_departements()


def whole(work):
    near = pairs_within(work.homes, work.sites, 30, FOOT)
    weight = near.matrix(step_weight(near.minutes, BANDS))
    return work.method(work.people, work.supply, weight).score


METHODS = [two_step_access, three_step_access, huff_three_step_access, balanced_access]


@pytest.mark.parametrize("method", METHODS)
def test_parts_give_the_scores_of_one_process_digit_for_digit(country, method):
    work, parts = replace(country[0], method=method), country[1]
    assert [part.code for part in parts] == ["21", "39", "70"]
    assert all(part.origins.size > part.own.size for part in parts)  # borders are crossed
    found = gathered(parts, over_departements(work, parts), "score")
    assert np.array_equal(found, whole(work))


def test_without_their_halo_parts_would_be_wrong(country):
    work, parts = country
    alone = [type(p)(p.code, p.own, p.own, p.sites) for p in parts]
    found = gathered(alone, over_departements(work, alone), "score")
    assert not np.allclose(found, whole(work))


def test_a_cluster_of_two_workers_gives_the_same_digits():
    done = subprocess.run(
        [sys.executable, __file__], capture_output=True, text=True, check=False, timeout=180
    )
    assert done.stdout.splitlines() == [
        "2 workers, the same digits: True",
        "the work failed for 39: OSError('no such road').",
        "kept: 21, 70; then worked on 39, the same digits: True",
    ], done.stderr[-4000:]


def test_an_executor_of_the_standard_library_will_do(country):
    work, parts = country
    told = []
    with ThreadPoolExecutor(2) as threads:
        found = over_departements(work, parts, cluster=threads, progress=lambda *t: told.append(t))
    assert np.array_equal(gathered(parts, found, "score"), whole(work))
    assert sorted(code for _, _, code in told) == ["21", "39", "70"]
    assert [(done, every) for done, every, _ in told] == [(1, 3), (2, 3), (3, 3)]


def test_what_is_done_is_kept_and_a_stop_in_the_middle_loses_only_the_rest(country, tmp_path):
    work, parts = country
    worked = []

    def stopping(part):
        if part.code == "70":
            raise KeyboardInterrupt
        worked.append(part.code)
        return work(part)

    def going_on(part):
        worked.append(part.code)
        return work(part)

    with pytest.raises(KeyboardInterrupt):
        over_departements(stopping, parts, folder=tmp_path, inputs="2024")
    found = over_departements(going_on, parts, folder=tmp_path, inputs="2024")
    assert worked == ["21", "39", "70"]
    assert np.array_equal(gathered(parts, found, "score"), whole(work))


KILLED = """
import os, signal, sys
from test_distributed import three_departements, over_departements
work, parts = three_departements()
def killed(part):
    if part.code == "39":
        os.kill(os.getpid(), signal.SIGKILL)
    return work(part)
over_departements(killed, parts, folder=sys.argv[1], inputs="2024")
"""


def test_a_process_killed_in_the_middle_has_kept_what_it_had_done(country, tmp_path):
    work, parts = country
    gone = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "kept"],
        check=False,
        cwd=Path(__file__).parent,
        timeout=60,
    )
    assert gone.returncode == -signal.SIGKILL
    worked = []
    found = over_departements(
        lambda part: worked.append(part.code) or work(part), parts,
        folder=tmp_path / "kept", inputs="2024",
    )  # fmt: skip
    assert worked == ["39", "70"]
    assert np.array_equal(gathered(parts, found, "score"), whole(work))


def test_a_part_that_fails_is_named_and_the_others_are_kept(country, tmp_path):
    work, parts = country

    def failing(part):
        if part.code == "39":
            raise OSError("no such road")
        return work(part)

    for cluster in (None, ThreadPoolExecutor(2)):
        folder = tmp_path / str(cluster is None)
        with pytest.raises(PartFailed, match=r"the work failed for 39: OSError") as failed:
            over_departements(failing, parts, folder=folder, inputs="2024", cluster=cluster)
        assert failed.value.codes == ("39",)
        assert isinstance(failed.value.__cause__, OSError)
        assert sorted(file.name[:2] for file in folder.iterdir()) == ["21", "70"]


def test_a_part_that_changed_is_computed_again(country, tmp_path):
    work, parts = country
    over_departements(work, parts, folder=tmp_path, inputs="2024")
    smaller = [type(p)(p.code, p.own, p.origins, p.sites[1:]) for p in parts[:1]] + parts[1:]
    worked = []
    over_departements(
        lambda part: worked.append(part.code) or work(part), smaller, folder=tmp_path, inputs="2024"
    )
    assert worked == ["21"]
    over_departements(
        lambda part: worked.append(part.code) or work(part), parts, folder=tmp_path, inputs="2025"
    )
    assert worked == ["21", "21", "39", "70"]
    with pytest.raises(BadParameter, match="a folder needs `inputs`"):
        over_departements(work, parts, folder=tmp_path)


def test_results_that_do_not_follow_the_origins_are_refused(country):
    _, parts = country
    with pytest.raises(BadArray, match="score of 21 must hold a row for each"):
        over_departements(lambda part: {"score": np.zeros(2)}, parts)
    with pytest.raises(BadParameter, match="given once"):
        over_departements(lambda part: {}, [parts[0], parts[0]])
    with pytest.raises(BadArray, match="exactly one part"):
        gathered(parts[:1], {"21": {"score": np.zeros(parts[0].own.size)}}, "score")


@dataclass(frozen=True)
class Failing:
    """The same scores, but for one département that has no road."""

    scores: Scores

    def __call__(self, part):
        if part.code == "39":
            raise OSError("no such road")
        return self.scores(part)


def work_on_a_cluster():
    work, parts = three_departements()
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
            silence_logs=50,
        ) as cluster,
        Client(cluster) as client,
    ):  # fmt: skip
        client.wait_for_workers(2, timeout=90)
        found = over_departements(work, parts, cluster=client)
        workers = len(client.scheduler_info()["workers"])
        same = np.array_equal(gathered(parts, found, "score"), whole(work))
        sys.stdout.write(f"{workers} workers, the same digits: {same}\n")
        kept = {"cluster": client, "folder": folder, "inputs": "2024"}
        try:
            over_departements(Failing(work), parts, **kept)
        except PartFailed as failed:
            sys.stdout.write(f"{failed}\n")
        codes = ", ".join(sorted(file.name[:2] for file in Path(folder).iterdir()))
        worked = []
        found = over_departements(
            work, parts, **kept, progress=lambda done, of, code: worked.append(code)
        )
        same = np.array_equal(gathered(parts, found, "score"), whole(work))
        sys.stdout.write(f"kept: {codes}; then worked on {worked[0]}, the same digits: {same}\n")


if __name__ == "__main__":
    work_on_a_cluster()
