"""Enrolling in a training, and leaving with its paper. Each action leaves one audit entry."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db import transaction

from maillage.core import audit
from maillage.organizations.models import Membership
from maillage.practitioners.errors import SessionIsFull, SessionIsNotOver, SessionIsOver
from maillage.practitioners.models import Credential, Enrolment, Practitioner, TrainingSession

State = Enrolment.State
ADMINISTRATOR = Membership.Role.ADMINISTRATOR.value


@transaction.atomic
def enrol(session: TrainingSession, person: Practitioner, *, by: int, today: date) -> Enrolment:
    """Give someone a place. Raises `SessionIsOver` or `SessionIsFull`.

    The session is locked, so that the last place is given once; enrolling twice is one enrolment.
    """
    locked = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if locked.starts_on < today:
        raise SessionIsOver
    already = Enrolment.objects.filter(session=locked, practitioner=person).first()
    if already is not None and already.state != State.CANCELLED:
        return already
    if places_left(locked) == 0:
        raise SessionIsFull
    made, _new = Enrolment.objects.update_or_create(
        session=locked,
        practitioner=person,
        defaults={
            "departement_id": locked.departement_id,
            "state": State.ENROLLED,
            "enrolled_by_id": by,
        },
    )
    audit.record(by, "practitioners.enrolled", made, departement=locked.departement_id)
    return made


@transaction.atomic
def cancel(enrolment: Enrolment, *, by: int, today: date) -> None:
    """Give a place back. Raises `SessionIsOver`; twice is harmless."""
    found = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if found.session.starts_on < today:
        raise SessionIsOver
    if found.state == State.ENROLLED:
        found.state = State.CANCELLED
        found.save(update_fields=["state"])
        audit.record(
            by, "practitioners.enrolment_cancelled", found, departement=found.departement_id
        )


@transaction.atomic
def certify(
    session: TrainingSession, came: Collection[UUID], *, by: int, today: date
) -> list[Credential]:
    """Say who came: each leaves with the paper, valid as long as the training says.

    Raises `SessionIsNotOver`. Saying it again corrects the list: who did not come after all loses
    the paper, and the database then knows it for booking.
    """
    locked = TrainingSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if locked.ends_on > today:
        raise SessionIsNotOver
    held = locked.enrolments.exclude(state=State.CANCELLED)
    papers = []
    for one in held.select_for_update(of=("self",)).order_by("pk"):
        one.state = State.ATTENDED if one.practitioner_id in came else State.ABSENT
        one.save(update_fields=["state"])
        if one.state == State.ATTENDED:
            papers.append(_paper(locked, one.practitioner_id, by, today))
        else:
            Credential.objects.filter(**_identity(locked, one.practitioner_id)).delete()
    audit.record(
        by, "practitioners.certified", locked, departement=locked.departement_id,
        acting_as=ADMINISTRATOR,
    )  # fmt: skip
    return papers


def places_left(session: TrainingSession) -> int:
    """How many more may come."""
    taken = session.enrolments.exclude(state=State.CANCELLED).count()
    return max(0, session.capacity - taken)


def _identity(session: TrainingSession, person: UUID) -> dict[str, object]:
    training = session.training
    kind = Credential.Kind.SKILL if training.skill else Credential.Kind.TRAINING
    return {
        "practitioner_id": person,
        "kind": kind,
        "skill": training.skill,
        "label": training.title,
        "issued_on": session.ends_on,
    }


def _paper(session: TrainingSession, person: UUID, by: int, today: date) -> Credential:
    made, _new = Credential.objects.get_or_create(
        **_identity(session, person),
        defaults={
            "valid_until": session.ends_on + relativedelta(months=session.training.valid_months),
            "checked_on": today,
            "checked_by_id": by,
        },
    )
    return made
