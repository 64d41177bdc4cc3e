"""Running `gongkai` as a person would: a process of its own, in a process group that can be killed as one."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

PATIENCE = 240.0  # seconds: a busy machine may take several times as long as a quiet one


def command(*arguments: str, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """`gongkai ARGUMENTS` in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(*arguments: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """The command run to its end; the group is killed when it takes too long."""
    process = command(*arguments, environment=environment)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    return subprocess.CompletedProcess(list(arguments), process.returncode, out, err)


def kill(process: "subprocess.Popen[str]") -> None:
    """SIGKILL to the whole group, crawl process included."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def kill_when(process: "subprocess.Popen[str]", condition: Callable[[], bool], every: float = 0.002) -> bool:
    """Kill as soon as the condition holds, looked at so often; False when the process ended before it did."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            kill(process)
            return True
        if process.poll() is not None:
            process.communicate()
            return False
        time.sleep(every)  # watching another process, there is nothing to wait on
    kill(process)
    raise AssertionError("the moment to kill never came")


def end(process: "subprocess.Popen[bytes]", patience: float = 15) -> None:
    """SIGTERM to the group of a process that leads it; SIGKILL when it does not end within so many seconds."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def prefect_server(folder: Path, login: str = "") -> Iterator[dict[str, str]]:
    """A Prefect server on a free port; the environment that points a flow to it. `login`: name:password it asks for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **({"PREFECT_API_AUTH_STRING": login} if login else {}),
    }
    arguments = ["server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            env={
                **os.environ,
                **environment,
                "PREFECT_API_URL": "",
                **({"PREFECT_SERVER_API_AUTH_STRING": login} if login else {}),
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"{environment['PREFECT_API_URL']}/health", timeout=2):
                    break
            except (urllib.error.URLError, OSError) as error:
                if server.poll() is not None or time.monotonic() > until:
                    raise AssertionError((folder / "server.log").read_text()[-2000:]) from error
                time.sleep(0.2)  # a server that starts gives no other sign
        yield environment
    finally:
        end(server)
