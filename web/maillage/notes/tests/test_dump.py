"""What is written for one reader is nowhere else: a real dump, the server’s files, the trail.

Every kind of words is written through the pages, as people do; then each is looked for
in all that the server keeps, and in what the program says.
"""

import logging
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from maillage.config import backups, postgres
from maillage.core import scope
from maillage.core.models import AuditEntry, OutboxMessage
from maillage.families.models import Consent
from maillage.notes import access, handing
from maillage.notes.models import AccessRequest, Note
from maillage.notes.tests import made
from maillage.notes.tests.made import Session, as_parent, signed_in
from maillage.organizations.tests.staff import sign_in

# Words that no other row, name or file can hold.
PRIVATE = "un hérisson violet sous le toboggan quarante-sept"
CHANGED = "une girafe en pantoufles près du moulin"
LEFT = "le coffre à chaussettes du capitaine turquoise"
ANSWER = "trois pingouins jouent aux dominos à Vesoul"
WORDS = (PRIVATE, CHANGED, LEFT, ANSWER)
CONTROL = "Une structure au nom de zèbre mauve"  # stored in clear: the search must find it


@pytest.fixture
def lived(client: Client, caplog: pytest.LogCaptureFixture, transactional_db: None) -> Session:
    """Everything that people do with words, through the pages."""
    caplog.set_level(logging.DEBUG)
    booked = made.session()
    page = reverse("notes:leave", args=[booked.token])
    assert client.post(page, {"text": LEFT}).status_code == 302
    sign_in(client, booked.ada)
    note = reverse("notes:session", args=[booked.appointment.pk])
    assert client.post(note, {"text": PRIVATE, "after": 0}).status_code == 302
    assert client.post(note, {"text": CHANGED, "after": 1}).status_code == 302
    assert LEFT in client.get(note).content.decode()
    with signed_in(booked.ada):
        handing.hand_over(
            [booked.appointment], booked.blaise.practitioner, means=Consent.Means.DESK,
            by=booked.ada.pk,
        )  # fmt: skip
    with as_parent(booked) as appointment:
        access.ask(appointment)
    with signed_in(booked.ada):
        asked = AccessRequest.objects.get(asked_of=booked.ada)
    answer = reverse("notes:answer", args=[asked.pk])
    assert client.post(answer, {"text": ANSWER}).status_code == 302
    with scope.system():
        booked.rule.organization.name = CONTROL
        booked.rule.organization.save()
        assert Note.objects.count() == 4
    return booked


def holding(content: bytes) -> list[str]:
    """Which words are there, in any of the encodings of a text."""
    return [
        word
        for word in (*WORDS, CONTROL)
        if any(word.encode(how) in content for how in ("utf-8", "latin-1", "utf-16-le"))
    ]


@pytest.mark.usefixtures("lived")
def test_a_backup_holds_no_word(
    postgres_server: postgres.EmbeddedServer, test_database_name: str, tmp_path: Path
) -> None:
    for form in ("plain", "custom"):
        file = tmp_path / form
        command = [postgres_server.binaries / "pg_dump", f"--host={postgres_server.socket}",
                   "--username=postgres", f"--format={form}", "--compress=0",
                   f"--dbname={test_database_name}", f"--file={file}"]  # fmt: skip
        subprocess.run(command, check=True, env={"LC_ALL": "C.UTF-8"})
        assert holding(file.read_bytes()) == [CONTROL]
        assert b"notes_note" in file.read_bytes()


@pytest.mark.usefixtures("lived")
def test_the_server_s_own_files_hold_no_word(postgres_server: postgres.EmbeddedServer) -> None:
    """Tables, journal (WAL), log: whatever PostgreSQL has on its disk after a checkpoint."""
    subprocess.run(
        [postgres_server.binaries / "psql", f"--host={postgres_server.socket}",
         "--username=postgres", "--dbname=postgres", "--command=checkpoint"],
        check=True, capture_output=True, env={"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for file in postgres_server.data.rglob("*"):
        if file.is_file() and (words := holding(_bytes_of(file))):
            found[str(file.relative_to(postgres_server.data))] = words
    assert {word for words in found.values() for word in words} == {CONTROL}
    assert any(name.startswith("pg_wal") for name in found)
    assert any(name.startswith("base") for name in found)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:  # a file of the server that came and went
        return b""


@pytest.mark.usefixtures("lived")
def test_queue_letters_and_trail_hold_no_word(caplog: pytest.LogCaptureFixture) -> None:
    with scope.system(), connection.cursor() as cursor:
        letters = [f"{one.subject} {one.body}" for one in OutboxMessage.objects.all()]
        trail = [f"{one.verb} {one.target_id} {one.acting_as}" for one in AuditEntry.objects.all()]
        cursor.execute("select coalesce(string_agg(args::text, ' '), '') from procrastinate_jobs")
        jobs = [str(cursor.fetchone()[0])]
        cursor.execute("select coalesce(string_agg(session_data, ' '), '') from people_session")
        sessions = [str(cursor.fetchone()[0])]
    assert len(letters) >= 3
    assert len(trail) >= 6
    for said in (*letters, *trail, *jobs, *sessions, caplog.text):
        assert holding(said.encode()) == []


def test_a_backup_put_back_opens_with_the_key_and_with_nothing_else(
    lived: Session,
    postgres_server: postgres.EmbeddedServer,
    test_database_name: str,
    tmp_path: Path,
    key_file: Path,
) -> None:
    """The drill of docs/operate.md: both the backup and the file of keys are needed."""
    backups.dump(postgres_server, test_database_name, tmp_path / "maillage.backup")
    assert holding((tmp_path / "maillage.backup").read_bytes()) == []  # compressed
    kept = key_file.read_bytes()
    with scope.system():
        Note.objects.all().delete()
    connection.close()
    backups.restore(postgres_server, test_database_name, tmp_path / "maillage.backup")
    postgres.drop_database(postgres_server, f"{test_database_name}_before_restore")
    client = sign_in(Client(raise_request_exception=False), lived.ada)
    note = reverse("notes:session", args=[lived.appointment.pk])
    assert CHANGED in client.get(note).content.decode()
    key_file.unlink()
    refused = client.get(note)
    assert refused.status_code == 503
    assert CHANGED not in refused.content.decode()
    key_file.write_bytes(kept)
    key_file.chmod(0o600)
    assert CHANGED in client.get(note).content.decode()
