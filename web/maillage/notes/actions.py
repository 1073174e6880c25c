"""What may be done with words for one reader. Each action is one transaction.

The trail says that something was written and by whom, never to whom it was shown nor a word of it.
"""

import uuid
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from maillage.agenda.errors import AppointmentIsOver
from maillage.agenda.models import Appointment
from maillage.core import audit
from maillage.notes import keys, sealing
from maillage.notes.errors import NobodyReadsHere, NoteChangedElsewhere
from maillage.notes.models import Note, ReaderKey
from maillage.notes.readers import readers_of
from maillage.organizations.errors import NotAllowed

LONGEST_NOTE = 4000
LONGEST_WORD = 1000
_SPACE = 0x6E6F7465  # keeps these locks apart from anyone else's


@transaction.atomic
def write(
    appointment: Appointment, author: int, text: str, *, after: int | None = None
) -> Note | None:
    """Keep a professional's own words about a session; a change is a new version.

    `author` is the account that is signed in, and `after` the version that was being changed. Empty
    words on nothing keep nothing. Raises `NotAllowed` when the author does not give this session,
    `NoteChangedElsewhere` when another version came in between. The same text twice is one version.
    """
    if author not in readers_of(appointment):
        raise NotAllowed
    _lock(appointment.pk)
    mine = Note.objects.private().filter(appointment=appointment, author=author, reader=author)
    last = mine.order_by("-number").first()
    if last is None and not text.strip():
        return None
    if last is not None:
        if opened(last, author) == text:
            return last
        if after is not None and after != last.number:
            raise NoteChangedElsewhere
    note = Note(
        kind=Note.Kind.PRIVATE,
        number=last.number + 1 if last else 1,
        reader_id=author,
        author_id=author,
    )
    return _keep(note, appointment, text)


@transaction.atomic
def remove(appointment: Appointment, author: int) -> int:
    """Destroy one's own note, every version; twice is harmless."""
    found = Note.objects.private().filter(appointment=appointment, author=author, reader=author)
    count = found.delete()[0]
    if count:
        audit.record(author, "notes.removed", appointment, departement=appointment.departement_id)
    return count


@transaction.atomic
def leave_for_session(appointment: Appointment, text: str) -> list[Note]:
    """Leave a parent's word to whoever gives this session, in the place of the former one.

    The page that calls this has checked the parent's link: rows are the contact's own. It is sealed
    for the booked professionals, so that nobody else reads it, the parent's own page included.
    Raises `AppointmentIsOver` once it is past or cancelled, `NobodyReadsHere` when none has an
    account.
    """
    standing = {Appointment.State.PENDING, Appointment.State.CONFIRMED}
    if appointment.state not in standing or appointment.ends_at <= timezone.now():
        raise AppointmentIsOver
    readers = readers_of(appointment)
    if not readers:
        raise NobodyReadsHere
    _lock(appointment.pk)
    _forget_left(appointment)
    left = [
        Note(kind=Note.Kind.LEFT, reader_id=one, contact_id=appointment.contact_id)
        for one in sorted(readers)
    ]
    return [_keep(note, appointment, text) for note in left]


@transaction.atomic
def take_back(appointment: Appointment) -> int:
    """Remove the word that a parent left; twice is harmless."""
    return _forget_left(appointment)


@transaction.atomic
def mark_opened(notes: list[Note]) -> None:
    """Note that these words were read: the parent sees it on their page."""
    Note.objects.filter(pk__in=[one.pk for one in notes], opened_at=None).update(
        opened_at=timezone.now()
    )


def opened(note: Note, reader: int) -> str:
    """Open one text for the account that is signed in. Raises `CannotBeOpened` for anyone else."""
    return opened_with(note, keys.private_of(note.key_id, reader))


def opened_with(note: Note, private: bytes) -> str:
    """Open one text with a key at hand."""
    return sealing.opened(bytes(note.sealed), private, about=identity(note))


def identity(note: Note) -> bytes:
    """What a sealed text is about: its row. Moved to another one, it opens nowhere."""
    parts = (note.pk, note.kind, note.appointment_id, note.reader_id, note.author_id,
             note.contact_id, note.number)  # fmt: skip
    return ("maillage note " + " ".join(str(part) for part in parts)).encode()


def seal(note: Note, text: str) -> None:
    """Seal `text` for the note's reader."""
    key: ReaderKey = keys.for_sealing(note.reader_id)
    note.key = key
    note.sealed = sealing.seal(text, bytes(key.public_key), about=identity(note))


def place(note: Note, appointment: Appointment) -> None:
    """Say which session, family and département a note is of."""
    note.appointment = appointment
    note.household_id = appointment.household_id
    note.departement_id = appointment.departement_id


def earlier(appointment_ids: list[UUID]) -> dict[UUID, UUID]:
    """Each of these appointments and those it was moved from, with the one that stands now."""
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [appointment_ids])
        return dict(cursor.fetchall())


_CHAIN = """
with recursive chain(id, now) as (
    select id, id from agenda_appointment where id = any (%s)
    union all
    select former.id, chain.now from agenda_appointment as former
    join chain on former.moved_to_id = chain.id)
select id, now from chain
"""


def _keep(note: Note, appointment: Appointment, text: str) -> Note:
    place(note, appointment)
    note.written_at = timezone.now()
    seal(note, text)
    note.save(force_insert=True)
    audit.record(
        note.author_id, f"notes.{note.kind}_written", appointment,
        departement=appointment.departement_id,
        acting_as=str(note.contact_id) if note.contact_id else "",
    )  # fmt: skip
    return note


def _forget_left(appointment: Appointment) -> int:
    before = list(earlier([appointment.pk]))
    found = Note.objects.left().filter(appointment__in=before, contact=appointment.contact_id)
    return found.delete()[0]


def _lock(appointment_id: uuid.UUID) -> None:
    """Wait for whoever writes about the same session; a visitor may not lock rows."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, hashtext(%s))", [_SPACE, str(appointment_id)]
        )
