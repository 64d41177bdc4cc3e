"""The ledger of fetches: what was acknowledged is there, body and line, and nothing half a part is ever read."""

import gzip
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from model.canonical import sha256_hex
from model.capture import CaptureSink
from model.errors import DigestMismatch, ObjectMissing, StorageUnavailable
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.local_folder import LocalFolder
from storage.objects import ObjectStore, open_store
from storage.settings import StorageSettings
from tests.storage_samples import NOON, a_capture, a_visit

PAGE = "<p>收到申请 212 件</p>".encode()
LIST = "<ul><li>2022年年报</li></ul>".encode()


@pytest.fixture
def archive(store_address: str) -> Archive:
    return Archive(open_store(store_address, settings=StorageSettings()))


@pytest.fixture
def local(tmp_path: Path) -> Archive:
    return Archive(LocalFolder(tmp_path / "archive"))


@pytest.fixture
def writer(archive: Archive) -> Iterator[LedgerWriter]:
    with LedgerWriter(archive.store, "run1", "shard1") as opened:
        yield opened


def parts(store: ObjectStore) -> list[str]:
    return [key.rpartition("/")[2] for key in store.list("captures/")]


def test_a_kept_capture_and_its_body_are_there_when_keep_returns(archive: Archive, writer: LedgerWriter) -> None:
    sink: CaptureSink = writer
    page, listing, robots = a_capture("page", PAGE), a_capture("list", LIST, store="warc"), a_capture("robots")
    sink.keep_all([(page, PAGE)])
    assert list(archive.captures("run1")) == [page]
    sink.keep_all([(listing, LIST)])
    sink.keep_all([(robots, None)])
    sink.visited(a_visit())
    assert list(archive.captures("run1")) == [page, listing, robots]
    assert list(archive.visits("run1")) == [a_visit()]
    assert archive.raw(sha256_hex(PAGE)) == PAGE
    assert archive.list_body(listing) == LIST
    assert not archive.has_raw(sha256_hex(LIST))


def test_a_raw_object_is_one_gzip_member_that_ordinary_tools_undo(local: Archive, tmp_path: Path) -> None:
    sha256 = local.keep_raw(PAGE)
    path = tmp_path / "archive" / "raw" / sha256[:2] / sha256[2:4] / sha256
    with path.open("rb") as packed:
        assert subprocess.run(["gunzip"], stdin=packed, capture_output=True, check=True).stdout == PAGE
    assert path.read_bytes()[4:8] == b"\0\0\0\0"
    before = path.stat()
    assert local.keep_raw(PAGE) == sha256
    assert path.stat() == before


@pytest.mark.parametrize(
    "damage", [b"", b"no gzip", gzip.compress(b"other bytes", mtime=0), gzip.compress(PAGE, mtime=0)[:-9]]
)
def test_a_damaged_raw_object_is_never_handed_out(local: Archive, tmp_path: Path, damage: bytes) -> None:
    sha256 = local.keep_raw(PAGE)
    (tmp_path / "archive" / "raw" / sha256[:2] / sha256[2:4] / sha256).write_bytes(damage)
    with pytest.raises(DigestMismatch, match=f"{sha256} .*restore it from a copy"):
        local.raw(sha256)


def test_a_body_that_is_not_the_one_named_is_refused(archive: Archive, writer: LedgerWriter) -> None:
    for capture, body in [(a_capture("a", PAGE), LIST), (a_capture("b"), PAGE), (a_capture("c", PAGE), None)]:
        with pytest.raises(DigestMismatch, match=capture.id):
            writer.keep(capture, body)
    assert list(archive.captures("run1")) == []
    archive.keep_raw(PAGE)
    writer.keep(a_capture("c", PAGE), None)
    assert [c.id for c in archive.captures("run1")] == ["run1-c"]


