"""An issued month as a table for a spreadsheet: the same statement gives the same bytes."""

import csv
import io
from collections.abc import Sequence

from maillage.pooling.models import Statement, StatementShare

HEAD = (
    "mois", "version", "partie", "part_convenue_pct", "minutes", "dont_minutes_notees",
    "dont_minutes_reservees", "absences_comptees", "metres", "personnel_eur", "trajets_eur",
    "autres_eur", "total_eur", "empreinte",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def statement_csv(statement: Statement, shares: Sequence[StatementShare]) -> bytes:
    """One row for each share that the reader may see."""
    written = io.StringIO(newline="")
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(HEAD)
    counted = "oui" if statement.agreement.counts_no_shows else "non"
    for one in shares:
        table.writerow(
            [
                f"{statement.month:%Y-%m}", statement.version, _plain(one.party.organization.name),
                one.party.quota, one.minutes, one.noted_minutes,
                one.minutes - one.noted_minutes, counted, one.metres, one.staff, one.travel,
                one.other, one.amount, statement.content_hash,
            ]
        )  # fmt: skip
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _plain(text: str) -> str:
    """A name that a spreadsheet would read as a formula is kept a text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
