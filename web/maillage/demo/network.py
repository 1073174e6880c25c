"""The demonstration network as it is written in ``network/*.yaml``: read, checked, typed.

One file per part of the département, each with three lists: `organizations`, `venues`, `services`.
Texts may hold ``{town}``: the name of the commune of the venue. All faults are reported at once.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from maillage.demo import fields
from maillage.demo.changes import Change, Closure
from maillage.demo.errors import BrokenNetwork
from maillage.demo.hours import Hours

FOLDER = Path(__file__).parent / "network"
HOME = "70"


@dataclass(frozen=True, slots=True)
class OrganizationSpec:
    """A body of the network."""

    key: str
    name: str
    kind: str
    town: str
    text: str


@dataclass(frozen=True, slots=True)
class VenueSpec:
    """A place; without an invented `street`, it is the town hall."""

    key: str
    name: str
    by: str
    town: str
    street: str = ""
    east: int = 0  # metres from the town hall
    north: int = 0
    access: str = ""
    step_free: bool | None = None


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service; `at` and `stops` map a venue to its hours, `remote` are hours at a distance."""

    key: str
    by: str
    kind: str
    name: str
    name_en: str
    text: str
    text_en: str
    joining: str
    cost: str
    amounts: tuple[Decimal | None, Decimal | None] = (None, None)
    cost_note: str = ""
    ages: tuple[int | None, int | None] = (None, None)
    expectant: bool = False
    modes: tuple[str, ...] = ("on_site",)
    topics: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ("parents",)
    languages: tuple[str, ...] = ("fr",)
    accommodations: tuple[str, ...] = ()
    capacity: int | None = None
    status: str = "active"
    alert: str = ""
    verified: int | None = None  # days before the anchor day
    at: dict[str, tuple[Hours, ...]] = field(default_factory=dict)
    stops: dict[str, tuple[Hours, ...]] = field(default_factory=dict)
    remote: tuple[Hours, ...] = ()
    areas: tuple[tuple[str, str], ...] = ()
    closed: tuple[Closure, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """Everything that the files hold."""

    organizations: tuple[OrganizationSpec, ...]
    venues: tuple[VenueSpec, ...]
    services: tuple[ServiceSpec, ...]

    @property
    def towns(self) -> frozenset[str]:
        """Return the codes of every commune that the network names."""
        areas = {code for service in self.services for _level, code in service.areas}
        homes = {each.town for each in self.organizations}
        return frozenset(homes | {each.town for each in self.venues} | areas - {HOME, ""})


@cache
def read(folder: Path = FOLDER) -> Network:
    """Read every file; raise `BrokenNetwork` with all the faults when there are some."""
    faults: list[str] = []
    organizations: list[OrganizationSpec] = []
    venues: list[VenueSpec] = []
    services: list[ServiceSpec] = []
    for path in sorted(folder.glob("*.yaml")):
        report = fields.Report(path.name, faults)
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as fault:
            faults.append(f"{path.name}: {fault}")
            continue
        organizations.extend(report.build(OrganizationSpec, content.get("organizations", [])))
        venues.extend(report.build(VenueSpec, content.get("venues", [])))
        services.extend(report.build(ServiceSpec, content.get("services", [])))
    network = Network(tuple(organizations), tuple(venues), tuple(services))
    faults.extend(_contradictions(network))
    if faults:
        raise BrokenNetwork(count=len(faults), faults="\n".join(faults))
    return network


def _contradictions(network: Network) -> Iterable[str]:
    yield from _used_twice(each.key for each in network.organizations)
    yield from _used_twice(each.key for each in network.venues)
    yield from _used_twice(each.key for each in network.services)
    organizations = {each.key for each in network.organizations}
    kept_by = {each.key: each.by for each in network.venues}
    kept_by |= {each.key: each.by for each in network.services}
    for key, by in kept_by.items():
        if by not in organizations:
            yield f"{key}: no organization is called {by!r}"
    venues = {each.key for each in network.venues}
    for service in network.services:
        yield from _misplaced(service, venues)


def _misplaced(service: ServiceSpec, venues: set[str]) -> Iterable[str]:
    for venue in sorted({*service.at, *service.stops} - venues):
        yield f"{service.key}: no venue is called {venue!r}"
    if not (service.at or service.stops or service.areas):
        yield f"{service.key}: has neither a venue nor an area"


def _used_twice(keys: Iterable[str]) -> Iterable[str]:
    for key, count in Counter(keys).items():
        if count > 1:
            yield f"{key}: used {count} times"
