"""Taking in by hand what a person downloaded: the way of a capture, told apart from it, and only once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.add import Added, Given, add_document, portal_for
from model.capture import Capture
from model.errors import BadQuery
from model.portal import Portal
from spiders.portal_files import load_portals
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings

REPORTS = Path(__file__).parent / "reports"
FILE = REPORTS / "tianjin-rsj-2022" / "document.txt"
URL = "https://hrss.tj.gov.cn/zhengwugongkai/zfxxgknew/zfxxgknbnew/202302/t20230213_6103989.html"
AGENCY = "天津市人力资源和社会保障局"
PORTALS = load_portals()
PORTAL = PORTALS["tianjin-rsj"]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))


def given(**changes: object) -> Given:
    plain: dict[str, object] = {"url": URL, "agency": AGENCY, "year": None, "by": "A. Reader"}
    return Given(**(plain | changes))  # type: ignore[arg-type]


def add(archive: Archive, content: bytes | None = None, portal: Portal = PORTAL, **changes: object) -> Added:
    return add_document(archive, FILE, FILE.read_bytes() if content is None else content, given(**changes), portal)


def refused(archive: Archive, content: bytes | None = None, **changes: object) -> str:
    with pytest.raises(BadQuery) as caught:
        add(archive, content, **changes)
    assert archive.runs() == []
    return str(caught.value)


def captures(archive: Archive) -> list[Capture]:
    return [capture for run in archive.runs() for capture in archive.captures(run)]


def test_it_goes_the_way_of_a_capture(archive: Archive) -> None:
    before = datetime.now(UTC)
    added = add(archive)
    assert (added.document.what, added.document.agency, added.document.year) == ("new", AGENCY, 2022)
    assert (added.document.version, added.document.verdict) == (1, "verified")
    (capture,) = captures(archive)
    assert (capture.taken_by, capture.state.value, capture.signals) == ("A. Reader", "ok", ("taken in by hand",))
    assert (capture.status, capture.robots, capture.peer, capture.headers) == (None, None, None, ())
    assert before <= capture.fetched_at <= datetime.now(UTC)
    assert (capture.requested_url, capture.portal) == (URL, "tianjin-rsj")
    assert archive.raw(capture.body.sha256) == FILE.read_bytes()  # type: ignore[union-attr]
    (version,) = archive.versions(str(added.document.report_id))
    assert (version.url, version.first_capture, version.run) == (URL, capture.id, added.run)
    assert archive.locations("tianjin-rsj")[URL].report_id == added.document.report_id
    assert archive.run_facts(str(added.run))["taken_by"] == "A. Reader"
    assert archive.unsettled_runs() == []
    # It is no visit of the portal: nothing was crawled, so nothing is covered.
    assert archive.covered_runs() == {}


def test_again_changes_nothing(archive: Archive) -> None:
    first = add(archive)
    keys = list(archive.store.list(""))
    again = add(archive)
    assert (again.run, again.document.what, again.document.version) == (None, "unchanged", 1)
    assert again.document.report_id == first.document.report_id
    assert list(archive.store.list("")) == keys


def test_the_same_document_at_another_address_is_one_version(archive: Archive) -> None:
    first = add(archive)
    copy = add(archive, url=f"{URL}?copy=1")
    assert (copy.document.what, copy.document.version, copy.events) == ("repeated", 1, ())
    assert len(archive.versions(str(first.document.report_id))) == 1


def test_imports_are_not_published_even_after_the_baseline(archive: Archive) -> None:
    archive.set_baseline("tianjin-rsj", "earlier", datetime.now(UTC) - timedelta(days=30))
    assert add(archive).events == ("collected",)
    (event,) = archive.events()
    assert (event.kind.value, event.details["taken_by"]) == ("collected", "A. Reader")
    assert "baseline" not in event.details


def test_a_changed_figure_is_a_new_version(archive: Archive) -> None:
    archive.set_baseline("tianjin-rsj", "earlier", datetime.now(UTC) - timedelta(days=30))
    add(archive)
    text = FILE.read_text(encoding="utf-8")
    changed = text.replace("一、总体情况", "一、总体情况 本段为更正。", 1)
    assert changed != text
    added = add(archive, changed.encode())
    assert (added.document.what, added.document.version) == ("changed", 2)
    assert added.events == ("edited",)


def test_what_the_document_says_must_not_be_contradicted(archive: Archive) -> None:
    assert "names 天津市人力资源和社会保障局 as its agency, and --agency says 天津市财政局" in refused(
        archive, agency="天津市财政局"
    )
    assert "is the report on 2022, and --year says 2021" in refused(archive, year=2021)


def test_anyway_the_word_of_the_person_holds(archive: Archive) -> None:
    added = add(archive, agency="天津市某某中心", year=2021, anyway=True)
    assert (added.document.agency, added.document.year) == ("天津市某某中心", 2021)
    (capture,) = captures(archive)
    assert capture.row is not None
    assert (capture.row.agency, capture.row.year, capture.row.flags) == ("天津市某某中心", 2021, ("by_hand",))


def test_another_name_of_the_agency_is_no_contradiction(archive: Archive) -> None:
    assert add(archive, agency="天津市人社局").document.report_id == "a2aixlksofbno-2022-own"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        ("<html><body><h1>会议通知</h1><p>定于明日召开会议。</p></body></html>".encode(), "is no annual report"),
        (b'<html><head><script>$_ts=window["$_ts"];</script></head><body></body></html>', "is no annual report"),
    ],
)
def test_what_is_no_report_is_refused_and_not_kept(archive: Archive, content: bytes, words: str) -> None:
    assert words in refused(archive, content)


def test_addresses_of_strange_hosts_are_refused(archive: Archive) -> None:
    assert "is a copy of official sites in strange hands" in refused(archive, url="https://www.bwm8.com/x.html")


def test_the_portal_is_found_by_the_address() -> None:
    assert portal_for(URL, PORTALS, None).id == "tianjin-rsj"
    zone = "https://www.tjbh.gov.cn/dj/contents/10878/1.html"
    assert portal_for(zone, PORTALS, None).id == "tianjin-dongjiang"
    assert portal_for("https://www.tjbh.gov.cn/bsq/contents/1/2.html", PORTALS, None).id == "tianjin-bsq"
    assert portal_for(URL, PORTALS, "tianjin-rsj").id == "tianjin-rsj"


@pytest.mark.parametrize(
    ("url", "named", "words"),
    [
        ("https://www.nowhere.gov.cn/x.html", None, "no portal is read from www.nowhere.gov.cn; write a file for it"),
        (URL, "nowhere", "no portal nowhere; `gongkai portals` lists"),
        (URL, "beijing", "hrss.tj.gov.cn is no host of beijing, which is read from www.beijing.gov.cn"),
    ],
)
def test_an_address_without_portal_is_told(url: str, named: str | None, words: str) -> None:
    with pytest.raises(BadQuery, match=words.split(";")[0]):
        portal_for(url, PORTALS, named)
