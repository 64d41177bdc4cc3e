"""How long a host is left alone: longer with each block, as long as it asked, and the same when settled twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.cool_down import keep_cool_downs
from model.capture import Capture
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.local_folder import LocalFolder

HOST = "www.qinghe.gov.cn"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai


def capture(at: datetime, state: FetchState, retry_after: str | None = None, status: int | None = 429) -> Capture:
    return Capture(
        id=f"{at.timestamp():.0f}", run="run", shard="000", portal="qinghe", kind="page", requested_url=f"http://{HOST}/a",
        url=f"http://{HOST}/a", status=status, headers=(("Retry-After", retry_after),) if retry_after else (),
        fetched_at=at, state=state, signals=("seen",), crawler="gongkai/test", portal_digest="0",
    )  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(LocalFolder(tmp_path, fsync=False))


def until(archive: Archive, at: datetime) -> datetime | None:
    return archive.cool_downs(at).get(HOST)


def test_blocks_are_answered_with_a_day_three_days_and_weeks(archive: Archive) -> None:
    at = NOON
    for days in (1, 3, 7, 7):
        for _ in range(2):  # settled again, nothing grows
            keep_cool_downs(archive, [capture(at, FetchState.BLOCKED, status=521)])
        assert until(archive, at) == at + timedelta(days=days)
        at += timedelta(days=days)
    forgiven = at + timedelta(days=40)
    keep_cool_downs(archive, [capture(forgiven, FetchState.BLOCKED, status=521)])
    assert until(archive, forgiven) == forgiven + timedelta(days=1)


def test_a_line_for_which_nothing_was_sent_is_no_block(archive: Archive) -> None:
    keep_cool_downs(archive, [capture(NOON, FetchState.BLOCKED, status=None)])
    assert until(archive, NOON) is None


def test_the_third_complaint_is_for_the_day(archive: Archive) -> None:
    keep_cool_downs(archive, [capture(NOON + timedelta(minutes=n), FetchState.THROTTLED) for n in range(2)])
    assert until(archive, NOON) is None
    keep_cool_downs(archive, [capture(NOON + timedelta(minutes=n), FetchState.THROTTLED) for n in range(3)])
    assert until(archive, NOON) == datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # midnight in Shanghai


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("120", None),  # waited for within the run
        ("7200", timedelta(hours=2)),
        ("Mon, 02 Mar 2026 10:00:00 GMT", timedelta(hours=6)),
        ("999999999", timedelta(days=7)),
    ],
)
def test_retry_after_is_kept_for_the_next_run(archive: Archive, retry_after: str, wait: timedelta | None) -> None:
    keep_cool_downs(archive, [capture(NOON, FetchState.THROTTLED, retry_after)])
    assert until(archive, NOON) == (NOON + wait if wait else None)
