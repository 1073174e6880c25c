"""The outer key, held outside the database: it wraps the authors' keys and opens no note itself.

Three ways to hold it, one interface (`Ring`): a file of versions (`NOTES_KEY_FILE`), the same lines
in the environment (`NOTES_KEY`), or a command that asks a key service (`NOTES_KEY_COMMAND`). The
last version wraps; the others still unwrap, so that keys can be changed without stopping.
"""

import base64
import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from maillage.notes.errors import CannotBeOpened, KeyIsMissing, NotesAreClosed

LINE = re.compile(r"(?P<version>[\w.-]{1,40}):(?P<key>[A-Za-z0-9+/=_-]+)")
KEY_BYTES = 32
NONCE_BYTES = 12
SECONDS_TO_ANSWER = 10


class BadKey(ValueError):
    """What was given as a key is not one; the sentence never holds the key."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A key wrapped by one version of the outer key."""

    version: str
    blob: bytes


class Ring(Protocol):
    """Whoever holds the outer key."""

    @property
    def current(self) -> str:
        """The version that wraps from now on."""

    def wrap(self, key: bytes, *, about: bytes) -> Wrapped:
        """Wrap a key, bound to the row that it is kept in."""

    def unwrap(self, wrapped: Wrapped, *, about: bytes) -> bytes:
        """Unwrap it. Raises `KeyIsMissing` or `CannotBeOpened`."""


@dataclass(frozen=True, slots=True, repr=False)
class LocalRing:
    """Versions held by this program: AES-256-GCM."""

    versions: Mapping[str, bytes]

    @property
    def current(self) -> str:
        """The last one given."""
        return list(self.versions)[-1]

    def wrap(self, key: bytes, *, about: bytes) -> Wrapped:
        """Wrap under the last version."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.versions[self.current]).encrypt(nonce, key, about)
        return Wrapped(self.current, nonce + sealed)

    def unwrap(self, wrapped: Wrapped, *, about: bytes) -> bytes:
        """Unwrap with the version that wrapped."""
        if wrapped.version not in self.versions:
            raise KeyIsMissing(version=wrapped.version)
        nonce, sealed = wrapped.blob[:NONCE_BYTES], wrapped.blob[NONCE_BYTES:]
        try:
            return AESGCM(self.versions[wrapped.version]).decrypt(nonce, sealed, about)
        except InvalidTag as error:
            raise CannotBeOpened from error


@dataclass(frozen=True, slots=True)
class CommandRing:
    """A command of the operator's: ``COMMAND version``, ``COMMAND wrap V``, ``COMMAND unwrap V``.

    The two last ones read two lines of base64 (the key, what it is about) and write one.
    """

    command: str

    @property
    def current(self) -> str:
        """The version that the key service wraps with."""
        return self._run("version").strip()

    def wrap(self, key: bytes, *, about: bytes) -> Wrapped:
        """Have the key service wrap."""
        version = self.current
        return Wrapped(version, self._ask("wrap", version, key, about))

    def unwrap(self, wrapped: Wrapped, *, about: bytes) -> bytes:
        """Have the key service unwrap."""
        return self._ask("unwrap", wrapped.version, wrapped.blob, about)

    def _ask(self, verb: str, version: str, what: bytes, about: bytes) -> bytes:
        lines = f"{base64.b64encode(what).decode()}\n{base64.b64encode(about).decode()}\n"
        try:
            return base64.b64decode(self._run(verb, version, given=lines).strip(), validate=True)
        except ValueError as error:
            raise KeyIsMissing(version=version) from error

    def _run(self, *words: str, given: str = "") -> str:
        try:
            done = subprocess.run(
                [*shlex.split(self.command), *words],
                input=given,
                capture_output=True,
                text=True,
                timeout=SECONDS_TO_ANSWER,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise KeyIsMissing(version=" ".join(words[1:]) or "?") from error
        return done.stdout


def ring() -> Ring:
    """Whoever holds the outer key on this site. Raises `NotesAreClosed` when nobody does."""
    if settings.NOTES_KEY_COMMAND:
        return CommandRing(settings.NOTES_KEY_COMMAND)
    if settings.NOTES_KEY:
        return LocalRing(versions_in(settings.NOTES_KEY.replace(",", "\n"), "NOTES_KEY"))
    file = settings.NOTES_KEY_FILE
    if not file or not Path(file).is_file():
        raise NotesAreClosed
    return LocalRing(versions_in(_read(Path(file)), str(file)))


def _read(file: Path) -> str:
    """Read the file of keys. Raises `BadKey` when others than its owner may read it."""
    if file.stat().st_mode & 0o077:
        raise BadKey(f"{file} can be read by others than its owner: chmod 600 {file}")
    return file.read_text(encoding="ascii")


def versions_in(text: str, where: str) -> dict[str, bytes]:
    """Read ``version:base64`` lines, the current one last. Raises `BadKey`."""
    found: dict[str, bytes] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not (line := line.strip()) or line.startswith("#"):
            continue
        read = LINE.fullmatch(line)
        key = _decoded(read["key"]) if read else b""
        if read is None or len(key) != KEY_BYTES:
            raise BadKey(f"{where}, line {number}: expected version:key, a key of 32 bytes")
        if read["version"] in found:
            raise BadKey(f"{where}, line {number}: version {read['version']} is given twice")
        found[read["version"]] = key
    if not found:
        raise BadKey(f"{where} holds no key")
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        return b""


def new_line(version: str) -> str:
    """Return one line of a file of keys, with a new key."""
    return f"{version}:{base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"


def make_file(file: Path) -> bool:
    """Make the file with its first version, unless it exists; return whether it was made."""
    return _put_aside_then(file, new_line("1"), os.link)


def add_version(file: Path) -> str:
    """Add a version, which wraps from now on; the file is replaced in one step."""
    text = _read(file)
    known = versions_in(text, str(file))
    version = str(max((int(one) for one in known if one.isdigit()), default=len(known)) + 1)
    _put_aside_then(file, text.rstrip("\n") + "\n" + new_line(version), os.replace)
    return version


def _put_aside_then(file: Path, text: str, place: Callable[[Path, Path], None]) -> bool:
    aside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        place(aside, file)
    except FileExistsError:
        return False
    finally:
        aside.unlink(missing_ok=True)
    return True
