"""The first page after signing in says what waits, in whatever room it waits."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from maillage.core import scope
from maillage.organizations.tests.staff import sign_in


def awaiting(email: str) -> dict[str, str]:
    """What the home page of this persona of the demonstration asks of them."""
    with scope.system():
        who = get_user_model().objects.get(email=email)
    page = sign_in(Client(), who).get(reverse("workday:home"))
    return {each.title: each.href for each in page.context["awaiting"]}


@pytest.mark.usefixtures("haute_saone")
def test_a_manager_sees_the_family_and_the_rotation_that_wait_for_an_answer() -> None:
    assert awaiting("nadia@demo.example.org") == {
        "1 famille attend votre réponse": "/pro/orientations/",
        "1 famille acceptée à suivre": "/pro/orientations/",
        "1 réclamation sans réponse": "/pro/reclamations/",
        "1 accord de partage à approuver": "/pro/mutualisation/",
    }


@pytest.mark.usefixtures("haute_saone")
def test_where_nothing_waits_nothing_is_said() -> None:
    assert awaiting("claire@demo.example.org") == {}
