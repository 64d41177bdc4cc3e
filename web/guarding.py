"""What every answer goes through: headers that keep strangers out, ETags, and how often one reader may ask."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, MutableMapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BUFFERED = 4_000_000
MOST_READERS = 10_000

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src {frames}"
)


class Guarded:
    """ASGI: adds the headers that are missing, answers 304 where the reader has the same bytes already."""

    def __init__(self, app: ASGIApp, policy: Callable[[Scope], str]) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started: Message | None = None
        held = bytearray()
        passing = False

        async def hold(message: Message) -> None:
            nonlocal started, passing
            if message["type"] == "http.response.start":
                started = message
                self._add(scope, MutableHeaders(raw=message["headers"]))
                return
            if passing or started is None:
                await send(message)
                return
            held.extend(message.get("body", b""))
            more = message.get("more_body", False)
            if more and len(held) <= MOST_BUFFERED:
                return
            if more:
                passing = True
                await send(started)
                await send({"type": "http.response.body", "body": bytes(held), "more_body": True})
                return
            await _send_whole(scope, started, bytes(held), send)

        await self._app(scope, receive, hold)

    def _add(self, scope: Scope, headers: MutableHeaders) -> None:
        headers.setdefault("content-security-policy", self._policy(scope))
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("referrer-policy", "same-origin")
        headers.setdefault("cross-origin-opener-policy", "same-origin")
        headers.setdefault("cross-origin-resource-policy", "same-origin")
        headers.setdefault("permissions-policy", "camera=(), geolocation=(), microphone=()")
        headers.setdefault("cache-control", "no-cache")
        headers.add_vary_header("Accept-Language")


async def _send_whole(scope: Scope, started: Message, body: bytes, send: Send) -> None:
    headers = MutableHeaders(raw=started["headers"])
    if started["status"] == 200 and scope["method"] in ("GET", "HEAD"):
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"' if body else headers.get("etag")
        if etag:
            headers["etag"] = etag
            known = Headers(scope=scope).get("if-none-match", "")
            if etag in [one.strip() for one in known.split(",")] or known.strip() == "*":
                for name in ("content-length", "content-type", "content-encoding"):
                    if name in headers:
                        del headers[name]
                await send({**started, "status": 304})
                await send({"type": "http.response.body", "body": b""})
                return
    await send(started)
    await send({"type": "http.response.body", "body": body})


class Rate:
    """So many in so many seconds for each reader, counted by their address; the longest silent are forgotten."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._spent: MutableMapping[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, reader: str) -> float:
        """0 when the reader may ask now, which counts; else how many seconds from now."""
        now = self._clock()
        with self._lock:
            spent, since = self._spent.pop(reader, (0.0, now))
            spent = max(0.0, spent - (now - since) * self._most / self._seconds)
            wait = 0.0 if spent + 1 <= self._most else (spent + 1 - self._most) * self._seconds / self._most
            self._spent[reader] = (spent if wait else spent + 1, now)
            while len(self._spent) > MOST_READERS:
                self._spent.pop(next(iter(self._spent)))
        return wait
