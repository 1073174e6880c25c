"""Read « 09:00 - 12:00 / 14:00 - 17:00 » and say what could not be understood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from enum import Enum, auto

RANGE = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
Range = tuple[time, time]


class Oddity(Enum):
    """What a cell of hours may hold besides plain ranges."""

    CLOSED_FILLER = auto()  # 00:00 - 00:00
    REPEATED = auto()
    OVERLAPPING = auto()
    NOT_UNDERSTOOD = auto()


@dataclass(slots=True)
class Hours:
    """The ranges of one day, in order, apart from each other; and what was odd."""

    ranges: list[Range] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)


def read_hours(cell: str) -> Hours:
    """Read one cell; an empty one is a closed day. Ranges that overlap are joined."""
    found = Hours()
    for part in filter(None, (piece.strip() for piece in cell.split("/"))):
        one = _range(part)
        if one is None:
            found.oddities.append(Oddity.NOT_UNDERSTOOD)
        elif one == (time(0), time(0)):
            found.oddities.append(Oddity.CLOSED_FILLER)
        elif one in found.ranges:
            found.oddities.append(Oddity.REPEATED)
        elif one[0] >= one[1]:
            found.oddities.append(Oddity.NOT_UNDERSTOOD)
        else:
            found.ranges.append(one)
    joined = _joined(sorted(found.ranges))
    if len(joined) < len(found.ranges):
        found.oddities.append(Oddity.OVERLAPPING)
    found.ranges = joined
    return found


def _range(text: str) -> Range | None:
    match = RANGE.fullmatch(text)
    if match is None:
        return None
    opens_hour, opens_minute, closes_hour, closes_minute = map(int, match.groups())
    if max(opens_hour, closes_hour) > 23 or max(opens_minute, closes_minute) > 59:
        return None
    return time(opens_hour, opens_minute), time(closes_hour, closes_minute)


def _joined(ranges: Sequence[Range]) -> list[Range]:
    joined: list[Range] = []
    for opens_at, closes_at in ranges:
        if joined and opens_at < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes_at))
        else:
            joined.append((opens_at, closes_at))
    return joined
