"""How time and memory grow with the pairs, from a thousand to a billion, against the machine.

`python engine/benchmarks/bench_growth.py` writes its section of docs/benchmarks.md and draws
docs/images/growth.svg. Pairs given: E2SFCA on stored weights. Pairs streamed: from coordinates.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_access import BANDS, metropolitan, scattered
from chart import Chart, Line
from communes import Communes
from measure import measure, seconds
from report import write_section

from maillage_engine import (
    CAR_ROLLING,
    Places,
    pairs_within,
    places,
    step_weight,
    stream_access,
    two_step_access,
)

IMAGE = Path(__file__).resolve().parents[2] / "docs" / "images" / "growth.svg"
STORED_BYTES = 12  # of a pair: weight and position
GIVEN = (1_000, 10_000, 100_000, 1_000_000, None)
SERVICES = 100_000


@dataclass(frozen=True)
class Point:
    """One size measured."""

    pairs: float
    cpu: float  # seconds
    extra_mb: float


def bandwidth() -> float:
    """Return bytes read per second by one thread: the best of several sums of 200 MB."""
    table = np.ones(25_000_000)
    return table.nbytes / _best(table.max)


def gather() -> float:
    """Return seconds to fetch one value at a known place, places increasing, in a small table."""
    table = np.ones(35_000)
    place = np.sort(np.random.default_rng(0).integers(0, table.size, 4_000_000)).astype(np.intp)
    room = np.empty(place.size)
    return _best(lambda: np.take(table, place, out=room, mode="clip")) / place.size


def _best(call: object) -> float:
    least = float("inf")
    for _ in range(7):
        before = time.process_time()
        call()
        least = min(least, time.process_time() - before)
    return least


def given(towns: Communes, everywhere: Places) -> list[Point]:
    """Measure E2SFCA on stored weights, for the first communes and then for all."""
    known = pairs_within(everywhere, everywhere, 30, CAR_ROLLING)
    weight = known.matrix(step_weight(known.minutes, BANDS))
    supply = np.random.default_rng(0).integers(5, 61, len(towns.code)).astype(float)
    found = []
    for wanted in GIVEN:
        rows = len(towns.code) if wanted is None else int(np.searchsorted(known.start, wanted))
        end = int(weight[:rows].indices.max()) + 1
        part, people, held = weight[:rows, :end].tocsr(), towns.population[:rows], supply[:end]
        call = measure(lambda w=part, h=people, s=held: two_step_access(h, s, w).score, repeat=9)
        if call:
            found.append(Point(part.nnz, call.cpu, call.extra_mb + part.nnz * STORED_BYTES / 1e6))
    return found


def streamed(towns: Communes, everywhere: Places) -> list[Point]:
    """Measure E2SFCA from coordinates: communes, then more and more squares of France."""
    rng = np.random.default_rng(0)
    hosts = rng.choice(len(towns.code), SERVICES, p=towns.population / towns.population.sum())
    services = scattered(towns, hosts, 0.5, rng)
    share = towns.population**0.6 * towns.area_km2**0.4
    count = rng.poisson(np.minimum(share / share.sum() * 2.4e6, 25 * towns.area_km2))
    squares = scattered(towns, np.repeat(np.arange(len(towns.code)), count), 1.0, rng)
    shuffled = rng.permutation(squares.longitude.size)
    every = shuffled.size
    found = []
    for origins, facilities in (
        (everywhere, _first(services, 1_000)),
        (everywhere, _first(services, 10_000)),
        (everywhere, services),
        (_taken(squares, shuffled[: every // 8]), services),
        (squares, services),
    ):
        call = measure(lambda o=origins, f=facilities: _stream(o, f), repeat=1)
        if call:
            found.append(Point(float(call.answer), call.cpu, call.extra_mb))
    return found


def _stream(origins: Places, facilities: Places) -> float:
    """Score, and return the number of pairs: every weight is 1 person for 1 place."""
    people, supply = np.ones(origins.longitude.size), np.ones(facilities.longitude.size)
    ones = [(bound, 1.0 - 1e-12 * step) for step, (bound, _) in enumerate(BANDS)]
    return float(
        stream_access(origins, facilities, people, supply, ones, CAR_ROLLING).pressure.sum()
    )


def _taken(every: Places, rows: np.ndarray) -> Places:
    return places(every.longitude[rows], every.latitude[rows], every.density[rows])


def _first(every: Places, count: int) -> Places:
    return _taken(every, np.arange(count))


def table(name: str, points: list[Point], least: float) -> list[str]:
    """Write one line per size, with how far it is from what the machine allows stored pairs."""
    return [
        f"| {name} | {point.pairs:,.0f} | {seconds(point.cpu)}"
        f" | {point.cpu / point.pairs * 1e9:.2f} | {point.cpu / (point.pairs * least):.1f} ×"
        f" | {point.extra_mb:,.0f} |"
        for point in points
    ]


def draw(stored: list[Point], flown: list[Point], speed: float, fetch: float) -> None:
    """Draw time above and memory below, both on logarithmic scales."""
    ends = (1e3, 1e10)
    read, take = 2 * STORED_BYTES / speed, 2 * fetch
    hours = Chart("Processor time (s)", ends, (1e-6, 1e3))
    room = Chart("Memory, pairs included (MB)", ends, (1e-2, 1e6))
    for chart, value in ((hours, "cpu"), (room, "extra_mb")):
        for kind, points in (("given", stored), ("streamed", flown)):
            spots = [(p.pairs, max(getattr(p, value), chart.vertical[0])) for p in points]
            chart.lines.append(Line(kind, f"pairs {kind}", spots))
    hours.lines.append(Line("limit", "memory bandwidth", [(n, n * read) for n in ends]))
    hours.lines.append(Line("gather", "gather", [(n, n * take) for n in ends]))
    kept = [(n, n * STORED_BYTES / 1e6) for n in ends]
    room.lines.append(Line("limit", "pairs kept, 12 bytes each", kept))
    IMAGE.write_text(Chart.page([hours, room]), encoding="utf-8")


def main() -> None:
    """Measure, draw, and write the section."""
    towns, everywhere = metropolitan()
    _stream(places([6.0, 6.1], [47.0, 47.0]), places([6.0], [47.0]))  # compile before forking
    speed, fetch = bandwidth(), gather()
    stored, flown = given(towns, everywhere), streamed(towns, everywhere)
    draw(stored, flown, speed, fetch)
    least = 2 * max(STORED_BYTES / speed, fetch)
    lines = [
        "| pairs | how many | processor | ns per pair | ÷ limit of stored pairs | memory (MB) |",
        "|---|---|---|---|---|---|",
        *table("given", stored, least),
        *table("streamed", flown, least),
    ]
    text = f"""
![Time and memory against pairs](images/growth.svg)

E2SFCA of France by communes and by drawn inhabited squares, bands 10/20/30 min, seed 0. "Given":
weights stored, {STORED_BYTES} bytes a pair, counted as memory. "Streamed": from coordinates,
no pair kept, finding the pairs included. The limit is what this machine allows one thread, measured
in the same run: {speed / 1e9:.1f} GB/s read, {fetch * 1e9:.2f} ns to gather one value; each stored
pair is read twice. What holds each back, and what Europe would need:
[methods/scale.md](methods/scale.md).

{chr(10).join(lines)}
"""
    write_section("growth", "How cost grows", "python engine/benchmarks/bench_growth.py", text)


if __name__ == "__main__":
    main()
