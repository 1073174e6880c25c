"""One box for an address or a number, and how a number is read out."""

import pytest

from maillage.families.reach import as_dialled, read_reach


@pytest.mark.parametrize("typed", ["06 39 98 00 01", "06.39.98.00.01", "0033 639980001"])
def test_a_number_is_kept_in_one_way_and_shown_as_people_here_say_it(typed):
    channel, kept = read_reach(typed)
    assert (channel, kept) == ("sms", "+33639980001")
    assert as_dialled(kept) == "06\xa039\xa098\xa000\xa001"


@pytest.mark.parametrize("kept", ["+352621000001", ""])
def test_a_number_from_abroad_is_shown_as_it_is_kept(kept):
    assert as_dialled(kept) == kept
