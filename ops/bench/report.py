"""One section of docs/benchmarks.md, written by the bench that owns it.

From a bench, run as `python ops/bench/<name>.py` (elsewhere, put ops/bench on the path):

    from report import write_section
    write_section("pages", "Pages", "python ops/bench/pages.py", table)

From a shell, the text on standard input:

    python ops/bench/report.py pages "Pages" "python ops/bench/pages.py" < table.md

The section stands between `<!-- begin pages -->` and `<!-- end pages -->`; it is added at the end
of the page the first time and replaced afterwards. The machine, the day and the command are written
above the text, since a figure without them is worth nothing. Sections of others are left alone, and
two benches that end together do not lose each other's.
"""

import datetime
import fcntl
import os
import platform
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
HEADING = """# Benchmarks

Each section is written by the bench that owns it (`make bench` runs them all), with the machine and
the command. Change the bench, never the figures.
"""


def write_section(key: str, title: str, command: str, text: str) -> None:
    """Put `text` (Markdown) in section `key` of the page, under its title and command."""
    if not re.fullmatch(r"[a-z0-9-]+", key):
        raise ValueError(f"A section's key is made of a-z, 0-9 and -; got {key!r}.")
    begin, end = f"<!-- begin {key} -->", f"<!-- end {key} -->"
    lines = [begin, f"## {title}", "", f"{machine()}  ", f"`{command}`", "", text.strip(), end]
    section = "\n".join(lines)
    PAGE.parent.mkdir(exist_ok=True)
    with PAGE.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        page = file.read() or HEADING
        found = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if found.search(page):
            page = found.sub(lambda _: section, page)
        else:
            page = f"{page.rstrip()}\n\n{section}\n"
        file.truncate(0)
        file.write(page)


def machine() -> str:
    """Say on what the figures were taken: processor, memory, system, Python, load, day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    day = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, load {load:.1f}, {day}"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    write_section(sys.argv[1], sys.argv[2], sys.argv[3], sys.stdin.read())
