"""Records are read forward: an archive that the first working version wrote, kept as it was, is read whole."""

import json
import tarfile
from pathlib import Path

import pytest

from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.commanding import gongkai

KEPT = Path(__file__).parent / "archives" / "spine.tar.xz"
CORRECTED = "a6kkx75b5mho5-2019-own"
REPORTS = 34


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of three simulated runs over one portal, written by the spine; without the disposable catalogue."""
    folder = tmp_path_factory.mktemp("spine")
    with tarfile.open(KEPT) as kept:
        kept.extractall(folder, filter="data")
    return folder


def test_its_reports_are_listed(
    spine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "list", "--json", "--store", str(spine)) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    by_id = {one["report_id"]: one for one in told}
    assert len(by_id) == len(told) == REPORTS
    assert (by_id[CORRECTED]["versions"], by_id[CORRECTED]["verdict"]) == (2, "verified")
    assert by_id[CORRECTED]["agency_name"] == "青禾市财政局"


def test_a_report_is_shown_with_its_tables(
    spine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "show", "agnpuqyuzh57d-2025-own", "--store", str(spine)) == 0
    out = capsys.readouterr().out
    assert "青禾市人力资源和社会保障局 2025" in out
    assert "58,440" in out


def test_nothing_in_it_is_wrong(
    spine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "audit", "--store", str(spine)) == 0
    assert "nothing is wrong" in capsys.readouterr().out


def test_its_events_runs_and_catalogue_are_read(
    spine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = Archive(open_store(str(spine), settings=StorageSettings()))
    assert len({event.kind for event in archive.events()}) >= 3
    assert archive.unsettled_runs() == []
    assert gongkai(monkeypatch, "catalogue", "--store", str(spine)) == 0
    assert str(REPORTS) in capsys.readouterr().out
