"""The pages of /pilotage/, end to end on the toy territory."""

import pytest
from django.test import Client

from maillage.steering.tests import toy

pytestmark = pytest.mark.django_db
BASE = "/pilotage/diagnostic/"
PAGES = ["", "intercommunalites/", "priorites/", "comparer/", "communes/"]
ASKED = {"decroissance": "tout-ou-rien"}


@pytest.fixture(autouse=True)
def _toy() -> None:
    toy.territory()
    toy.both_drop_ins()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_question_answers_anyone(client: Client, page: str) -> None:
    response = client.get(f"{BASE}{page}", ASKED)
    assert response.status_code == 200
    assert "<h1>Qui atteint un lieu d’accueil enfants-parents ?</h1>" in response.text
