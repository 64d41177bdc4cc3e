"""A receiver of alerts on loopback that answers as told and keeps what it got, and the events that are sent to it."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from flows.alerts import Subscription
from model.document import Event
from model.vocabulary import EventKind

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def event(
    cause: str = "reports/r1/1.json",
    kind: EventKind = EventKind.PUBLISHED,
    at: datetime = NOON,
    portal: str = "tianjin-rsj",
    **details: Any,
) -> Event:
    """An event of one report of 天津市人力资源和社会保障局."""
    return Event(
        id=Event.identify(kind, "r1", cause),
        kind=kind,
        subject="r1",
        cause=cause,
        at=at,
        portal=portal,
        title="天津市人力资源和社会保障局2022年政府信息公开工作年度报告",
        url="https://rsj.example/2022.html",
        details={"agency": "天津市人力资源和社会保障局", "report_year": 2022, **details},
    )


def subscription(to: str, name: str = "newsdesk", **rest: Any) -> Subscription:
    return Subscription.model_validate({"name": name, "to": to, **rest})


@dataclass(frozen=True)
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """`hang` keeps silent until the receiver closes; `reset` breaks the connection off after it has read."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    how: Literal["answer", "hang", "reset"] = "answer"


@dataclass
class Receiver:
    """Answers in the order of `script`, then 200."""

    script: list[Answer] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def webhook(self) -> str:
        return f"webhook+http://127.0.0.1:{self.port}/hook"

    @property
    def keys(self) -> list[str]:
        return [got.headers["idempotency-key"] for got in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens on a free port."""
    receiver = Receiver()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Got(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = receiver.script.pop(0) if receiver.script else Answer()
            if answer.how == "hang":
                receiver.closing.wait()
            elif answer.how == "reset":
                # Zero seconds of linger: the connection ends with RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            else:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

        def finish(self) -> None:
            if not self.wfile.closed and self.connection.fileno() != -1:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
