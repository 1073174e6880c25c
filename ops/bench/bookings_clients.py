"""Families who book over HTTP, each with a connection of its own. Part of `bookings.py` and chaos.

    python ops/bench/bookings_clients.py PORT CLIENTS SECONDS < slots

prints each acknowledged booking (mail address, page) as it comes, a JSON list a line.

A client reads the form once (its cookie and fields), then posts it for one free time after the
other, as a browser without JavaScript does. An acknowledged booking is a redirection to its page.
"""

import asyncio
import json
import random
import re
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode
from uuid import uuid4

from agenda_made import SERVICE

from maillage.config.serve import CHILDREN

Row = list[str]  # rule, practitioner, place, commune, start, way
PATIENCE = 30.0
PAUSE = 2.0  # seconds from one booking of a client to its next: 200 clients ask for 100 a second
BROKEN = (OSError, asyncio.IncompleteReadError, TimeoutError)


class Form(HTMLParser):
    """The fields of the booking form, as they would be sent untouched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep hidden fields, and of each choice the one that is checked."""
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and (kind == "hidden" or "checked" in given):
            self.fields[name] = given.get("value", "on")


@dataclass
class Answers:
    """What the clients were told."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)  # acknowledged bookings
    booked: list[tuple[str, str]] = field(default_factory=list)  # mail address, page of it
    others: Counter[str] = field(default_factory=Counter)

    def said(self) -> str:
        """Say what else was answered."""
        told = ", ".join(f"{name}: {count}" for name, count in self.others.most_common())
        return f"Answers over HTTP other than a booking: {told or 'none'}."


@dataclass
class Site:
    """A web server that answers on this port."""

    port: int
    pid: int = 0  # of its first process

    def book(
        self, rows: list[Row], clients: int, seconds: float, *, aloud: bool = False
    ) -> Answers:
        """Let so many clients book for so long; `aloud` prints each booking as it comes."""
        answers = Answers()
        everyone = [Client(self.port, answers, aloud=aloud) for _ in range(clients)]
        asyncio.run(self._book(deque(rows), everyone, seconds, answers))
        return answers

    async def _book(
        self, rows: "deque[Row]", everyone: "list[Client]", seconds: float, answers: Answers
    ) -> None:
        await asyncio.gather(*(one.prepare(rows[0]) for one in everyone))
        began = time.perf_counter()
        end = began + seconds
        await asyncio.gather(*(one.book_until(end, rows) for one in everyone))
        answers.seconds = time.perf_counter() - began


class Client:
    """One family's browser."""

    def __init__(self, port: int, answers: Answers, *, aloud: bool = False) -> None:
        self.port, self.answers, self.aloud = port, answers, aloud
        self.cookie = ""
        self.fields: dict[str, str] = {}
        self.pipes: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def prepare(self, row: Row) -> None:
        """Read the form once."""
        status, headers, body = await self.send("GET", address(row))
        cookie = re.search(r"(?im)^set-cookie: ([^;]+)", headers)
        if cookie is None:
            raise SystemExit(f"{address(row)} answered {status} without a form: {headers}{body}")
        self.cookie = cookie[1]
        self.fields = Form(body).fields

    async def book_until(self, end: float, rows: "deque[Row]") -> None:
        """Take one free time after the other, a pause after each."""
        await asyncio.sleep(PAUSE * random.random())  # noqa: S311 (not all at once)
        while rows and time.perf_counter() < end:
            row, name = rows.popleft(), f"{uuid4().hex[:12]}@example.org"
            began = time.perf_counter()
            try:
                status, headers, _ = await self.post(row, name)
            except BROKEN as error:
                self.answers.others[type(error).__name__] += 1
                self.pipes = None
                await asyncio.sleep(0.1)
                continue
            if status == 302:
                self.answers.waits.append(time.perf_counter() - began)
                page = re.findall(r"(?im)^location: (\S+)", headers)[0]
                self.answers.booked.append((name, page))
                if self.aloud:
                    print(json.dumps([name, page]), flush=True)
            else:
                self.answers.others[str(status)] += 1
            await asyncio.sleep(max(0.0, began + PAUSE - time.perf_counter()))

    async def post(self, row: Row, reach: str) -> tuple[int, str, str]:
        """Send the form for this free time."""
        own = {"key": str(uuid4()), "mode": row[5], "name": "Nour", "reach": reach}
        body = urlencode(self.fields | own)
        try:
            return await self.send("POST", address(row), body)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.pipes = None  # the server closed a connection that had waited: once more
            return await self.send("POST", address(row), body)

    async def send(self, verb: str, path: str, body: str = "") -> tuple[int, str, str]:
        """Send one request on the connection kept open; return status, headers, body."""
        async with asyncio.timeout(PATIENCE):
            if self.pipes is None:
                self.pipes = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self.pipes
            lines = [
                f"{verb} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Accept-Language: fr",
                "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}",
                f"Cookie: {self.cookie}", "", body,
            ]  # fmt: skip
            writer.write("\r\n".join(lines).encode())
            headers = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"(?im)^content-length: (\d+)", headers)
            text = await (reader.readexactly(int(length[1])) if length else _chunks(reader))
            if re.search(r"(?im)^connection: close", headers):
                writer.close()
                self.pipes = None
            return int(headers.split(" ", 2)[1]), headers, text.decode()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def address(row: Row) -> str:
    """The page where this free time is booked."""
    stamp = row[4][:16].replace("-", "").replace(":", "").replace(" ", "T") + "Z"
    return f"/services/{SERVICE}/rendez-vous/{row[0]}/{stamp}/"


@contextmanager
def served(environment: dict[str, str]) -> Iterator[Site]:
    """Run the web server of `make start` on a free port."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        port = attempt.getsockname()[1]
    prepare = [sys.executable, "-m", "maillage", "prepare", "--stage=pages"]
    subprocess.run(prepare, env=environment, check=True, stdout=subprocess.DEVNULL)
    process = subprocess.Popen([*CHILDREN[0], "--bind", f"127.0.0.1:{port}"], env=environment)
    try:
        for _try in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
                break
            time.sleep(0.1)
        yield Site(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def main() -> None:
    """Book on a site that someone else runs, and may kill."""
    port, clients, seconds = sys.argv[1:]
    rows = [json.loads(line) for line in sys.stdin]
    try:
        answers = Site(int(port)).book(rows, int(clients), float(seconds), aloud=True)
        print(answers.said(), file=sys.stderr)
    except BROKEN as error:
        print(f"families went away: {error!r}", file=sys.stderr)


if __name__ == "__main__":
    main()
