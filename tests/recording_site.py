"""A small web site on loopback that answers as told and writes down what it was asked, for tests of the spiders."""

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True)
class Asked:
    """One request; `at` in monotonic seconds, header names in lower case."""

    path: str
    at: float
    headers: dict[str, str]
    method: str = "GET"
    body: bytes = b""


@dataclass
class Reply:
    """One answer. `declared` is a Content-Length that need not be true; `hang_up` closes without any answer.

    `stream` writes the payload itself, as long as the client listens; its length is not declared.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    declared: int | None = None
    hang_up: bool = False
    stream: Callable[[BinaryIO], None] | None = None


Answer = Reply | str | Callable[[Asked], "Reply | str"]


@dataclass
class RecordingSite:
    """`pages` maps a path with its query to an answer; anything else is 404."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    """Most requests that were under way at the same time."""
    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def paths(self) -> list[str]:
        """What was asked, in order, without robots.txt."""
        return [a.path for a in self.asked if a.path != "/robots.txt"]

    def reply(self, asked: Asked) -> Reply:
        answer = self.pages.get(asked.path, Reply(b"not here", 404))
        if callable(answer):
            answer = answer(asked)
        return Reply(answer.encode()) if isinstance(answer, str) else answer


@contextmanager
def recording_site(pages: dict[str, Answer], certificate: Path | None = None) -> Iterator[RecordingSite]:
    """Serve `pages` until the end of the block; over TLS with a certificate and key as one PEM file."""
    site = RecordingSite(pages)
    busy, under_way = threading.Lock(), list[Asked]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.path,
                time.monotonic(),
                {k.lower(): v for k, v in self.headers.items()},
                self.command,
                self.rfile.read(length),
            )
            site.asked.append(asked)
            with busy:
                under_way.append(asked)
                site.at_once = max(site.at_once, len(under_way))
            try:
                # A client that has heard enough hangs up.
                with contextlib.suppress(ConnectionError):
                    self.send(site.reply(asked))
            finally:
                with busy:
                    under_way.remove(asked)

        def send(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.hang_up:
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.stream is None:
                self.send_header("Content-Length", str(reply.declared or len(reply.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if reply.stream is not None:
                reply.stream(self.wfile)
            else:
                self.wfile.write(reply.body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
