"""A clock that goes back two days or ahead by a year: nothing is lost, overwritten or falsely concluded."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from flows.plan import is_due as is_due_again
from flows.schedule import is_due
from flows.withdrawal import HostsSeen, after_run
from infra.simulator.reports import GeneratedReport, Office, make_report, render
from model.capture import Capture
from model.document import Location
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.local_folder import LocalFolder
from storage.versions import newest_of
from tests import test_withdrawal as visits
from tests.storage_samples import NOON, a_location

OLD, NEW, GONE = visits.OLD, visits.NEW, visits.GONE
CELL = "proactive.art20_5.licensing.decisions"
AHEAD = 365
HOST = "a.gov.cn"


def report(more: int = 0) -> GeneratedReport:
    plain = make_report(7, Office(name="青禾市财政局"), 2024, "form2021")
    return plain.with_values({CELL: plain.values[CELL] + more})


def page(more: int = 0) -> bytes:
    return render(report(more), "clean").content


@pytest.fixture
def story(tmp_path: Path) -> visits.Story:
    """A portal with its baseline on day 0: one report at OLD."""
    begun = visits.Story(tmp_path)
    begun.visit(0, {OLD: page()}, listed=(OLD,))
    return begun


def kept(archive: Archive) -> dict[str, bytes]:
    return {key: archive.store.read(key) for key in archive.store.list("") if not key.startswith("state/")}


def test_versions_are_numbered_as_they_arrive_whatever_the_clock_says(story: visits.Story) -> None:
    changes = {1: 5, 2: AHEAD, 3: 3, 4: 4}
    for more, day in changes.items():
        before = kept(story.archive)
        story.visit(day, {OLD: page(more)}, listed=(OLD,))
        after = kept(story.archive)
        assert {key: after[key] for key in before} == before
    (report_id,) = story.archive.report_ids()
    chain = story.archive.versions(report_id)
    assert [(v.n, (v.captured_at - NOON).days) for v in chain] == [(1, 0), (2, 5), (3, AHEAD), (4, 3), (5, 4)]
    assert newest_of(chain).n == 3
    # Each is told beside what stood there before it, not beside what was captured before it.
    start = report().values[CELL]
    told = [e.model_dump()["details"] for e in story.archive.events() if e.kind.value == "revised"]
    steps = {d["version"]: (cell["from"] - start, cell["to"] - start) for d in told for cell in d["cells"]}
    assert steps == {2: (0, 1), 3: (1, 2), 4: (2, 3), 5: (3, 4)}


def test_a_clock_that_jumps_within_a_run_loses_no_document(
    story: visits.Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page is dated a year ahead, the second two days back."""
    moments = iter([NOON + timedelta(days=1), NOON + timedelta(days=AHEAD), NOON - timedelta(days=2)])
    real = visits.capture

    def jumping(run: str, portal: str, url: str, kind: str, state: object, _: datetime, body: bytes | None) -> Capture:
        return real(run, portal, url, kind, state, next(moments), body)  # type: ignore[arg-type]

    monkeypatch.setattr(visits, "capture", jumping)
    other = render(make_report(8, Office(name="青禾市教育局"), 2024, "form2021"), "clean").content
    story.visit(1, {OLD: page(9), NEW: other}, listed=(OLD, NEW))
    chains = sorted(len(story.archive.versions(report_id)) for report_id in story.archive.report_ids())
    assert chains == [1, 2]
    assert len(list(story.archive.all_captures())) == 5
    story.settle("run02")
    assert sorted(len(story.archive.versions(r)) for r in story.archive.report_ids()) == [1, 2]


def lost(day: float, server_day: float | None) -> Capture:
    """An answer on a day of ours and of the server's."""
    at = NOON + timedelta(days=day)
    headers = () if server_day is None else (("Date", format_datetime(NOON + timedelta(days=server_day), usegmt=True)),)
    found = visits.capture(f"run{day}", "example", OLD, "page", GONE, at, None)
    return found.model_copy(update={"headers": headers})


def checked(*checks: tuple[float, float | None]) -> list[int]:
    """Days on which a withdrawal was confirmed by these checks, each a day of ours and one of the server's."""
    place = a_location("old", NOON, url=OLD, report_id="r-2024-own", state="gone", listed=False)
    confirmed = []
    for ours, theirs in checks:
        place = after_run(place, lost(ours, theirs), HostsSeen(frozenset({HOST}), frozenset()), lists_read=True)
        if place.withdrawn_at is not None:
            confirmed.append((place.withdrawn_at - NOON).days)
            break
    return confirmed


