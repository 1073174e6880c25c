"""Outlines light enough for a phone, whose neighbours still share their borders.

The whole country is simplified at once, so that an outline is the same whatever was loaded first.
"""

import json
from typing import Any

import numpy as np
import shapely

TOLERANCE_DEGREES = 0.001
DECIMALS = 4  # about 11 m
EARTH_RADIUS_KM = 6371.0088


def simplify(shapes: dict[str, Any]) -> dict[str, Any]:
    """Simplify shapes together: a border that two of them share stays one line."""
    codes = sorted(code for code, shape in shapes.items() if shape is not None)
    simple = shapely.coverage_simplify([shapes[code] for code in codes], TOLERANCE_DEGREES)
    return dict(zip(codes, simple, strict=True))


def geojson(shape: Any) -> dict[str, Any]:
    """Return rounded GeoJSON: rounding moves both sides of a border alike.

    A spike thinner than a decimal may then cross itself (3 communes of 34,871): it becomes a piece
    apart.
    """
    rounded = shapely.transform(shape, lambda corners: corners.round(DECIMALS))
    if not rounded.is_valid:
        rounded = shapely.make_valid(rounded, method="structure", keep_collapsed=False)
    if rounded.geom_type == "MultiPolygon" and len(rounded.geoms) == 1:
        rounded = rounded.geoms[0]
    document: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return document


def area_km2(shapes: list[Any]) -> Any:
    """Return areas on the sphere: a sinusoidal projection keeps them exactly."""
    return shapely.area(shapely.transform(np.asarray(shapes), _sinusoidal))


def _sinusoidal(corners: Any) -> Any:
    longitude, latitude = np.radians(corners).T
    return EARTH_RADIUS_KM * np.column_stack([longitude * np.cos(latitude), latitude])
