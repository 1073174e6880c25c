"""Command line: `maillage-engine COMMAND --help`. Tables in, tables out; no maths here."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import maillage_engine
from maillage_engine.cli_access import add_access
from maillage_engine.cli_front import add_front
from maillage_engine.cli_output import check_output
from maillage_engine.cli_rounds import add_rounds
from maillage_engine.cli_siting import add_siting
from maillage_engine.cli_travel import add_calibrate, add_travel
from maillage_engine.errors import EngineError

TABLES = """Tables are told apart by their names:
  .csv      UTF-8, with a header; .csv.gz too. Columns separated by commas, semicolons or tabs;
            decimal commas where they are not separated by commas
  .parquet  with the extra `parquet`
  .geojson  points; their properties are the columns, lon and lat come from the point
What is wrong with the files is told all at once, and nothing is written. Results go to --output,
or as CSV to standard output; what is said about them (#) and progress go to the error stream."""
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 on success, 2 when the input is at fault, 130 when interrupted."""
    args = _parser().parse_args(argv)
    try:
        check_output(
            args.output, [given for given in vars(args).values() if _is_input(args, given)]
        )
        args.run(args)
        sys.stdout.flush()
    except FileNotFoundError as error:
        return _refused(f"{error.filename} does not exist.")
    except BrokenPipeError:  # whoever read the results has enough of them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _refused(f"{where}{error.strerror or error}.")
    except EngineError as error:
        return _refused(str(error))
    except KeyboardInterrupt:
        print("\nmaillage-engine: interrupted, nothing was written.", file=sys.stderr)
        return INTERRUPTED
    return 0


def _refused(why: str) -> int:
    print(f"maillage-engine: {why}", file=sys.stderr)
    return 2


def _is_input(args: argparse.Namespace, given: Any) -> bool:
    return isinstance(given, Path) and given is not args.output


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="maillage-engine",
        description="Accessibility, siting and travel times, from CSV, Parquet or GeoJSON.",
        epilog=TABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=maillage_engine.__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (add_access, add_travel, add_calibrate, add_siting, add_front, add_rounds):
        add(commands)
    for each in commands.choices.values():
        each.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="file to write: .csv, .parquet or .geojson (by default CSV, to standard output)",
        )
    return parser
