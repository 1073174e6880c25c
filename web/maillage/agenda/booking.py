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
    """One request. The same `key` sent twice gives one appointment."""

    key: UUID
    availability_id: UUID
    starts_at: datetime
    mode: str
    composition: Appointment.Composition
    who: Who
    children: tuple[date, ...] = ()  # months of birth, of the children who come
    commune: str | None = None

    @property
    def persons(self) -> int:
        """How many come: what a room must hold, the professional aside."""
        adults = 2 if self.composition in {"couple", "family"} else 1
        brings = self.composition in {"with_children", "family"}
        return adults + (max(1, len(self.children)) if brings else 0)

    @property
    def contact_id(self) -> UUID:
        """The contact that this request makes: known beforehand, so that it owns what it writes."""
        return uuid5(self.key, "contact")

    @property
    def household_id(self) -> UUID:
        """The household that this request makes."""
        return uuid5(self.key, "household")
