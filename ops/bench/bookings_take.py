"""What a process of `bookings.py` does on the database that MAILLAGE_DB names. Part of it.

    slots               print every free time, one JSON list a line
    script              print, for pgbench, the statements of one booking (of the first slots read)
    book SECONDS        take the slots read, one after the other, and print how long each took
    contend ATTEMPTS    take, move and cancel the few slots read, against the others, and count

Slots are read on standard input until an empty line, which is the signal to start.
"""

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from agenda_made import SERVICE
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

import maillage.config.wsgi  # noqa: F401 (loads the application)
from maillage.agenda import actions
from maillage.agenda.booking import Booking, Who
from maillage.agenda.models import Appointment
from maillage.agenda.slots import Asked, Slot, free_slots
from maillage.core import scope
from maillage.core.errors import DomainError
from maillage.families.models import Contact
from maillage.portal.bookings import take

Row = list[str]  # rule, practitioner, place, commune, start, way
FIXED = ("rule", "person", "place", "commune")
UUIDS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
MOMENTS = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
LITERALS = re.compile(r"(E?)'((?:[^']|'')*)'")
VARIABLES = re.compile(r"(:(?:rule|person|place|commune|(?:bare_)?u\d+|t[m\d]+)\b)")
NEAR = timedelta(days=3)


def slots() -> Iterator[Row]:
    """Give every free time of the twelve weeks, in an order of its own."""
    now = timezone.now()
    with transaction.atomic():
        scope.enter("public")
        found = free_slots(Asked([SERVICE], now + NEAR, now + timedelta(days=80), now))
    found = [slot for slot in found if slot.starts_at > now + NEAR]
    random.Random(7).shuffle(found)  # noqa: S311 (the same order each time)
    return map(_row, found)


def _row(slot: Slot) -> Row:
    rule = slot.occurrence.availability
    place = str(rule.service_at_location_id or "")
    return [
        str(rule.pk), str(rule.practitioner_id), place, slot.commune or "",
        slot.starts_at.astimezone(UTC).isoformat(" "), slot.modes[0],
    ]  # fmt: skip


def booking(row: Row) -> Booking:
    """What a family sends for this slot."""
    name = uuid4().hex[:8]
    return Booking(
        key=uuid4(),
        availability_id=UUID(row[0]),
        starts_at=datetime.fromisoformat(row[4]),
        mode=row[5],
        composition=Appointment.Composition.ALONE,
        who=Who(name=name, channel=Contact.Channel.EMAIL, email=f"{name}@example.org"),
    )


def take_one(row: Row) -> Appointment:
    """Book as the page does: the appointment, its link and its confirmation, one transaction."""
    with transaction.atomic():
        scope.enter("public")
        return take(booking(row)).appointment


def script(first: Row, second: Row) -> str:
    """Write one booking as pgbench runs it: the slot comes from a table, new ids from the server.

    What names the slot becomes a variable, a moment near it becomes its distance from the start.
    """
    take_one(first)  # warms up, so that only the statements of a booking are seen
    with override_settings(PREPARED_STATEMENTS=False), CaptureQueriesContext(connection) as seen:
        take_one(second)  # to the end: what it costs to keep is part of it
    return script_of([query["sql"] for query in seen.captured_queries], second)


