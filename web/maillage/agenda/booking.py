"""What a family asks for when it books, in one value that the form builds and the action reads."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from maillage.agenda.models import Appointment
from maillage.families.models import Contact


@dataclass(frozen=True, slots=True)
class Who:
    """The adult who books: a first name or a nickname, and one way to be reached."""

    name: str
    channel: Contact.Channel
    email: str = ""
    phone: str = ""
    language: str = "fr"
    discreet: bool = False


@dataclass(frozen=True, slots=True)
class Booking:
    """One request. The same `key` sent twice gives one appointment.

    `who` makes a household; `known` names a contact whose identity the caller has just proven (a
    link, a code, a right of staff), and then nobody new is made. One of them is given.
    """

    key: UUID
    availability_id: UUID
    starts_at: datetime
    mode: str
    composition: Appointment.Composition
    who: Who | None = None
    children: tuple[date, ...] = ()  # months of birth, of the children who come
    commune: str | None = None
    known: UUID | None = None
    due_months: tuple[date, ...] = ()  # months when a birth is awaited
    others: tuple[UUID, ...] = ()  # practitioners who receive together with the rule's own
    room: UUID | None = None  # another room of the same place
    offer: UUID | None = None  # the freed slot that is held for this family

    @property
    def persons(self) -> int:
        """How many come: what a room must hold, the professionals aside."""
        adults = 2 if self.composition in {"couple", "family"} else 1
        brings = self.composition in {"with_children", "family"}
        return adults + (max(1, len(self.children)) if brings else 0)

    @property
    def contact_id(self) -> UUID:
        """Whose appointment it is; a new contact is named beforehand, to own what it writes."""
        return self.known or uuid5(self.key, "contact")

    @property
    def household_id(self) -> UUID:
        """The household that this request makes, for someone new."""
        return uuid5(self.key, "household")
