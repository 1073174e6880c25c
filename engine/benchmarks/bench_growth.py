"""How time and memory grow with the pairs, from a thousand to a billion, against the machine.

`python engine/benchmarks/bench_growth.py` writes its section of docs/benchmarks.md and draws
docs/images/growth.svg. Pairs given: E2SFCA on bands prepared. Pairs streamed: from coordinates.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_access import BANDS, metropolitan, scattered, squares_of, stream_count
from chart import Chart, Line
from communes import Communes
from measure import measure, seconds
from report import write_section

from maillage_engine import (
    CAR_ROLLING,
    BandedPairs,
    Places,
    _bands,
    banded,
    pairs_within,
    places,
    two_step_access,
)

IMAGE = Path(__file__).resolve().parents[2] / "docs" / "images" / "growth.svg"
STORED_BYTES = 4  # of a pair: the slot of its facility and band
GIVEN = (1_000, 10_000, 100_000, 1_000_000, None)
TIMES = (10, 100)  # France again and again, each copy with facilities of its own
SERVICES = 100_000
EUROPE = 7  # times the people of metropolitan France, the European Union of 27 (450 million)
ENDS = (1e3, 1e10)  # of the axis of pairs


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


def fetched() -> tuple[float, float]:
    """Return seconds to fetch one value at a known place, and to add to one.

    By the very loops of the engine, with nothing in their way: one origin, places increasing, a
    table that stays in cache.
    """
    table, many = np.ones(140_000), 4_000_000
    place = np.sort(np.random.default_rng(0).integers(0, table.size, many)).astype(np.uint32)
    start, room = np.array([0, many]), np.empty(1)
    for loop in (_bands.hand_out, _bands.gather):
        loop(start, place, room, table)  # compile
    take = _best(lambda: _bands.hand_out(start, place, table, room)) / many
    return take, _best(lambda: _bands.gather(start, place, room, table)) / many


def _best(call: object) -> float:
    least = float("inf")
    for _ in range(7):
        before = time.process_time()
        call()
        least = min(least, time.process_time() - before)
    return least


def given(towns: Communes, everywhere: Places) -> list[Point]:
    """Measure E2SFCA on bands, for the first communes, for all, then for many Frances at once."""
    known = pairs_within(everywhere, everywhere, 30, CAR_ROLLING)
    people, size = towns.population, len(towns.code)
    supply = np.random.default_rng(0).integers(5, 61, size).astype(float)
    whole, found = banded(known, BANDS), []
    for wanted in GIVEN:
        rows = size if wanted is None else int(np.searchsorted(known.start, wanted))
        end, band = np.divmod(whole.slot[: whole.start[rows]], whole.weight.size)
        near, place = np.unique(end, return_inverse=True)  # what they reach, and nothing else
        slot = (place * whole.weight.size + band).astype(np.uint32)
        part = BandedPairs((rows, near.size), whole.start[: rows + 1], slot, whole.weight)
        found += _scored(part, people[:rows], supply[near], int(known.start[rows]))
    for times in TIMES:
        each = np.arange(times, dtype=np.uint32)[:, None]
        slot = (whole.slot + each * np.uint32(size * whole.weight.size)).ravel()
        start = np.append(0, (whole.start[1:] + each.astype(np.int64) * whole.slot.size).ravel())
        part = BandedPairs((times * size, times * size), start, slot, whole.weight)
        many = (np.tile(people, times), np.tile(supply, times))
        found += _scored(part, *many, times * known.minutes.size)
    return found


def _scored(part: BandedPairs, people: np.ndarray, supply: np.ndarray, pairs: int) -> list[Point]:
    call = measure(lambda: two_step_access(people, supply, part).score, repeat=9)
    return [Point(pairs, call.cpu, call.extra_mb + part.slot.nbytes / 1e6)] if call else []


def streamed(towns: Communes, everywhere: Places) -> tuple[list[Point], int]:
    """Measure E2SFCA from coordinates: communes, then more and more squares; also count these."""
    rng = np.random.default_rng(0)
    hosts = rng.choice(len(towns.code), SERVICES, p=towns.population / towns.population.sum())
    services = scattered(towns, hosts, 0.5, rng)
    squares = squares_of(towns, rng)
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
        call = measure(lambda o=origins, f=facilities: _count(o, f), repeat=1)
        if call:
            found.append(Point(float(call.answer), call.cpu, call.extra_mb))
    return found, every


def _count(origins: Places, facilities: Places) -> float:
    return stream_count(origins, facilities, CAR_ROLLING)


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


def europe(stored: list[Point], flown: list[Point], squares: int) -> list[str]:
    """Write what Europe would need by proportion to its people: nothing of it was run."""
    last, per_pair = flown[-1], stored[-1].cpu / stored[-1].pairs
    kept_mb = last.pairs * STORED_BYTES / 1e6
    lines = (
        ("inhabited squares of 200 m", squares, "{:,.0f}"),
        ("services", SERVICES, "{:,.0f}"),
        ("pairs within 30 minutes", last.pairs, "{:,.0f}"),
        ("streamed: processor (s)", last.cpu, "{:,.1f}"),
        ("streamed: memory (MB)", last.extra_mb, "{:,.0f}"),
        ("kept: processor (s), finding the pairs not counted", last.pairs * per_pair, "{:,.1f}"),
        ("kept: memory (MB)", kept_mb, "{:,.0f}"),
    )
    return [
        f"| {name} | {form.format(value)} | {form.format(EUROPE * value)} |"
        for name, value, form in lines
    ]


def draw(stored: list[Point], flown: list[Point], read: float, touch: float) -> None:
    """Draw time above and memory below, both on logarithmic scales, with what is possible."""
    hours = Chart("Processor time", "seconds", ENDS, (1e-7, 1e2))
    room = Chart("Memory, pairs included", "MB", ENDS, (1e-3, 1e5))
    for chart, value in ((hours, "cpu"), (room, "extra_mb")):
        for kind, points in (("given", stored), ("streamed", flown)):
            spots = [(p.pairs, max(getattr(p, value), chart.vertical[0])) for p in points]
            chart.lines.append(Line(kind, f"pairs {kind}", spots))
    hours.lines.append(Line("limit", "limit: memory read", [(n, n * read) for n in ENDS]))
    hours.lines.append(Line("gather", "limit: fetch, add back", [(n, n * touch) for n in ENDS]))
    kept = [(n, n * STORED_BYTES / 1e6) for n in ENDS]
    room.lines.append(Line("limit", f"limit: pairs kept, {STORED_BYTES} bytes each", kept))
    IMAGE.write_text(Chart.page([hours, room]), encoding="utf-8")


def main() -> None:
    """Measure, draw, and write the section."""
    towns, everywhere = metropolitan()
    small = places([6.0, 6.1], [47.0, 47.0])  # compile before forking
    _count(small, small)
    two_step_access([1, 1], [1, 1], banded(pairs_within(small, small, 30, CAR_ROLLING), BANDS))
    speed, (take, put) = bandwidth(), fetched()
    stored, (flown, squares) = given(towns, everywhere), streamed(towns, everywhere)
    read = 2 * STORED_BYTES / speed
    draw(stored, flown, read, take + put)
    least = max(read, take + put)
    lines = [
        "| pairs | how many | processor | ns per pair | ÷ limit of stored pairs | memory (MB) |",
        "|---|---|---|---|---|---|",
        *table("given", stored, least),
        *table("streamed", flown, least),
    ]
    text = f"""
![Time and memory against pairs](images/growth.svg)

E2SFCA of France by communes and by drawn inhabited squares, bands 10/20/30 min, seed 0. "Given":
bands prepared (`banded`), {STORED_BYTES} bytes a pair, counted as memory; beyond all France by
communes, the same again {TIMES[0]} and {TIMES[1]} times side by side. "Streamed": from coordinates,
no pair kept, finding the pairs included. The limit is what this machine allows one thread, measured
in the same run: {speed / 1e9:.1f} GB/s read, {take * 1e9:.2f} ns to fetch one value,
{put * 1e9:.2f} ns to add to one; each stored pair is read twice, fetched once and added once. What
holds each back, and what Europe would need: [methods/scale.md](methods/scale.md).

{chr(10).join(lines)}

| by proportion to the people, not run | France | Europe, × {EUROPE} |
|---|---|---|
{chr(10).join(europe(stored, flown, squares))}
"""
    write_section("growth", "How cost grows", "python engine/benchmarks/bench_growth.py", text)


if __name__ == "__main__":
    main()
