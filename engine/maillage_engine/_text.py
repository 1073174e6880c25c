"""Text tables as people save them: separators, decimal commas, encodings."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

LONGEST_LINE = 1_000_000
SEPARATORS = (",", ";", "\t")
THIN_SPACES = str.maketrans("", "", "\u00a0\u202f")  # between thousands, in French


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """Open a text file, gzipped or not, for the csv module."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield file


def position(file: IO[str]) -> int:
    """Return how many bytes of the file on disk have been read, or a little more."""
    under: Any = getattr(file, "buffer", file)
    disk: Any = under.fileobj if isinstance(under, gzip.GzipFile) else under
    return int(disk.tell())


def separator(file: IO[str]) -> str:
    """Return what separates the columns of the first line: a comma when in doubt."""
    first = file.readline(LONGEST_LINE)
    file.seek(0)
    return max(SEPARATORS, key=first.count)


def number(text: str, *, comma: bool) -> float:
    """Read a number; with decimal commas where the columns are separated by something else.

    Raises
    ------
    ValueError
        If it is not one.
    """
    try:
        return float(text)
    except ValueError:
        if not comma:
            raise
        return float(text.translate(THIN_SPACES).replace(",", "."))


def first_not_utf_8(path: Path) -> str:
    """Say on which row a text stops being UTF-8, and what to do about it."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        for row, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return (
                    f"row {row}: not UTF-8 text ({error.object[error.start :][:1]!r});"
                    " save the file again as “CSV UTF-8”."
                )
    return "not UTF-8 text."
