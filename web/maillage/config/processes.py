"""The programs that the launcher starts: none may outlive it, whatever ends it."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage.config.speech import say

SECONDS_TO_LEAVE = 8
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux
OURS = ("maillage.config.wsgi", "-m maillage ")


def description(process: int) -> str:
    """The state letter and the command line of a process; nothing when there is none."""
    if not Path("/proc/self").exists():
        command = ["ps", "-o", "stat=,args=", "-p", str(process)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    folder = Path("/proc") / str(process)
    try:
        state = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0]
        words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
    return f"{state} {words}"


def is_alive(process: int, *words: str) -> bool:
    """Whether the process runs and its command line holds one of `words`; a zombie does not run."""
    found = description(process)
    return bool(found) and not found.startswith("Z") and any(word in found for word in words)


@dataclass(frozen=True)
class Child:
    """A program that was started, and what it takes to start it again."""

    command: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    born: float

    @property
    def age(self) -> float:
        return time.monotonic() - self.born

    @property
    def last_words(self) -> str:
        name = " ".join(self.command[2:4])
        return say(
            f"Un programme du site s'est arrêté ({name}, code {self.process.returncode}).",
            f"A program of the site ended ({name}, code {self.process.returncode}).",
        )


def spawn(command: Sequence[str], environment: dict[str, str]) -> Child:
    """Start a program apart from the terminal's Ctrl-C, that the system ends when we die."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509 (one thread)
    )
    return Child(command, environment, process, time.monotonic())


def _die_with(parent: int) -> Callable[[], None]:
    library = ctypes.CDLL(None, use_errno=True)  # loaded before the fork, called after it

    def ask() -> None:
        library.prctl(DIE_WITH_PARENT, signal.SIGQUIT, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it died in between: the system will not tell us any more

    return ask


def end(children: Sequence[Child]) -> None:
    """Ask each to leave, wait, and end by force those that stay."""
    started = [child.process for child in children]
    for process in started:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + SECONDS_TO_LEAVE
    for process in started:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def remember(record: Path, port: int, children: Sequence[Child]) -> None:
    """Write down what was started, for the start that follows a killed one."""
    aside = record.with_suffix(".new")
    aside.write_text(
        json.dumps({"port": port, "children": [child.process.pid for child in children]})
    )
    aside.replace(record)


def end_leftovers(record: Path) -> None:
    """End what a killed start left behind; a number that now belongs to another is left alone."""
    left = [process for process in children_of(record) if is_alive(process, *OURS)]
    for process in left:
        os.killpg(process, signal.SIGKILL)
    deadline = time.monotonic() + SECONDS_TO_LEAVE
    while any(is_alive(process, *OURS) for process in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    record.unlink(missing_ok=True)


def children_of(record: Path) -> list[int]:
    """The processes that a start wrote down; none where there is no such start."""
    try:
        return [int(process) for process in json.loads(record.read_text())["children"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def port_of(record: Path) -> int | None:
    """The port of the site that runs, as it wrote it down."""
    try:
        return int(json.loads(record.read_text())["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
