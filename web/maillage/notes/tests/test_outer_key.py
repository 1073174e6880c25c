"""The outer key: files, lines, a command, rotation, and what happens when it is lost."""

import base64
import stat
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from maillage.core import scope
from maillage.notes import actions, keys, outer, reading, rotation
from maillage.notes.errors import KeyIsMissing, NotesAreClosed
from maillage.notes.models import Note, ReaderKey, WrappedKey
from maillage.notes.tests.made import Session, signed_in
from maillage.people.models import User

KMS = """
import base64, pathlib, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
VERSIONS = pathlib.Path(sys.argv[1]).read_text().split()
if sys.argv[2] == "version":
    print(len(VERSIONS)); raise SystemExit
what, about = (base64.b64decode(line) for line in sys.stdin.read().split())
cipher = AESGCM(base64.b64decode(VERSIONS[int(sys.argv[3]) - 1]))
nonce = bytes(12)  # a test's key wraps few keys, and they all differ
do = cipher.encrypt if sys.argv[2] == "wrap" else cipher.decrypt
done = do(nonce, what, about)
print(base64.b64encode(done).decode())
"""


def run(what: str) -> str:
    out = StringIO()
    call_command("notes", what, stdout=out)
    return out.getvalue().strip()


def write(booked: Session, text: str = "Une note.") -> Note:
    with signed_in(booked.ada):
        note = actions.write(booked.appointment, booked.ada.pk, text)
    assert note is not None
    return note


def read(booked: Session) -> list[str]:
    with signed_in(booked.ada):
        return [one.text for one in reading.mine(booked.appointment, booked.ada.pk).versions]


def test_the_file_is_made_once_for_its_owner_only(key_file: Path) -> None:
    before = key_file.read_text()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert outer.make_file(key_file) is False
    assert key_file.read_text() == before
    assert [path.name for path in key_file.parent.iterdir()] == ["notes.key"]


def test_a_file_that_others_may_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(outer.BadKey, match="chmod 600"):
        outer.ring()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "holds no key"),
        ("1", "line 1: expected version:key"),
        ("1:AAAA", "line 1: expected version:key, a key of 32 bytes"),
        (f"1:{'A' * 43}=\n1:{'A' * 43}=", "line 2: version 1 is given twice"),
        ("# only a comment\n\n", "holds no key"),
    ],
)
def test_a_bad_file_is_told_without_showing_the_key(text: str, fault: str) -> None:
    with pytest.raises(outer.BadKey, match=fault) as raised:
        outer.versions_in(text, "notes.key")
    assert "AAAA" not in str(raised.value)


def test_without_a_key_nothing_is_kept(booked: Session, key_file: Path) -> None:
    key_file.unlink()
    with pytest.raises(NotesAreClosed), signed_in(booked.ada):
        actions.write(booked.appointment, booked.ada.pk, "Une note.")
    with scope.system():
        assert Note.objects.count() == 0


def test_a_lost_key_is_said_plainly_and_the_returned_one_opens(
    booked: Session, key_file: Path
) -> None:
    write(booked)
    kept = key_file.read_text()
    key_file.write_text(outer.new_line("2"))
    with pytest.raises(KeyIsMissing, match="« 1 »"):
        read(booked)
    with pytest.raises(CommandError, match="1 keys do not open"):
        run("check")
    key_file.write_text(kept)
    assert read(booked) == ["Une note."]
    assert run("check") == "1 keys open; wrapped: 1 by version 1; current: 1."


def test_a_lost_file_is_not_replaced_while_keys_need_it(booked: Session, key_file: Path) -> None:
    write(booked)
    key_file.unlink()
    assert keys.make_first_outer_key() is False
    assert not key_file.exists()


@pytest.mark.django_db
def test_a_demonstration_makes_its_key_at_its_first_start(key_file: Path) -> None:
    key_file.unlink()
    assert keys.make_first_outer_key() is True
    assert keys.make_first_outer_key() is False
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_a_rotation_wraps_again_and_touches_no_note(booked: Session, key_file: Path) -> None:
    note = write(booked)
    first = key_file.read_text()
    assert run("new-key").startswith(f"Version 2 added to {key_file}.")
    assert read(booked) == ["Une note."]
    assert run("rotate") == "1 keys wrapped again by version 2."
    assert run("rotate") == "0 keys wrapped again by version 2."
    assert run("check") == "1 keys open; wrapped: 1 by version 2; current: 2."
    key_file.write_text(key_file.read_text().removeprefix(first))  # version 1 is no longer needed
    assert read(booked) == ["Une note."]
    with scope.system():
        assert bytes(Note.objects.get().sealed) == bytes(note.sealed)
    write(booked, "Une autre.")
    assert read(booked) == ["Une autre.", "Une note."]


@pytest.mark.django_db
def test_a_rotation_that_is_cut_short_goes_on_from_there(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    with scope.system():
        users = [User.objects.create_user(f"u{n}@example.org") for n in range(5)]
    for user in users:
        keys.for_sealing(user.pk)
    outer.add_version(key_file)
    real = outer.LocalRing.wrap
    calls: list[int] = []

    def failing(self: outer.LocalRing, *args: Any, **kwargs: Any) -> outer.Wrapped:
        calls.append(1)
        if len(calls) == 6:  # the second batch, half-way: its first two keys are given back
            raise KeyboardInterrupt
        return real(self, *args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(outer.LocalRing, "wrap", failing)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate()
    assert rotation.standing().by_version == {"1": 3, "2": 2}
    assert rotation.standing().closed == 0
    assert rotation.rotate() == 3
    assert rotation.standing() == rotation.Standing("2", {"2": 5}, 5, 0)


def test_a_key_service_wraps_and_unwraps_instead(
    booked: Session, settings: Any, tmp_path: Path
) -> None:
    script, held = tmp_path / "kms.py", tmp_path / "held"
    script.write_text(KMS)
    held.write_text(f"{base64.b64encode(b'1' * 32).decode()}\n")
    settings.NOTES_KEY_COMMAND = f"{sys.executable} {script} {held}"
    write(booked)
    assert read(booked) == ["Une note."]
    with scope.keys():
        assert WrappedKey.objects.get().wrapped_by == "1"
    with held.open("a") as more:
        more.write(base64.b64encode(b"2" * 32).decode())
    assert run("rotate") == "1 keys wrapped again by version 2."
    assert read(booked) == ["Une note."]
    with pytest.raises(CommandError, match="NOTES_KEY_FILE"):
        run("new-key")
    script.unlink()
    with pytest.raises(KeyIsMissing):
        read(booked)


def test_lines_in_the_environment_do_as_well(booked: Session, settings: Any) -> None:
    settings.NOTES_KEY = f"{outer.new_line('a').strip()},{outer.new_line('b').strip()}"
    write(booked)
    assert read(booked) == ["Une note."]
    assert run("check") == "1 keys open; wrapped: 1 by version b; current: b."


def test_two_first_notes_at_once_make_one_key(booked: Session) -> None:
    first, second = keys._make(booked.ada.pk), keys._make(booked.ada.pk)
    assert first.pk == second.pk
    assert ReaderKey.objects.filter(user=booked.ada).count() == 1
    with scope.keys():
        assert WrappedKey.objects.count() == 1
