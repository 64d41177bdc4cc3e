"""Withheld by a recorded decision: hidden everywhere, told why, undone by another record, and nothing deleted."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from flows.run import tellable_events
from storage.archive import Archive
from storage.keys import is_kept
from storage.local_folder import LocalFolder
from storage.objects import open_store
from storage.settings import StorageSettings
from storage.webarchive import Selection, taken
from tests.archive_samples import filled_folder
from tests.commanding import gongkai
from tests.storage_samples import NOON

__all__ = ["filled_folder"]

WHY = "court order of 2 December"


@pytest.fixture
def root(filled_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled_folder, tmp_path / "archive"))


@pytest.fixture
def archive(root: Path) -> Archive:
    return Archive(LocalFolder(root, fsync=False))


@pytest.fixture
def report_id(archive: Archive) -> str:
    """The report of 2024, which has two versions."""
    return next(found for found in archive.report_ids() if "-2024-" in found)


def listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path) -> dict[str, str]:
    """Report id to verdict, as `gongkai list` tells."""
    capsys.readouterr()
    assert gongkai(monkeypatch, "list", "--store", str(root), "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["report_id"]: line["verdict"] for line in lines}


def exported(archive: Archive) -> set[str]:
    """Digests of the documents that an export of everything would hold."""
    return {t.capture.body.sha256 for t in taken(archive, Selection()) if t.capture.body and t.capture.kind == "page"}


def test_a_restricted_report_is_hidden_everywhere_and_says_why(
    archive: Archive,
    root: Path,
    report_id: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = {key: archive.store.read(key) for key in archive.store.list("") if is_kept(key)}
    payloads = {part.sha256 for v in archive.versions(report_id) for part in v.manifest.parts}
    assert payloads < exported(archive)
    assert gongkai(monkeypatch, "restrict", "青禾", "2024", "--store", str(root), "--reason", WHY, "--by", "desk") == 0
    assert re.search(rf"{report_id}: restricted by desk: {WHY}", capsys.readouterr().out)

    assert set(listed(monkeypatch, capsys, root)) == {found for found in archive.report_ids() if found != report_id}
    for command in (["show", "青禾", "2024"], ["diff", "青禾", "2024"], ["show", report_id, "--json"]):
        assert gongkai(monkeypatch, *command, "--store", str(root)) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert re.fullmatch(rf"gongkai: {report_id} is restricted \(451\) since \d{{4}}-\d\d-\d\d: {WHY}\n", told.err)
    assert not payloads & exported(archive)
    assert not any("old.html" in t.capture.url for t in taken(archive, Selection()))
    assert {e.subject for e in tellable_events(archive, NOON)} == set(archive.report_ids()) - {report_id}

    after = {key: archive.store.read(key) for key in archive.store.list("") if is_kept(key)}
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {f"restrictions/{report_id}/1.json"}


def test_it_is_undone_by_another_record(
    archive: Archive,
    root: Path,
    report_id: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = ("--store", str(root))
    gongkai(monkeypatch, "restrict", report_id, *store, "--reason", WHY)
    assert gongkai(monkeypatch, "restrict", report_id, *store, "--lift", "--reason", "set aside", "--by", "desk") == 0
    assert report_id in listed(monkeypatch, capsys, root)
    assert gongkai(monkeypatch, "show", report_id, *store, "--json") == 0
    capsys.readouterr()
    assert gongkai(monkeypatch, "restrict", "--list", *store, "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(t["n"], t["restricted"], t["reason"]) for t in told] == [(1, True, WHY), (2, False, "set aside")]
    assert archive.withheld().reports == frozenset()
    assert gongkai(monkeypatch, "audit", *store) == 0


def test_one_version_alone(
    archive: Archive,
    root: Path,
    report_id: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = ("--store", str(root))
    first, second = archive.versions(report_id)
    gongkai(monkeypatch, "restrict", report_id, *store, "--version", "1", "--reason", "names a person")
    capsys.readouterr()
    assert gongkai(monkeypatch, "show", report_id, *store, "--json") == 0
    assert gongkai(monkeypatch, "show", report_id, *store, "--version", "1") == 1
    assert gongkai(monkeypatch, "diff", report_id, *store) == 1
    assert capsys.readouterr().err.count(f"version 1 of {report_id} is restricted (451)") == 2
    assert listed(monkeypatch, capsys, root)[report_id] == "verified"
    assert first.manifest.parts[0].sha256 not in exported(archive)
    assert second.manifest.parts[0].sha256 in exported(archive)
    kinds = {e.kind.value for e in tellable_events(archive, NOON) if e.subject == report_id}
    assert kinds == {"revised"}
    gongkai(monkeypatch, "restrict", report_id, *store, "--version", "2", "--reason", "so does this")
    assert listed(monkeypatch, capsys, root)[report_id] == "restricted"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["青禾", "2024"], "a restriction needs its reason"),
        (["青禾", "2024", "--reason", " "], "a restriction needs its reason"),
        (["青禾", "--reason", WHY], "matches 2 reports"),
        (["白沙", "--reason", WHY], "no report matches '白沙'"),
        (["--reason", WHY], "no report matches"),
        (["青禾", "2024", "--version", "3", "--reason", WHY], "there are only 2 version"),
        (["青禾", "2024", "--lift", "--reason", WHY], "is not restricted"),
    ],
)
def test_what_is_unclear_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert gongkai(monkeypatch, "restrict", *arguments, "--store", str(root)) == 2
    assert told in capsys.readouterr().err
    assert not (root / "restrictions").exists()


def test_every_report_that_the_words_name(
    archive: Archive, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "restrict", "青禾", "--every", "--reason", WHY, "--store", str(root)) == 0
    assert archive.withheld().reports == set(archive.report_ids())
    assert listed(monkeypatch, capsys, root) == {}
    assert gongkai(monkeypatch, "restrict", "青禾", "--every", "--reason", WHY, "--store", str(root)) == 2
    assert "is restricted already" in capsys.readouterr().err


def test_deciders_at_once_get_numbers_of_their_own_on_any_store(store_address: str) -> None:
    archive = Archive(open_store(store_address, settings=StorageSettings(fsync=False)))

    def decide(n: int) -> int:
        at = NOON + timedelta(hours=n)
        return archive.add_restriction("r1", None, restricted=n % 2 == 0, reason=f"{n}", by="x", at=at).n

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(decide, range(6))) == [1, 2, 3, 4, 5, 6]
    (*_, last) = archive.restrictions("r1")
    assert [r.n for r in archive.standing_restrictions()] == ([last.n] if last.restricted else [])
