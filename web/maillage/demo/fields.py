"""Turn one mapping of a YAML file into a typed specification, collecting every fault."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from maillage.demo import changes, hours
from maillage.directory.models import Service
from maillage.directory.needs import BY_CODE
from maillage.directory.vocabulary import LANGUAGES, Accommodation, Audience, Delivery, Kind
from maillage.organizations.models import Organization

Spec = TypeVar("Spec")
Reader = Callable[[Any], Any]


def one_of(*allowed: str) -> Reader:
    """Accept one word of a list."""

    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
        return str(value)

    return read


def some_of(*allowed: str) -> Reader:
    """Accept a list of words of a list."""
    one = one_of(*allowed)
    return lambda values: tuple(one(value) for value in values)


def span(read: Callable[[str], Any]) -> Reader:
    """Accept ``2-47``, ``72-`` or ``-36``."""

    def read_span(value: Any) -> tuple[Any, Any]:
        low, dash, high = str(value).partition("-")
        if not dash:
            raise ValueError(f"{value!r} is not 'low-high'")
        return (read(low) if low else None, read(high) if high else None)

    return read_span


def lines(read: Callable[[str], Any]) -> Reader:
    """Accept a list of lines."""
    return lambda values: tuple(read(value) for value in values or ())


def places(values: Any) -> dict[str, tuple[hours.Hours, ...]]:
    """Accept a mapping of venues to their lines of hours."""
    return {venue: lines(hours.read)(found) for venue, found in values.items()}


def area(value: str) -> tuple[str, str]:
    """Accept ``departement 70``, ``epci 70279`` (that of this commune), ``commune 70279``."""
    level, _, code = value.partition(" ")
    return (one_of("departement", "epci", "commune", "france")(level), code)


def _text(value: Any) -> str:
    text = " ".join(str(value).split())
    if not text:
        raise ValueError("is empty")
    return text


_CHOICES: dict[str, dict[str, Reader]] = {
    "OrganizationSpec": {"kind": one_of(*Organization.Kind.values)},
    "VenueSpec": {},
    "ServiceSpec": {
        "kind": one_of(*Kind.values),
        "joining": one_of(*Service.Joining.values),
        "cost": one_of(*Service.Cost.values),
        "status": one_of(*Service.Status.values),
    },
}
_READERS: dict[str, Reader] = {
    **dict.fromkeys(
        ("key", "name", "name_en", "text", "text_en", "cost_note", "by", "town", "street",
         "access", "alert"),
        _text,
    ),
    **dict.fromkeys(("east", "north", "capacity", "verified"), int),
    **dict.fromkeys(("step_free", "expectant"), bool),
    "amounts": span(Decimal),
    "ages": span(int),
    "modes": some_of(*Delivery.values),
    "topics": some_of(*BY_CODE),
    "audiences": some_of(*Audience.values),
    "languages": some_of(*LANGUAGES),
    "accommodations": some_of(*Accommodation.values),
    "at": places,
    "stops": places,
    "remote": lines(hours.read),
    "areas": lines(area),
    "closed": lines(changes.read_closure),
    "changes": lines(changes.read_change),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """Where faults are written: the file that they are in, and the list of all of them."""

    file: str
    faults: list[str]

    def build(self, kind: type[Spec], entries: list[Mapping[str, Any]]) -> list[Spec]:
        """Build what can be built; note everything else."""
        built = []
        for entry in entries:
            where = f"{self.file}: {entry.get('key', '(no key)')}"
            values, wrong = _values(kind, entry)
            self.faults.extend(f"{where}: {fault}" for fault in wrong)
            if not wrong:
                built.append(kind(**values))
        return built


def _values(kind: type[Any], entry: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    known = {field.name: field for field in fields(kind)}
    required = {
        name
        for name, field in known.items()
        if field.default is MISSING and field.default_factory is MISSING
    }
    wrong = [f"unknown field {name!r}" for name in entry.keys() - known.keys()]
    wrong += [f"missing field {name!r}" for name in sorted(required - entry.keys())]
    values: dict[str, Any] = {}
    for name in entry.keys() & known.keys():
        reader = _CHOICES[kind.__name__].get(name) or _READERS[name]
        try:
            values[name] = reader(entry[name])
        except (ValueError, TypeError, AttributeError, InvalidOperation) as fault:
            wrong.append(f"{name}: {fault}")
    return values, wrong