@pytest.mark.parametrize(
    ("checks", "confirmed"),
    [
        # The clock is right, with a server that tells the time and one that does not.
        ([(1, 1), (8, 8), (15, 15)], [15]),
        ([(1, None), (8, None), (15, None)], [15]),
        # Ahead by a year at the last check: for the server hardly a day has passed.
        ([(1, 1), (2, 2), (AHEAD, 2.5)], []),
        ([(1, 1), (AHEAD, 1.2), (AHEAD + 1, 2.2), (AHEAD + 2, 3.2)], []),
        # Right again, it counts from the checks that it dated rightly.
        ([(1, 1), (2, 2), (AHEAD, 2.5), (8, 8), (15, 15)], [15]),
        # Ahead at the first check, also where no server tells the time.
        ([(AHEAD, 1), (2, 2), (9, 9), (15, 15), (16, 16)], [16]),
        ([(AHEAD, None), (2, None), (9, None), (15, None), (16, None)], [16]),
        # Behind by a year at the first check, and then right.
        ([(1 - AHEAD, 1), (2, 2), (3, 3), (14, 14), (15, 15)], [15]),
        # Back by two days in the middle: the check that was dated later no longer counts.
        ([(1, 1), (8, 8), (6, 8.1), (15, 15)], [15]),
        # A server whose clock stands still or is wrong all the time does not hold it up.
        ([(1, 900), (8, 900), (15, 900)], [15]),
    ],
)
def test_no_withdrawal_comes_of_a_jump(checks: list[tuple[float, float | None]], confirmed: list[int]) -> None:
    assert checked(*checks) == confirmed


def test_what_was_dated_by_a_clock_that_went_ahead_holds_nothing_up(tmp_path: Path) -> None:
    archive, ahead = Archive(LocalFolder(tmp_path, fsync=False)), NOON + timedelta(days=AHEAD)
    portal = Portal.model_validate(
        {"id": "example", "title": "试验栏目", "region": "990100", "start_urls": ["http://a.gov.cn/list/"]}
    )
    assert is_due(portal, ahead, NOON)
    known: Location = a_location("a", ahead)
    assert is_due_again(known, portal, NOON, "due")
    archive.set_cool_down(HOST, ahead + timedelta(days=1), "blocked")
    assert archive.cool_downs(NOON) == {}
    archive.set_cool_down(HOST, NOON + timedelta(days=1), "blocked")
    assert archive.cool_downs(NOON) == {HOST: NOON + timedelta(days=1)}


def test_leases_and_a_clock_that_jumps(tmp_path: Path) -> None:
    archive, ahead = Archive(LocalFolder(tmp_path, fsync=False)), NOON + timedelta(days=AHEAD)
    held = archive.acquire_lease(HOST, "one", NOON, 60)
    assert held is not None
    # A machine whose clock is ahead takes what it believes to be over; the holder hears of it and stops.
    taken = archive.acquire_lease(HOST, "two", ahead, 60)
    assert taken is not None
    assert archive.renew_lease(held, NOON + timedelta(seconds=30), 60) is None
    # When it dies, its lease of next year keeps nobody waiting.
    assert archive.acquire_lease(HOST, "three", NOON + timedelta(seconds=31), 60) is not None
    assert archive.acquire_lease(HOST, "four", NOON + timedelta(seconds=32) - timedelta(days=2), 60) is not None


@pytest.mark.parametrize(("day", "servers_day", "told"), [(400, 400, 1), (400, 40, 0), (400, None, 1)])
def test_a_clock_a_year_ahead_makes_nothing_overdue(
    story: visits.Story, monkeypatch: pytest.MonkeyPatch, day: int, servers_day: int | None, told: int
) -> None:
    """Two whole readings after next year's due date, as our clock has it; the servers say what day it is."""
    real = visits.capture

    def answering(
        run: str, portal: str, url: str, kind: str, state: FetchState, at: datetime, body: bytes | None
    ) -> Capture:
        found = real(run, portal, url, kind, state, at, body)
        if servers_day is None:
            return found
        theirs = format_datetime(at + timedelta(days=servers_day - day), usegmt=True)
        return found.model_copy(update={"headers": (("Date", theirs),)})

    monkeypatch.setattr(visits, "capture", answering)
    for later in (0, 2):
        story.visit(day + later, {OLD: page()}, listed=(OLD,))
    overdue = [event for event in story.archive.events() if event.kind.value == "overdue"]
    assert len(overdue) == told
