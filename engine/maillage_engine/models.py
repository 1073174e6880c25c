"""Travel models ready to use, each with where its numbers come from.

The car models were fitted by `engine/benchmarks/travel_times.py` on real times between the 512
communes of Isère (OSRM on OpenStreetMap, ODbL, 2021–22, no traffic jam, no time to park).
`docs/methods/travel-times.md` gives their errors on communes they were not fitted on.
"""

from maillage_engine.attribution import OPENSTREETMAP
from maillage_engine.travel import TravelModel

# Hills and plains: the default, and the nearest relief to Haute-Saône's that could be measured.
CAR_ROLLING = TravelModel(
    mode="car",
    speeds_kmh=(47.7, 47.7, 42.7, 39.8),
    exponent=0.789,
    spread=0.156,
    source="Fitted on 244 communes of Bas-Dauphiné (Isère, north of 45.3° N, west of 5.6° E)",
    attribution=OPENSTREETMAP,
)

# Deep valleys and passes.
CAR_MOUNTAIN = TravelModel(
    mode="car",
    speeds_kmh=(48.7, 43.9, 37.1, 28.2),
    exponent=0.755,
    spread=0.264,
    source="Fitted on the 268 other communes of Isère (Grenoble, Chartreuse, Vercors, Oisans)",
    attribution=OPENSTREETMAP,
)

# What is commonly assumed without measuring; kept to compare with, not to use.
CAR_ASSUMED = TravelModel(
    mode="car",
    speeds_kmh=(25.0, 35.0, 50.0, 60.0),
    source="Common assumption: great circle × 1.3 at a constant speed; never measured",
)

# No known times were at hand for these two: plain assumptions, so they carry no spread.
FOOT = TravelModel(
    mode="foot",
    speeds_kmh=(4.0, 4.0, 4.0, 4.0),
    source="Assumption: 4 km/h, an adult with a pushchair; never measured",
)
BICYCLE = TravelModel(
    mode="bicycle",
    speeds_kmh=(13.0, 13.0, 13.0, 13.0),
    source="Assumption: 13 km/h, an adult carrying a child; never measured",
)
