"""Objects: written once, whole or not at all, whoever else writes, in a folder as in a bucket."""

import errno
import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from model.errors import InvalidStore, ObjectMissing, StorageUnavailable, StoreNotWritable
from storage.local_folder import HIDDEN, LocalFolder
from storage.objects import ObjectStore, checked_key, open_store
from storage.settings import StorageSettings


@pytest.fixture
def store(store_address: str) -> ObjectStore:
    return open_store(store_address, settings=StorageSettings())


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "archive")


def test_what_was_created_is_read_back_and_is_never_overwritten(store: ObjectStore) -> None:
    assert store.create("raw/ab/x", b"first", content_type="text/plain") is True
    assert store.create("raw/ab/x", b"second") is False
    assert store.read("raw/ab/x") == b"first"
    assert store.size("raw/ab/x") == 5
    assert store.exists("raw/ab/x")
    assert not store.exists("raw/ab")


def test_an_empty_object_and_one_of_a_megabyte(store: ObjectStore) -> None:
    big = os.urandom(1_000_000)
    assert store.create("raw/empty", b"")
    assert store.create("raw/big", big)
    assert store.read("raw/empty") == b""
    assert store.read("raw/big") == big


def test_a_missing_object_is_named_with_its_store(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissing, match=r"has no object reports/r1/9\.json"):
        store.read("reports/r1/9.json")
    with pytest.raises(ObjectMissing):
        store.size("reports/r1/9.json")


def test_of_sixteen_writers_one_wins_and_its_bytes_stay(store: ObjectStore) -> None:
    bodies = [bytes([65 + n]) * 40_000 for n in range(16)]
    for key in ("events/a", "events/b", "events/c"):
        with ThreadPoolExecutor(16) as pool:
            won = list(pool.map(partial(store.create, key), bodies))
        assert won.count(True) == 1
        assert store.read(key) == bodies[won.index(True)]


def test_listing_by_prefix_in_order_and_from_a_key_on(store: ObjectStore) -> None:
    keys = ["events/2026-03-01/a.json", "events/2026-03-02/b.json", "events/2026-03-02/c.json", "events2/x", "other/y"]
    for key in reversed(keys):
        store.create(key, b"{}")
    assert list(store.list("")) == keys
    assert list(store.list("events/")) == keys[:3]
    assert list(store.list("events")) == keys[:4]
    assert list(store.list("events/2026-03-02/b")) == [keys[1]]
    assert list(store.list("events/", start_after="events/2026-03-01~")) == keys[1:3]
    assert list(store.list("events/", start_after=keys[1])) == [keys[2]]
    assert list(store.list("nothing/here/")) == []


def test_more_keys_than_a_page_of_a_listing_holds(store: ObjectStore) -> None:
    keys = [f"state/many/{n:05d}" for n in range(1010)]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda key: store.create(key, b""), keys))
    assert list(store.list("state/many/")) == keys


def test_only_state_and_catalogue_may_change(store: ObjectStore) -> None:
    store.replace("state/x.json", b"1")
    store.replace("state/x.json", b"2")
    assert store.read("state/x.json") == b"2"
    store.delete("state/x.json")
    store.delete("state/x.json")
    assert not store.exists("state/x.json")
    store.create("raw/x", b"kept")
    with pytest.raises(ValueError, match="written once"):
        store.replace("raw/x", b"changed")
    with pytest.raises(ValueError, match="written once"):
        store.delete("raw/x")
    assert store.read("raw/x") == b"kept"


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "a/../b", "a/./b", ".hidden/a", "a\nb", "a\\b", "津" * 167])
def test_keys_that_some_store_could_not_hold_are_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.create(key, b"")


