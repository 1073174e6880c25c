"""A small SMS provider on a real socket: it answers as told, and keeps what it took."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar


class Provider(BaseHTTPRequestHandler):
    """Answers what the test wants; a message whose key it knows is taken once."""

    answers: ClassVar[list[Any]] = []
    taken: ClassVar[dict[str, dict[str, str]]] = {}
    asked: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Read, then answer a status, cut the answer, wait, or send elsewhere."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["Idempotency-Key"]
        self.asked.append(key)
        answer = self.answers.pop(0)
        if answer not in (302, 401, 422, 500, 503, "cut before", "late and lost"):
            self.taken.setdefault(key, {**json.loads(body), "key": self.headers["X-Key"]})
        if isinstance(answer, int):
            self._say(answer)
        else:
            self._misbehave(answer)

    def _say(self, status: int) -> None:
        body = json.dumps({"messages": [{"id": f"p-{len(self.taken)}"}]}).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """Nobody should come here: a redirected message is a lost one."""
        self._say(200)

    def _misbehave(self, how: str) -> None:
        if how == "cut before":
            self.wfile.write(b"HT")
        elif how == "cut after":
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"messages": [')
        elif how in ("late", "late and lost"):
            time.sleep(0.6)
        elif how == "drips":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n")
            for _ in range(40):
                try:
                    self.wfile.write(b" ")
                    time.sleep(0.05)
                except OSError:
                    break
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is expected."""


@contextmanager
def running() -> Iterator[str]:
    """Serve on a free port and give its address."""
    Provider.answers, Provider.taken, Provider.asked = [], {}, []
    with _Server(("127.0.0.1", 0), Provider) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/send"
        server.shutdown()
