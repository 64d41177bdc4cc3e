"""What a crawl remembers: locations, baselines, cool-downs, requests, leases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from storage.archive import Archive
from storage.locations import FOLDED_AT
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.storage_samples import NOON, a_location


@pytest.fixture
def archive(store_address: str) -> Archive:
    return Archive(open_store(store_address, settings=StorageSettings()))


def put(archive: Archive, run: str, minutes: int, **titles: str) -> None:
    at = NOON + timedelta(minutes=minutes)
    found = {f"u/{name}": a_location(name, at, title=title) for name, title in titles.items()}
    archive.put_locations("example", run, found, at)


def titles(archive: Archive, portal: str = "example") -> dict[str, str]:
    return {url.removeprefix("u/"): location.title for url, location in archive.locations(portal).items()}


def test_the_last_word_on_each_address_holds(archive: Archive) -> None:
    assert archive.locations("example") == {}
    put(archive, "run1", 0, a="first", b="first")
    put(archive, "run2", 1, b="second", c="second")
    assert titles(archive) == {"a": "first", "b": "second", "c": "second"}
    assert titles(archive, "examples") == {}


def test_a_clock_that_jumps_back_does_not_bring_back_the_past(archive: Archive) -> None:
    put(archive, "run1", 60, a="before the jump")
    put(archive, "run2", -600, a="after the jump")
    put(archive, "run0", -600, a="after that")
    assert titles(archive) == {"a": "after that"}


def test_many_changes_are_folded_and_say_the_same(archive: Archive) -> None:
    for n in range(FOLDED_AT + 5):
        put(archive, f"run{n:03d}", n, **{f"u{n % 7}": f"change {n}"})
    assert len(list(archive.store.list("state/locations/example/"))) < 10
    last = {f"u{n % 7}": f"change {n}" for n in range(FOLDED_AT + 5)}
    assert titles(archive) == last
    archive.fold_locations("example")
    assert len(list(archive.store.list("state/locations/example/"))) == 1
    assert titles(archive) == last
    put(archive, "run000", 0, u0="one more")
    assert titles(archive)["u0"] == "one more"


def test_folding_that_was_cut_off_is_taken_up(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(4):
        put(archive, f"run{n}", n, a=f"change {n}", **{f"b{n}": "there"})
    before = titles(archive)
    deleted: list[str] = []

    def dies_after_one(key: str) -> None:
        if deleted:
            raise KeyboardInterrupt
        deleted.append(key)

    with monkeypatch.context() as patched:
        patched.setattr(archive.store, "delete", dies_after_one)
        with pytest.raises(KeyboardInterrupt):
            archive.fold_locations("example")
    assert titles(archive) == before
    archive.fold_locations("example")
    assert titles(archive) == before
    assert len(list(archive.store.list("state/locations/example/"))) == 1


def test_the_first_baseline_holds(archive: Archive) -> None:
    assert archive.baseline("example") is None
    assert archive.set_baseline("example", "run1", NOON) is True
    assert archive.set_baseline("example", "run2", NOON + timedelta(1)) is False
    held = archive.baseline("example")
    assert held is not None
    assert (held.run, held.at) == ("run1", NOON)


def test_a_host_is_left_alone_until_the_later_time(archive: Archive) -> None:
    archive.set_cool_down("a.gov.cn", NOON + timedelta(hours=6), "blocked")
    archive.set_cool_down("a.gov.cn", NOON + timedelta(hours=1), "throttled")
    archive.set_cool_down("127.0.0.1:8080", NOON + timedelta(hours=2), "throttled")
    assert archive.cool_downs(NOON) == {
        "a.gov.cn": NOON + timedelta(hours=6),
        "127.0.0.1:8080": NOON + timedelta(hours=2),
    }
    assert list(archive.cool_downs(NOON + timedelta(hours=3))) == ["a.gov.cn"]


def test_requests_of_a_day_are_added_up_over_runs_and_portals(archive: Archive) -> None:
    day = date(2026, 3, 2)
    archive.note_requests(day, "run1", "one", {"a.gov.cn": 5})
    archive.note_requests(day, "run1", "one", {"a.gov.cn": 7, "b.gov.cn": 1})
    archive.note_requests(day, "run1", "two", {"a.gov.cn": 2})
    archive.note_requests(day + timedelta(1), "run2", "one", {"a.gov.cn": 100})
    assert archive.requests_made(day) == {"a.gov.cn": 9, "b.gov.cn": 1}


def test_a_lease_has_one_holder_until_it_ends(archive: Archive) -> None:
    held = archive.acquire_lease("a.gov.cn:8080", "one", NOON, 60)
    assert held is not None
    assert archive.acquire_lease("a.gov.cn:8080", "two", NOON + timedelta(seconds=59), 60) is None
    longer = archive.renew_lease(held, NOON + timedelta(seconds=50), 60)
    assert longer is not None
    assert archive.acquire_lease("a.gov.cn:8080", "two", NOON + timedelta(seconds=100), 60) is None
    archive.release_lease(longer)
    taken = archive.acquire_lease("a.gov.cn:8080", "two", NOON + timedelta(seconds=101), 60)
    assert taken is not None
    assert taken.n > longer.n
    assert archive.renew_lease(longer, NOON + timedelta(seconds=102), 60) is None


def test_a_killed_holder_blocks_nobody_for_long(archive: Archive) -> None:
    killed = archive.acquire_lease("host", "one", NOON, 60)
    assert killed is not None
    after = archive.acquire_lease("host", "two", NOON + timedelta(seconds=60), 60)
    assert after is not None
    assert after.owner == "two"
    assert archive.renew_lease(killed, NOON + timedelta(seconds=61), 60) is None
    assert archive.lease("host") == after


def test_of_two_threads_one_gets_the_lease_each_time(archive: Archive) -> None:
    with ThreadPoolExecutor(2) as pool:
        for turn in range(10):
            now = NOON + timedelta(minutes=2 * turn)
            got = list(pool.map(lambda owner, now=now: archive.acquire_lease("host", owner, now, 60), ("one", "two")))
            assert [lease is not None for lease in got].count(True) == 1
    assert len(list(archive.store.list("state/leases/host/"))) <= 2


def test_a_sleeper_with_an_old_number_does_not_get_the_lease(archive: Archive) -> None:
    sleeper = archive.acquire_lease("host", "sleeper", NOON, 60)
    assert sleeper is not None
    for turn in range(1, 5):
        assert archive.acquire_lease("host", "other", NOON + timedelta(minutes=turn), 60)
    # Its next number has been cleared away, so that the create alone would succeed.
    assert not archive.store.exists("state/leases/host/2.json")
    assert archive.renew_lease(sleeper, NOON + timedelta(minutes=9), 60) is None
    assert not archive.store.exists("state/leases/host/2.json")
    held = archive.lease("host")
    assert held is not None
    assert held.owner == "other"
