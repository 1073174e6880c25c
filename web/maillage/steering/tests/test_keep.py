"""What officers keep: as it was, for their département until published, one writer at a time."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry
from maillage.directory.models import UnmetNeed
from maillage.organizations.tests.staff import Role, person, sign_in
from maillage.steering import actions
from maillage.steering.errors import DraftIsGone, KeptDiagnosisChanged, PublishedIsFixed
from maillage.steering.models import KeptDiagnosis
from maillage.steering.tests import toy
from maillage.steering.tests.test_pages import words
from maillage.territory.models import Commune, Departement

pytestmark = pytest.mark.django_db
KEEP = "/pilotage/diagnostic/garder/?departement=70&service=laep&decroissance=tout-ou-rien"


@pytest.fixture(autouse=True)
def _served() -> None:
    toy.territory()
    toy.both_drop_ins()
    Departement.objects.create(code="79", name="Deux-Sèvres", region="NA", loaded=True)


@pytest.fixture
def officer(client: Client) -> Client:
    return sign_in(client, person("claire@example.org", Role.STEERING_OFFICER))


def stored() -> KeptDiagnosis:
    with scope.system():
        return KeptDiagnosis.objects.get()


def kept_by(officer: Client, **fields: str) -> str:
    response = officer.post(KEEP, {"title": "LAEP 2026", "note": "Le nord manque."} | fields)
    assert response.status_code == 302
    return str(response["Location"])


def test_an_officer_keeps_the_figures_as_they_are(officer: Client) -> None:
    address = kept_by(officer)
    Commune.objects.update(children_under_6=1, children_under_3=1)
    said = words(officer.get(address))
    assert "95 % des enfants de moins de 6 ans" in said
    assert "Le nord manque." in said
    with scope.system():
        assert AuditEntry.objects.get(verb="steering.diagnosis_kept").departement == "70"


def test_a_draft_does_not_exist_for_others(officer: Client) -> None:
    address = kept_by(officer)
    assert Client().get(address).status_code == 404
    outsider = sign_in(Client(), person("olivier@example.org", Role.ADMINISTRATOR, "79"))
    assert outsider.get(address).status_code == 404
    assert "LAEP 2026" not in words(Client().get("/pilotage/"))
    assert "LAEP 2026" in words(officer.get("/pilotage/"))


def test_the_database_hides_drafts_behind_the_permission_checks(officer: Client) -> None:
    kept_by(officer)
    with transaction.atomic():
        scope.enter("public")
        assert KeptDiagnosis.objects.count() == 0
    with transaction.atomic():
        scope.enter("member", departements=["79"])
        assert KeptDiagnosis.objects.count() == 0
        assert KeptDiagnosis.objects.update(title="x") == 0


def test_a_published_diagnosis_is_read_by_anyone(officer: Client) -> None:
    address = kept_by(officer)
    assert officer.post(f"{address}publier/").status_code == 302
    visitor = Client()
    assert "Le nord manque." in words(visitor.get(address))
    assert "LAEP 2026" in words(visitor.get("/pilotage/"))
    assert "Vous tenez ce diagnostic" not in words(visitor.get(address))
    officer.post(f"{address}retirer/")
    assert visitor.get(address).status_code == 404


def test_a_stranger_changes_nothing(officer: Client) -> None:
    address = kept_by(officer)
    officer.post(f"{address}publier/")
    outsider = sign_in(Client(), person("zoe@example.org", Role.STEERING_OFFICER, "79"))
    for path in ("", "publier/", "retirer/", "supprimer/"):
        fields = {"title": "Faux", "note": ""}
        assert outsider.post(f"{address}{path}", fields).status_code == 403
        assert Client().post(f"{address}{path}", fields).status_code in {302, 403}
    assert (stored().title, stored().published_at is None) == ("LAEP 2026", False)


def test_another_departement_cannot_be_kept(officer: Client) -> None:
    toy.commune("79001", "Niort", toy.ABROAD, 50.0, 700, 46.3, -0.4, 3)
    elsewhere = KEEP.replace("departement=70", "departement=79")
    assert officer.post(elsewhere, {"title": "x"}).status_code == 403
    with scope.system():
        assert KeptDiagnosis.objects.count() == 0


def test_words_change_and_figures_do_not(officer: Client) -> None:
    address = kept_by(officer)
    before = stored()
    seen = before.changed_at.isoformat()
    officer.post(address, {"title": "LAEP", "note": "Relu.", "seen_at": seen})
    after = stored()
    assert (after.title, after.note) == ("LAEP", "Relu.")
    assert bytes(after.packed) == bytes(before.packed)


def test_two_writers_at_once_do_not_overwrite_each_other(officer: Client) -> None:
    kept_by(officer)
    row = stored()
    with scope.system():
        actions.annotate(row.pk, title="A", note="", seen_at=row.changed_at, actor_id=1_000)
        with pytest.raises(KeptDiagnosisChanged):
            actions.annotate(row.pk, title="B", note="", seen_at=row.changed_at, actor_id=1_000)
    assert stored().title == "A"


def test_what_is_published_neither_changes_nor_disappears(officer: Client) -> None:
    address = kept_by(officer)
    officer.post(f"{address}publier/")
    row = stored()
    with scope.system():
        with pytest.raises(PublishedIsFixed):
            actions.annotate(row.pk, title="B", note="", seen_at=row.changed_at, actor_id=1_000)
        with pytest.raises(PublishedIsFixed):
            actions.discard(row.pk, actor_id=1_000)
    assert stored().title == "LAEP 2026"


def test_publishing_twice_is_publishing_once(officer: Client) -> None:
    address = kept_by(officer)
    officer.post(f"{address}publier/")
    first = stored().published_at
    officer.post(f"{address}publier/")
    assert stored().published_at == first
    with scope.system():
        assert AuditEntry.objects.filter(verb="steering.diagnosis_published").count() == 1


def test_a_draft_is_discarded(officer: Client) -> None:
    address = kept_by(officer)
    officer.post(f"{address}supprimer/")
    with scope.system():
        assert KeptDiagnosis.objects.count() == 0
    assert officer.get(address).status_code == 404


def test_a_draft_thrown_away_meanwhile_is_said_to_be_gone(officer: Client) -> None:
    kept_by(officer)
    row = stored()
    with scope.system():
        actions.discard(row.pk, actor_id=1_000)
        with pytest.raises(DraftIsGone):
            actions.annotate(row.pk, title="B", note="", seen_at=row.changed_at, actor_id=1_000)
        with pytest.raises(DraftIsGone):
            actions.publish(row.pk, actor_id=1_000)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"title": ""}, "Titre"), ({"title": "x" * 10_000}, "120"), ({"note": "x" * 10_000}, "4000")],
)
def test_wrong_words_are_told_and_nothing_is_kept(
    officer: Client, fields: dict[str, str], sentence: str
) -> None:
    response = officer.post(KEEP, {"title": "LAEP", "note": ""} | fields)
    assert response.status_code == 200
    assert sentence in words(response)
    with scope.system():
        assert KeptDiagnosis.objects.count() == 0


def test_a_kept_diagnosis_always_has_a_title() -> None:
    with (
        scope.system(),
        pytest.raises(IntegrityError, match="a_kept_diagnosis_has_a_title"),
        transaction.atomic(),
    ):
        KeptDiagnosis.objects.create(departement_id="70", title="", packed=b"", data_hash="x")


def test_the_home_says_the_departement_in_short(client: Client) -> None:
    said = words(client.get("/pilotage/"))
    assert "200 enfants de moins de 6 ans" in said
    assert "4 communes" in said
    assert "1 service dans l’annuaire" in said
    assert "Qui atteint un relais petite enfance ?" in said


def test_an_officer_alone_reads_what_families_did_not_find(officer: Client) -> None:
    month = timezone.localdate().replace(day=1)
    counted = [
        ("70001", "sleep", month, 7), ("70002", "sleep", month, 6), ("70001", "bullying", month, 4),
        ("70001", "homework", date(month.year - 1, month.month, 1), 50),
    ]  # fmt: skip
    with scope.system():
        for commune, need, when, count in counted:
            UnmetNeed.objects.create(
                commune_id=commune, departement_id="70", need=need, month=when, count=count
            )
    said = words(officer.get("/pilotage/"))
    # 13 searches, rounded; two communes
    assert "Le sommeil de mon enfant Rien à proximité 15 2" in said
    assert "Rien à proximité moins de 5 1" in said
    assert "50" not in said.split("n’ont pas trouvé près de chez elles")[1].split("Diagnostics")[0]
    hidden = "n’ont pas trouvé près de chez elles"
    assert hidden not in words(Client().get("/pilotage/"))
    elsewhere = sign_in(Client(), person("olivier@example.org", Role.STEERING_OFFICER, "79"))
    assert "Le sommeil de mon enfant" not in words(elsewhere.get("/pilotage/"))
