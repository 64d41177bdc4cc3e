"""S3 servers to be wary of: one that fails a fifth of the calls, one that turns read-only, one without conditions."""

import contextlib
import http.client
import random
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

FAULTS = ("500", "503", "reset", "written, then 500", "written, then reset", "silence")
SKIPPED = {"connection", "transfer-encoding", "content-length", "expect", "server", "date"}


class Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())


class Forwarding(Quiet):
    """Passes requests on to `target`."""

    target = ""

    def forward(self, body: bytes, fault: str = "") -> None:
        upstream = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=30)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                upstream.putheader(name, value)
        upstream.endheaders(body)
        response = upstream.getresponse()
        content = response.read()
        upstream.close()
        if fault == "written, then 500":
            self.refuse(500, "InternalError")
        elif fault:
            self.reset()
        else:
            headers = {n: v for n, v in response.getheaders() if n.lower() not in SKIPPED}
            if self.command == "HEAD":
                headers["Content-Length"] = response.getheader("Content-Length") or "0"
            self.answer(response.status, content, headers)

    def reset(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serving(handler: type[Quiet]) -> Iterator[str]:
    """The address at which the handler answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def failing_proxy(target: str, seed: int, share: float = 0.2) -> Iterator[tuple[str, list[str]]]:
    """A proxy in front of a server that lets a share of the calls fail; its address and the faults so far."""
    chance, lock, faults = random.Random(seed), threading.Lock(), list[str]()

    class Proxy(Forwarding):
        def handle_any(self) -> None:
            with lock:
                fault = chance.choice(FAULTS) if chance.random() < share else ""
                if fault:
                    faults.append(fault)
            body = self.body()
            if fault in ("500", "503"):
                self.refuse(int(fault), "InternalError" if fault == "500" else "SlowDown")
            elif fault == "silence":
                self.connection.settimeout(5)
                with contextlib.suppress(OSError):
                    self.connection.recv(1)  # until the client gives up
                self.close_connection = True
            elif fault == "reset":
                self.reset()
            else:
                self.forward(body, fault)

        do_GET = do_PUT = do_HEAD = do_DELETE = handle_any

    Proxy.target = target
    with serving(Proxy) as address:
        yield address, faults


@dataclass
class Writes:
    """Writes outside of `state/` so far, and how many are taken: from the next on, all are refused. None: no end."""

    seen: int = 0
    taken: int | None = None


@contextlib.contextmanager
def closing_proxy(target: str) -> Iterator[tuple[str, Writes]]:
    """A proxy in front of a server whose policy lets us read, and write so many times: its address and its count."""
    writes, lock = Writes(), threading.Lock()

    class Proxy(Forwarding):
        def handle_any(self) -> None:
            body = self.body()
            if self.command in ("PUT", "DELETE", "POST"):
                with lock:
                    writes.seen += "/state/" not in self.path
                    refused = writes.taken is not None and writes.seen > writes.taken
                if refused:
                    self.refuse(403, "AccessDenied")
                    return
            self.forward(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = handle_any

    Proxy.target = target
    with serving(Proxy) as address:
        yield address, writes


@contextlib.contextmanager
def unconditional_server() -> Iterator[str]:
    """A server that stores what it is given and knows nothing of conditions and checksums."""
    objects: dict[str, bytes] = {}

    class Forgetful(Quiet):
        def do_PUT(self) -> None:
            objects[unquote(urlsplit(self.path).path)] = self.body()
            self.answer(200)

        def do_DELETE(self) -> None:
            objects.pop(unquote(urlsplit(self.path).path), None)
            self.answer(204)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = parse_qs(parts.query)
            if "list-type" in query:
                start = f"{parts.path.rstrip('/')}/"
                prefix, after = query.get("prefix", [""])[0], query.get("start-after", [""])[0]
                keys = sorted(k.removeprefix(start) for k in objects if k.startswith(start + prefix))
                listed = "".join(f"<Contents><Key>{escape(k)}</Key></Contents>" for k in keys if k > after)
                self.answer(200, f"<ListBucketResult>{listed}</ListBucketResult>".encode())
            elif (content := objects.get(unquote(parts.path))) is None:
                self.refuse(404, "NoSuchKey")
            else:
                self.answer(200, content)

        do_HEAD = do_GET

    with serving(Forgetful) as address:
        yield address
