"""Administrators invite and end; nobody stays without an administrator; the trail says ids only."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.organizations.models import Membership
from maillage.organizations.tests.staff import (
    Role,
    administrator,
    manager,
    organization,
    person,
    sign_in,
)
from maillage.people.models import Session, User

pytestmark = pytest.mark.django_db
INVITE = "/pro/equipe/inviter/"


@pytest.fixture
def hugo(client: Client) -> Client:
    return sign_in(client, administrator())


def invitation(**changes: str) -> dict[str, str]:
    facts = {"email": "Lou@Example.org", "name": "Lou", "role": Role.STRUCTURE_MANAGER}
    return facts | {"organization": str(organization().pk), "departement": "70"} | changes


def memberships(email: str) -> list[tuple[str, str]]:
    with scope.system():
        found = Membership.objects.filter(user__email=email).order_by("pk")
        return [(one.role, one.departement_id) for one in found]


def test_an_invitation_opens_an_account_gives_a_role_and_writes(hugo: Client) -> None:
    assert hugo.post(INVITE, invitation())["Location"] == "/pro/equipe/"
    assert memberships("lou@example.org") == [("structure_manager", "70")]
    with scope.system():
        letter = OutboxMessage.objects.get()
        trace = AuditEntry.objects.get()
    assert letter.recipient == "lou@example.org"
    assert "Les Quatre Vents" in letter.body
    assert (trace.verb, trace.departement) == ("organizations.invited", "70")
    assert "lou" not in trace.target_id


def test_inviting_twice_says_so_and_writes_once(hugo: Client) -> None:
    hugo.post(INVITE, invitation())
    again = hugo.post(INVITE, invitation())
    assert again.status_code == 400
    assert "lou@example.org a déjà ce rôle ici." in again.text
    assert memberships("lou@example.org") == [("structure_manager", "70")]
    with scope.system():
        assert OutboxMessage.objects.count() == 1


def test_someone_of_another_departement_keeps_one_account(hugo: Client) -> None:
    person("lou@example.org", Role.STEERING_OFFICER, "79")
    hugo.post(INVITE, invitation())
    assert memberships("lou@example.org") == [
        ("steering_officer", "79"), ("structure_manager", "70"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "lou"}, "Cette adresse est incomplète."),
        ({"organization": ""}, "Ce rôle s’exerce dans un organisme : choisissez-le."),
        ({"role": "king"}, "Sélectionnez un choix valide."),
        ({"departement": "79"}, "Sélectionnez un choix valide."),
    ],
)
def test_a_bad_invitation_is_refused_with_a_sentence(
    hugo: Client, changes: dict[str, str], sentence: str
) -> None:
    page = hugo.post(INVITE, invitation(**changes))
    assert page.status_code == 400
    assert sentence in page.text
    assert memberships("lou@example.org") == []


def test_an_organization_of_another_departement_is_not_offered(hugo: Client) -> None:
    elsewhere = organization("Ailleurs", "79")
    assert hugo.post(INVITE, invitation(organization=str(elsewhere.pk))).status_code == 400
    assert "Ailleurs" not in hugo.get(INVITE).text


def test_ending_a_membership_cuts_access_at_once_and_keeps_the_row(
    hugo: Client, client: Client
) -> None:
    nadia = manager()
    other = sign_in(Client(), nadia)
    assert other.get("/pro/services/").status_code == 200
    with scope.system():
        held = Membership.objects.get(user=nadia)
    hugo.post(reverse("organizations:end_membership", args=[held.pk]))
    assert other.get("/pro/services/").status_code == 403
    with scope.system():
        held.refresh_from_db()
        assert AuditEntry.objects.get().verb == "organizations.ended_membership"
    assert held.ends_on == timezone.localdate()
    again = hugo.post(reverse("organizations:end_membership", args=[held.pk]))
    assert again.status_code == 409


def test_the_last_administrator_stays(hugo: Client) -> None:
    with scope.system():
        held = Membership.objects.get()
    page = hugo.post(reverse("organizations:end_membership", args=[held.pk]))
    assert page.status_code == 409
    assert "C’est le dernier administrateur du département" in page.text
    with scope.system():
        assert Membership.objects.get().revoked_at is None


def test_someone_who_comes_back_is_invited_again(hugo: Client) -> None:
    nadia = manager("lou@example.org")
    with scope.system():
        held = Membership.objects.get(user=nadia)
    hugo.post(reverse("organizations:end_membership", args=[held.pk]))
    assert hugo.post(INVITE, invitation()).status_code == 302
    assert memberships("lou@example.org") == [("structure_manager", "70")] * 2


def test_the_trail_shows_numbers_and_no_name(hugo: Client) -> None:
    hugo.post(INVITE, invitation())
    page = hugo.get("/pro/traces/").text
    assert "organizations.invited" in page
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "lou" not in table.lower()


def test_anyone_takes_their_own_data_away_and_nobody_else_s(client: Client) -> None:
    nadia = manager()
    manager("zoe@example.org")
    sign_in(client, nadia)
    response = client.get("/pro/mon-compte/mes-donnees.json")
    found = json.loads(response.content)
    assert response["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    assert (found["email"], found["name"]) == ("nadia@example.org", "Nadia")
    assert [one["role"] for one in found["memberships"]] == ["structure_manager"]
    assert len(found["sessions"]) == 1
    assert "zoe" not in response.text


def test_other_sessions_are_closed_from_here(client: Client) -> None:
    nadia = manager()
    elsewhere, here = sign_in(Client(), nadia), sign_in(client, nadia)
    assert elsewhere.get("/pro/").status_code == 200
    here.post("/pro/mon-compte/deconnecter/")
    assert elsewhere.get("/pro/").status_code == 302
    assert here.get("/pro/").status_code == 200
    with scope.system():
        assert Session.objects.filter(user=nadia).count() == 1


def test_one_changes_one_s_own_name_and_language(client: Client) -> None:
    nadia = manager()
    sign_in(client, nadia)
    assert (
        client.post("/pro/mon-compte/", {"name": "Nadia P.", "language": "en"}).status_code == 302
    )
    with scope.system():
        changed = User.objects.get(pk=nadia.pk)
    assert (changed.name, changed.language) == ("Nadia P.", "en")
    assert client.cookies["django_language"].value == "en"
