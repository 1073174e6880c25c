"""What nobody should send, answered with a sentence and without losing a letter."""

import pytest

from maillage.portal.tests.asking import ask

pytestmark = pytest.mark.usefixtures("haute_saone")
LONG = "a" * 10_000


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"commune": ""}, "Dites-nous d’abord votre commune"),
        ({"commune": LONG}, "C’est trop long : écrivez 80 caractères au plus."),
        ({"commune": "…!?"}, "Écrivez le nom de la commune, ou son code postal."),
        ({"commune": "Qqqqqqq"}, "Nous ne trouvons pas cette commune."),
        ({"commune": "Gray", "need": LONG}, "C’est trop long : écrivez 120 caractères au plus."),
        ({"commune": "Gray", "age": "vieux"}, "Choisissez un âge dans la liste."),
        ({"commune": "Gray", "age": "264"}, "Choisissez un âge dans la liste."),
        ({"commune": "Gray", "age": "-1"}, "Choisissez un âge dans la liste."),
        ({"commune": "Gray", "age": "٣"}, "Choisissez un âge dans la liste."),
        ({"commune": "Gray", "modes": "pigeon"}, "Choisissez parmi les façons proposées."),
        ({"commune": "Gray", "language": "klingon"}, "Choisissez une langue dans la liste."),
        ({"commune": "Gray", "accommodations": "lift"}, "Choisissez parmi les adaptations"),
        ({"commune": "Gray", "when": "never"}, "Choisissez le soir ou le mercredi."),
        ({"commune": "Gray", "day": "9", "time": "6:30"}, "Choisissez un jour dans la liste."),
        ({"commune": "Gray", "day": "1"}, "Ajoutez l’heure"),
        ({"commune": "Gray", "time": "6:30"}, "Choisissez le jour qui va avec cette heure."),
        ({"commune": "Gray", "day": "1", "time": "25:00"}, "Écrivez une heure comme 6:30"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(client, asked, sentence):
    response = ask(client, "/", asked)
    assert response.status_code == 400
    assert sentence in response.text.replace("\u00a0", " ")


def test_all_faults_are_said_at_once_and_nothing_typed_is_lost(client):
    response = ask(
        client, "/", {"commune": "", "need": "mes mots à moi", "age": "vieux", "day": "1"}
    )
    text = response.text
    assert "Dites-nous d’abord votre commune" in text
    assert "Choisissez un âge dans la liste." in text
    assert "Ajoutez l’heure" in text
    assert 'value="mes mots à moi"' in text


@pytest.mark.parametrize("path", ["/?commune=a%00b", "/communes/?commune=%00", "/services/%00/"])
def test_a_nul_byte_is_refused_with_a_sentence(client, path):
    response = client.get(path)
    assert response.status_code == 400
    assert "caractère illisible" in response.text


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' or 1=1 --", "{{ 7 }}"],
)
def test_what_is_typed_is_shown_as_text(client, text):
    response = ask(client, "/", {"commune": text, "need": text})
    assert "<script>alert" not in response.text
    assert "<img src=x" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/services/00000000-0000-0000-0000-000000000000/",
        "/lieux/00000000-0000-0000-0000-000000000000/",
        "/communes/99999/",
        "/communes/99999/semaine.pdf",
        "/departements/39/",
        "/departements/zz/",
    ],
)
def test_what_does_not_exist_says_where_to_go(client, path):
    response = ask(client, path)
    assert response.status_code == 404
    assert "Chercher une aide" in response.text


@pytest.mark.parametrize("path", ["/", "/communes/", "/communes/70279/", "/numeros-utiles/"])
def test_a_page_that_reads_refuses_to_be_written_to(client, path):
    assert client.post(path).status_code == 405
