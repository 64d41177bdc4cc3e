"""Pulling a release, or a part of it: from a folder, a bucket or the web, resumable and verified."""

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas
import pytest
from python_calamine import CalamineWorkbook

from model.errors import DigestMismatch, InvalidStore
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.objects import open_store
from storage.releases.pulling import fetch_release
from storage.releases.sources import StoreSource, WebSource, in_order
from storage.settings import StorageSettings
from tests.archive_samples import filled_folder
from tests.commanding import gongkai
from tests.seaweed import Seaweed

__all__ = ["filled_folder"]


@pytest.fixture(scope="module")
def with_release(filled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample archive with a release in it."""
    root = Path(shutil.copytree(filled_folder, tmp_path_factory.mktemp("pull") / "archive"))
    with pytest.MonkeyPatch.context() as patch:
        assert gongkai(patch, "release", "--store", str(root), "--day", "2026-11-24", "--workers", "1", "--json") == 0
    return root


@contextmanager
def web_server(root: Path, cut_after: int | None = None) -> Iterator[tuple[str, list[tuple[str, str | None]]]]:
    """A plain server that knows ranges; each transfer is cut once. Its address, and what was asked of it."""
    asked: list[tuple[str, str | None]] = []
    cut: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            asked.append((self.path, wanted))
            if self.path == "/releases/index.json":
                content = json.dumps({"releases": sorted(p.name for p in (root / "releases").iterdir())}).encode()
            else:
                path = root / self.path.lstrip("/")
                if not path.is_file():
                    self.send_error(404)
                    return
                content = path.read_bytes()
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            rest = content[start:]
            if cut_after is not None and self.path not in cut and len(rest) > cut_after:
                cut.add(self.path)
                self.wfile.write(rest[:cut_after])
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(rest)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test reads what was asked from the list."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_year_and_region_with_the_originals(
    with_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out"
    chosen = ("--year", "2024", "--region", "9901", "--raw", "--to", str(to), "--json")
    assert gongkai(monkeypatch, "pull", "--from", str(with_release), *chosen) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"]["reports"], told["rows"]["values"], told["originals"]) == (1, 200, 2)
    assert set(pandas.read_parquet(to / "values.parquet").report_year) == {2024}
    archive = Archive(LocalFolder(with_release, fsync=False))
    (report_id,) = (found for found in archive.report_ids() if "-2024-" in found)
    for version in archive.versions(report_id):
        payload = (to / "raw" / report_id / str(version.n) / "1.html").read_bytes()
        assert hashlib.sha256(payload).hexdigest() == version.manifest.parts[0].sha256


def test_a_region_that_nobody_is_in_gives_empty_tables(
    with_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ("--region", "12", "--to", str(tmp_path), "--format", "csv", "--json")
    assert gongkai(monkeypatch, "pull", "--from", str(with_release), *chosen) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["values"] == 0
    assert pandas.read_csv(tmp_path / "values.csv").empty


def test_a_spreadsheet_has_right_types(with_release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ("--year", "2024", "--to", str(tmp_path), "--format", "xlsx", "--json")
    assert gongkai(monkeypatch, "pull", "--from", str(with_release), *chosen) == 0
    rows = CalamineWorkbook.from_path(str(tmp_path / "values.xlsx")).get_sheet_by_index(0).to_python()
    assert len(rows) == 201
    cells = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    total = next(cell for cell in cells if cell["id"] == "applications.total.total")
    assert (total["value"], total["region"], total["suspect"], total["unit"]) == (93, "990100", False, "件")
    reports = CalamineWorkbook.from_path(str(tmp_path / "reports.xlsx")).get_sheet_by_index(0).to_python()
    captured = dict(zip(reports[0], reports[1], strict=True))["captured_at"]
    assert (captured.year, captured.month) == (2026, 3)


def test_an_open_bucket_needs_no_account(moto: str, with_release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"s3://archive/open?endpoint={moto}"
    writing = open_store(address, settings=StorageSettings())
    for name in ("release.json", "SHA256SUMS"):
        key = f"releases/2026-11-24/{name}"
        writing.create(key, (with_release / key).read_bytes())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(InvalidStore, match="no AWS credentials"):
        StoreSource(open_store(address, settings=StorageSettings())).releases()
    assert StoreSource(open_store(address, settings=StorageSettings(s3_anonymous=True))).releases() == ["2026-11-24"]


def test_over_the_web_a_broken_transfer_goes_on(with_release: Path, tmp_path: Path) -> None:
    with web_server(with_release, cut_after=1500) as (address, asked):
        source = WebSource(address)
        assert source.releases() == ["2026-11-24"]
        fetch_release(source, "2026-11-24", tmp_path, lambda path: path.startswith("parquet/"), lambda *_: None)
        ranges = [wanted for path, wanted in asked if path.endswith("reports.parquet") and wanted]
        assert ranges == ["bytes=1500-"]
        before = len(asked)
        fetch_release(source, "2026-11-24", tmp_path, lambda path: path.startswith("parquet/"), lambda *_: None)
    # What is there and right is not asked for again: only the mark and the checksums are.
    assert [path.rpartition("/")[2] for path, _ in asked[before:]] == ["release.json", "SHA256SUMS"]
    released = with_release / "releases" / "2026-11-24"
    for path in (released / "parquet").rglob("*.parquet"):
        assert (tmp_path / path.relative_to(released)).read_bytes() == path.read_bytes()


def test_what_is_not_as_released_is_refused(with_release: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(with_release, tmp_path / "archive"))
    path = root / "releases" / "2026-11-24" / "parquet" / "reports.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(DigestMismatch, match="not what its release promised"):
        fetch_release(_folder(root), "2026-11-24", tmp_path / "to", lambda p: p.startswith("parquet/"), lambda *_: None)
    sums = root / "releases" / "2026-11-24" / "SHA256SUMS"
    sums.write_bytes(sums.read_bytes().replace(b"a", b"b"))
    with pytest.raises(DigestMismatch, match="not the one it was released with"):
        fetch_release(_folder(root), "2026-11-24", tmp_path / "two", lambda _: True, lambda *_: None)


def test_a_release_that_was_not_finished_is_none(with_release: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(with_release, tmp_path / "archive"))
    (root / "releases" / "2026-11-24" / "release.json").unlink()
    assert _folder(root).releases() == []


def test_from_a_bucket(seaweed: Seaweed, with_release: Path, tmp_path: Path) -> None:
    store = open_store(f"s3://{seaweed.bucket}/pulled?endpoint={seaweed.endpoint}", settings=StorageSettings())
    for path in sorted((with_release / "releases").rglob("*")):
        if path.is_file():
            store.create(str(path.relative_to(with_release)), path.read_bytes())
    source = StoreSource(store)
    assert source.releases() == ["2026-11-24"]
    brought = fetch_release(source, "2026-11-24", tmp_path, lambda _: True, lambda *_: None)
    assert "gongkai.sqlite" in brought


def test_releases_of_one_day_are_in_order() -> None:
    versions = ["2026-11-24.10", "2026-11-24.2", "2026-11-24", "2026-01-01"]
    assert in_order(versions) == ["2026-01-01", "2026-11-24", "2026-11-24.2", "2026-11-24.10"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--table", "valuez"), "there is no table valuez"),
        (("--format", "files", "--year", "2024"), "leave --year"),
        ((), "--to FOLDER"),
    ],
)
def test_wrong_usage_says_what_to_do(
    with_release: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    to = ("--to", str(tmp_path / "to")) if arguments else ()
    assert gongkai(monkeypatch, "pull", "--from", str(with_release), *to, *arguments) == 2
    assert told in capsys.readouterr().err


def _folder(root: Path) -> StoreSource:
    return StoreSource(LocalFolder(root, fsync=False))