def test_the_packed_warc_is_a_valid_one_with_headers_as_received(local: Archive, tmp_path: Path) -> None:
    with LedgerWriter(local.store, "run1", "shard1") as writer:
        writer.keep(a_capture("list", LIST, store="warc"), LIST)
    path = tmp_path / "archive" / "captures" / "2026-03-02" / "shard1" / "run1-000001.warc.gz"
    response, request = ArchiveIterator(BytesIO(path.read_bytes())), None
    first = next(response)
    assert first.rec_headers.get_header("WARC-Target-URI") == "https://a.gov.cn/list.html?p=1"
    assert first.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"
    assert first.http_headers.get_statuscode() == "200"
    # The payload stands behind transfer coding, and the header must not say otherwise.
    assert first.http_headers.get_header("Transfer-Encoding") is None
    assert first.http_headers.get_header("X-Archive-Orig-Transfer-Encoding") == "chunked"
    assert first.content_stream().read() == LIST
    request = next(response)
    assert request.rec_type == "request"
    assert request.http_headers.statusline == "/list.html?p=1 HTTP/1.1"
    assert request.http_headers.get_header("User-Agent").startswith("gongkai")
    checker = Checker(type("Options", (), {"inputs": [str(path)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0


def test_many_threads_share_parts_and_lose_nothing(archive: Archive) -> None:
    captures = [a_capture(f"n{n}", b"%d" % n, store="warc" if n % 2 else "raw") for n in range(160)]
    with LedgerWriter(archive.store, "run1", "shard1") as writer, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda pair: writer.keep(pair[1], b"%d" % pair[0]), enumerate(captures)))
    kept = list(archive.captures("run1"))
    assert sorted(c.id for c in kept) == sorted(c.id for c in captures)
    for n, capture in enumerate(captures):
        body = archive.list_body(capture) if n % 2 else archive.raw(sha256_hex(b"%d" % n))
        assert body == b"%d" % n
    ledgers = [name for name in parts(archive.store) if name.endswith(".jsonl.gz")]
    assert 10 <= len(ledgers) <= 80


def test_a_restart_goes_on_behind_the_parts_that_lie_there(archive: Archive) -> None:
    for name in ("a", "b"):
        with LedgerWriter(archive.store, "run1", "shard1") as writer:
            writer.keep(a_capture(name, LIST, store="warc"), LIST)
    assert [c.id for c in archive.captures("run1")] == ["run1-a", "run1-b"]
    stems = ["run1-000001", "run1-000002"]
    assert sorted(parts(archive.store)) == sorted(stem + end for stem in stems for end in (".jsonl.gz", ".warc.gz"))


def test_two_writers_of_one_run_never_overwrite_each_other(archive: Archive) -> None:
    with LedgerWriter(archive.store, "run1", "shard1") as one, LedgerWriter(archive.store, "run1", "shard1") as other:
        for n in range(3):
            for writer, name in ((one, "one"), (other, "other")):
                capture = a_capture(f"{name}{n}", LIST, store="warc")
                writer.keep(capture, LIST)
                assert archive.list_body(capture) == LIST
    assert sorted(c.id for c in archive.captures("run1")) == sorted(
        f"run1-{w}{n}" for w in ("one", "other") for n in "012"
    )


def test_a_warc_without_its_ledger_part_was_never_acknowledged(local: Archive) -> None:
    with LedgerWriter(local.store, "run1", "shard1") as writer:
        writer.keep(a_capture("a", LIST, store="warc"), LIST)
    store = local.store
    store.create(
        "captures/2026-03-02/shard1/run1-000002.warc.gz", store.read("captures/2026-03-02/shard1/run1-000001.warc.gz")
    )
    assert [c.id for c in local.captures("run1")] == ["run1-a"]
    with LedgerWriter(store, "run1", "shard1") as writer:
        writer.keep(a_capture("b"), None)
    assert parts(store)[-1] == "run1-000003.jsonl.gz"
    assert [c.id for c in local.captures("run1")] == ["run1-a", "run1-b"]


def test_a_truncated_ledger_part_is_named(local: Archive, tmp_path: Path) -> None:
    with LedgerWriter(local.store, "run1", "shard1") as writer:
        writer.keep(a_capture("a"), None)
    path = tmp_path / "archive" / "captures" / "2026-03-02" / "shard1" / "run1-000001.jsonl.gz"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DigestMismatch, match=r"run1-000001\.jsonl\.gz is no readable part"):
        list(local.captures("run1"))


def test_days_runs_and_a_clock_that_jumps_back(archive: Archive) -> None:
    late = NOON + timedelta(hours=11, minutes=59)
    with LedgerWriter(archive.store, "run1", "shard1") as writer:
        for name, at in (("a", late), ("b", late + timedelta(minutes=2)), ("c", NOON)):
            writer.keep(a_capture(name, at=at), None)
    with LedgerWriter(archive.store, "run1-2", "shard1") as writer:
        writer.keep(a_capture("d", at=late, run="run1-2"), None)
    assert [c.id for c in archive.captures("run1")] == ["run1-a", "run1-b", "run1-c"]
    assert [c.id for c in archive.captures("run1-2")] == ["run1-2-d"]
    first, second = date(2026, 3, 2), date(2026, 3, 3)
    assert [c.id for c in archive.all_captures()] == ["run1-a", "run1-2-d", "run1-b", "run1-c"]
    assert [c.id for c in archive.all_captures(until=first)] == ["run1-a", "run1-2-d"]
    assert [c.id for c in archive.all_captures(since=second)] == ["run1-b", "run1-c"]
    assert [c.id for c in archive.all_captures(second + timedelta(1), second + timedelta(9))] == []


class Failing:
    """A store whose `create` fails for keys that `fails` names; else the one it wraps."""

    def __init__(self, store: ObjectStore, fails: Callable[[str], bool]) -> None:
        self._store = store
        self._fails = fails

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def create(self, key: str, content: bytes, *, content_type: str | None = None) -> bool:
        if self._fails(key):
            raise StorageUnavailable("disk full")
        return self._store.create(key, content, content_type=content_type)


@pytest.mark.parametrize("what", ["raw/", ".warc.gz", ".jsonl.gz"])
def test_who_hands_over_a_capture_hears_that_it_could_not_be_kept(local: Archive, what: str) -> None:
    broken = threading.Event()
    broken.set()
    store = Failing(local.store, lambda key: broken.is_set() and what in key)
    page, listing = a_capture("page", PAGE), a_capture("list", LIST, store="warc")
    with LedgerWriter(store, "run1", "shard1") as writer:  # type: ignore[arg-type]
        with pytest.raises(StorageUnavailable, match="disk full"):
            writer.keep(*((page, PAGE) if what == "raw/" else (listing, LIST)))
        assert list(local.captures("run1")) == []
        broken.clear()
        writer.keep(page, PAGE)
        writer.keep(listing, LIST)
    assert [c.id for c in local.captures("run1")] == ["run1-page", "run1-list"]
    assert local.list_body(listing) == LIST


def test_a_closed_writer_takes_nothing(local: Archive) -> None:
    writer = LedgerWriter(local.store, "run1", "shard1")
    writer.close()
    with pytest.raises(RuntimeError, match="closed"):
        writer.keep(a_capture("a"), None)


def test_a_body_that_the_ledger_does_not_pack_is_missing(local: Archive) -> None:
    with pytest.raises(ObjectMissing, match="run1-list"):
        local.list_body(a_capture("list", LIST, store="warc"))


def test_runs_begin_and_are_settled_once(archive: Archive) -> None:
    assert archive.runs() == []
    assert archive.begin_run("run1", NOON, shards=["shard1"]) is True
    assert archive.begin_run("run1", NOON + timedelta(1), shards=[]) is False
    assert archive.run_facts("run1") == {"run": "run1", "began_at": "2026-03-02T12:00:00+00:00", "shards": ["shard1"]}
    archive.begin_run("run2", NOON)
    assert archive.unsettled_runs() == ["run1", "run2"]
    assert archive.settle_done("run1", {"events": 3}) is True
    assert archive.settle_done("run1", {"events": 4}) is False
    assert archive.unsettled_runs() == ["run2"]
    assert archive.settled_runs() == {"run1": {"run": "run1", "events": 3}}
