"""Tables as CSV files, in UTF-8, without anything that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable
from typing import Any, NamedTuple

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Dialect(NamedTuple):
    """How cells and lines are told apart."""

    delimiter: str = ","
    end: str = "\n"
    mark: bytes = b""


PLAIN = Dialect()
RFC_4180 = Dialect(end="\r\n")
FRENCH_SPREADSHEET = Dialect(";", "\r\n", b"\xef\xbb\xbf")


def csv_bytes(rows: Iterable[Iterable[Any]], dialect: Dialect = PLAIN) -> bytes:
    """Write rows, the header first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter, lineterminator=dialect.end)
    for row in rows:
        writer.writerow([_safe(value) for value in row])
    return dialect.mark + text.getvalue().encode()


def _safe(value: Any) -> Any:
    """Empty for unknown, 0 or 1 for a yes or no; a text that a spreadsheet would run is quoted."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
