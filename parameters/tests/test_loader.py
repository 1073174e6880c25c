"""What a dated value promises, and what a badly written one is told."""

import copy
from datetime import date
from decimal import Decimal

import pytest

from maillage_parameters import Parameter, ParameterError, get
from maillage_parameters.loader import parse

GOOD = {
    "title": "Un seuil",
    "meaning": "A threshold.",
    "unit": "person",
    "kind": "value",
    "status": "verified",
    "checked": date(2026, 1, 1),
    "values": [
        {"from": date(2020, 1, 1), "value": 5, "source": {"title": "Un texte"}},
        {"from": date(2024, 7, 1), "value": "7.5", "source": {"title": "Un autre", "url": "u"}},
    ],
}
STEP, LAST = {"up_to": 2, "value": 1}, {"value": 0}


def changed(**fields) -> dict:
    return {**copy.deepcopy(GOOD), **fields}


def one(**row) -> list[dict]:
    return [{"from": date(2020, 1, 1), "source": {"title": "Un texte"}, **row}]


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2020, 1, 1), "5"),
        (date(2024, 6, 30), "5"),
        (date(2024, 7, 1), "7.5"),
        (date(2099, 1, 1), "7.5"),
    ],
)
def test_the_value_of_the_day_is_the_last_one_in_force(day, amount):
    assert parse("a.b", GOOD).on(day).amount == Decimal(amount)


def test_before_the_first_date_there_is_no_value():
    with pytest.raises(
        ParameterError, match=r"a\.b is not defined on 2019-12-31: it starts on 2020"
    ):
        parse("a.b", GOOD).on(date(2019, 12, 31))


def test_bands_hold_their_upper_bound():
    bands = [{"up_to": 2, "value": 0.5}, {"up_to": 4, "value": 0.25}, {"value": 0}]
    scale = parse("a.b", changed(kind="bands", values=one(bands=bands))).on(date(2021, 1, 1))
    found = [scale.at(position) for position in (1, 2, Decimal("2.5"), 4, 5)]
    assert found == [Decimal(text) for text in ("0.5", "0.5", "0.25", "0.25", "0")]


def test_a_closed_scale_refuses_what_lies_beyond():
    values = one(bands=[{"up_to": 2, "value": 1}])
    scale = parse("a.b", changed(kind="bands", values=values)).on(date(2021, 1, 1))
    with pytest.raises(ParameterError, match="no band holds 3: the last one ends at 2"):
        scale.at(3)


def test_a_formula_gives_its_coefficients():
    values = one(formula="rate × income", coefficients={"rate": 0.0619})
    rule = parse("a.b", changed(kind="formula", values=values)).on(date(2021, 1, 1)).formula
    assert rule.coefficient("rate") == Decimal("0.0619")
    with pytest.raises(ParameterError, match=r"no coefficient floor; it has \['rate'\]"):
        rule.coefficient("floor")


def test_a_value_is_not_asked_for_as_something_else():
    entry = parse("a.b", GOOD).on(date(2021, 1, 1))
    with pytest.raises(ParameterError, match="has no bands"):
        entry.at(1)
    with pytest.raises(ParameterError, match="is not a formula"):
        entry.formula.coefficient("rate")


@pytest.mark.parametrize(
    ("status", "bills"), [("verified", True), ("derived", False), ("unchecked", False)]
)
def test_only_a_verified_value_may_bill(status, bills):
    assert parse("a.b", changed(status=status)).may_bill is bills


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"unit": "furlong"}, "unit 'furlong' is not one of"),
        ({"status": "sure"}, "status 'sure' is not one of"),
        ({"kind": "guess"}, "kind 'guess' is not one of"),
        ({"checked": "yesterday"}, "'checked' must be a date"),
        ({"note": "x"}, "fields missing or unknown: note"),
        ({"values": []}, "strictly increasing 'from' dates"),
        ({"values": list(reversed(GOOD["values"]))}, "strictly increasing 'from' dates"),
        ({"values": [{"value": 5, "source": {"title": "t"}}]}, "needs a 'from' date and a source"),
        ({"values": [{"from": date(2020, 1, 1), "value": 5}]}, "needs a 'from' date and a source"),
        ({"values": one(value="five")}, "'five' is not a number"),
        ({"values": one(value=True)}, "True is not a number"),
        ({"values": one(bands=[])}, "of kind value needs 'value'"),
        (
            {"kind": "bands", "values": one(bands=[{"value": 1}, {"value": 2}])},
            "only the last band",
        ),
        (
            {
                "kind": "bands",
                "values": one(bands=[{"up_to": 2, "value": 1}, {"up_to": 2, "value": 2}]),
            },
            "strictly increasing 'up_to'",
        ),
        ({"kind": "formula", "values": one(formula="x")}, "its text and its coefficients"),
    ],
)
def test_a_badly_written_value_is_refused(fault, message):
    with pytest.raises(ParameterError, match=message):
        parse("a.b", changed(**fault))


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ParameterError, match=r"Did you mean publication\.smallest_count\?"):
        get("publication.smalest_count")


def test_a_name_cannot_leave_the_folder():
    with pytest.raises(ParameterError, match="No parameter is called"):
        get("...loader")


def test_a_parameter_is_read_once():
    assert isinstance(get("publication.smallest_count"), Parameter)
    assert get("publication.smallest_count") is get("publication.smallest_count")
