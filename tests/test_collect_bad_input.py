"""What goes wrong is told in one sentence: what, where, what to do. Nothing that was kept is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from flows.demo.portals import HASTE, write_portals
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import finished, prefect_server

SITE = "baisha"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with prefect_server(tmp_path_factory.mktemp("prefect")) as server:
        yield server


def portal_file(folder: Path, name: str, url: str, **rest: object) -> None:
    folder.mkdir(exist_ok=True)
    portal = {"id": name, "title": "试验栏目", "region": "990100", "start_urls": [url], "politeness": HASTE, **rest}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(portal, allow_unicode=True), encoding="utf-8")


def told(result: "subprocess.CompletedProcess[str]") -> str:
    """Standard error's own sentence; a traceback is never one."""
    assert "Traceback" not in result.stderr
    return next(line for line in result.stderr.splitlines() if line.startswith("gongkai: "))


def test_a_malformed_portal_file_is_named_with_its_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("id: bad\ntitle: 甲\nregion: 110000\nstart_urls: []\n", encoding="utf-8")
    result = finished("portals", "--folder", str(tmp_path), environment=environment)
    assert result.returncode == 1
    assert "bad.yml" in told(result)
    assert "line " in told(result)


def test_an_unknown_portal_is_refused_before_anything_is_written(environment: dict[str, str], tmp_path: Path) -> None:
    result = finished("collect", "nowhere", "--store", str(tmp_path / "a"), environment=environment)
    assert result.returncode == 2
    assert "no portal nowhere" in told(result)
    assert not (tmp_path / "a").exists()


def test_without_a_contact_public_hosts_are_refused(environment: dict[str, str], tmp_path: Path) -> None:
    result = finished("collect", "tianjin-rsj", "--store", str(tmp_path / "a"), environment=environment)
    assert result.returncode == 1
    assert "GONGKAI_CONTACT" in told(result)
    assert list(Archive(open_store(str(tmp_path / "a"), settings=StorageSettings())).all_captures()) == []


def test_an_archive_that_is_not_there_says_how_to_make_one(environment: dict[str, str], tmp_path: Path) -> None:
    result = finished("list", "--store", str(tmp_path / "none"), environment=environment)
    assert result.returncode == 2
    assert "gongkai collect or gongkai demo" in told(result)


def test_a_dead_portal_does_not_stop_its_neighbour(environment: dict[str, str], tmp_path: Path) -> None:
    store, folder = str(tmp_path / "a"), tmp_path / "portals"
    with Simulator.start([SITE]) as simulator:
        write_portals(simulator, [SITE], folder)
        portal_file(folder, "dead", "http://127.0.0.1:9/zfxxgknb/")
        both = finished("collect", "--store", store, environment={**environment, "GONGKAI_PORTALS": str(folder)})
    assert both.returncode == 0
    assert "completed with problems: dead" in both.stdout
    archive = Archive(open_store(store, settings=StorageSettings()))
    assert archive.baseline(SITE) is not None
    assert archive.baseline("dead") is None
    assert len(list(archive.report_ids())) > 5

    alone = finished("collect", "dead", "--store", store, environment={**environment, "GONGKAI_PORTALS": str(folder)})
    assert alone.returncode == 1
    assert "unreachable" in alone.stdout
    assert len(list(archive.report_ids())) > 5


def test_a_truncated_page_makes_no_version(environment: dict[str, str], tmp_path: Path) -> None:
    store, folder = str(tmp_path / "a"), tmp_path / "portals"
    surroundings = {**environment, "GONGKAI_PORTALS": str(folder)}
    with Simulator.start([SITE]) as simulator:
        write_portals(simulator, [SITE], folder)
        assert finished("collect", "--store", store, environment=surroundings).returncode == 0
        archive = Archive(open_store(store, settings=StorageSettings()))
        before = {i: len(archive.versions(i)) for i in archive.report_ids()}
        told = [dict(r) for r in simulator.reports(SITE) if isinstance(r, dict)]
        report = next(r for r in told if r["live"] and r["kind"] == "report")
        simulator.edit(SITE, str(report["report"]))
        simulator.set_switch(SITE, "faults_on", report["path"])
        simulator.set_switch(SITE, "sent_share", 0.5)
        again = finished("collect", "--store", store, "--recheck", "all", environment=surroundings)
    assert "incomplete" in again.stdout
    assert {i: len(archive.versions(i)) for i in archive.report_ids()} == before


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("mount") is None, reason="only root can mount a small disk")
def test_a_full_disk_is_told_and_what_was_kept_stays(environment: dict[str, str], tmp_path: Path) -> None:
    disk, folder = tmp_path / "disk", tmp_path / "portals"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        with Simulator.start([SITE]) as simulator:
            write_portals(simulator, [SITE], folder)
            result = finished(
                "collect", "--store", str(disk / "a"), environment={**environment, "GONGKAI_PORTALS": str(folder)}
            )
        assert result.returncode == 1
        assert "full" in told(result)
        archive = Archive(open_store(str(disk / "a"), settings=StorageSettings()))
        for capture in archive.all_captures():
            if capture.body is not None and capture.body.store == "raw":
                assert len(archive.raw(capture.body.sha256)) == capture.body.size
    finally:
        subprocess.run(["umount", str(disk)], check=True)
