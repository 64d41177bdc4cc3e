"""What stops the watching without an error is told within a day, once, and again only after it was over."""

from collections import namedtuple
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice, pairwise, takewhile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import liveness
from flows.coverage import covered
from flows.liveness import clock_of, hosts_ahead, look_after, verdicts_of
from flows.outcome import DocumentOutcome, PortalOutcome
from flows.run import new_run_id
from flows.schedule import is_due, visits_after
from model.capture import Capture, PortalVisit, Row
from model.document import Event
from model.portal import Portal
from model.vocabulary import EventKind, FetchState
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings

NOW = datetime(2026, 2, 2, 4, tzinfo=UTC)  # noon in China, in the season
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Room = namedtuple("Room", "total used free")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings(fsync=False)))


@pytest.fixture(autouse=True)
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets the free bytes of a disk of 100 GB."""

    def free(gigabytes: int) -> None:
        monkeypatch.setattr(liveness.shutil, "disk_usage", lambda _: Room(100 * 10**9, 0, gigabytes * 10**9))

    free(80)
    return free


def portals(count: int = 6) -> dict[str, Portal]:
    made = {}
    for n in range(count):
        plain = {"id": f"p{n}", "title": "年报", "region": "990100", "start_urls": [f"https://www.p{n}.example/nb/"]}
        made[f"p{n}"] = Portal.model_validate(plain)
    return made


def visited(
    archive: Archive,
    portal: Portal,
    at: datetime,
    reports: int = 5,
    family: str = "trs",
    hub: FetchState = FetchState.OK,
) -> list[Event]:
    """A visit as a run settles it; the events that follow from what it saw."""
    run, url = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-0", str(portal.start_urls[0])
    seen = reports if hub is FetchState.OK else 0
    rows = tuple(Row(url=f"{url}{n}.html", title="年报", kind="report", year=2024) for n in range(seen))
    visit = PortalVisit(run=run, shard="0", portal=portal.id, started_at=at, ended_at=at, complete=bool(seen),
                        family=family if seen else None, rows=rows, stop_reason="last page")  # fmt: skip
    told = {"id": run + portal.id, "run": run, "shard": "0", "portal": portal.id, "crawler": "x", "portal_digest": "0"}
    hub_page = Capture(kind="list", requested_url=url, url=url, fetched_at=at, state=hub, **told)
    return list(covered(archive, portal, visit, [hub_page], PortalOutcome(portal=portal.id, title="年报")).events)


def subjects(events: list[Event]) -> list[str]:
    assert {event.kind for event in events} <= {EventKind.WATCH_IMPAIRED}
    return [event.subject for event in events]


def visits_between(portal: Portal, begin: datetime, end: datetime) -> list[datetime]:
    """When the schedule has it visited."""
    return list(takewhile(lambda at: at <= end, visits_after(portal, begin)))


def checked(archive: Archive, known: Mapping[str, Portal], at: datetime = NOW) -> list[str]:
    return subjects(look_after(archive, known, at, "run"))


def test_all_is_well(archive: Archive) -> None:
    known = portals()
    for portal in known.values():
        visited(archive, portal, NOW - DAY)
        assert visited(archive, portal, NOW - HOUR) == []
    assert checked(archive, known) == []


def test_a_portal_that_does_not_answer_is_silent_at_the_second_visit_and_once(archive: Archive) -> None:
    (portal,) = portals(1).values()
    visited(archive, portal, NOW - DAY)
    kinds = [
        [told.kind.value for told in visited(archive, portal, NOW + hours * HOUR, hub=FetchState.UNREACHABLE)]
        for hours in (0, 6, 12, 36)
    ]
    assert kinds == [[], ["portal_silent"], [], []]
    assert visited(archive, portal, NOW + 2 * DAY) == []
    again = [visited(archive, portal, NOW + 3 * DAY + hours * HOUR, hub=FetchState.TLS_ERROR) for hours in (0, 6)]
    assert [[told.kind.value for told in events] for events in again] == [[], ["portal_silent"]]


def test_a_visit_without_an_answer_is_repeated_soon(archive: Archive) -> None:
    (portal,) = portals(1).values()
    visited(archive, portal, NOW, hub=FetchState.UNREACHABLE)
    (visit,) = archive.last_visits().values()
    assert (visit.at, visit.failures) == (NOW, 1)
    visited(archive, portal, NOW + 6 * HOUR)
    assert archive.last_visits()["p0"].failures == 0


def test_a_family_whose_yield_drops(archive: Archive) -> None:
    known = portals()
    for n, portal in enumerate(known.values()):
        visited(archive, portal, NOW - DAY, family="trs" if n < 4 else "vsb")
        visited(archive, portal, NOW - HOUR, reports=1 if n < 3 else 5, family="trs" if n < 4 else "vsb")
    (told,) = look_after(archive, known, NOW, "run")
    assert told.subject == "yield:trs"
    assert told.details["portals"] == ["p0", "p1", "p2"]
    assert (told.details["reports"], told.details["reports_before"]) == (8, 20)
    assert told.title == "portals of the family trs list 8 reports, 20 before"


def test_one_portal_with_less_is_no_matter_of_its_family(archive: Archive) -> None:
    known = portals()
    for n, portal in enumerate(known.values()):
        visited(archive, portal, NOW - DAY)
        visited(archive, portal, NOW - HOUR, reports=1 if n == 0 else 5)
    assert checked(archive, known) == []


@pytest.mark.parametrize(
    ("fresh", "told"),
    [
        (["verified"] * 10, []),
        (["verified"] * 8 + ["flagged"] * 2, []),
        (["verified"] * 5 + ["refused"] * 5, ["verdicts"]),
        (["refused"] * 7, []),  # too few to say
    ],
)
def test_a_parser_whose_verdicts_worsen(archive: Archive, fresh: list[str], told: list[str]) -> None:
    for day, verdicts in ((2, ["verified"] * 30), (1, []), (0, fresh)):
        at = NOW - day * DAY
        run = new_run_id(at - HOUR)
        archive.begin_run(run, at - HOUR)
        read = [
            DocumentOutcome(url=f"{n}", title="", what="new", state="ok", verdict=v) for n, v in enumerate(verdicts)
        ]
        outcome = PortalOutcome(portal="p0", title="年报", documents=tuple(read))
        archive.settle_done(run, {"verdicts": dict(verdicts_of([outcome]))})
        assert checked(archive, {}, at) == (told if day == 0 else [])


def test_a_backlog(archive: Archive) -> None:
    known = portals(10)
    for n, portal in enumerate(known.values()):
        last = NOW - 4 * DAY if n < 3 else visits_between(portal, NOW - DAY, NOW)[-1]
        archive.note_visit(portal.id, last)
    (told,) = look_after(archive, known, NOW, "run")
    assert (told.subject, told.details["portals"], told.details["names"]) == ("backlog", 3, ["p0", "p1", "p2"])


def test_hosts_that_we_leave_alone_are_no_backlog(archive: Archive) -> None:
    known = portals(3)
    for portal in known.values():
        archive.note_visit(portal.id, NOW - 4 * DAY)
        archive.set_cool_down(next(iter(portal.start_hosts)), NOW + DAY, "blocked")
    assert checked(archive, known) == []


def answers(ahead: Mapping[str, float]) -> list[Capture]:
    """One answer of each host, whose clock is so many seconds ahead of ours."""
    made = []
    for host, seconds in ahead.items():
        date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
        url = f"https://{host}/"
        made.append(Capture(id=host, run="run", shard="0", portal="p", kind="list", requested_url=url, url=url,
                            headers=(("Date", date),), fetched_at=NOW, state=FetchState.OK, crawler="x",
                            portal_digest="0"))  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        ({"a": 1, "b": -2, "c": 0}, []),
        ({"a": 900, "b": -2, "c": 0}, []),  # one of them is off, not we
        ({"a": 900, "b": 901, "c": 0}, ["clock"]),
        ({"a": -86400, "b": -86399, "c": -86401}, ["clock"]),
        ({"a": 900, "b": 900}, []),  # two may share a machine
    ],
)
def test_a_clock_that_is_off(archive: Archive, ahead: dict[str, float], told: list[str]) -> None:
    archive.settle_done("run", {"clock": clock_of(hosts_ahead(answers(ahead)))})
    assert checked(archive, {}) == told


def test_a_store_that_fills(archive: Archive, room: Callable[[int], None]) -> None:
    archive.note_visit("p0", NOW)  # so that there is a folder
    assert checked(archive, {}) == []
    room(74)
    assert checked(archive, {}, NOW + DAY) == ["store"]  # six a day: full in twelve days
    room(73)
    assert checked(archive, {}, NOW + 2 * DAY) == []  # and again slowly: it is over
    room(9)
    events = look_after(archive, {}, NOW + 3 * DAY, "run")
    assert subjects(events) == ["store"]
    assert events[0].title.startswith("the store has 9.0 GB left")


def test_told_when_it_begins_and_again_after_it_was_over(archive: Archive, room: Callable[[int], None]) -> None:
    archive.note_visit("p0", NOW)
    free = [9, 9, 80, 9]
    told = []
    for day, gigabytes in enumerate(free):
        room(gigabytes)
        told += [(day, subject) for subject in checked(archive, {}, NOW + day * DAY)]
        told += [(day, subject) for subject in checked(archive, {}, NOW + day * DAY + HOUR)]
    assert told == [(0, "store"), (3, "store")]
    assert len(archive.events()) == 2


@settings(max_examples=80)
@given(st.integers(0, 900), st.text(max_size=3))
def test_whoever_is_visited_by_the_schedule_is_never_late(half_days: int, seed: str) -> None:
    (portal,) = portals(1).values()
    begin = datetime(2025, 11, 20, tzinfo=UTC) + half_days * timedelta(hours=12)
    for last, following in pairwise(islice(visits_after(portal, begin, seed), 4)):
        assert not liveness._is_late(portal, last, following + HOUR)
        assert liveness._is_late(portal, last, following + 9 * DAY + HOUR)


Story = Callable[[Archive, Callable[[int], None], dict[str, Portal], datetime], tuple[datetime, str]]
"""Lets something go wrong at a moment; when the first visit could meet it, and what has to be told."""


def _nobody_comes(archive: Archive, _: object, known: dict[str, Portal], at: datetime) -> tuple[datetime, str]:
    missed = sorted(next(visits_after(portal, at)) for portal in known.values())
    for portal in known.values():
        archive.note_visit(portal.id, visits_between(portal, at - 2 * DAY, at)[-1])
    return missed[2], "backlog"  # of one or two it is no backlog


def _a_product_changes(archive: Archive, _: object, known: dict[str, Portal], at: datetime) -> tuple[datetime, str]:
    for n, portal in enumerate(known.values()):
        visited(archive, portal, at - DAY)
        visited(archive, portal, at, reports=1 if n < 4 else 5)
    return at, "yield:trs"


def _the_parser_breaks(archive: Archive, _: object, known: dict[str, Portal], at: datetime) -> tuple[datetime, str]:
    for moment, verdict in ((at - DAY, "verified"), (at, "refused")):
        run = new_run_id(moment)
        archive.begin_run(run, moment)
        archive.settle_done(run, {"verdicts": {verdict: 30}})
        if moment < at:
            look_after(archive, {}, at - HOUR, run)
    _all_is_visited(archive, known, at)
    return at, "verdicts"


def _the_clock_jumps(archive: Archive, _: object, known: dict[str, Portal], at: datetime) -> tuple[datetime, str]:
    archive.settle_done("run", {"clock": {"hosts": 5, "seconds": 900}})
    _all_is_visited(archive, known, at)
    return at, "clock"


def _the_disk_fills(
    archive: Archive, room: Callable[[int], None], known: dict[str, Portal], at: datetime
) -> tuple[datetime, str]:
    _all_is_visited(archive, known, at)
    room(5)
    return at, "store"


def _all_is_visited(archive: Archive, known: dict[str, Portal], at: datetime) -> None:
    for portal in known.values():
        visited(archive, portal, at)


@pytest.mark.parametrize("hour", [0, 6, 13, 23])
@pytest.mark.parametrize("day", [datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)])
@pytest.mark.parametrize(
    "story", [_nobody_comes, _a_product_changes, _the_parser_breaks, _the_clock_jumps, _the_disk_fills]
)
def test_each_is_told_within_a_day_in_season(
    archive: Archive, room: Callable[[int], None], story: Story, day: datetime, hour: int
) -> None:
    known = portals(6)
    met, expected = story(archive, room, known, day + hour * HOUR)
    at = day + hour * HOUR
    while expected not in checked(archive, known, at):
        at += HOUR
        assert at - met <= DAY, f"{expected} was not told"


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("day", [datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)])
def test_silence_is_told_within_a_day_of_its_beginning(archive: Archive, day: datetime, hour: int) -> None:
    (portal,) = portals(1).values()
    falls_silent = day + hour * HOUR
    met: list[datetime] = []
    told: list[Event] = []
    visited(archive, portal, visits_between(portal, falls_silent - 2 * DAY, falls_silent)[-1])
    for quarter in range(4 * 24):
        at, (visit,) = falls_silent + quarter * HOUR / 4, archive.last_visits().values()
        if not told and is_due(portal, visit.at, at, "", visit.failures):
            met.append(at)
            told = visited(archive, portal, at, hub=FetchState.UNREACHABLE)
    assert [event.kind for event in told] == [EventKind.PORTAL_SILENT]
    assert len(met) == 2
    assert met[1] - met[0] <= 6 * HOUR + HOUR / 4
