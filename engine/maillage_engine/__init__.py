"""The maths of Maillage: arrays in, frozen results out. No web, no clock, no log.

Start with `two_step_access`, `gini` and `pairs_within`; the README has the tour.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
from maillage_engine.attribution import attribution_of
from maillage_engine.bootstrap import Interval, bootstrap
from maillage_engine.calibration import Threshold, TravelScore, calibrate, score_estimate
from maillage_engine.catchments import (
    balanced_access,
    huff_three_step_access,
    modified_two_step_access,
    standardised_demand,
    three_step_access,
)
from maillage_engine.decay import (
    epanechnikov_weight,
    exponential_weight,
    gaussian_weight,
    linear_weight,
    logistic_weight,
    power_weight,
    step_weight,
)
from maillage_engine.errors import (
    BadArray,
    BadFile,
    BadParameter,
    EngineError,
    Infeasible,
    PartFailed,
)
from maillage_engine.inequality import (
    Extremes,
    Groups,
    Lorenz,
    Theil,
    extremes,
    gap_slope,
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
from maillage_engine.presets import Preset
from maillage_engine.reach import (
    Blend,
    Layered,
    ScoreInterval,
    blended_access,
    score_interval,
    while_open,
    with_remote,
)
from maillage_engine.travel import (
    Places,
    TravelModel,
    density_level,
    estimate_minutes,
    great_circle_km,
    pairs_within,
    places,
)
from maillage_engine.trip_errors import (
    DrawnAccess,
    GuessedTrips,
    TravelError,
    drawn_access,
    split_error,
)
from maillage_engine.welfare import (
    atkinson,
    concentration_index,
    fgt,
    kolm_pollak,
    palma,
    theil_l,
)
from maillage_engine.whatif import Change, change_capacity

if TYPE_CHECKING:
    from maillage_engine.bands import BandedPairs, banded
    from maillage_engine.capacity import (
        Allocation,
        Means,
        StaffedPlan,
        capacitated_median,
        staffed_plan,
    )
    from maillage_engine.distributed import Part, departement_parts, gathered, over_departements
    from maillage_engine.explain import Comparison, Reasons, compare_sites, reasons, steadiness
    from maillage_engine.fairness import FairShare, share_places
    from maillage_engine.improvement import Improvement, backup_cover, improve
    from maillage_engine.nearby import banded_within
    from maillage_engine.osm import read_roads
    from maillage_engine.pooling import PoolingFront, SharedNetwork, pooling_front
    from maillage_engine.road_profiles import BICYCLE_ROADS, CAR_ROADS, FOOT_ROADS, Profile
    from maillage_engine.roads import RoadNetwork, road_minutes, road_network
    from maillage_engine.rotation import RotationPlan, plan_rotation
    from maillage_engine.rounds import RoundsPlan, Stop, Vehicle, plan_rounds
    from maillage_engine.siting import Siting, max_cover, p_center, p_median, set_cover
    from maillage_engine.stops import ChosenStops, choose_stops
    from maillage_engine.streaming import stream_access
    from maillage_engine.worst_off import worst_off_first

__version__ = "0.1.0"

# These need a compiler or a solver: loaded when first asked for, so that a web process
# that only looks at accessibility starts fast and small.
_LATE = {
    "Allocation": "capacity",
    "BICYCLE_ROADS": "road_profiles",
    "BandedPairs": "bands",
    "CAR_ROADS": "road_profiles",
    "ChosenStops": "stops",
    "Comparison": "explain",
    "FOOT_ROADS": "road_profiles",
    "FairShare": "fairness",
    "Improvement": "improvement",
    "Means": "capacity",
    "Part": "distributed",
    "PoolingFront": "pooling",
    "Profile": "road_profiles",
    "Reasons": "explain",
    "RoadNetwork": "roads",
    "RotationPlan": "rotation",
    "RoundsPlan": "rounds",
    "SharedNetwork": "pooling",
    "Siting": "siting",
    "StaffedPlan": "capacity",
    "Stop": "rounds",
    "Vehicle": "rounds",
    "backup_cover": "improvement",
    "banded": "bands",
    "banded_within": "nearby",
    "capacitated_median": "capacity",
    "choose_stops": "stops",
    "compare_sites": "explain",
    "departement_parts": "distributed",
    "gathered": "distributed",
    "improve": "improvement",
    "max_cover": "siting",
    "over_departements": "distributed",
    "p_center": "siting",
    "p_median": "siting",
    "plan_rotation": "rotation",
    "plan_rounds": "rounds",
    "pooling_front": "pooling",
    "read_roads": "osm",
    "reasons": "explain",
    "road_minutes": "roads",
    "road_network": "roads",
    "set_cover": "siting",
    "share_places": "fairness",
    "staffed_plan": "capacity",
    "steadiness": "explain",
    "stream_access": "streaming",
    "worst_off_first": "worst_off",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"maillage_engine.{_LATE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})


__all__ = [
    "BICYCLE",
    "BICYCLE_ROADS",
    "CAR_ASSUMED",
    "CAR_MOUNTAIN",
    "CAR_ROADS",
    "CAR_ROLLING",
    "FOOT",
    "FOOT_ROADS",
    "Access",
    "Allocation",
    "BadArray",
    "BadFile",
    "BadParameter",
    "BandedPairs",
    "Blend",
    "Change",
    "ChosenStops",
    "Comparison",
    "Concerned",
    "DrawnAccess",
    "EngineError",
    "Extremes",
    "FairShare",
    "Groups",
    "GuessedTrips",
    "Improvement",
    "Infeasible",
    "Interval",
    "Layered",
    "Lorenz",
    "Means",
    "Nearest",
    "Pairs",
    "Part",
    "PartFailed",
    "Places",
    "PoolingFront",
    "Preset",
    "Profile",
    "Reasons",
    "RoadNetwork",
    "RotationPlan",
    "RoundsPlan",
    "ScoreInterval",
    "SharedNetwork",
    "Siting",
    "StaffedPlan",
    "Stop",
    "Theil",
    "Threshold",
    "TravelError",
    "TravelMatrix",
    "TravelModel",
    "TravelScore",
    "Vehicle",
    "atkinson",
    "attribution_of",
    "backup_cover",
    "balanced_access",
    "banded",
    "banded_within",
    "below_median",
    "blended_access",
    "bootstrap",
    "calibrate",
    "capacitated_median",
    "change_capacity",
    "choose_stops",
    "compare_sites",
    "concentration_index",
    "concerned",
    "coverage",
    "density_level",
    "departement_parts",
    "drawn_access",
    "epanechnikov_weight",
    "estimate_minutes",
    "exponential_weight",
    "extremes",
    "farther_than",
    "fgt",
    "gap_slope",
    "gathered",
    "gaussian_weight",
    "gini",
    "great_circle_km",
    "group_means",
    "huff_three_step_access",
    "improve",
    "kolm_pollak",
    "linear_weight",
    "logistic_weight",
    "lorenz",
    "max_cover",
    "modified_two_step_access",
    "nearest",
    "over_departements",
    "p_center",
    "p_median",
    "pairs",
    "pairs_from",
    "pairs_within",
    "palma",
    "places",
    "plan_rotation",
    "plan_rounds",
    "pooling_front",
    "power_weight",
    "quantile",
    "quantile_ratio",
    "reachable",
    "read_matrix",
    "read_roads",
    "reasons",
    "road_minutes",
    "road_network",
    "score_estimate",
    "score_interval",
    "set_cover",
    "share_places",
    "split_error",
    "staffed_plan",
    "standardised_demand",
    "steadiness",
    "step_weight",
    "stream_access",
    "theil",
    "theil_l",
    "three_step_access",
    "two_step_access",
    "while_open",
    "with_remote",
    "worst_off_first",
]
