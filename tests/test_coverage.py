"""Coverage is data: what a run saw of a portal is kept, and less than last time is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.coverage import coverage_of, covered, interrupted, note_unvisited
from flows.earlier_visits import Before, before, portal_events, shortfall
from flows.outcome import PortalOutcome
from model.capture import Capture, PortalVisit, Row
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.coverage import Coverage
from storage.objects import open_store
from storage.settings import StorageSettings

HUB = "https://www.qinghe.example/zfxxgknb/"
DAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PORTAL = Portal.model_validate({"id": "qinghe", "title": "青禾市年报", "region": "999900", "start_urls": [HUB]})


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))


def row(number: int, year: int | None = 2024, kind: str = "report") -> Row:
    return Row(url=f"{HUB}{number}.html", title="某局年报", kind=kind, year=year)


def capture(url: str, state: FetchState, at: datetime, kind: str = "list") -> Capture:
    plain = {"run": "r", "shard": "0", "portal": "qinghe", "crawler": "gongkai/0", "portal_digest": "0"}
    document = {"document_url": url} if kind == "page" else {}
    told = {"id": f"{url}@{at}", "kind": kind, "requested_url": url, "url": url, "fetched_at": at, "state": state}
    return Capture.model_validate(plain | told | document | {"vantage": "Berlin"})


def visit(
    run: str, rows: Sequence[Row], *, whole: bool = True, stop: str = "last page", family: str = "trs"
) -> PortalVisit:
    at = DAY + timedelta(days=int(run[1:]))
    return PortalVisit(
        run=run,
        shard="0",
        portal="qinghe",
        started_at=at,
        ended_at=at + timedelta(minutes=5),
        complete=whole,
        family=family,
        list_pages=2,
        rows=tuple(rows),
        announced_total=40,
        stop_reason=stop,
        requests={"www.qinghe.example": 7},
    )


def run(
    archive: Archive, name: str, reports: int, hub: FetchState = FetchState.OK, *, lost: int = 0, **told: object
) -> PortalOutcome:
    """A run that lists so many reports, settled."""
    closing = visit(name, [row(n) for n in range(reports)], **told)  # type: ignore[arg-type]
    captures = [capture(HUB, hub, closing.started_at)]
    captures += [capture(f"{HUB}{n}.html", FetchState.GONE, closing.ended_at, "page") for n in range(lost)]
    return covered(archive, PORTAL, closing, captures, PortalOutcome(portal="qinghe", title="青禾市年报"))


def kinds(outcome: PortalOutcome) -> list[str]:
    return [event.kind.value for event in outcome.events]


def test_a_record_says_what_was_read_and_why_it_ended() -> None:
    rows = [row(1, 2023), row(2), row(3), row(4, None), row(5, 2024, "explainer"), row(6, None, "not_report")]
    seen = [
        capture(HUB, FetchState.UNREACHABLE, DAY),
        capture(HUB, FetchState.OK, DAY + timedelta(seconds=9)),
        capture(f"{HUB}1.html", FetchState.OK, DAY + timedelta(seconds=20), "page"),
        capture(f"{HUB}2.html", FetchState.NOT_MODIFIED, DAY + timedelta(seconds=30), "page"),
        capture(f"{HUB}3.html", FetchState.NOT_MODIFIED, DAY + timedelta(seconds=40), "page"),
    ]
    record = coverage_of(PORTAL, visit("r0", rows), seen)
    assert record.model_dump(exclude={"schema_version"}) == {
        "portal": "qinghe",
        "run": "r0",
        "hub": HUB,
        "hub_state": FetchState.OK,
        "checked_at": DAY + timedelta(seconds=9),
        "ended_at": DAY + timedelta(minutes=5),
        "clock_ahead": None,
        "vantage": "Berlin",
        "complete": True,
        "family": "trs",
        "list_pages": 2,
        "rows": 6,
        "reports": 4,
        "announced": 40,
        "years": {"2023": 1, "2024": 2, "none": 1},
        "documents": {"not_modified": 2, "ok": 1},
        "unplaced": (),
        "units": (),
        "stop_reason": "last page",
        "problems": (),
        "requests": {"www.qinghe.example": 7},
    }


def test_records_are_written_once_and_found_by_portal(archive: Archive) -> None:
    run(archive, "r1", 3)
    run(archive, "r2", 4)
    assert archive.covered_runs() == {"qinghe": ["r1", "r2"]}
    assert archive.coverage("qinghe", "r2").reports == 4
    assert not archive.add_coverage(archive.coverage("qinghe", "r2").model_copy(update={"reports": 99}))
    assert archive.coverage("qinghe", "r2").reports == 4
    assert [c.run for c in archive.coverage_before("qinghe", "r2")] == ["r1"]


def test_settling_a_run_again_says_the_same(archive: Archive) -> None:
    run(archive, "r1", 5)
    once, again = run(archive, "r2", 3), run(archive, "r2", 3)
    assert once == again
    assert len(archive.events()) == len(once.events) == 0


def test_fewer_than_last_time_is_a_problem_and_more_is_none(archive: Archive) -> None:
    assert run(archive, "r1", 5).problems == ()
    assert run(archive, "r2", 6).problems == ()
    outcome = run(archive, "r3", 4, lost=2)
    assert outcome.problems == (
        "4 reports are listed, 6 were on 2026-03-04; 2 known addresses answered without their report; "
        "see whether the portal was redesigned.",
    )
    assert (outcome.reports, outcome.reports_before, kinds(outcome)) == (4, 6, [])
    assert archive.coverage("qinghe", "r3").problems == outcome.problems
    # Told once: the next run is held against this one.
    assert run(archive, "r4", 4).problems == ()


def test_a_reading_that_broke_off_is_not_held_against_a_whole_one(archive: Archive) -> None:
    run(archive, "r1", 6)
    assert run(archive, "r2", 2, whole=False, stop="unreachable").problems == ()
    assert run(archive, "r3", 5).reports_before == 6


def test_a_portal_that_falls_silent_is_told_once(archive: Archive) -> None:
    run(archive, "r1", 6)
    fallen = run(archive, "r2", 0, FetchState.OK_EMPTY, whole=False, stop="empty", family="")
    (event,) = fallen.events
    assert (event.kind.value, event.subject, event.cause) == (
        "portal_silent",
        "qinghe",
        "state/coverage/qinghe/r2.json",
    )
    assert (event.details["reports"], event.details["reports_before"]) == (0, 6)
    assert fallen.problems[0].startswith("0 reports are listed, 6 were on 2026-03-03")
    still = run(archive, "r3", 0, FetchState.OK_EMPTY, whole=False, stop="empty", family="")
    assert (kinds(still), len(still.problems)) == ([], 1)
    assert kinds(run(archive, "r4", 6)) == []
    assert kinds(run(archive, "r5", 0, FetchState.GONE, whole=False, stop="gone", family="")) == ["portal_silent"]


@pytest.mark.parametrize(
    "state", [FetchState.BLOCKED, FetchState.UNREACHABLE, FetchState.THROTTLED, FetchState.ROBOTS_DISALLOWED]
)
def test_a_portal_that_could_not_be_seen_is_not_silent(archive: Archive, state: FetchState) -> None:
    run(archive, "r1", 6)
    assert kinds(run(archive, "r2", 0, state, whole=False, stop=state.value, family="")) == []


def test_a_new_portal_without_reports_has_nothing_to_fall_silent_from(archive: Archive) -> None:
    assert kinds(run(archive, "r1", 0, FetchState.OK_EMPTY, whole=False, stop="empty", family="")) == []


def test_another_family_is_a_change_told_once(archive: Archive) -> None:
    run(archive, "r1", 6)
    changed = run(archive, "r2", 6, family="hanweb")
    assert kinds(changed) == ["portal_changed"]
    assert (changed.events[0].details["family_before"], changed.events[0].details["family"]) == ("trs", "hanweb")
    assert changed.problems == ()
    assert kinds(run(archive, "r3", 6, family="hanweb")) == []


def test_a_change_seen_in_a_broken_reading_is_not_told_twice(archive: Archive) -> None:
    run(archive, "r1", 6)
    assert kinds(run(archive, "r2", 2, whole=False, stop="gone", family="hanweb")) == ["portal_changed"]
    assert kinds(run(archive, "r3", 6, family="hanweb")) == []


def test_zero_reports_are_told_in_one_sentence(archive: Archive) -> None:
    run(archive, "r1", 6)
    now = coverage_of(PORTAL, visit("r2", [], whole=False, stop="too few reports"), [capture(HUB, FetchState.OK, DAY)])
    assert shortfall(now, before(archive, now)) is None


def test_a_killed_crawl_is_covered_as_interrupted() -> None:
    seen = [
        capture(HUB, FetchState.OK, DAY),
        capture(f"{HUB}1.html", FetchState.OK, DAY + timedelta(minutes=1), "page"),
    ]
    closing = interrupted(seen)
    assert closing is not None
    assert (closing.stop_reason, closing.complete, closing.list_pages) == ("interrupted", False, 1)
    assert (closing.started_at, closing.ended_at) == (DAY, DAY + timedelta(minutes=1))
    assert interrupted([]) is None


def test_a_portal_that_a_run_did_not_come_to_is_covered_as_such(archive: Archive) -> None:
    run(archive, "r1", 6)
    later = DAY + timedelta(days=2)
    archive.begin_run("r2", later, portals=["qinghe", "songyuan"])
    note_unvisited(archive, "r2", {"qinghe": PORTAL}, ["songyuan"])
    record = archive.coverage("qinghe", "r2")
    assert (record.stop_reason, record.hub_state, record.complete, record.reports) == ("not visited", None, False, 0)
    assert record.checked_at == later
    # Nothing was seen, so nothing is less than before.
    assert (run(archive, "r3", 6).reports_before, archive.covered_runs()) == (6, {"qinghe": ["r1", "r2", "r3"]})
    note_unvisited(archive, "r9", {"qinghe": PORTAL}, [])
    # Nor is anything said of a portal that a run beside this one visited.
    archive.begin_run("r4", DAY, portals=["qinghe"])
    note_unvisited(archive, "r4", {"qinghe": PORTAL}, [])
    assert archive.covered_runs() == {"qinghe": ["r1", "r2", "r3"]}


def test_a_visit_that_was_killed_says_nothing_of_the_lists(archive: Archive) -> None:
    run(archive, "r1", 6)
    killed = run(archive, "r2", 0, whole=False, stop="interrupted")
    assert (kinds(killed), killed.problems) == ([], ())
    # And hides nothing from the visit that follows.
    assert kinds(run(archive, "r3", 0)) == ["portal_silent"]


def test_nothing_before_means_no_events() -> None:
    now: Coverage = coverage_of(PORTAL, visit("r2", []), [capture(HUB, FetchState.OK, DAY)])
    assert portal_events(now, Before()) == []
    assert shortfall(now, Before()) is None
