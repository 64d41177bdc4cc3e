"""One process tree for one machine: Prefect's server on loopback, schedule, runs, and the explorer with its feeds.

The parent starts each part in a process group of its own, and ends them all when one of them ends or when it is told to
stop. On Linux a part also dies with its parent, however that ends.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from model.errors import Misconfigured

from .metrics_page import serve_metrics

STARTS_IN = 120.0
STOPS_IN = 20.0
LOOKS_EVERY = 0.3
LATE_EVERY = 5.0
PR_SET_PDEATHSIG = 1


class Part(NamedTuple):
    """A process of the tree."""

    name: str
    command: list[str]
    environment: dict[str, str]


def parts(port: int, store: str, portals: Sequence[str], cron: str, environment: Mapping[str, str]) -> list[Part]:
    """What makes up the tree: the server first, as the others need it."""
    api = {**environment, "PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}
    # The server itself must not take its own address for that of another.
    own = {**environment, "PREFECT_API_URL": "", "PREFECT_UI_API_URL": api["PREFECT_API_URL"]}
    server = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    schedule = ["deploy", *portals, "--due", "--store", store, "--cron", cron]
    return [Part("server", server, own), Part("schedule", [sys.executable, "-m", "flows.cli", *schedule], api)]


def explorer_part(port: int, store: str, environment: Mapping[str, str]) -> Part:
    """The explorer with its feeds; it needs an archive that holds something."""
    serve = ["serve", "--store", store, "--port", str(port)]
    return Part("explorer", [sys.executable, "-m", "flows.cli", *serve], dict(environment))


class Tree:
    """The running parts."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.stop = threading.Event()

    def start(self, part: Part) -> None:
        self._running[part.name] = subprocess.Popen(
            part.command,
            env=part.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def wait_for(self, url: str, seconds: float = STARTS_IN) -> None:
        """Until an address answers 200. Misconfigured when it does not, or when a part ended before."""
        until = time.monotonic() + seconds
        while not self.stop.is_set():
            with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5):
                return
            if (ended := self.ended()) is not None:
                raise Misconfigured(f"{ended} ended while it started; what it printed above says why")
            if time.monotonic() > until:
                raise Misconfigured(f"{url} does not answer after {seconds:.0f} s; is the port taken?")
            self.stop.wait(LOOKS_EVERY)

    def ended(self) -> str | None:
        """A part that is no longer running, with its exit code."""
        return next(
            (f"{name} (exit code {p.returncode})" for name, p in self._running.items() if p.poll() is not None), None
        )

    def living(self) -> list[str]:
        """Names of the parts that run."""
        return [name for name, process in list(self._running.items()) if process.poll() is None]

    def watch(self, late: Part | None, ready: Callable[[], bool]) -> str | None:
        """Until it is told to stop (None) or a part ends (which). `late` is started as soon as it is ready."""
        looked = float("-inf")
        while not self.stop.wait(LOOKS_EVERY):
            if (ended := self.ended()) is not None:
                return ended
            if late is not None and time.monotonic() >= looked + LATE_EVERY:
                looked = time.monotonic()
                if ready():
                    self._tell(f"starting {late.name}")
                    self.start(late)
                    late = None
        return None

    def close(self) -> None:
        """End all parts with everything that they started, the last first; those that will not are killed."""
        for name in reversed(self._running):
            process = self._running[name]
            self._signal(process, signal.SIGTERM)
            try:
                process.wait(STOPS_IN)
            except subprocess.TimeoutExpired:
                self._tell(f"{name} does not stop and is killed")
            # Also what outlived its parent in the group.
            self._signal(process, signal.SIGKILL)
            process.wait()

    @staticmethod
    def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _die_with_parent() -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run_up(
    wanted: Sequence[Part],
    health: str,
    tell: Callable[[str], None],
    late: Part | None = None,
    ready: Callable[[], bool] = lambda: True,
    metrics: tuple[int, Path] | None = None,
) -> int:
    """Start the parts, go on until told to stop, end them. 0 when it was told to, 1 when a part ended by itself.

    `health`: answers when the first part is up. `late`: a part that is started once `ready`. `metrics`: the port at
    which they are shown, and the file that runs write them to.
    """
    tree = Tree(tell)
    page = serve_metrics(*metrics, tree.living) if metrics else None
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: tree.stop.set())
    try:
        first, *rest = wanted
        tree.start(first)
        tell(f"starting {first.name}")
        tree.wait_for(health)
        for part in rest:
            if not tree.stop.is_set():
                tell(f"starting {part.name}")
                tree.start(part)
        ended = tree.watch(late, ready)
    finally:
        tree.close()
        if page is not None:
            page.shutdown()
            page.server_close()
    tell(
        f"stopped, because {ended} ended" if ended else "stopped; what was kept is safe, the next start goes on from it"
    )
    return 1 if ended else 0
