"""The figures of the last run at an address of this machine, for Prometheus: `http://127.0.0.1:PORT/metrics`."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from model.errors import Misconfigured


def page(file: Path, running: Callable[[], list[str]]) -> bytes:
    """What runs wrote to the file of metrics, before the first run nothing; and which parts of the tree live."""
    registry = CollectorRegistry()
    up = Gauge("gongkai_part_up", "1 while this part of `gongkai up` runs", ["part"], registry=registry)
    for name in running():
        up.labels(name).set(1)
    last = file.read_bytes() if file.exists() else b""
    return generate_latest(registry) + last


def serve_metrics(port: int, file: Path, running: Callable[[], list[str]]) -> ThreadingHTTPServer:
    """Answer on loopback, from a thread of its own, until `shutdown()`. Misconfigured when the port is taken."""

    class Metrics(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.partition("?")[0] == "/metrics"
            body = page(file, running) if found else b"see /metrics\n"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", CONTENT_TYPE_LATEST if found else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A scrape every few seconds is no news."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Metrics)
    except OSError as error:
        raise Misconfigured(f"port {port} for metrics can't be used ({error.strerror}); give --metrics-port") from error
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
