"""Who boards a ferry of the map and how long it takes, from its OpenStreetMap tags.

Timetables are not on the map: a crossing takes its written `duration`, or its length at the
profile's `ferry_kmh`, and each boarding costs `boarding_min` more. Both are stated assumptions.
"""

import re

from maillage_engine.road_profiles import ALLOWED, FORBIDDEN, Profile, Tags

FASTEST_KMH = 90.0  # of any ferry: a written duration that asks for more is a mistake
# Tags that name who is carried, lightest first: whoever carries some carries the lighter ones too.
CARRIED = (("foot",), ("bicycle",), ("vehicle", "motor_vehicle", "motorcar", "hgv"))
MODES = {"foot": 0, "bicycle": 1}  # any other is as heavy as a car
CLOCK = re.compile(r"^(\d{1,3}):(\d{2})(?::(\d{2}))?$")
ISO = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
PLAIN = re.compile(r"^\d+(?:\.\d+)?$")


def is_ferry(tags: Tags) -> bool:
    """Whether a line of the map is a ferry."""
    return tags.get("route") == "ferry" and "highway" not in tags


def may_board(profile: Profile, tags: Tags) -> bool:
    """Whether a mode is carried: by the tags that name it, else by those that name others.

    Walkers go aboard unless they are forbidden to. Bicycles and cars do where they are named, or
    something heavier is: on a ferry that names nobody, one goes on foot.
    """
    for name in profile.access:
        value = tags.get(name)
        if value in ALLOWED or value in FORBIDDEN:
            return value in ALLOWED
    heavier = CARRIED[MODES.get(profile.mode, len(CARRIED) - 1) :]
    named = any(tags.get(name) in ALLOWED for names in heavier for name in names)
    return named or profile.mode == "foot"


def directions(tags: Tags) -> tuple[bool, bool]:
    """Return whether a ferry runs along its line, and against it: a one-way boat is for all."""
    said = tags.get("oneway", "")
    return said not in {"-1", "reverse"}, said not in {"yes", "true", "1"}


def crossing_kmh(profile: Profile, tags: Tags, km: float) -> float:
    """Return the speed of a crossing of so many km: that of its written duration if it has one."""
    minutes = duration(tags.get("duration", ""))
    written = 60 * km / minutes if minutes else 0.0
    return written if 0 < written <= FASTEST_KMH else profile.ferry_kmh


def duration(written: str) -> float | None:
    """Read a duration as mappers write it, in minutes; None where it says nothing usable.

    Hours and minutes (1:30), with seconds (01:30:00), ISO 8601 (PT1H30M) or minutes alone (90).
    """
    text = written.strip().upper()
    if PLAIN.match(text):
        minutes = float(text)
    elif found := CLOCK.match(text):
        hours, more, seconds = (int(part or 0) for part in found.groups())
        minutes = 60 * hours + more + seconds / 60
    elif found := ISO.match(text):
        days, hours, more, seconds = (int(part or 0) for part in found.groups())
        minutes = 1440 * days + 60 * hours + more + seconds / 60
    else:
        return None
    return minutes or None
