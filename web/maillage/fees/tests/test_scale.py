"""What an income pays: the two printed scales of family mediation at every edge, then laws."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.fees.scale import Scale, Step, half_up
from maillage_parameters import get

# Bounds that are other amounts: net Smic and RSA base near the year of each table.
BOUNDS = {
    2010: {"rsa_base": Decimal("460.09"), "smic": Decimal(1055)},
    2018: {"rsa_base": Decimal("550.93"), "smic": Decimal(1188)},
}


def mediation(year: int) -> Scale:
    written = get("fees.family_mediation").on(date(year, 1, 1)).scale
    steps = [
        Step(BOUNDS[year].get(one.reference, one.up_to), one.holds_bound, one.base, one.percent)
        for one in written.steps
    ]
    return Scale(steps, written.rounding, written.floor, written.ceiling)


@pytest.mark.parametrize(
    ("year", "income", "fee"),
    [
        (2010, "0", 2),
        (2010, "460.09", 2),  # the RSA base is in the first band
        (2010, "460.10", 5),
        (2010, "1054.99", 5),
        (2010, "1055", 8),  # the Smic is in the band that follows
        (2010, "1200", 9),
        (2010, "1200.01", 15),
        (2010, "2200", 23),
        (2010, "2200.01", 31),  # the table prints 32, its formula gives 31.40
        (2010, "3800", 51),
        (2010, "3800.01", 62),
        (2010, "5300", 85),  # 84.50, half up: `round` would give 84
        (2010, "5300.01", 100),
        (2010, "7000", 131),
        (2010, "20000", 131),
        (2018, "0", 2),
        (2018, "550.93", 2),
        (2018, "550.94", 5),
        (2018, "1187.99", 5),
        (2018, "1188", 9),
        (2018, "1550", 10),
        (2018, "1550.01", 13),
        (2018, "1551", 13),
        (2018, "2000", 15),
        (2018, "2001", 21),
        (2018, "2500", 25),
        (2018, "2501", 35),
        (2018, "3800", 51),
        (2018, "3801", 62),
        (2018, "5300", 85),
        (2018, "5301", 100),
        (2018, "7000", 131),
        (2018, "7001", 131),
    ],
)
def test_the_printed_scales_of_family_mediation(year, income, fee):
    assert mediation(year).fee(Decimal(income)) == fee


def test_exactly_half_a_euro_goes_up():
    assert half_up(Decimal("84.50"), Decimal(1)) == 85
    assert half_up(Decimal("84.49"), Decimal(1)) == 84
    assert half_up(Decimal("0.5"), Decimal(1)) == 1
    assert (half_up(Decimal("1.25"), Decimal("0.50")), round(84.5)) == (Decimal("1.50"), 84)


def test_the_scale_that_ships_is_unchecked_so_it_bills_nobody():
    assert get("fees.family_mediation").status == "unchecked"
    assert get("fees.family_mediation").may_bill is False


def test_a_floor_and_a_ceiling_hold_after_rounding():
    scale = Scale(
        [Step(None, True, Decimal(0), Decimal(1))], Decimal(1), Decimal("1.50"), Decimal("9.50")
    )
    assert [scale.fee(Decimal(income)) for income in (0, 149, 150, 949, 950, 5000)] == [
        Decimal("1.50"), Decimal("1.50"), 2, 9, Decimal("9.50"), Decimal("9.50"),
    ]  # fmt: skip


def test_a_scale_that_falls_is_seen():
    def steps(second: int) -> Scale:
        first = Step(Decimal(1000), True, Decimal(5), Decimal(0))
        last = Step(None, True, Decimal(second), Decimal(0))
        return Scale([first, last], Decimal(1), Decimal(0), Decimal(50))

    assert steps(5).falls_at is None
    assert steps(4).falls_at == 1000
    assert mediation(2010).falls_at is None
    assert mediation(2018).falls_at is None


def money(most: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(0, most, places=2, allow_nan=False, allow_infinity=False)


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    bounds = sorted(draw(st.sets(money(8000).filter(bool), max_size=6)))
    floor, ceiling = sorted([draw(money(20)), draw(money(150))])
    steps = [
        Step(top, draw(st.booleans()), draw(money(100)), draw(money(3))) for top in [*bounds, None]
    ]
    return Scale(
        steps, draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.01")])), floor, ceiling
    )


@given(scales(), money(20_000))
def test_every_income_has_one_fee_between_floor_and_ceiling(scale, income):
    fee = scale.fee(income)
    assert scale.floor <= fee <= scale.ceiling
    assert fee == fee.quantize(Decimal("0.01"))


@given(scales(), money(20_000))
def test_nobody_pays_less_than_who_says_nothing_nor_less_than_the_start_of_their_band(
    scale, income
):
    position = scale.position(income)
    assert scale.lowest <= scale.least(position) <= scale.fee(income) <= scale.most(position)


@given(scales().filter(lambda scale: scale.falls_at is None), money(9000), money(9000))
def test_on_a_scale_that_does_not_fall_a_larger_income_never_pays_less(scale, one, other):
    assert scale.fee(min(one, other)) <= scale.fee(max(one, other))
