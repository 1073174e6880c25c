"""Complaining, answering, asking the département. Each action leaves one audit entry: ids only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from maillage.complaints import codes
from maillage.complaints.errors import ComplaintIsAnswered, NothingToLookAtAgain
from maillage.complaints.models import Complaint
from maillage.complaints.telling import tell_keepers, tell_writer
from maillage.core import audit, scope
from maillage.core.tokens import fingerprint

ANSWERED_WITHIN = timedelta(days=30)
ASKED_AGAIN = timedelta(days=15)

State = Complaint.State


@dataclass(frozen=True, slots=True)
class Grievance:
    """What someone writes, and about whom. An address is not needed."""

    departement: str
    text: str
    organization: UUID | None = None
    service: UUID | None = None
    practitioner: UUID | None = None
    place: str = ""
    email: str = ""
    language: str = "fr"


@transaction.atomic
def complain(said: Grievance, *, now: datetime | None = None) -> tuple[Complaint, str]:
    """Take a complaint in, and give the one code that follows it; only its hash is kept."""
    moment = now or timezone.now()
    code = codes.new()
    scope.hold_link(fingerprint(code))
    made = Complaint(
        pk=uuid4(),
        code_hash=fingerprint(code),
        departement_id=said.departement,
        organization_id=said.organization,
        service_id=said.service,
        practitioner_id=said.practitioner,
        place=said.place,
        text=said.text,
        email=said.email,
        language=said.language,
        received_at=moment,
        due_on=timezone.localdate(moment) + ANSWERED_WITHIN,
    )
    made.save(force_insert=True)
    _trace(None, "complaints.received", made)
    tell_keepers(made, "complaints/received_message.txt")
    tell_writer(made, "complaints/thanks_message.txt", code)
    return made, code


@transaction.atomic
def take(complaint: Complaint, *, by: int) -> Complaint:
    """Say that one takes care of it; who already does stays. Raises `ComplaintIsAnswered`."""
    found = _locked(complaint)
    if found.state == State.ANSWERED:
        raise ComplaintIsAnswered
    if found.state == State.RECEIVED:
        found.state, found.handled_by_id = State.HANDLED, by
        found.save(update_fields=["state", "handled_by"])
        _trace(by, "complaints.taken", found)
    return found


@transaction.atomic
def answer(complaint: Complaint, text: str, *, by: int, now: datetime | None = None) -> Complaint:
    """Answer, in words that the person reads. Raises `ComplaintIsAnswered`."""
    found = _locked(complaint)
    if found.state == State.ANSWERED:
        raise ComplaintIsAnswered
    found.state, found.handled_by_id = State.ANSWERED, by
    found.answer, found.answered_at = text, now or timezone.now()
    found.save(update_fields=["state", "handled_by", "answer", "answered_at"])
    _trace(by, "complaints.answered", found)
    tell_writer(found, "complaints/answered_message.txt")
    return found


@transaction.atomic
def ask_departement(complaint: Complaint, *, now: datetime | None = None) -> Complaint:
    """The person is not satisfied with the answer: the département looks at it, once.

    The first answer stays readable. Raises `NothingToLookAtAgain`.
    """
    moment = now or timezone.now()
    found = _locked(complaint)
    over = found.escalated_at is not None or found.erased_at is not None
    if found.state != State.ANSWERED or over:
        raise NothingToLookAtAgain
    found.first_answer, found.answer = found.answer, ""
    found.state, found.answered_at = State.HANDLED, None
    found.escalated_at, found.reminded_at = moment, None
    found.due_on = timezone.localdate(moment) + ANSWERED_WITHIN
    found.save()
    _trace(None, "complaints.asked_again", found)
    tell_keepers(found, "complaints/escalated_message.txt")
    return found


def chase(now: datetime) -> int:
    """Remind half-way, pass to the département when the time is over; return how many were moved.

    A job: rows are locked, and what another run holds is left to it. Twice the same day is once.
    """
    today = timezone.localdate(now)
    with scope.system():
        waiting = Complaint.objects.open().filter(erased_at=None)
        late = waiting.filter(due_on__lt=today, escalated_at=None)
        half_way = waiting.filter(
            due_on__lte=today + ANSWERED_WITHIN - ASKED_AGAIN, due_on__gte=today, reminded_at=None
        )
        moved = list(late.select_for_update(of=("self",), skip_locked=True))
        for one in moved:
            one.escalated_at = one.reminded_at = now
            one.due_on = today + ASKED_AGAIN
            one.save(update_fields=["escalated_at", "reminded_at", "due_on"])
            _trace(None, "complaints.escalated", one)
            tell_keepers(one, "complaints/escalated_message.txt")
            tell_writer(one, "complaints/passed_on_message.txt")
        reminded = list(half_way.select_for_update(of=("self",), skip_locked=True))
        for one in reminded:
            one.reminded_at = now
            one.save(update_fields=["reminded_at"])
            tell_keepers(one, "complaints/reminder_message.txt")
    return len(moved) + len(reminded)


def forget(now: datetime) -> int:
    """Two years after the answer, keep that there was a complaint and nothing of what it said."""
    with scope.system():
        old = Complaint.objects.filter(
            answered_at__lt=now - timedelta(days=2 * 365), erased_at=None
        )
        return old.update(
            text="", answer="", first_answer="", email="", place="", practitioner=None,
            erased_at=now,
        )  # fmt: skip


def _locked(complaint: Complaint) -> Complaint:
    return Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)


def _trace(by: int | None, verb: str, complaint: Complaint) -> None:
    audit.record(by, verb, complaint, departement=complaint.departement_id)
