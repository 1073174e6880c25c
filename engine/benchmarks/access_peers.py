"""What others do for access, from the same arrays: PySAL access, and scikit-learn for the pairs."""

import importlib.util
import warnings
from typing import Any

import numpy as np

from maillage_engine.travel import EARTH_RADIUS_KM, Places

Floats = np.ndarray
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]  # origin, destination, minutes


def installed() -> bool:
    """Say whether the peers are there: they are never needed to run the engine."""
    return all(importlib.util.find_spec(name) for name in ("access", "pandas", "sklearn"))


def tables(pairs: Columns, people: Floats, supply: Floats) -> Any:
    """Build what PySAL access reads: three tables and the object that holds them."""
    import access  # noqa: PLC0415 - a peer, installed only to be measured
    import pandas as pd  # noqa: PLC0415

    origin, destination, minutes = pairs
    return access.Access(
        demand_df=pd.DataFrame({"p": people}).rename_axis("o"),
        demand_index=True,
        demand_value="p",
        supply_df=pd.DataFrame({"s": supply}).rename_axis("d"),
        supply_index=True,
        supply_value=["s"],
        cost_df=pd.DataFrame({"o": origin, "d": destination, "t": minutes}),
        cost_origin="o",
        cost_dest="d",
        cost_name="t",
    )


def pysal(model: Any, bands: list[tuple[float, float]], count: int) -> Floats:
    """Score with PySAL access: minutes to scores, its tables being ready."""
    import access  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = model.enhanced_two_stage_fca(
            name="x", cost="t", max_cost=bands[-1][0], weight_fn=access.weights.step_fn(dict(bands))
        )
    return found["x_s"].reindex(range(count)).fillna(0).to_numpy()


def within(
    origins: Places, services: Places, speed_kmh: Floats, detour: float, cutoff_min: float
) -> Columns:
    """Find the pairs within reach by a ball tree of great-circle distances."""
    from sklearn.neighbors import BallTree  # noqa: PLC0415

    def turned(points: Places) -> Floats:
        return np.radians(np.column_stack([points.latitude, points.longitude]))

    radius = cutoff_min * speed_kmh / (60 * detour) / EARTH_RADIUS_KM
    tree = BallTree(turned(services), metric="haversine")
    near, arc = tree.query_radius(turned(origins), radius, return_distance=True)
    origin = np.repeat(np.arange(near.size), [row.size for row in near])
    minutes = np.concatenate(arc) * EARTH_RADIUS_KM * 60 * detour / speed_kmh[origin]
    return origin, np.concatenate(near), minutes
