"""Dated values, each with the text that sets it.

One YAML file per value under ``fr/``. Its path is its name:
``fr/population/share_under_3.yaml`` is ``population.share_under_3``.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, TypeAlias

import yaml

Kind: TypeAlias = Literal["value", "bands", "formula", "scale"]
Status: TypeAlias = Literal["verified", "derived", "unchecked"]
KINDS = ("value", "bands", "formula", "scale")
STATUSES = ("verified", "derived", "unchecked")
UNITS = frozenset(
    {"year", "month", "day", "hour", "minute", "euro", "euro/hour", "euro/month", "percent",
     "ratio", "share of population", "child/adult", "child/service", "place",
     "places per 100 children", "person", "birth", "FTE", "km"}
)  # fmt: skip
FIELDS = {"title", "meaning", "unit", "kind", "status", "values", "checked"}
FIELD_OF_KIND = {"value": "value", "bands": "bands", "formula": "formula", "scale": "scale"}
ROOT = Path(__file__).parent / "fr"


class ParameterError(LookupError):
    """A dated value is unknown, not yet in force, or badly written."""


@dataclass(frozen=True, slots=True)
class Band:
    """One step of a scale: it holds up to and including `up_to`; None for the last one."""

    up_to: Decimal | None
    value: Decimal


@dataclass(frozen=True, slots=True)
class Formula:
    """A rule written in words and symbols, and the numbers it uses."""

    text: str
    coefficients: tuple[tuple[str, Decimal], ...]

    def coefficient(self, name: str) -> Decimal:
        """Return one number of the rule."""
        found = dict(self.coefficients)
        if name not in found:
            raise ParameterError(f"the formula has no coefficient {name}; it has {sorted(found)}.")
        return found[name]


@dataclass(frozen=True, slots=True)
class Step:
    """One band of a fee scale: `base` + `percent` % of the income, up to a bound."""

    up_to: Decimal | None  # None for the last one, or where `reference` names the bound
    reference: str  # another amount that is the bound, "" where the bound is a number
    holds_bound: bool  # whether an income equal to the bound is still in this band
    base: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """Fees by income: bands, then rounding half up, then a floor and a ceiling."""

    rounding: Decimal
    floor: Decimal
    ceiling: Decimal
    steps: tuple[Step, ...]


Content: TypeAlias = Decimal | tuple[Band, ...] | Formula | Scale


@dataclass(frozen=True, slots=True)
class Entry:
    """What is in force from one day on, and why."""

    since: date
    source_title: str
    source_url: str  # "" where the text has no address
    content: Content

    @property
    def amount(self) -> Decimal:
        """Return the one number of a parameter of kind `value`."""
        if not isinstance(self.content, Decimal):
            raise ParameterError("this parameter is not a single value.")
        return self.content

    @property
    def formula(self) -> Formula:
        """Return the rule of a parameter of kind `formula`."""
        if not isinstance(self.content, Formula):
            raise ParameterError("this parameter is not a formula.")
        return self.content

    @property
    def scale(self) -> Scale:
        """Return the fees of a parameter of kind `scale`."""
        if not isinstance(self.content, Scale):
            raise ParameterError("this parameter is not a scale.")
        return self.content

    def at(self, position: Decimal | int) -> Decimal:
        """Return the value of the band that holds `position`, for a parameter of kind `bands`."""
        if not isinstance(self.content, tuple):
            raise ParameterError("this parameter has no bands.")
        for band in self.content:
            if band.up_to is None or position <= band.up_to:
                return band.value
        last = self.content[-1].up_to
        raise ParameterError(f"no band holds {position}: the last one ends at {last}.")


@dataclass(frozen=True, slots=True)
class Parameter:
    """Every dated value of one parameter, oldest first."""

    name: str
    title: str
    meaning: str
    unit: str
    kind: Kind
    status: Status
    entries: tuple[Entry, ...]
    checked: date

    def on(self, day: date) -> Entry:
        """Return what is in force on `day`; raise `ParameterError` before the first entry."""
        position = bisect_right(self.entries, day, key=lambda entry: entry.since)
        if position == 0:
            first = self.entries[0].since
            raise ParameterError(f"{self.name} is not defined on {day}: it starts on {first}.")
        return self.entries[position - 1]

    @property
    def may_bill(self) -> bool:
        """Say whether it may bill anyone without a local confirmation."""
        return self.status == "verified"


@cache
def get(name: str) -> Parameter:
    """Return the parameter called `name`, e.g. ``population.share_under_3``."""
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ParameterError(f"No parameter is called {name}.{hint}")
    path = ROOT / f"{name.replace('.', '/')}.yaml"
    return parse(name, yaml.safe_load(path.read_text(encoding="utf-8")))


@cache
def names() -> tuple[str, ...]:
    """Return every parameter name, sorted."""
    found = (path.relative_to(ROOT).with_suffix("") for path in ROOT.rglob("*.yaml"))
    return tuple(sorted(".".join(path.parts) for path in found))


def stale(day: date, *, after_days: int) -> tuple[str, ...]:
    """Return the parameters that nobody has compared with their text for so long."""
    return tuple(name for name in names() if (day - get(name).checked).days > after_days)


def parse(name: str, data: dict[str, Any]) -> Parameter:
    """Build a `Parameter` from its YAML, refusing anything undated, unsourced or unordered."""
    wrong = sorted(FIELDS ^ set(data))
    if wrong:
        raise ParameterError(f"{name}: fields missing or unknown: {', '.join(wrong)}.")
    for field, allowed in (("unit", UNITS), ("kind", KINDS), ("status", STATUSES)):
        if data[field] not in allowed:
            raise ParameterError(
                f"{name}: {field} {data[field]!r} is not one of {sorted(allowed)}."
            )
    if not isinstance(data["checked"], date):
        raise ParameterError(f"{name}: 'checked' must be a date.")
    entries = tuple(_entry(name, data["kind"], row) for row in data["values"] or ())
    if not entries or any(later.since <= earlier.since for earlier, later in pairwise(entries)):
        raise ParameterError(f"{name}: values need one or more strictly increasing 'from' dates.")
    return Parameter(
        name=name,
        title=data["title"],
        meaning=data["meaning"],
        unit=data["unit"],
        kind=data["kind"],
        status=data["status"],
        entries=entries,
        checked=data["checked"],
    )


def _entry(name: str, kind: Kind, row: dict[str, Any]) -> Entry:
    source = row.get("source") or {}
    if not isinstance(row.get("from"), date) or not source.get("title"):
        raise ParameterError(f"{name}: each value needs a 'from' date and a source with a title.")
    if FIELD_OF_KIND[kind] not in row:
        raise ParameterError(f"{name}: a parameter of kind {kind} needs '{FIELD_OF_KIND[kind]}'.")
    return Entry(row["from"], source["title"], source.get("url") or "", READERS[kind](name, row))


def _value(name: str, row: dict[str, Any]) -> Decimal:
    return _decimal(name, row["value"])


def _bands(name: str, row: dict[str, Any]) -> tuple[Band, ...]:
    bands = tuple(
        Band(
            up_to=None if band.get("up_to") is None else _decimal(name, band["up_to"]),
            value=_decimal(name, band["value"]),
        )
        for band in row["bands"] or ()
    )
    ends = [band.up_to for band in bands]
    closed = [end for end in ends[:-1] if end is not None]
    if not bands or len(closed) != len(ends) - 1:
        raise ParameterError(f"{name}: only the last band may have no 'up_to'.")
    known = closed + [end for end in ends[-1:] if end is not None]
    if any(later <= earlier for earlier, later in pairwise(known)):
        raise ParameterError(f"{name}: bands need strictly increasing 'up_to'.")
    return bands


def _formula(name: str, row: dict[str, Any]) -> Formula:
    coefficients = row.get("coefficients") or {}
    if not row["formula"] or not coefficients:
        raise ParameterError(f"{name}: a formula needs its text and its coefficients.")
    return Formula(
        text=row["formula"],
        coefficients=tuple((key, _decimal(name, value)) for key, value in coefficients.items()),
    )


def _scale(name: str, row: dict[str, Any]) -> Scale:
    scale = row["scale"] or {}
    missing = sorted({"rounding", "floor", "ceiling", "bands"} - set(scale))
    if missing:
        raise ParameterError(f"{name}: a scale needs {', '.join(missing)}.")
    steps = tuple(_step(name, band) for band in scale["bands"])
    open_ended = [step.up_to is None and not step.reference for step in steps]
    if not steps or open_ended != [False] * (len(steps) - 1) + [True]:
        raise ParameterError(f"{name}: the last band of a scale, and no other, has no bound.")
    bounds = [step.up_to for step in steps if step.up_to is not None]
    if any(later <= earlier for earlier, later in pairwise(bounds)):
        raise ParameterError(f"{name}: bands need strictly increasing 'up_to'.")
    limits = {field: _decimal(name, scale[field]) for field in ("rounding", "floor", "ceiling")}
    return Scale(**limits, steps=steps)


def _step(name: str, band: dict[str, Any]) -> Step:
    bound = band.get("up_to")
    named = bound if isinstance(bound, str) else ""
    return Step(
        up_to=None if bound is None or named else _decimal(name, bound),
        reference=named,
        holds_bound=band.get("holds_bound", True),
        base=_decimal(name, band["base"]),
        percent=_decimal(name, band.get("percent", 0)),
    )


def _decimal(name: str, value: object) -> Decimal:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal("NaN")
    if isinstance(value, bool) or not found.is_finite():
        raise ParameterError(f"{name}: {value!r} is not a number.")
    return found


READERS: dict[Kind, Callable[[str, dict[str, Any]], Content]] = {
    "value": _value,
    "bands": _bands,
    "formula": _formula,
    "scale": _scale,
}
