"""The maths of Maillage: arrays in, frozen results out. No web, no clock, no log.

Start with `two_step_access`, `gini` and `pairs_within`; the README has the tour.
"""

from maillage_engine.access import (
    Access,
    Concerned,
    Nearest,
    below_median,
    concerned,
    coverage,
    farther_than,
    nearest,
    reachable,
    two_step_access,
)
from maillage_engine.calibration import Threshold, TravelScore, calibrate, score_estimate
from maillage_engine.decay import (
    epanechnikov_weight,
    exponential_weight,
    gaussian_weight,
    linear_weight,
    logistic_weight,
    power_weight,
    step_weight,
)
from maillage_engine.errors import BadArray, BadFile, BadParameter, EngineError, Infeasible
from maillage_engine.inequality import (
    Extremes,
    Groups,
    Lorenz,
    Theil,
    extremes,
    gini,
    group_means,
    lorenz,
    quantile,
    quantile_ratio,
    theil,
)
from maillage_engine.matrix_file import TravelMatrix, read_matrix
from maillage_engine.models import BICYCLE, CAR_ASSUMED, CAR_MOUNTAIN, CAR_ROLLING, FOOT
from maillage_engine.pairs import Pairs, pairs, pairs_from
from maillage_engine.travel import (
    Places,
    TravelModel,
    density_level,
    estimate_minutes,
    great_circle_km,
    pairs_within,
    places,
)

__version__ = "0.1.0"

__all__ = [
    "BICYCLE",
    "CAR_ASSUMED",
    "CAR_MOUNTAIN",
    "CAR_ROLLING",
    "FOOT",
    "Access",
    "BadArray",
    "BadFile",
    "BadParameter",
    "Concerned",
    "EngineError",
    "Extremes",
    "Groups",
    "Infeasible",
    "Lorenz",
    "Nearest",
    "Pairs",
    "Places",
    "Theil",
    "Threshold",
    "TravelMatrix",
    "TravelModel",
    "TravelScore",
    "below_median",
    "calibrate",
    "concerned",
    "coverage",
    "density_level",
    "epanechnikov_weight",
    "estimate_minutes",
    "exponential_weight",
    "extremes",
    "farther_than",
    "gaussian_weight",
    "gini",
    "great_circle_km",
    "group_means",
    "linear_weight",
    "logistic_weight",
    "lorenz",
    "nearest",
    "pairs",
    "pairs_from",
    "pairs_within",
    "places",
    "power_weight",
    "quantile",
    "quantile_ratio",
    "reachable",
    "read_matrix",
    "score_estimate",
    "step_weight",
    "theil",
    "two_step_access",
]
