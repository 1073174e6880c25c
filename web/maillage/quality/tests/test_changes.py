"""You said, we did: each change cites the feedback that asked for it."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.agenda.tests import made as agenda
from maillage.core import scope
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.quality.models import Change, Citation
from maillage.quality.tests import made
from maillage.quality.views import how_many

TEXT = {"said": "C’est loin.", "did": "Nous venons à Gray le mercredi.", "done_on": "2026-09-01"}


@pytest.fixture
def rule(db):
    with scope.system():
        return agenda.availability(agenda.practitioner(), town=None)


@pytest.fixture
def officer(client, db):
    return sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))


def test_a_change_is_written_with_its_feedback_then_published_then_withdrawn(rule, officer):
    with scope.system():
        kept = [made.feedback(rule, words="Loin", reading="kept") for _ in range(6)]
        waiting = made.feedback(rule, words="Pas relu")
    cited = [str(one.pk) for one in (*kept, waiting)] + [str(uuid4())]
    officer.post(reverse("quality:write_change"), {**TEXT, "cited": cited})
    with scope.system():
        change = Change.objects.get()
        assert Citation.objects.count() == 6  # what nobody has read cannot be cited
    assert "Nous venons" not in Client().get(reverse("quality:you_said")).text
    officer.post(reverse("quality:publish_change", args=[change.pk]))
    page = Client().get(reverse("quality:you_said")).text
    assert "Nous venons à Gray le mercredi." in page
    assert "environ 5 avis" in page
    officer.post(reverse("quality:withdraw_change", args=[change.pk]))
    assert "Nous venons" not in Client().get(reverse("quality:you_said")).text


def test_a_change_that_cites_nothing_is_not_published(officer):
    officer.post(reverse("quality:write_change"), TEXT)
    with scope.system():
        change = Change.objects.get()
    answer = officer.post(reverse("quality:publish_change", args=[change.pk]))
    assert (answer.status_code, "ne cite aucun avis" in answer.text) == (409, True)


def test_the_database_refuses_it_too(rule):
    user = person("claire@example.org", Role.STEERING_OFFICER)
    with scope.system(), pytest.raises(IntegrityError, match="cites no"), transaction.atomic():
        Change.objects.create(
            departement_id="70", said="x", did="y", done_on=made.QUARTER, written_by=user,
            published_at=timezone.now(),
        )  # fmt: skip


def test_few_items_are_not_counted_aloud():
    assert [how_many(number) for number in (1, 4, 5, 12)] == [
        "moins de cinq avis", "moins de cinq avis", "environ 5 avis", "environ 10 avis",
    ]  # fmt: skip


def test_nobody_writes_a_change_elsewhere(rule, client):
    with scope.system():
        user = person("olivier@example.org", Role.STEERING_OFFICER, "79")
        claire = person("claire@example.org", Role.STEERING_OFFICER)
        change = Change.objects.create(
            departement_id="70", said="x", did="y", done_on=made.QUARTER, written_by=claire
        )
    sign_in(client, user)
    for name in ("publish_change", "withdraw_change"):
        assert client.post(reverse(f"quality:{name}", args=[change.pk])).status_code == 403
