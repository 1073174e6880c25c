"""How much computing processes have used, as Linux counts it. Part of the benches."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USED = 1, slice(11, 15)  # after the name: its parent; its own time, then its ended children


def of(pid: int) -> float:
    """Seconds of computing of a process, of those that it started, and of those that ended."""
    known = dict(_all())
    family, found = {pid}, {pid}
    while found:
        found = {one for one, (parent, _used) in known.items() if parent in found} - family
        family |= found
    return sum(known[one][1] for one in family if one in known) / TICKS


def _all() -> "list[tuple[int, tuple[int, int]]]":
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        found.append((int(folder.name), (int(words[PARENT]), sum(map(int, words[USED])))))
    return found
