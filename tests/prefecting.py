"""Asking a Prefect server, and the processes that work for one."""

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.running import end


def ask(address: str, body: dict[str, Any] | None = None, login: str = "") -> Any:
    """The answer of Prefect's API. `login`: name:password."""
    data = None if body is None else json.dumps(body).encode()
    word = base64.b64encode(login.encode()).decode()
    headers = {"Content-Type": "application/json", **({"Authorization": f"Basic {word}"} if login else {})}
    request = urllib.request.Request(address, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


def awaited(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """What the condition gives as soon as it gives something; a server that is busy is asked again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            if found := condition():
                return found
        time.sleep(0.5)  # another process works; its API can only be polled
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


@contextlib.contextmanager
def process(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m ARGUMENTS` while the context lasts, in a process group of its own; what it says goes into a file."""
    with log.open("wb") as said:
        started = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, stdout=said, stderr=said, start_new_session=True
        )
    try:
        yield started
    finally:
        end(started)


def with_descendants(pid: int) -> list[int]:
    """A process and all that it started, in whatever group or session they are."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    family = [pid]
    for one in family:
        family += children.get(one, [])
    return family


def kill_family(pid: int) -> None:
    """What the end of a machine does to a worker: SIGKILL to it and to all that it started, at once."""
    family = with_descendants(pid)
    for one in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
