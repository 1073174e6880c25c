"""The tour of the README runs as it is written."""

import re
from pathlib import Path

import numpy as np

README = Path(__file__).parents[1] / "README.md"


def test_the_tour_runs():
    rng = np.random.default_rng(70)
    count = 12
    given = {
        "lon": rng.uniform(6.0, 6.3, count),
        "lat": rng.uniform(47.5, 47.7, count),
        "population": rng.integers(50, 900, count),
        "area_km2": rng.uniform(5, 20, count),
        "site_lon": rng.uniform(6.0, 6.3, 9),
        "site_lat": rng.uniform(47.5, 47.7, 9),
        "site_density": np.full(9, 3),
        "children": rng.integers(1, 40, count),
        "places_open": rng.integers(5, 30, 9),
        "epci": rng.integers(0, 3, count),
        "bands": [(10, 1.0), (20, 0.68), (30, 0.22)],
    }
    block = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    exec(block.group(1), given)  # noqa: S102 - our own file, to prove it true
    assert given["plan"].proven
    streamed = given["engine"].stream_access(
        *(given[name] for name in ("homes", "sites", "children", "places_open", "bands")),
        given["engine"].CAR_ROLLING,
    )
    np.testing.assert_allclose(streamed.score, given["access"].score, rtol=1e-12)
