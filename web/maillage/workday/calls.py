"""The queue of families to call back: keep a line, note a call. One line, one answer at a time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from maillage.core import audit, scope
from maillage.families import contacts
from maillage.families.models import Consent, Contact
from maillage.workday.errors import AlreadyToCallBack, SomeoneCalledFirst
from maillage.workday.models import CallBack

State = CallBack.State


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A family that nothing names here yet: what to call it, how to reach it."""

    name: str
    channel: Contact.Channel
    address: str
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Promise:
    """What an agent promises: whom to call, when, why, and how the family agreed."""

    key: UUID
    organization_id: UUID
    departement_id: str
    who: Contact | Newcomer
    purpose: CallBack.Purpose
    call_on: date
    means: Consent.Means
    origin: CallBack.Origin = CallBack.Origin.NOTHING
    object_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call; `again_on` keeps the line open until that day."""

    step: int  # how many calls the page had seen noted: another number means that it is old
    answer: str
    again_on: date | None = None


def keep(promise: Promise, *, by: int) -> CallBack:
    """Keep a line with the family's word for it. The same form sent twice leaves one line.

    Raises `AlreadyToCallBack` when this family is to be called for this reason already.
    """
    try:
        with transaction.atomic():
            return _kept(promise, by)
    except IntegrityError:
        former = CallBack.objects.filter(pk=promise.key).first()
        if former is None:
            raise AlreadyToCallBack from None
        return former


@transaction.atomic
def note(line: CallBack, called: Called, *, by: int) -> None:
    """Note a call: reached, missed until another day, or no longer needed.

    Raises `SomeoneCalledFirst` when a colleague noted one since the page was shown.
    """
    now = timezone.now()
    stays = called.again_on is not None and called.answer != State.NO_LONGER
    missed = line.missed + 1 if called.answer == "missed" else 0
    seen = CallBack.objects.filter(pk=line.pk, state=State.OPEN, step=called.step)
    changed = seen.update(
        state=State.OPEN if stays else State(called.answer),
        call_on=called.again_on if stays else line.call_on,
        step=called.step + 1,
        missed=missed,
        called_at=now,
        called_by=by,
        closed_at=None if stays else now,
    )
    if not changed:
        raise SomeoneCalledFirst(who=_who_called(line))
    audit.record(
        by, f"workday.call_{called.answer}", line,
        departement=line.departement_id, acting_as=str(line.contact_id),
    )  # fmt: skip


def _kept(promise: Promise, by: int) -> CallBack:
    contact = promise.who if isinstance(promise.who, Contact) else _noted(promise, promise.who)
    consent = Consent.objects.create(
        contact=contact,
        departement_id=contact.departement_id,
        purpose=Consent.Purpose.CALL_BACK,
        object_id=promise.key,
        means=promise.means,
        recorded_by_id=by,
    )
    line = CallBack(
        pk=promise.key,
        departement_id=contact.departement_id,
        organization_id=promise.organization_id,
        contact=contact,
        consent=consent,
        purpose=promise.purpose,
        origin=promise.origin,
        object_id=promise.object_id,
        call_on=promise.call_on,
        kept_by_id=by,
    )
    line.save(force_insert=True)
    audit.record(
        by, "workday.call_promised", line,
        departement=line.departement_id, acting_as=str(contact.pk),
    )  # fmt: skip
    return line


def _noted(promise: Promise, who: Newcomer) -> Contact:
    made = contacts.register(
        who.name,
        who.channel,
        who.address,
        departement_id=promise.departement_id,
        language=who.language,
    )
    scope.hold_contact(None)  # the agent notes the family, and does not become it
    return made


def _who_called(line: CallBack) -> str:
    found = CallBack.objects.filter(pk=line.pk).select_related("called_by").first()
    return str(found.called_by) if found is not None and found.called_by else "?"
