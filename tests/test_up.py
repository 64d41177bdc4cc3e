"""`gongkai up`: one tree of processes that collects, and of which nothing is left when it is stopped."""

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.demo.portals import write_portals
from flows.metrics import write_metrics
from flows.metrics_page import serve_metrics
from flows.outcome import RunOutcome
from flows.up import Part, explorer_part, parts, run_up
from infra.simulator import Simulator
from model.errors import Misconfigured
from tests.running import command, kill

NOON = datetime(2026, 1, 2, 4, tzinfo=UTC)
PATIENCE = 240.0
"""Seconds on a machine that has much else to do; alone it takes half a minute."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _group_of(folder: Path) -> set[int]:
    """Living processes whose environment names the folder."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in (process / "environ").read_bytes():
                found.add(int(process.name))
    return found


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks for what is left in /proc")
def test_it_collects_and_stops_with_all_its_children(tmp_path: Path) -> None:
    store, port = tmp_path / "archive", _free_port()
    with Simulator.start(["qinghe"]) as simulator:
        write_portals(simulator, ["qinghe"], tmp_path / "portals")
        environment = {"GONGKAI_PORTALS": str(tmp_path / "portals"), "PREFECT_HOME": str(tmp_path / "prefect")}
        order = [
            "up",
            "--store",
            str(store),
            "--cron",
            "* * * * *",
            "--port",
            str(port),
            "--no-explorer",
            "--metrics-port",
            "0",
        ]
        process = command(*order, environment=environment)
        try:
            until = time.monotonic() + PATIENCE
            while not list((store / "state/settled").glob("*")) and time.monotonic() < until:
                assert process.poll() is None, process.communicate()
                time.sleep(0.5)  # other processes work; there is nothing to wait on
            assert len(_group_of(tmp_path)) >= 3, "the command, the server, the schedule"
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=60)
        finally:
            kill(process)
    assert process.returncode == 0, err
    assert "gongkai up: stopped; what was kept is safe" in err
    assert not _group_of(tmp_path)
    assert list((store / "reports").rglob("1.json"))


def test_a_part_that_ends_takes_the_others_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    sleeper = Part("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], {})
    brief = Part("brief", [sys.executable, "-c", "raise SystemExit(3)"], {})
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def noted(*arguments: object, **options: object) -> "subprocess.Popen[bytes]":
        started.append(real(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer, args=(listening,), daemon=True).start()
        code = run_up([sleeper, brief], f"http://127.0.0.1:{listening.getsockname()[1]}/", told.append)
    assert code == 1
    assert told[-1] == "stopped, because brief (exit code 3) ended"
    assert all(process.poll() is not None for process in started)


def test_figures_are_shown_on_loopback(tmp_path: Path) -> None:
    file = tmp_path / "gongkai.prom"
    server = serve_metrics(0, file, lambda: ["server", "schedule"])
    address, port = server.server_address[:2]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as before:
            assert before.headers["Content-Type"].startswith("text/plain; version=")
            assert b'gongkai_part_up{part="schedule"} 1.0' in before.read()
        write_metrics(file, RunOutcome(run="R"), NOON, NOON + timedelta(seconds=90))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as after:
            assert b"gongkai_last_run_duration_seconds 90.0" in after.read().splitlines()
        with pytest.raises(Misconfigured, match=f"port {port} for metrics can't be used"):
            serve_metrics(int(port), file, list)
    finally:
        server.shutdown()
        server.server_close()
    assert address == "127.0.0.1"


def _answer(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection, _ = listening.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")


def test_only_this_machine_is_listened_to() -> None:
    server, schedule = parts(4200, "/a", ["one"], "0 * * * *", {"A": "b"})
    assert server.command[-4:] == ["--host", "127.0.0.1", "--port", "4200"]
    assert server.environment["PREFECT_API_URL"] == ""
    assert schedule.environment["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert "--due" in schedule.command
    assert "--host" not in explorer_part(8383, "/a", {}).command
