"""Why an embedded server cannot start: each reason is one sentence, said in both languages."""

import errno
import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maillage.config import postgres_programs as programs
from maillage.config.postgres_place import SOCKET_NAME, EmbeddedServer, is_cluster
from maillage.config.speech import CannotStart

LONGEST_SOCKET_PATH = 100  # the system's own limit is 108 bytes on Linux, 104 on macOS
BYTES_FOR_A_NEW_CLUSTER = 300_000_000
BYTES_FOR_A_START = 50_000_000


def refuse_what_cannot_work(server: EmbeddedServer, account: pwd.struct_passwd | None) -> None:
    """Say before anything is written why the server could not start here."""
    longest = str(server.socket / SOCKET_NAME)
    if len(os.fsencode(longest)) > LONGEST_SOCKET_PATH:
        raise CannotStart(
            f"Le chemin « {longest} » est trop long pour une prise Unix ({LONGEST_SOCKET_PATH} "
            "octets au plus) : donnez un dossier plus court dans MAILLAGE_SOCKETS.",
            f'The path "{longest}" is too long for a Unix socket ({LONGEST_SOCKET_PATH} bytes at '
            "most): give a shorter folder in MAILLAGE_SOCKETS.",
        )
    if not programs.can_reach(server.state, account):
        name = account.pw_name if account else ""
        raise CannotStart(
            f"Le compte « {name} », qui fait tourner PostgreSQL pour root, ne peut pas entrer dans "
            f"« {server.state} » : donnez un autre dossier dans MAILLAGE_STATE.",
            f'The account "{name}", which runs PostgreSQL for root, cannot enter "{server.state}": '
            "give another folder in MAILLAGE_STATE.",
        )
    _refuse_other_data(server)
    needed = BYTES_FOR_A_START if is_cluster(server.data) else BYTES_FOR_A_NEW_CLUSTER
    if shutil.disk_usage(server.state).free < needed:
        raise disk_is_full(server.state)


def _refuse_other_data(server: EmbeddedServer) -> None:
    if server.data.exists() and os.geteuid() not in {0, server.data.stat().st_uid}:
        raise CannotStart(
            f"Les données de « {server.data} » sont à un autre compte : reprenez ce compte "
            "ou donnez un autre dossier dans MAILLAGE_STATE.",
            f'The data in "{server.data}" belong to another account: use that account, or give '
            "another folder in MAILLAGE_STATE.",
        )
    others = [p for p in sorted(server.state.glob("pg[0-9]*")) if p.name[2:].isdigit()]
    if server.suffix or server.data in others or not others:
        return
    old, new = others[-1].name[2:], server.data.name[2:]
    raise CannotStart(
        f"« {others[-1]} » contient des données de PostgreSQL {old} et ce programme apporte "
        f"PostgreSQL {new} : sauvegardez-les puis restaurez-les (docs/operate.md, « Moving to "
        "another PostgreSQL »), ou déplacez ce dossier pour repartir de zéro.",
        f'"{others[-1]}" holds data of PostgreSQL {old} and this program brings PostgreSQL {new}: '
        'dump and restore them (docs/operate.md, "Moving to another PostgreSQL"), or move that '
        "folder away to start afresh.",
    )


def disk_is_full(folder: Path) -> CannotStart:
    """The sentence for a full disk, wherever it was noticed."""
    return CannotStart(
        f"Le disque qui porte « {folder} » est plein : libérez au moins 300 Mo et "
        "relancez, rien n'est perdu.",
        f'The disk that holds "{folder}" is full: free 300 MB at least and start again, '
        "nothing is lost.",
    )


@contextmanager
def on_a_full_disk(folder: Path) -> Iterator[None]:
    """Turn the system's refusal to write into the sentence; other faults pass."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_is_full(folder) from error
        raise


def does_not_start(server: EmbeddedServer, words: str) -> CannotStart:
    """The sentence for what PostgreSQL itself said."""
    if "No space left on device" in words or "Disk quota exceeded" in words:
        return disk_is_full(server.state)
    last = " / ".join(line.strip() for line in words.splitlines()[-3:])
    return CannotStart(
        f"PostgreSQL ne démarre pas (journal : {server.data / 'server.log'}) : {last}",
        f"PostgreSQL does not start (log: {server.data / 'server.log'}): {last}",
    )


def is_not_private(folder: Path) -> CannotStart:
    """The sentence for a socket folder that someone else could have prepared."""
    return CannotStart(
        f"Le dossier « {folder} » n'est pas privé ou n'est pas à vous : supprimez-le, ou "
        "donnez un autre dossier dans MAILLAGE_SOCKETS.",
        f'The folder "{folder}" is not private or not yours: remove it, or give another '
        "folder in MAILLAGE_SOCKETS.",
    )
