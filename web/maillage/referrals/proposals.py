"""What a referral is made of, in one value that a form builds and an action reads."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from maillage.agenda.booking import Who
from maillage.families.models import Consent


@dataclass(frozen=True, slots=True)
class Candidacy:
    """One service that could take the family, and how far it is."""

    service_id: UUID
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a professional prepares with the parent. The same `key` twice makes one referral."""

    key: UUID
    appointment_id: UUID
    need: str
    why: str
    candidates: tuple[Candidacy, ...]
    birth_month: date | None = None
    availability: str = ""
    handover: str = ""
    handover_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a parent asks by themself: that these services, and no other, call them back.

    `known` names a contact whose identity the caller has just proven; `who` makes a new one.
    """

    key: UUID
    need: str
    departement_id: str
    candidates: tuple[Candidacy, ...]
    who: Who | None = None
    known: UUID | None = None
    commune: str | None = None
    birth_month: date | None = None
    availability: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Which services the parent agrees to, how it was said, and who heard it."""

    candidate_ids: frozenset[UUID]
    means: Consent.Means = Consent.Means.ONLINE
    by: int | None = None
