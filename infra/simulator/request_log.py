"""What the clients asked, in order: the evidence for politeness, stop rules and saved downloads."""

import threading
import time
from dataclasses import asdict, dataclass

from pydantic import JsonValue

from infra.simulator.wire import Request, Response


@dataclass(frozen=True)
class LoggedRequest:
    """One request and its answer; `bytes` is the size of the body as sent.

    `time` and `answered` are the machine's clock in seconds: when the request was read, and when its answer was ready.
    Two requests of a client overlap when one is read before the other is answered.
    """

    host: str
    method: str
    target: str
    time: float
    answered: float
    headers: dict[str, str]
    status: int
    bytes: int

    @property
    def path(self) -> str:
        """The address without its parameters."""
        return self.target.partition("?")[0]

    def as_json(self) -> dict[str, JsonValue]:
        """The entry for the control interface."""
        return {**asdict(self), "path": self.path}


class RequestLog:
    """Grows with each answer; shared by all virtual hosts and safe between threads."""

    def __init__(self) -> None:
        self._entries: list[LoggedRequest] = []
        self._lock = threading.Lock()

    def record(self, host: str, request: Request, response: Response, sent: int) -> None:
        """Add one answered request."""
        entry = LoggedRequest(
            host=host,
            method=request.method,
            target=request.target,
            time=request.received_at,
            answered=time.time(),
            headers=dict(request.headers),
            status=response.status,
            bytes=sent,
        )
        with self._lock:
            self._entries.append(entry)

    def entries(self, host: str | None = None) -> list[LoggedRequest]:
        """All requests so far, or those to one host."""
        with self._lock:
            return [entry for entry in self._entries if host in {None, entry.host}]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
