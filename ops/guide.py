"""The guide of the engine, executed: docs/methods/guide.md holds what its own code prints.

    python ops/guide.py            run every block and compare with what is written
    python ops/guide.py --write    run every block and write what it prints and draws

Blocks of one page share their names and their folder. A ```python or ```sh block is followed by
what it printed, in a ```text block; what only draws stands in a comment (<!-- draw … -->), so that
what a reader copies needs nothing but the engine. `draw(name, svg)` writes a figure beside the
page; it is compared like the rest.
"""

import contextlib
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import Any

from maillage_engine.cli import main as command_line

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "methods" / "guide.md"
BLOCK = re.compile(
    r"(?P<open>```(?P<kind>python|sh)\n|<!-- draw\n)(?P<code>.*?)(?P<close>```\n|-->\n)"
    r"(?:\n```text\n.*?```\n)?",
    re.DOTALL,
)
ADAPTED = "pandas"  # a block that imports it is left as it stands where it is not installed
WIDTH, HEIGHT, MARGIN = 640, 320, 36
BLUES = ("#dcebf7", "#a6cde6", "#5b9fd0", "#2a6fb0", "#0b3c78")


def executed(page: str) -> tuple[str, dict[str, str]]:
    """Run the blocks of a page; return the page with what they print, and the figures drawn."""
    figures: dict[str, str] = {}
    names: dict[str, Any] = {"draw": figures.__setitem__, "dots": dots, "bars": bars}

    def run(match: "re.Match[str]") -> str:
        if f"import {ADAPTED}" in match["code"] and find_spec(ADAPTED) is None:
            return match[0]
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            if match["kind"] == "sh":
                _typed(match["code"])
            else:
                exec(compile(match["code"], PAGE.name, "exec"), names)  # noqa: S102 (our own page)
        printed = f"\n```text\n{said.getvalue()}```\n" if said.getvalue() else ""
        return f"{match['open']}{match['code']}{match['close']}{printed}"

    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return BLOCK.sub(run, page), figures


def _typed(code: str) -> None:
    """Run what is typed in a shell: commands of the engine, and nothing else."""
    for line in code.replace("\\\n", " ").splitlines():
        program, *words = shlex.split(line)
        if program != "maillage-engine":
            raise SystemExit(f"{PAGE.name}: the guide types maillage-engine only; got {program!r}.")
        with contextlib.suppress(SystemExit):  # --help and --version end the program
            command_line(words)


def dots(
    title: str,
    x: Sequence[float],
    y: Sequence[float],
    values: Sequence[float],
    marks: Sequence[int],
) -> str:
    """Draw places as dots, darker where the value is larger; marked ones have a ring."""
    across, up, shade = (
        _scaled(x, MARGIN, WIDTH - MARGIN),
        _scaled(y, HEIGHT - MARGIN, 50),
        _scaled(values, 0, 4.999),
    )
    shapes = [
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="7" fill="{BLUES[int(c)]}" stroke="#333"/>'
        for a, b, c in zip(across, up, shade, strict=True)
    ]
    shapes += [
        f'<circle cx="{across[m]:.1f}" cy="{up[m]:.1f}" r="12" fill="none" stroke="#c2410c"'
        ' stroke-width="3"/>'
        for m in marks
    ]
    low, high = f"{min(values):.3g}", f"{max(values):.3g}"
    return _figure(title, shapes, f"from {low} (light) to {high} (dark); rings: chosen")


def bars(title: str, names: Sequence[str], values: Sequence[float], unit: str) -> str:
    """Draw a bar for each name."""
    top, step = max(values), (HEIGHT - 90) / len(names)
    shapes = []
    for at, (name, value) in enumerate(zip(names, values, strict=True)):
        y, length = 50 + at * step, 380 * value / top
        shapes.append(f'<text x="{MARGIN}" y="{y + step / 2:.1f}" font-size="14">{name}</text>')
        shapes.append(
            f'<rect x="200" y="{y:.1f}" width="{length:.1f}" height="{step * 0.7:.1f}"'
            f' fill="{BLUES[2]}"/>'
        )
        shapes.append(
            f'<text x="{206 + length:.1f}" y="{y + step / 2:.1f}" font-size="14">{value:.3g}</text>'
        )
    return _figure(title, shapes, unit)


def _scaled(values: Sequence[float], first: float, last: float) -> list[float]:
    low, high = min(values), max(values)
    spread = (high - low) or 1.0
    return [first + (last - first) * (value - low) / spread for value in values]


def _figure(title: str, shapes: Sequence[str], legend: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif">'
        f"<title>{title}</title><rect width='{WIDTH}' height='{HEIGHT}' fill='#fff'/>"
        f'<text x="{MARGIN}" y="28" font-size="17" font-weight="bold">{title}</text>'
        + "".join(shapes)
        + f'<text x="{MARGIN}" y="{HEIGHT - 8}" font-size="13" fill="#444">{legend}</text></svg>\n'
    )


def differences(page: str, made: str, figures: dict[str, str]) -> Iterator[str]:
    """Say what is written and is no longer what the code gives."""
    lines = zip_longest(page.splitlines(), made.splitlines(), fillvalue="")
    for number, (old, new) in enumerate(lines, 1):
        if old != new:
            yield f"{PAGE.name}, line {number}: written {old!r}, got {new!r}"
            break
    for name in sorted(set(re.findall(r"\(figures/([^)]+)\)", page)) - figures.keys()):
        yield f"figures/{name} is shown and nothing draws it"
    for name, svg in figures.items():
        file = PAGE.parent / "figures" / name
        if not file.exists() or file.read_text(encoding="utf-8") != svg:
            yield f"figures/{name} is not what the guide draws"


def main() -> int:
    """Run the page; write it, or compare."""
    page = PAGE.read_text(encoding="utf-8")
    made, figures = executed(page)
    if "--write" in sys.argv:
        PAGE.write_text(made, encoding="utf-8")
        for name, svg in figures.items():
            (PAGE.parent / "figures" / name).write_text(svg, encoding="utf-8")
        return 0
    wrong = list(differences(page, made, figures))
    print("\n".join(wrong) or "The guide is what its code gives.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
