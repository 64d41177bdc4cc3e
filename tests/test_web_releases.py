"""The explorer serves releases and originals, so that `gongkai pull` needs only its address."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas
import pytest
import uvicorn

from storage.archive import Archive
from storage.raw import raw_key
from storage.releases import publish, write_release
from tests.commanding import gongkai
from tests.exploring import Explorer, explored, explorer
from tests.storage_samples import NOON

VERSION = "2026-11-24"
REPORTS = f"/releases/{VERSION}/parquet/reports.parquet"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = explored(tmp_path_factory.mktemp("explored") / "archive")
    folder = tmp_path_factory.mktemp("release") / "out"
    write_release(archive, folder, VERSION, date(2026, 11, 24))
    publish(archive.store, folder, VERSION)
    return archive


@pytest.fixture(scope="module")
def site(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Explorer:
    return explorer(archive, tmp_path_factory.mktemp("web"))


@contextmanager
def served(site: Explorer) -> Iterator[str]:
    """The explorer on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(site.client.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def test_what_there_is(site: Explorer) -> None:
    assert site.client.get("/releases/index.json").json() == {"releases": [VERSION]}
    page = site.client.get("/releases", params={"lang": "en"})
    assert f'href="/releases/{VERSION}/README.md"' in page.text


def test_a_file_whole_and_from_where_it_broke_off(site: Explorer, archive: Archive) -> None:
    content = archive.store.read(REPORTS.lstrip("/"))
    whole = site.client.get(REPORTS)
    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["content-disposition"] == "attachment"
    rest = site.client.get(REPORTS, headers={"range": "bytes=100-"})
    assert (rest.status_code, rest.content) == (206, content[100:])
    assert rest.headers["content-range"] == f"bytes 100-{len(content) - 1}/{len(content)}"
    assert site.client.get(REPORTS, headers={"range": f"bytes={len(content)}-"}).status_code == 416


@pytest.mark.parametrize(
    "path",
    [
        f"/releases/{VERSION}/nothing",
        "/releases/2020-01-01/README.md",
        f"/releases/{VERSION}/%2e%2e/{VERSION}/README.md",
        f"/releases/{VERSION}/..%2f..%2fstate/runs",
        "/raw/aa/bb/cc",
        f"/raw/{'a' * 2}/{'a' * 2}/{'a' * 64}",
    ],
)
def test_nothing_else_is_served(site: Explorer, path: str) -> None:
    assert site.client.get(path).status_code == 404


def test_pull_brings_a_part_with_its_originals(
    site: Explorer, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(site) as address:
        chosen = ("--year", "2023", "--to", str(tmp_path), "--raw", "--json")
        assert gongkai(monkeypatch, "pull", "--from", address, *chosen) == 0
    found = pandas.read_parquet(tmp_path / "reports.parquet")
    assert set(found.report_year) == {2023}
    report_id = str(found.report_id.iloc[0])
    part = archive.version(report_id, 1).manifest.parts[0]
    payload = next((tmp_path / "raw" / report_id / "1").iterdir()).read_bytes()
    assert payload == archive.raw(part.sha256)


def test_an_original_that_is_withheld_is_not_served(tmp_path: Path) -> None:
    archive = explored(tmp_path / "archive")
    report_id = next(iter(archive.report_ids()))
    sha256 = archive.version(report_id, 1).manifest.parts[0].sha256
    path = f"/{raw_key(sha256)}"
    before = explorer(archive, tmp_path / "before").client.get(path)
    assert gzip.decompress(before.content) == archive.raw(sha256)
    archive.add_restriction(report_id, None, restricted=True, reason="court order", by="registrar", at=NOON)
    assert explorer(archive, tmp_path / "after").client.get(path).status_code == 451
