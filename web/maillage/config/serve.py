"""`maillage start`: bring everything up, say where to click, stop everything together."""

import errno
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import FrameType

import django
from django.core.management import call_command

from maillage.config import processes
from maillage.config.processes import Child
from maillage.config.speech import CannotStart, say

HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 60
SECONDS_OF_SILENCE = 30
SECONDS_OF_CHILDHOOD = 5
SECONDS_BETWEEN_LOOKS = 0.5
CHILDREN = (
    (sys.executable, "-m", "gunicorn", "maillage.config.wsgi", "--worker-class", "gthread",
     "--preload", "--workers", "2", "--threads", "4", "--no-control-socket", "--log-level",
     "warning", "--graceful-timeout", "5",
     "--limit-request-line", "0"),  # an endless field is refused by its form, with a sentence
    (sys.executable, "-m", "maillage", "worker"),
)  # fmt: skip
WHERE_TO_CLICK = (
    ("Chercher une aide", "Find help", "/"),
    ("Espace professionnel", "For professionals", "/pro/"),
    ("Diagnostic du territoire", "Diagnosis of the territory", "/pilotage/diagnostic/"),
)
ONLY_IN_A_DEMONSTRATION = (
    ("Messages envoyés (démonstration)", "Messages sent (demonstration)", "/demo/messages/"),
)


class Asked(KeyboardInterrupt):
    """Someone asked the site to stop: Ctrl-C, a closed terminal, the system."""


def start_site(state: Path, port: int, database: AbstractContextManager[None]) -> int:
    """Serve until someone asks to stop. `database` is entered for as long as the site runs."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask)
    record = state / "site.json"
    try:
        with _only_one(state) as alone:
            if not alone:
                return _say_it_runs(record, port)
            processes.end_leftovers(record)
            refuse_taken_port(port)
            with database:
                return _serve(record, port)
    except Asked:
        return 0


def refuse_taken_port(port: int) -> None:
    """Say so before anything long is done."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise CannotStart(
                    f"Le port {port} est réservé à root : choisissez-en un autre, par exemple "
                    "PORT=8001 make start.",
                    f"Port {port} is reserved for root: choose another, for instance "
                    "PORT=8001 make start.",
                ) from error
            raise CannotStart(
                f"Le port {port} est déjà pris par un autre programme : choisissez-en un autre, "
                f"par exemple PORT={port + 1} make start.",
                f"Port {port} is taken by another program: choose another, for instance "
                f"PORT={port + 1} make start.",
            ) from error


def _serve(record: Path, port: int) -> int:
    print(say("Maillage se prépare.", "Maillage is getting ready."), flush=True)
    django.setup()
    call_command("prepare", stage="pages")
    environment = os.environ | {"GUNICORN_CMD_ARGS": f"--bind={HOST}:{port}"}
    children: list[Child] = []
    try:
        for command in CHILDREN:
            children.append(processes.spawn(command, environment))
            processes.remember(record, port, children)
        call_command("prepare", stage="dates")
        _wait_for_an_answer(port, children)
        _say_where_to_click(port)
        return _wait_for_the_end(record, port, children)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print(say("\nMaillage s'arrête.", "\nMaillage is stopping."), flush=True)
        processes.end(children)
        record.unlink(missing_ok=True)


def _ask(number: int, frame: FrameType | None) -> None:
    raise Asked


@contextmanager
def _only_one(state: Path) -> Iterator[bool]:
    with (state / "site.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _say_it_runs(record: Path, port: int) -> int:
    found = processes.port_of(record) or port
    print(
        say(
            f"Le site de ce dossier tourne déjà (ou démarre) : http://{HOST}:{found}/",
            f"The site of this folder already runs (or is starting): http://{HOST}:{found}/",
        )
    )
    return 0


def _wait_for_an_answer(port: int, children: Sequence[Child]) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        _refuse_the_dead(children)
        connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS_OF_SILENCE)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise CannotStart(
        f"Le site n'a pas répondu en {SECONDS_TO_ANSWER} secondes.",
        f"The site did not answer within {SECONDS_TO_ANSWER} seconds.",
    )


def _wait_for_the_end(record: Path, port: int, children: list[Child]) -> int:
    """Start again a program that ends after a while; one that cannot stay up stops everything."""
    while True:
        for number, child in enumerate(children):
            if child.process.poll() is not None:
                if child.age < SECONDS_OF_CHILDHOOD:
                    _refuse_the_dead(children)
                print(f"maillage: {child.last_words}", file=sys.stderr, flush=True)
                children[number] = processes.spawn(child.command, child.environment)
                processes.remember(record, port, children)
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _refuse_the_dead(children: Sequence[Child]) -> None:
    for child in children:
        if child.process.poll() is not None:
            raise CannotStart(
                f"{child.last_words} Tout s'arrête ; ses derniers mots sont ci-dessus.",
                f"{child.last_words} Everything stops; its last words are above.",
            )


def _say_where_to_click(port: int) -> None:
    address = f"http://{HOST}:{port}"
    print(say(f"\nMaillage est prêt : {address}/\n", f"\nMaillage is ready: {address}/\n"))
    demonstration = "DATABASE_URL" not in os.environ
    for french, english, path in WHERE_TO_CLICK + ONLY_IN_A_DEMONSTRATION * demonstration:
        print(f"  {say(french, english):<34} {address}{path}")
    if demonstration:
        print(
            say(
                "\n  Pour entrer comme professionnelle : nadia@demo.example.org ; le code arrive "
                "dans les messages.",
                "\n  To sign in as a professional: nadia@demo.example.org; the code arrives "
                "among the messages.",
            )
        )
    print(say("\nCtrl-C pour arrêter.", "\nCtrl-C to stop."), flush=True)
