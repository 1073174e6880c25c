"""Limits of time count work: what Numba compiles, or reads from the disk, is left out."""

import threading
from pathlib import Path

import pytest
from numba import njit
from numba.core.event import end_event, register, start_event, unregister

import maillage_engine
from maillage_engine import _clock, _problem
from maillage_engine._clock import COMPILING, work_clock


@pytest.fixture
def tell(monkeypatch):
    """Set the machine's clock, from 0."""
    told = [0.0]
    monkeypatch.setattr(_clock, "perf_counter", lambda: told[0])
    monkeypatch.setattr(_clock, "_STOPS", stops := _clock._Stops())
    register(COMPILING, stops)

    def tell(moment):
        told[0] = moment

    yield tell
    unregister(COMPILING, stops)


def test_a_limit_of_ten_seconds_is_whole_after_a_minute_of_compiling(tell):
    ends = _problem.deadline(10.0)
    start_event(COMPILING)
    tell(60.0)
    assert ends - work_clock() == 10.0  # it stands still already
    end_event(COMPILING)
    tell(64.0)
    assert ends - work_clock() == 6.0


def test_a_limit_passes_when_nothing_is_compiled(tell):
    ends = _problem.deadline(10.0)
    tell(60.0)
    assert ends - work_clock() == -50.0


def test_nested_and_simultaneous_compilations_count_once(tell):
    for moment, event in (
        (1.0, start_event), (2.0, start_event), (5.0, end_event), (9.0, end_event),
    ):  # fmt: skip
        tell(moment)
        event(COMPILING)
    tell(10.0)
    assert work_clock() == 2.0  # the first second and the last


def test_a_loop_that_is_compiled_stops_the_clock():
    seen = []

    class Watch(_clock._Stops):
        def on_end(self, event):
            super().on_end(event)
            seen.append(threading.get_ident())

    watch = Watch()
    register(COMPILING, watch)
    try:
        assert njit(lambda x: x + 1)(1) == 2
    finally:
        unregister(COMPILING, watch)
    assert set(seen) == {threading.get_ident()}
    assert watch.busy == 0
    assert watch.total > 0.0


def test_no_other_clock_limits_a_search():
    found = [
        path.stem
        for path in sorted(Path(maillage_engine.__file__).parent.glob("*.py"))
        if "perf_counter" in path.read_text()
    ]
    assert found == ["_clock"]