def test_the_longest_key_and_one_in_chinese(store: ObjectStore) -> None:
    for key in ("/".join(["a" * 49] * 10)[:499], "reports/天津/1.json"):
        assert checked_key(key) == key
        assert store.create(key, b"kept")
        assert list(store.list(key[:9])) == [key]


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = StorageSettings()
    for address in ("file:./archive", "archive", f"file:{tmp_path}/archive", f"file://{tmp_path}/archive"):
        assert open_store(address, settings=settings).describe() == f"folder {tmp_path / 'archive'}"
    assert list(tmp_path.iterdir()) == []
    bucket = open_store("s3://b/p/q?endpoint=http://127.0.0.1:9&region=cn-north-1", settings=settings)
    assert bucket.describe() == "bucket s3://b/p/q at http://127.0.0.1:9"
    for wrong in ("", "ftp://host/x", "s3:///x", "s3://b/p?endpiont=http://127.0.0.1:9"):
        with pytest.raises(InvalidStore):
            open_store(wrong, settings=settings)


def test_a_full_disk_says_so_and_leaves_nothing_half_written(
    folder: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.create("raw/kept", b"kept")
    written: list[int] = []

    def nearly_full(descriptor: int, rest: memoryview) -> int:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(os.pwrite(descriptor, rest[:3], 0))
        return written[0]

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", nearly_full)
        with pytest.raises(StorageUnavailable, match=r"disk full at folder .*: free space and start again"):
            folder.create("raw/new", b"a body that does not fit")
    assert list(folder.list("")) == ["raw/kept"]
    assert list((tmp_path / "archive" / HIDDEN).iterdir()) == []
    assert folder.create("raw/new", b"a body that does not fit")
    assert folder.read("raw/new") == b"a body that does not fit"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_no_permission_is_a_matter_of_the_set_up(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(StoreNotWritable, match=r"no permission at folder .*give this user access"):
        folder.create("raw/new", b"body")
    assert list(folder.list("")) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir(mode=0o500)
    with pytest.raises(StoreNotWritable):
        LocalFolder(tmp_path / "archive").create("raw/x", b"")


def test_a_file_where_the_archive_should_be(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("not a folder")
    with pytest.raises(InvalidStore, match="not usable as a folder"):
        LocalFolder(tmp_path / "archive").create("raw/x", b"")


@pytest.fixture
def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", unsupported)


@pytest.mark.usefixtures("without_links")
def test_a_file_system_without_hard_links_creates_only_all_the_same(folder: LocalFolder) -> None:
    bodies = [bytes([65 + n]) * 4_000 for n in range(16)]
    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(lambda body: folder.create("events/a", body), bodies))
    assert won.count(True) == 1
    assert folder.read("events/a") == bodies[won.index(True)]
    assert list(folder.list("")) == ["events/a"]


@pytest.mark.usefixtures("without_links")
def test_a_file_system_with_neither_links_nor_locks_is_refused(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(InvalidStore, match="neither hard links nor locks"):
        folder.create("raw/x", b"")


def test_what_a_crash_left_unfinished_is_never_listed_and_swept_when_stale(folder: LocalFolder, tmp_path: Path) -> None:
    folder.create("raw/kept", b"kept")
    hidden = tmp_path / "archive" / HIDDEN
    for name, age in (("old.part", 90_000), ("new.part", 10)):
        (hidden / name).write_bytes(b"half a bo")
        os.utime(hidden / name, (hidden.stat().st_mtime - age,) * 2)
    assert list(folder.list("")) == ["raw/kept"]
    LocalFolder(tmp_path / "archive").create("raw/other", b"other")
    assert [f.name for f in hidden.iterdir()] == ["new.part"]


def test_folders_and_files_sort_as_whole_keys_do(folder: LocalFolder) -> None:
    keys = sorted(["a.json", "a/b", "a-b/x", "a/b2/c", "a0", "b/ä", "b/z"], key=str.encode)
    for key in keys:
        folder.create(key, b"")
    assert list(folder.list("")) == keys
    for n, key in enumerate(keys):
        assert list(folder.list("", start_after=key)) == keys[n + 1 :]
