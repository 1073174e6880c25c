"""Tables as files: nothing in them runs, and each reader's spreadsheet can open them."""

import pytest

from maillage.core.csv_files import FRENCH_SPREADSHEET, RFC_4180, csv_bytes


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_name_that_a_spreadsheet_would_run_is_kept_a_text(start):
    assert csv_bytes([[f"{start}1+1", -3]]).decode() == f"'{start}1+1,-3\n"


def test_what_is_unknown_is_empty_and_a_yes_is_one():
    assert csv_bytes([["a", None, True, False]]) == b"a,,1,0\n"


def test_each_dialect_ends_its_lines_and_marks_its_bytes():
    assert csv_bytes([["é", 1]], FRENCH_SPREADSHEET) == "\ufeffé;1\r\n".encode()
    assert csv_bytes([["é", 1]], RFC_4180) == "é,1\r\n".encode()
