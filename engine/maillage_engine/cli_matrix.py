"""What the commands share: the matrix of known times, put in the order of the caller's places."""

import argparse
from pathlib import Path
from typing import TypeAlias

from maillage_engine.errors import BadFile, BadParameter
from maillage_engine.matrix_file import TravelMatrix
from maillage_engine.pairs import Pairs, pairs

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def command(commands: Commands, name: str, purpose: str, example: str) -> argparse.ArgumentParser:
    """Add a command, with an example under its options."""
    return commands.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=f"example:\n  maillage-engine {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_matrix(command: argparse.ArgumentParser) -> None:
    """Ask for a file of known times."""
    command.add_argument(
        "matrix",
        type=Path,
        help="known times, CSV (.gz) or Parquet: a square (first row destinations, first column"
        " origins) or columns origin,destination,minutes",
    )
    command.add_argument(
        "--unit", choices=["minutes", "seconds"], default="minutes", help="default %(default)s"
    )
    command.add_argument(
        "--credit",
        default="",
        metavar="TEXT",
        help="whom to credit for the times, where their file does not say",
    )


def aligned(
    matrix: TravelMatrix,
    wanted: tuple[list[str], list[str]],
    cutoff_min: float,
    source: Path,
) -> Pairs:
    """Return the matrix's times in our order; a place it does not know is a fault."""
    origins, destinations = wanted
    rows = {name: position for position, name in enumerate(matrix.origins)}
    columns = {name: position for position, name in enumerate(matrix.destinations)}
    faults = [f"no time from {name!r} is given." for name in origins if name not in rows]
    faults += [f"no time to {name!r} is given." for name in destinations if name not in columns]
    if faults:
        raise BadFile(source.name, faults)
    table = matrix.times.matrix(matrix.times.minutes)
    chosen = table[[rows[name] for name in origins], :][:, [columns[n] for n in destinations]]
    return pairs(chosen, cutoff_min=cutoff_min)


def bands_of(text: str) -> list[tuple[float, float]]:
    """Read thresholds and weights: 10:1,20:0.5."""
    try:
        return [(float(low), float(high)) for low, high in (b.split(":") for b in text.split(","))]
    except ValueError:
        raise BadParameter(f"--bands must look like 10:1,20:0.5; got {text!r}.") from None
