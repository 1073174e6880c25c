"""Rows that tests are made of: a session of a training, and someone enrolled in it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from maillage.practitioners import training
from maillage.practitioners.models import Credential, Practitioner, Training, TrainingSession


def arguments(practitioner: UUID, by: int) -> dict[str, list[Any]]:
    """What the addresses of trainings need, for the access matrix; every table gets a row."""
    today = timezone.localdate()
    day = today + timedelta(days=9)
    taught = Training.objects.create(departement_id="70", title="Écouter", valid_months=24)
    session = TrainingSession.objects.create(
        training=taught, departement_id="70", starts_on=day, ends_on=day, place="Vesoul", capacity=9
    )
    person = Practitioner.objects.get(pk=practitioner)
    made = training.enrol(session, person, by=by, today=today)
    Credential.objects.create(
        practitioner=person, kind="skill", skill="grief", label="Deuil", issued_on=today,
        checked_on=today,
    )  # fmt: skip
    return {
        "practitioners:enrol": [session.pk],
        "practitioners:attendance": [session.pk],
        "practitioners:cancel_enrolment": [made.pk],
    }
