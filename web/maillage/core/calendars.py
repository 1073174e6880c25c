"""Events as an iCalendar file (RFC 5545), with the rules of the clocks that they follow."""

from collections.abc import Iterable

from icalendar import Calendar, Event


def calendar(producer: str, name: str = "") -> Calendar:
    """Begin a calendar; `name` is what a program calls it."""
    begun = Calendar()
    begun.add("prodid", producer)
    begun.add("version", "2.0")
    if name:
        begun.add("name", name)
        begun.add("x-wr-calname", name)
    return begun


def written(begun: Calendar, events: Iterable[Event]) -> bytes:
    """Return the whole file."""
    for event in events:
        begun.add_component(event)
    begun.add_missing_timezones()
    return bytes(begun.to_ical())
