"""Any figure can be cited, and derived again from the archived bytes."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import BadQuery
from model.permalinks import Cited, read_id
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.raw import raw_key
from tests.archive_samples import filled_folder
from tests.commanding import gongkai
from tests.storage_samples import NOON

__all__ = ["filled_folder"]

TOTAL = "applications.total.total"


@pytest.fixture
def root(filled_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled_folder, tmp_path / "archive"))


@pytest.fixture
def report_id(root: Path) -> str:
    return next(found for found in Archive(LocalFolder(root, fsync=False)).report_ids() if "-2024-" in found)


@given(
    st.integers(2008, 2030),
    st.sampled_from(["own", "region_aggregate"]),
    st.none() | st.integers(1, 9999),
    st.none() | st.from_regex(r"[a-z0-9_]{1,9}(\.[a-z0-9_]{1,9}){0,4}", fullmatch=True),
    st.none() | st.just("https://reports.example.org/explorer/"),
)
def test_a_permalink_leads_back_to_what_it_names(
    year: int, scope: str, version: int | None, value: str | None, base: str | None
) -> None:
    cited = Cited(f"a6kkx75b5mho5-{year}-{scope}", version, value)
    assert read_id(str(cited)) == cited
    assert read_id(cited.permalink(base)) == cited


@pytest.mark.parametrize(
    "text", ["", "天津", "a6kkx75b5mho5", "a6kkx75b5mho5-2024-own@0", "a6kkx75b5mho5-2024-own#A b"]
)
def test_what_names_nothing_is_told(text: str) -> None:
    with pytest.raises(BadQuery, match="an id looks like"):
        read_id(text)


def test_a_figure_with_all_that_stands_behind_it(
    root: Path, report_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GONGKAI_PUBLIC_URL", "https://reports.example.org")
    asked = f"{report_id}@1#{TOTAL}"
    assert gongkai(monkeypatch, "cite", asked, "--store", str(root), "--style", "json") == 0
    told = json.loads(capsys.readouterr().out)
    version = Archive(LocalFolder(root, fsync=False)).version(report_id, 1)
    assert told["permalink"] == f"https://reports.example.org/reports/{report_id}?v=1&cell={TOTAL}"
    assert (told["version"], told["versions"]) == (1, 2)
    assert told["sha256"] == [part.sha256 for part in version.manifest.parts]
    assert (told["value"], told["state"], told["suspect"], told["evidence"]) == (93, "number", False, "proven")
    assert (told["where"], told["label_zh"], told["unit"]) == ("table 2, row 27, column 8", "（七）总计 / 总计", "件")
    assert gongkai(monkeypatch, "cite", told["permalink"], "--store", str(root), "--style", "text") == 0
    assert "（七）总计 / 总计: 93 件." in capsys.readouterr().out
    assert gongkai(monkeypatch, "cite", asked, "--store", str(root), "--style", "bibtex") == 0
    assert capsys.readouterr().out.startswith(f"@misc{{{report_id}-1,\n")
    assert gongkai(monkeypatch, "cite", asked, "--store", str(root)) == 0
    assert "table 2, row 27, column 8" in capsys.readouterr().out


def test_a_figure_is_derived_again_from_the_bytes(
    root: Path, report_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "trace", f"{report_id}@2#{TOTAL}", "--store", str(root), "--json") == 0
    steps = {step["what"]: step for step in json.loads(capsys.readouterr().out)["steps"]}
    assert all(step["holds"] for step in steps.values())
    assert steps[TOTAL]["found"] == "93: table 2, row 27, column 8 prints '93' (number)"
    assert "answered 200" in steps["capture"]["found"]
    assert steps["against the first reading"]["found"].startswith("93 by parser")


def test_damaged_bytes_do_not_hold(
    root: Path, report_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    part = Archive(LocalFolder(root, fsync=False)).version(report_id, 2).manifest.parts[0]
    (root / raw_key(part.sha256)).write_bytes(b"no gzip")
    assert gongkai(monkeypatch, "trace", f"{report_id}@2", "--store", str(root)) == 1
    assert "restore it from a copy" in capsys.readouterr().err.replace("\n", " ")


def test_what_is_withheld_is_not_cited(
    root: Path, report_id: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = Archive(LocalFolder(root, fsync=False))
    archive.add_restriction(report_id, None, restricted=True, reason="court order", by="registrar", at=NOON)
    for command in ("cite", "trace"):
        assert gongkai(monkeypatch, command, report_id, "--store", str(root)) == 1
        assert "451" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ending", "told"), [("@9", "no version 9"), ("#applications.nothing", "no value applications.nothing")]
)
def test_what_is_not_there_is_told(
    root: Path,
    report_id: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ending: str,
    told: str,
) -> None:
    assert gongkai(monkeypatch, "cite", report_id + ending, "--store", str(root)) == 2
    assert told in capsys.readouterr().err
