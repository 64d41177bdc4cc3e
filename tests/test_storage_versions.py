"""Versions, parses, events, agencies: each thing once, in order, without holes, whoever writes at the same time."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from model.agency import Agency, AgencyName
from model.canonical import sha256_hex
from model.document import Event, VersionRecord
from model.errors import DigestMismatch, ObjectMissing
from model.vocabulary import EventKind
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from storage.versions import NO_TEXT, same_document
from tests.storage_samples import NOON, a_version

Build = Callable[[Sequence[VersionRecord]], VersionRecord]


@pytest.fixture
def archive(store_address: str) -> Archive:
    return Archive(open_store(store_address, settings=StorageSettings()))


def following(page: bytes, *, text: str = "", figures: str = "f", attachment: bytes | None = None) -> Build:
    """Builds the record that follows those there are."""
    return lambda known: a_version("r1", len(known) + 1, page, text=text, figures=figures, attachment=attachment)


def test_versions_are_numbered_by_arrival_and_the_newest_document_is_not_repeated(archive: Archive) -> None:
    assert archive.versions("r1") == []
    first = archive.add_version("r1", following(b"a"))
    assert archive.add_version("r1", following(b"a")) == first
    second = archive.add_version("r1", following(b"b"))
    assert [v.n for v in archive.versions("r1")] == [1, 2]
    assert archive.version("r1", 2) == second
    back = archive.add_version("r1", following(b"a"))
    assert back.n == 3
    with pytest.raises(ObjectMissing):
        archive.version("r1", 4)


def test_another_layout_of_the_same_text_figures_and_attachments_is_the_same_document(archive: Archive) -> None:
    first = archive.add_version("r1", following(b"<p>a", text="a", attachment=b"pdf"))
    assert archive.add_version("r1", following(b"<div>a", text="a", attachment=b"pdf")) == first
    assert archive.add_version("r1", following(b"<div>a", text="a", attachment=b"new pdf")).n == 2
    assert archive.add_version("r1", following(b"<ul>a", text="a", figures="g", attachment=b"new pdf")).n == 3


def test_two_scans_without_any_text_are_two_documents() -> None:
    one, other = (a_version("r1", 1, page).model_copy(update={"text_digest": NO_TEXT}) for page in (b"scan", b"scam"))
    assert not same_document(one, other)
    assert same_document(one, one.model_copy(update={"url": "https://a.gov.cn/elsewhere.html"}))


def test_writers_at_once_leave_no_hole_and_no_double(archive: Archive) -> None:
    pages = [b"document %d" % (n % 4) for n in range(12)]
    with ThreadPoolExecutor(12) as pool:
        stood = list(pool.map(lambda page: archive.add_version("r1", following(page)), pages))
    chain = archive.versions("r1")
    assert [v.n for v in chain] == list(range(1, len(chain) + 1))
    assert {v.manifest.digest for v in chain} == {a_version("r1", 1, page).manifest.digest for page in pages}
    assert all(one.manifest.digest != next_.manifest.digest for one, next_ in pairwise(chain))
    for page, record in zip(pages, stood, strict=True):
        assert record in chain
        assert record.manifest.parts[0].sha256 == sha256_hex(page)


@pytest.mark.parametrize(("theirs", "numbers"), [(b"mine", [1]), (b"other", [1, 2])])
def test_who_loses_a_race_drops_an_equal_version_or_takes_the_next_number(
    archive: Archive, theirs: bytes, numbers: list[int]
) -> None:
    raced = threading.Event()

    def build(known: Sequence[VersionRecord]) -> VersionRecord:
        if not raced.is_set():
            raced.set()
            archive.add_version("r1", following(theirs))
        return following(b"mine")(known)

    assert archive.add_version("r1", build).n == numbers[-1]
    assert [v.n for v in archive.versions("r1")] == numbers


def test_a_builder_that_miscounts_is_a_mistake(archive: Archive) -> None:
    with pytest.raises(ValueError, match="expected 1 of r1"):
        archive.add_version("r1", lambda _: a_version("r1", 2, b"a"))
    with pytest.raises(ValueError, match="expected 1 of r1"):
        archive.add_version("r1", lambda _: a_version("r2", 1, b"a"))


def test_layouts_are_counted_on_the_version_that_they_repeat(archive: Archive) -> None:
    archive.add_version("r1", following(b"a"))
    archive.add_version("r1", following(b"b"))
    assert archive.note_repeat("r1", 1, "d1", "c1") is True
    assert archive.note_repeat("r1", 1, "d1", "c2") is False
    archive.note_repeat("r1", 1, "d2", "c3")
    archive.note_repeat("r1", 2, "d1", "c4")
    assert archive.repeats("r1") == {1: 2, 2: 1}
    assert [v.n for v in archive.versions("r1")] == [1, 2]


def test_more_than_nine_versions_come_in_order_of_number(archive: Archive) -> None:
    for n in range(11):
        archive.add_version("r1", following(b"%d" % n))
    assert [v.n for v in archive.versions("r1")] == list(range(1, 12))


def test_report_ids(archive: Archive) -> None:
    for report_id in ("a2-2022-own", "a1-2022-own", "a1-2021-own", "a1-2022-region_aggregate"):
        archive.add_version(report_id, lambda _, report_id=report_id: a_version(report_id, 1, b"a"))  # type: ignore[misc]
        archive.note_repeat(report_id, 1, "d", "c")
    expected = ["a1-2021-own", "a1-2022-own", "a1-2022-region_aggregate", "a2-2022-own"]
    assert list(archive.report_ids()) == expected


def test_a_record_that_is_none_is_named(tmp_path: Path) -> None:
    archive = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))
    archive.add_version("r1", following(b"a"))
    (tmp_path / "archive" / "reports" / "r1" / "1.json").write_text('{"report_id": "r1"}')
    with pytest.raises(DigestMismatch, match=r"reports/r1/1\.json is no valid VersionRecord \(n: Field required\)"):
        archive.versions("r1")


def test_a_parse_is_kept_once_per_document_and_parser(archive: Archive) -> None:
    assert archive.parsed("m1", "p1") is None
    assert archive.keep_parsed("m1", "p1", {"values": {"a.b": 200, "a.c": None}}) is True
    assert archive.keep_parsed("m1", "p1", {"values": {}}) is False
    archive.keep_parsed("m1", "p2", {"values": {}})
    assert archive.parsed("m1", "p1") == {"values": {"a.b": 200, "a.c": None}}
    assert archive.parsers_of("m1") == ["p1", "p2"]


def an_event(subject: str, hours: int) -> Event:
    cause = f"reports/{subject}/1.json"
    return Event(
        id=Event.identify(EventKind.PUBLISHED, subject, cause),
        kind=EventKind.PUBLISHED,
        subject=subject,
        cause=cause,
        at=NOON + timedelta(hours=hours),
        portal="example",
        details={"cells": [{"from": 1, "to": 2}]},
    )


def test_an_event_is_written_once_and_events_come_by_time_of_cause(archive: Archive) -> None:
    late, early, later = an_event("r1", 13), an_event("r2", 1), an_event("r3", 14)
    assert [archive.add_event(e) for e in (late, early, later, early)] == [True, True, True, False]
    assert archive.events() == [early, late, later]
    assert archive.events(since=NOON + timedelta(hours=13)) == [late, later]
    assert archive.events(since=NOON + timedelta(hours=20)) == []
    days = [key.split("/")[1] for key in archive.store.list("events/")]
    assert days == ["2026-03-02", "2026-03-03", "2026-03-03"]


def test_sixteen_writers_of_one_event_add_it_once(archive: Archive) -> None:
    with ThreadPoolExecutor(16) as pool:
        added = list(pool.map(lambda _: archive.add_event(an_event("r1", 0)), range(16)))
    assert added.count(True) == 1


def test_the_highest_record_of_an_agency_holds(archive: Archive) -> None:
    names = ("洪泽县人民政府", "淮安市洪泽区人民政府")
    first = Agency(id="a" + "2" * 12, region="320829", names=(AgencyName(name=names[0]),))
    second = first.model_copy(update={"n": 2, "names": tuple(AgencyName(name=name) for name in names)})
    other = Agency(id="a" + "3" * 12, region="310000", names=(AgencyName(name="上海市科学技术委员会"),))
    assert [archive.add_agency(a) for a in (first, second, other, first)] == [True, True, True, False]
    assert list(archive.agencies()) == [second, other]
    assert archive.agency(first.id).name == "淮安市洪泽区人民政府"
    with pytest.raises(ObjectMissing, match="no agency a4444"):
        archive.agency("a" + "4" * 12)
