"""What the commands share: the matrix of known times, put in the order of the caller's places."""

import argparse
from pathlib import Path
from typing import TypeAlias

from maillage_engine.errors import BadFile, BadParameter
from maillage_engine.matrix_file import TravelMatrix
from maillage_engine.pairs import Pairs, pairs

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_matrix(command: argparse.ArgumentParser) -> None:
    """Ask for a file of known times."""
    command.add_argument(
        "matrix", type=Path, help="known times, CSV (.gz) or Parquet: square or 3 columns"
    )
    command.add_argument("--unit", choices=["minutes", "seconds"], default="minutes")


def aligned(
    matrix: TravelMatrix, origins: list[str], destinations: list[str], cutoff_min: float
) -> Pairs:
    """Return the matrix's times in our order; a place it does not know is a fault."""
    rows = {name: position for position, name in enumerate(matrix.origins)}
    columns = {name: position for position, name in enumerate(matrix.destinations)}
    faults = [f"the matrix has no origin {name!r}." for name in origins if name not in rows]
    faults += [f"the matrix has no destination {n!r}." for n in destinations if n not in columns]
    if faults:
        raise BadFile("the travel-time matrix", faults)
    table = matrix.times.matrix(matrix.times.minutes)
    chosen = table[[rows[name] for name in origins], :][:, [columns[n] for n in destinations]]
    return pairs(chosen, cutoff_min=cutoff_min)


def bands_of(text: str) -> list[tuple[float, float]]:
    """Read thresholds and weights: 10:1,20:0.5."""
    try:
        return [(float(low), float(high)) for low, high in (b.split(":") for b in text.split(","))]
    except ValueError:
        raise BadParameter(f"bands must look like 10:1,20:0.5; got {text!r}.") from None
