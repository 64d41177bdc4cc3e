"""Every record says of which schema it is: one without, from before, is read; one of a later gongkai is refused so."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from model.capture import Capture, PortalVisit
from model.document import Event, Location
from model.errors import DigestMismatch, GongkaiError, NewerRecord, group_of
from model.vocabulary import EventKind
from storage.archive import Archive
from storage.integrity import examined
from storage.ledger import LEDGER, Line, part_stem, read_lines, write_lines
from storage.local_folder import LocalFolder
from storage.records import JSON, create_record, proven, read_record
from tests.storage_samples import NOON, a_capture, a_version, a_visit

EVENT = Event(
    id=Event.identify(EventKind.PUBLISHED, "r1", "c"),
    kind=EventKind.PUBLISHED,
    subject="r1",
    cause="c",
    at=NOON,
    portal="p",
    title="t",
)
LOCATION = Location(url="u", portal="p", state="ok", first_seen=NOON, last_checked=NOON)
RECORDS: list[BaseModel] = [a_version("r1", 1, b"a"), EVENT, LOCATION, a_capture("a"), a_visit()]


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "archive", fsync=False)


def plain(record: BaseModel, **changed: Any) -> dict[str, Any]:
    return {**record.model_dump(mode="json"), **changed}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_carries_its_schema_and_is_read_without_it(record: BaseModel, store: LocalFolder) -> None:
    assert plain(record)["schema_version"] == "1"
    old = plain(record)
    del old["schema_version"]
    create_record(store, "events/old.json", old)
    assert read_record(store, "events/old.json", type(record)) == record


@pytest.mark.parametrize("more", [{}, {"colour": "red"}], ids=["same members", "another member"])
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_record_of_a_later_schema_is_refused_whether_it_would_fit_or_not(
    record: BaseModel, more: dict[str, str], store: LocalFolder
) -> None:
    create_record(store, "events/new.json", plain(record, schema_version="2", **more))
    with pytest.raises(
        NewerRecord, match=r"object events/new.json was written by a newer gongkai \(schema version 2"
    ) as told:
        read_record(store, "events/new.json", type(record))
    assert group_of(told.value) == "Misconfigured"


def test_a_record_that_is_damaged_is_not_taken_for_a_later_one(store: LocalFolder) -> None:
    create_record(store, "events/odd.json", plain(EVENT, colour="red"))
    with pytest.raises(DigestMismatch, match="restore it"):
        read_record(store, "events/odd.json", Event)
    store.create("events/none.json", b"[", content_type=JSON)
    with pytest.raises(DigestMismatch):
        read_record(store, "events/none.json", Event)


@pytest.mark.parametrize("record", [a_capture("a"), a_visit()], ids=["capture", "visit"])
def test_a_ledger_says_so_line_by_line(record: Capture | PortalVisit, store: LocalFolder) -> None:
    (line,) = gzip.decompress(write_lines([Line(record, None)])).splitlines()
    told = json.loads(line)
    assert told["schema_version"] == "1"

    def written(part: int, content: dict[str, Any]) -> list[Line]:
        key = part_stem(NOON.date(), "shard1", "run1", part) + LEDGER
        store.create(key, gzip.compress(json.dumps(content).encode()), content_type="application/gzip")
        return list(read_lines(store, key))

    assert written(0, {name: value for name, value in told.items() if name != "schema_version"}) == [Line(record, None)]
    with pytest.raises(NewerRecord, match="a line of the ledger"):
        written(1, {**told, "schema_version": "2", "colour": "red"})


def test_an_audit_does_not_take_a_later_record_for_a_damaged_one(store: LocalFolder) -> None:
    later = proven(plain(a_version("r1", 1, b"a"), schema_version="2", colour="red"))
    with pytest.raises(GongkaiError, match="newer gongkai"):
        examined("reports/r1/1.json", later)
    assert "no valid record" in str(
        examined("reports/r1/1.json", proven(plain(a_version("r1", 1, b"a"), colour="red")))
    )
    assert Archive(store).versions("r1") == []
