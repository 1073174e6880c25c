"""Reading words: by the one they are for, in their own session."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from maillage.agenda.models import Appointment
from maillage.notes import actions, keys
from maillage.notes.models import Note
from maillage.notes.readers import readers_of


@dataclass(frozen=True, slots=True)
class Words:
    """One opened text."""

    note: Note
    text: str


@dataclass(frozen=True, slots=True)
class Mine:
    """What one professional may read about one session."""

    versions: list[Words] = field(default_factory=list)  # my own note, newest first
    left: list[Words] = field(default_factory=list)  # what the family left before it
    handed: list[Words] = field(default_factory=list)  # what a colleague handed over to me

    @property
    def current(self) -> Words | None:
        """My note as it stands."""
        return self.versions[0] if self.versions else None


@dataclass(frozen=True, slots=True)
class Left:
    """What a parent's page says of their own word: that it is there, not what it says."""

    on: datetime
    read_on: datetime | None
    reaches: bool  # false once someone else gives the session


def mine(appointment: Appointment, reader: int) -> Mine:
    """Open what `reader`, who is signed in, may read about a session; the rest is not even seen.

    A family's word follows an appointment that moves, as long as the same person gives it.
    """
    chain = list(actions.earlier([appointment.pk]))
    booked = reader in readers_of(appointment)
    found = Note.objects.filter(appointment__in=chain or [appointment.pk], reader=reader)
    said, private = Mine(), dict[UUID, bytes]()
    for note in found.order_by("-written_at", "-number", "pk"):
        if note.kind == Note.Kind.LEFT and not booked:
            continue
        if note.key_id not in private:
            private[note.key_id] = keys.private_of(note.key_id, reader)
        words = Words(note, actions.opened_with(note, private[note.key_id]))
        if note.kind == Note.Kind.LEFT:
            said.left.append(words)
        elif note.author_id == reader:
            said.versions.append(words)
        else:
            said.handed.append(words)
    return said


def left_on(appointment: Appointment) -> Left | None:
    """What the parent, through their link, may know of the word they left."""
    chain = list(actions.earlier([appointment.pk]))
    found = Note.objects.left().filter(appointment__in=chain, contact=appointment.contact_id)
    notes = list(found.order_by("written_at", "pk"))
    if not notes:
        return None
    booked = readers_of(appointment)
    reaching = [note for note in notes if note.reader_id in booked]
    read = [note.opened_at for note in reaching if note.opened_at]
    return Left(notes[-1].written_at, min(read, default=None), bool(reaching))


def waiting(appointment_ids: Iterable[UUID], reader: int) -> dict[UUID, bool]:
    """Which of these sessions have a family's word for `reader`, and whether it is still unread."""
    chain = actions.earlier(list(appointment_ids))
    found = Note.objects.left().filter(appointment__in=list(chain), reader=reader)
    said: dict[UUID, bool] = {}
    for appointment, read in found.values_list("appointment_id", "opened_at"):
        standing = chain[appointment]
        said[standing] = said.get(standing, False) or read is None
    return said
