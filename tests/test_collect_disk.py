"""A disk that fills up or turns read-only: told, and after it is mended the next run goes on from what was kept."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import finished, prefect_server

SITE = "baisha"
REPORTS = 11  # that the site shows from its first day

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can mount a disk of a given size"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Portal files of a running simulator, and a Prefect server."""
    folder = tmp_path_factory.mktemp("portals")
    with Simulator.start([SITE]) as simulator, prefect_server(tmp_path_factory.mktemp("prefect")) as server:
        write_portals(simulator, [SITE], folder)
        yield {**server, "GONGKAI_PORTALS": str(folder)}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 160 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def report_ids(store: str) -> list[str]:
    return list(Archive(open_store(store, settings=StorageSettings())).report_ids())


def sentence(result: "subprocess.CompletedProcess[str]") -> str:
    assert "Traceback" not in result.stderr
    (told,) = [line for line in result.stderr.splitlines() if line.startswith("gongkai: ")]
    return told


def test_after_a_full_disk_has_room_again_the_next_run_goes_on(environment: dict[str, str], disk: Path) -> None:
    store = str(disk / "archive")
    full = finished("collect", "--store", store, environment=environment)
    assert full.returncode == 1
    assert "disk full" in sentence(full)
    assert "free space and start again" in sentence(full)
    files = (path for path in disk.rglob("*") if path.is_file())
    # A lease ends with the run that holds it.
    kept = {p: p.read_bytes() for p in files if ".gongkai" not in str(p) and "/state/leases/" not in str(p)}
    assert kept

    remount(disk, "size=8m")
    again = finished("collect", "--store", store, environment=environment)
    assert again.returncode == 0, again.stderr
    assert len(report_ids(store)) == REPORTS
    assert {path: path.read_bytes() for path in kept} == kept


def test_an_archive_that_is_read_only_can_be_read_and_is_not_written(environment: dict[str, str], disk: Path) -> None:
    store = str(disk / "archive")
    remount(disk, "size=8m")
    assert finished("collect", "--store", store, environment=environment).returncode == 0

    remount(disk, "ro")
    refused = finished("collect", "--store", store, environment=environment)
    assert refused.returncode == 1
    assert "no permission at" in sentence(refused)
    assert store in sentence(refused)
    listed = finished("list", "--json", "--store", store, environment=environment)
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) == REPORTS

    remount(disk, "rw")
    assert finished("collect", "--store", store, environment=environment).returncode == 0
    assert len(report_ids(store)) == REPORTS
