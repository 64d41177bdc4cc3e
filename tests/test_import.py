"""Web archives of others: their reports with provenance, in their place in time, and nothing told as new."""

import gzip
import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.cli import app
from flows.take_in import TakenIn, take_in
from model.errors import BadQuery
from model.silence import is_silent
from model.vocabulary import EventKind
from spiders.portal_files import load_portals
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.webarchive import Selection, WarcFile, taken

PAGE = (Path(__file__).parent / "reports" / "shanghai-office-2019" / "document.html").read_bytes()
SITE = "http://www.shanghai.gov.cn"
URL = f"{SITE}/nw2319/20200115/report.html"
PORTAL = f"""
id: shanghai-office
title: 上海市人民政府办公厅
region: "310000"
family: static
start_urls: ["{SITE}/nw2319/index.html"]
"""


def warc(file: Path, answers: list[tuple[str, int, str, bytes, dict[str, str]]]) -> Path:
    """(address, status, time, payload, headers) as a crawler would have written them."""
    with file.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        writer.write_record(writer.create_warcinfo_record(file.name, {"software": "Heritrix/3.4"}))
        for url, status, at, payload, headers in answers:
            record = writer.create_warc_record(
                url,
                "response",
                payload=BytesIO(payload),
                http_headers=StatusAndHeaders(f"{status} X", list(headers.items()), protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": at, "WARC-IP-Address": "203.0.113.9"},
            )
            writer.write_record(record)
    return file


def chunked(payload: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(payload), payload)


HTML = {"Content-Type": "text/html; charset=utf-8", "X-Place": "hu"}
EARLY, LATE = "2020-02-01T08:00:00Z", "2022-03-01T08:00:00Z"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals" / "shanghai-office.yml").write_text(PORTAL, encoding="utf-8")
    monkeypatch.setenv("GONGKAI_PORTALS", str(tmp_path / "portals"))
    monkeypatch.setenv("GONGKAI_STORE", str(tmp_path / "archive"))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path


@pytest.fixture
def archive(folder: Path) -> Archive:
    return Archive(LocalFolder(folder / "archive", fsync=False))


def imported(archive: Archive, folder: Path, file: Path) -> TakenIn:
    return take_in(archive, file, load_portals(folder / "portals"))


def test_a_report_is_kept_as_it_was_received_and_told_to_nobody(archive: Archive, folder: Path) -> None:
    packed = gzip.compress(PAGE, mtime=0)
    coded = {**HTML, "Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    file = warc(
        folder / "others.warc.gz",
        [
            (URL, 200, EARLY, chunked(packed), coded),
            (f"{SITE}/nw2319/index.html", 200, EARLY, b"<html><ul><li>news</li></ul></html>", HTML),
            (f"{SITE}/gone.html", 404, EARLY, b"gone", HTML),
            ("http://mirror.example.com/report.html", 200, EARLY, PAGE, HTML),
        ],
    )
    result = imported(archive, folder, file)
    assert (result.answers, result.reports, result.problems) == (4, 1, [])
    told = {why: n for why, n in result.passed.items() if n}
    assert told == {"no annual report": 1, "not found or moved": 1, "no portal is read from mirror.example.com": 1}
    (capture,) = archive.all_captures()
    assert archive.raw(capture.body.sha256) == packed  # type: ignore[union-attr]
    assert capture.header("x-place") == HTML["X-Place"]
    assert (capture.fetched_at, capture.peer) == (datetime(2020, 2, 1, 8, tzinfo=UTC), "203.0.113.9")
    assert capture.crawler == "Heritrix/3.4"
    assert str(capture.imported_from).startswith("others.warc.gz <urn:uuid:")
    (report_id,) = archive.report_ids()
    (version,) = archive.versions(report_id)
    assert (version.report_year, version.captured_at) == (2019, capture.fetched_at)
    (event,) = archive.events()
    assert event.kind is EventKind.COLLECTED
    assert is_silent(event)
    assert archive.locations("shanghai-office") == {}


def test_taking_the_same_file_in_twice_changes_nothing(archive: Archive, folder: Path) -> None:
    file = warc(folder / "others.warc.gz", [(URL, 200, EARLY, PAGE, HTML)])
    imported(archive, folder, file)
    before = list(archive.store.list(""))
    assert imported(archive, folder, file).already is True
    assert list(archive.store.list("")) == before
    # Repacked, it is another file with the same document: kept once, one version.
    other = warc(folder / "again.warc.gz", [(URL, 200, LATE, PAGE, HTML)])
    assert [d.what for d in imported(archive, folder, other).documents] == ["repeated"]
    (report_id,) = archive.report_ids()
    assert len(archive.versions(report_id)) == 1


def test_several_answers_of_one_address_become_versions_in_their_order(archive: Archive, folder: Path) -> None:
    assert PAGE.count(b"251000") == 1
    revised = PAGE.replace(b"251000", b"252000")
    file = warc(
        folder / "others.warc.gz",
        [(URL, 200, "2021-01-01T00:00:00Z", revised, HTML), (URL, 200, EARLY, PAGE, HTML)],
    )
    result = imported(archive, folder, file)
    assert [d.what for d in result.documents] == ["new", "new"]
    (report_id,) = archive.report_ids()
    chain = archive.versions(report_id)
    assert [(v.n, v.captured_at.year, v.reason.value) for v in chain] == [(1, 2021, "first"), (2, 2020, "first")]
    assert {e.kind for e in archive.events()} == {EventKind.COLLECTED}
    # The version that was captured last is the one that is listed and shown, whatever its number.
    result_list = CliRunner().invoke(app, ["list", "--json"])
    row = json.loads(result_list.stdout)
    assert (row["newest"], row["versions"]) == (1, 2)
    shown = json.loads(CliRunner().invoke(app, ["show", "2019", "--json"]).stdout)
    assert shown["cells"]["proactive.art20_9.centralized_procurement.amount"]["raw"].startswith("252000")
    difference = json.loads(CliRunner().invoke(app, ["diff", "2019", "--json"]).stdout)
    assert (difference["from"], difference["to"]) == (2, 1)


def test_a_damaged_record_is_counted_and_what_is_no_web_archive_is_refused(archive: Archive, folder: Path) -> None:
    plain = folder / "plain.warc"
    with plain.open("wb") as out:
        writer = WARCWriter(out, gzip=False)
        record = writer.create_warc_record(
            URL,
            "response",
            payload=BytesIO(PAGE),
            http_headers=StatusAndHeaders("200 OK", list(HTML.items()), protocol="HTTP/1.1"),
        )
        writer.write_record(record)
    plain.write_bytes(plain.read_bytes().replace(b"251000", b"251001"))
    result = imported(archive, folder, plain)
    assert (result.reports, result.passed["damaged"]) == (0, 1)
    (folder / "no.warc").write_bytes(b"<html>an error page</html>")
    with pytest.raises(BadQuery, match="is no WARC file"):
        imported(archive, folder, folder / "no.warc")
    (folder / "no.wacz").write_bytes(b"no zip")
    with pytest.raises(BadQuery, match="is no WACZ file"):
        imported(archive, folder, folder / "no.wacz")


def test_our_own_export_can_be_taken_in_by_another_archive(archive: Archive, folder: Path) -> None:
    imported(archive, folder, warc(folder / "others.warc.gz", [(URL, 200, EARLY, PAGE, HTML)]))
    out = BytesIO()
    info = {"software": "gongkai/test", "created": EARLY, "identifier": "<urn:uuid:1>"}
    file = WarcFile(out, "ours.warc.gz", info)
    for capture, body in taken(archive, Selection()):
        file.add(capture, body)
    (folder / "ours.warc.gz").write_bytes(out.getvalue())
    other = Archive(LocalFolder(folder / "other", fsync=False))
    result = imported(other, folder, folder / "ours.warc.gz")
    assert result.reports == 1
    assert list(other.report_ids()) == list(archive.report_ids())
    (ours,), (theirs,) = (list(a.all_captures()) for a in (archive, other))
    assert (ours.body, ours.fetched_at, ours.headers) == (theirs.body, theirs.fetched_at, theirs.headers)


def test_the_command_tells_what_it_took_and_what_it_passed_over(folder: Path) -> None:
    file = warc(folder / "others.warc.gz", [(URL, 200, EARLY, PAGE, HTML), (f"{SITE}/x", 404, EARLY, b"", HTML)])
    result = CliRunner().invoke(app, ["import", "warc", str(file)])
    assert result.exit_code == 0, result.exception
    assert "others.warc.gz: 2 answers, 1 annual reports (1 new)" in result.stdout
    assert "passed over: 1 (not found or moved)" in result.stdout
    assert "taken in before" in CliRunner().invoke(app, ["import", "warc", str(file)]).stdout
    missing = CliRunner().invoke(app, ["import", "warc", str(folder / "nowhere.warc")])
    assert "there is no file" in str(missing.exception)