def script_of(statements: list[str], row: Row) -> str:
    """Put variables where the values of one booking stand."""
    named = {value.replace("-", ""): f":{name}" for name, value in zip(FIXED, row, strict=False)}
    known = _known()
    made: dict[str, str] = {}
    start = datetime.fromisoformat(row[4])

    def identifier(match: "re.Match[str]") -> str:
        bare = match[0].replace("-", "")
        if bare in named:
            return named[bare]
        if bare in known:
            return match[0]
        name = made.setdefault(bare, f"u{len(made)}")
        return f":{name}" if "-" in match[0] else f":bare_{name}"

    def moment(match: "re.Match[str]") -> str:
        away = datetime.fromisoformat(match[0]) - start
        if abs(away) > NEAR:
            return match[0]
        name = f"t{int(away.total_seconds())}".replace("-", "m")
        return times.setdefault(name, f":{name}")

    times: dict[str, str] = {}
    body = [MOMENTS.sub(moment, UUIDS.sub(identifier, sql)) for sql in statements]
    if row[3]:
        body = [sql.replace(f"'{row[3]}'", "':commune'") for sql in body]
    body = [LITERALS.sub(_with_variables, sql) for sql in body]
    shifts = ", ".join(
        f"((starts + interval '{name[1:].replace('m', '-')} s') at time zone 'UTC')::text"
        f" || '+00' as {name}"
        for name in times
    )
    ids = ", ".join(f"{name}, replace({name}, '-', '') as bare_{name}" for name in made.values())
    drawn = ", ".join(f"gen_random_uuid()::text as {name}" for name in made.values())
    first = (
        f"select rule, person, place, commune, {shifts}, {ids} from bench_slot,"  # noqa: S608
        f" (select {drawn}) as drawn where k = (select nextval('bench_slot_k')) \\gset"
    )
    return "\n".join([first, *(f"{' '.join(sql.split())};" for sql in body)]) + "\n"


def _with_variables(literal: "re.Match[str]") -> str:
    """Take the variables out of the quotes, as a prepared statement takes its values."""
    kind, text = literal.groups()
    parts = [part for part in VARIABLES.split(text) if part]
    if not any(VARIABLES.fullmatch(part) for part in parts):
        return literal[0]
    said = [f"{part}::text" if VARIABLES.fullmatch(part) else f"{kind}'{part}'" for part in parts]
    return f"({' || '.join(said)})"


def _known() -> set[str]:
    """Identifiers that stand before the booking and stay the same for each."""
    with connection.cursor() as cursor:
        cursor.execute("select id::text from organizations_organization")
        found = {str(row[0]).replace("-", "") for row in cursor.fetchall()}
    return found | {SERVICE.hex}


def until(seconds: float, act: Callable[[], object]) -> Iterator[float]:
    """Do it again and again for so long; give how long each took, in seconds."""
    end = time.perf_counter() + seconds
    while (began := time.perf_counter()) < end:
        act()
        yield time.perf_counter() - began


def book(rows: list[Row], seconds: float) -> tuple[list[float], float]:
    """Take one slot after the other: the seconds that each took, and the computing of all."""
    left, began = iter(rows), time.process_time()
    waits = list(until(seconds, lambda: take_one(next(left))))
    return waits, time.process_time() - began


def contend(rows: list[Row], attempts: int) -> Counter[str]:
    """Try whatever may be tried on a few slots that every process wants."""
    chance, mine, told = random.Random(), list[Appointment](), Counter[str]()  # noqa: S311

    def attempt() -> None:
        what = chance.choice(["book", "book", "book", "move", "cancel"]) if mine else "book"
        row = chance.choice(rows)
        try:
            if what == "book":
                mine.append(take_one(row))
            else:
                one = mine.pop(chance.randrange(len(mine)))
                mine.extend(_change(one, what, row))
            told[what] += 1
        except DomainError as refusal:
            told[type(refusal).__name__] += 1

    for _one in range(attempts):
        attempt()
    told["attempts"] = attempts
    return told


def _change(one: Appointment, what: str, row: Row) -> list[Appointment]:
    with transaction.atomic():
        scope.enter("public")
        scope.hold_contact(one.contact_id)
        if what == "cancel":
            actions.cancel(one)
            return []
        return [actions.move(one, UUID(row[0]), datetime.fromisoformat(row[4]))]


def read() -> list[Row]:
    """Read slots until the empty line that says go."""
    return [json.loads(line) for line in iter(sys.stdin.readline, "\n")]


def main() -> None:
    """Do what was asked."""
    what = sys.argv[1]
    if what == "slots":
        for row in slots():
            print(json.dumps(row))
        return
    rows = read()
    if what == "script":
        print(script(*rows[:2]))
    elif what == "book":
        print(json.dumps(book(rows, float(sys.argv[2]))))
    else:
        print(json.dumps(contend(rows, int(sys.argv[2]))))


if __name__ == "__main__":
    main()
