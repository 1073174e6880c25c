"""What a process of `bookings.py` does on the database that MAILLAGE_DB names. Part of it.

    slots               print every free time, one JSON list a line
    script              print, for pgbench, the statements of one booking (of the first slots read)
    book SECONDS        take the slots read, one after the other, and print how long each took
    contend SECONDS     take, move and cancel the few slots read, against the others, and count

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
from django.test.utils import CaptureQueriesContext
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
    with CaptureQueriesContext(connection) as seen, transaction.atomic():
        scope.enter("public")
        take(booking(second))
        transaction.set_rollback(True)
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
        return match[0] if bare in known else made.setdefault(bare, f":u{len(made)}")

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
    shifts = ", ".join(
        f"to_char((starts + interval '{name[1:].replace('m', '-')} s') at time zone 'UTC',"
        f" 'YYYY-MM-DD HH24:MI:SS+00:00') as {name}"
        for name in times
    )
    ids = ", ".join(
        f"replace(gen_random_uuid()::text, '-', '') as {name[1:]}" for name in made.values()
    )
    first = (
        f"select rule, person, place, commune, {shifts}, {ids} from bench_slot"  # noqa: S608
        " where k = (select nextval('bench_slot_k')) \\gset"
    )
    return "\n".join([first, *(f"{' '.join(sql.split())};" for sql in body)]) + "\n"


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


def book(rows: list[Row], seconds: float) -> list[float]:
    """Take one slot after the other; each took so many seconds."""
    left = iter(rows)
    return list(until(seconds, lambda: take_one(next(left))))


def contend(rows: list[Row], seconds: float) -> Counter[str]:
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

    for _took in until(seconds, attempt):
        told["attempts"] += 1
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
        print(json.dumps(contend(rows, float(sys.argv[2]))))


if __name__ == "__main__":
    main()
