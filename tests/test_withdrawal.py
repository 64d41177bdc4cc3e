"""From `disappeared` to `withdrawn`: three checks, fourteen days, the host answering, no refusal in between."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.outcome import PortalOutcome
from flows.settle import settle_run
from infra.simulator.reports import GeneratedReport, Office, make_report, render
from model.canonical import sha256_hex
from model.capture import BodyRef, Capture, PortalVisit, Row
from model.document import Event
from model.portal import Portal
from model.vocabulary import EventKind, FetchState
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.local_folder import LocalFolder
from storage.withdrawals import withdrawals
from tests.commanding import gongkai
from tests.storage_samples import NOON

LIST, OLD, NEW = "http://a.gov.cn/list/", "http://a.gov.cn/old.html", "http://a.gov.cn/new.html"
OTHER = "http://b.gov.cn/copy.html"
PORTALS = {
    name: Portal.model_validate({"id": name, "title": "试验栏目", "region": "990100", "start_urls": [url]})
    for name, url in (("example", LIST), ("other", "http://b.gov.cn/list/"))
}
COMING_AND_GOING = {EventKind.PUBLISHED, EventKind.DISAPPEARED, EventKind.WITHDRAWN, EventKind.REAPPEARED}
GONE, SOFT, OK = FetchState.GONE, FetchState.SOFT_404, FetchState.OK

Answer = bytes | FetchState


def report(year: int = 2024) -> GeneratedReport:
    return make_report(7, Office(name="青禾市财政局"), year, "form2021")


PAGE = render(report(), "clean").content


class Story:
    """Visits of portals on days that the test names; the list answers `ok` unless it says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(LocalFolder(folder, fsync=False))
        self.runs = 0

    def crawl(
        self,
        day: float,
        answers: dict[str, Answer],
        *,
        portal: str = "example",
        listing: FetchState = OK,
        listed: tuple[str, ...] = (),
        complete: bool = True,
    ) -> str:
        """Captures of one run, unsettled."""
        self.runs += 1
        run, at = f"run{self.runs:02d}", NOON + timedelta(days=day)
        self.archive.begin_run(run, at)
        start = str(PORTALS[portal].start_urls[0])
        with LedgerWriter(self.archive.store, run, "000") as ledger:
            ledger.keep(capture(run, portal, start, "list", listing, at, None), None)
            for number, (url, answer) in enumerate(answers.items(), 1):
                body = answer if isinstance(answer, bytes) else None
                state = OK if isinstance(answer, bytes) else answer
                ledger.keep(capture(run, portal, url, "page", state, at + timedelta(minutes=number), body), body)
            row = {"title": "年度报告", "kind": "report"}
            ledger.visited(
                PortalVisit(
                    run=run,
                    shard="000",
                    portal=portal,
                    started_at=at,
                    ended_at=at + timedelta(hours=1),
                    complete=complete,
                    rows=tuple(Row.model_validate({"url": url, **row}) for url in listed),
                    stop_reason="end of list" if complete else "too many failures",
                )
            )
        return run

    def settle(self, run: str) -> PortalOutcome:
        (outcome,) = settle_run(self.archive, run, PORTALS)
        return outcome

    def visit(self, day: float, answers: dict[str, Answer], **rest: Any) -> PortalOutcome:
        return self.settle(self.crawl(day, answers, **rest))

    def told(self) -> list[tuple[str, int]]:
        """Kind and day of every event about the coming and going of reports; what is told of the portal is left out."""
        events = [e for e in self.archive.events() if e.kind in COMING_AND_GOING]
        return [(e.kind.value, (e.at - NOON).days) for e in events]

    def event(self, kind: str) -> Event:
        (event,) = [e for e in self.archive.events() if e.kind.value == kind]
        return event


def capture(run: str, portal: str, url: str, kind: str, state: FetchState, at: datetime, body: bytes | None) -> Capture:
    ref = BodyRef(sha256=sha256_hex(body), size=len(body), store="raw") if body is not None else None
    return Capture.model_validate(
        {"id": f"{run}-{portal}-{url.rpartition('/')[2] or 'list'}", "run": run, "shard": "000", "portal": portal}
        | {"kind": kind, "document_url": url if kind == "page" else None, "requested_url": url, "url": url}
        | {"status": 404 if state is GONE else 200, "fetched_at": at, "state": state, "body": ref}
        | {"media_type": "text/html", "crawler": "gongkai/0", "portal_digest": "0" * 64}
    )


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A portal with its baseline on day 0: one report at OLD."""
    begun = Story(tmp_path)
    begun.visit(0, {OLD: PAGE}, listed=(OLD,))
    return begun


def test_three_checks_over_fourteen_days_confirm_and_carry_the_evidence(story: Story) -> None:
    for day in (1, 8, 14):
        story.visit(day, {OLD: GONE})
    assert story.told() == [("disappeared", 1)]
    story.visit(15, {OLD: GONE})
    assert story.told() == [("disappeared", 1), ("withdrawn", 15)]
    event = story.event("withdrawn")
    assert event.cause == "captures#run05-example-old.html"
    assert event.url == OLD
    details = event.model_dump()["details"]
    assert (details["version"], details["last_ok_capture"]) == (1, "run01-example-old.html")
    assert (details["agency"], details["report_year"]) == ("青禾市财政局", 2024)
    assert [(c["capture"], c["state"], c["status"]) for c in details["checks"]] == [
        (f"run0{n}-example-old.html", "gone", 404) for n in (2, 3, 4, 5)
    ]
    story.visit(30, {OLD: GONE})
    assert story.told() == [("disappeared", 1), ("withdrawn", 15)]


@pytest.mark.parametrize("days", [range(1, 14), (1, 40)], ids=["many checks in few days", "few checks in many days"])
def test_either_is_too_little(story: Story, days: Iterable[int]) -> None:
    for day in days:
        story.visit(day, {OLD: GONE})
    assert story.told() == [("disappeared", 1)]


def test_soft_404_confirms_and_is_no_return(story: Story) -> None:
    for day, answer in ((1, GONE), (9, SOFT), (16, SOFT)):
        story.visit(day, {OLD: answer})
    assert story.told() == [("disappeared", 1), ("withdrawn", 16)]
    assert [c["state"] for c in story.event("withdrawn").model_dump()["details"]["checks"]] == [
        "gone",
        "soft_404",
        "soft_404",
    ]


@pytest.mark.parametrize(
    "disturbed",
    [
        {"listed": (OLD,)},
        {"complete": False},
        {"listing": FetchState.UNREACHABLE},
        {"listing": FetchState.MAINTENANCE},
        {"listing": FetchState.SOFT_404},
    ],
    ids=["still listed", "list not read to its end", "host silent", "maintenance", "the list is a soft 404 itself"],
)
def test_a_check_counts_only_when_list_and_host_bear_it_out(story: Story, disturbed: dict[str, Any]) -> None:
    story.visit(1, {OLD: GONE})
    story.visit(8, {OLD: GONE})
    story.visit(15, {OLD: GONE}, **disturbed)
    assert story.told() == [("disappeared", 1)]
    story.visit(16, {OLD: GONE})
    assert story.told() == [("disappeared", 1), ("withdrawn", 16)]


@pytest.mark.parametrize("refusal", [FetchState.BLOCKED, FetchState.THROTTLED])
def test_a_refusal_in_between_begins_the_count_anew(story: Story, refusal: FetchState) -> None:
    story.visit(1, {OLD: GONE})
    story.visit(8, {OLD: GONE})
    story.visit(9, {OLD: refusal})
    story.visit(15, {OLD: GONE})
    story.visit(16, {OLD: GONE})
    assert [kind for kind, _ in story.told()] == ["disappeared"]
    story.visit(28, {OLD: GONE})
    assert [kind for kind, _ in story.told()] == ["disappeared"]
    story.visit(29, {OLD: GONE})
    assert ("withdrawn", 29) in story.told()
    assert len(story.event("withdrawn").model_dump()["details"]["checks"]) == 4


def test_a_return_reopens_and_a_second_loss_is_counted_from_its_own_beginning(story: Story) -> None:
    for day in (1, 8, 15):
        story.visit(day, {OLD: GONE})
    story.visit(20, {OLD: FetchState.BLOCKED})
    story.visit(21, {OLD: SOFT})
    story.visit(22, {OLD: PAGE}, listed=(OLD,))
    assert story.told() == [
        ("disappeared", 1),
        ("withdrawn", 15),
        ("reappeared", 22),
    ]
    for day in (30, 37, 43):
        story.visit(day, {OLD: GONE})
    assert story.told()[-1] == ("disappeared", 30)
    story.visit(44, {OLD: GONE})
    assert story.told()[-2:] == [("disappeared", 30), ("withdrawn", 44)]
    first, second = withdrawals(story.archive)
    assert [(w.disappeared_at - NOON).days for w in (first, second)] == [1, 30]
    assert (first.state, second.state) == ("reappeared", "withdrawn")
    assert (first.last_good_version, len(first.checks), len(second.checks)) == (1, 3, 4)


def test_another_address_of_the_report_keeps_it_alive_also_at_another_portal(story: Story) -> None:
    story.visit(0.5, {OTHER: PAGE}, portal="other", listed=(OTHER,))
    for day in (1, 8, 15):
        story.visit(day, {OLD: GONE})
    assert story.told() == []
    for day in (16, 23, 31):
        story.visit(day, {OTHER: GONE}, portal="other")
    assert story.told() == [("disappeared", 16), ("withdrawn", 31)]
    assert story.event("withdrawn").url == OTHER


def test_a_lost_report_that_turns_up_at_a_new_address_reappears(story: Story) -> None:
    for day in (1, 8, 15):
        story.visit(day, {OLD: GONE})
    story.visit(16, {OLD: GONE, NEW: PAGE}, listed=(NEW,))
    assert story.told() == [("disappeared", 1), ("withdrawn", 15), ("reappeared", 16)]
    assert story.event("reappeared").url == NEW
    story.visit(17, {OLD: GONE, NEW: FetchState.NOT_MODIFIED}, listed=(NEW,))
    assert len(story.told()) == 3


def test_settling_a_confirming_run_again_tells_nothing_twice(story: Story) -> None:
    for day in (1, 8):
        story.visit(day, {OLD: GONE})
    run = story.crawl(15, {OLD: GONE})
    story.settle(run)
    before = {key: story.archive.store.read(key) for key in story.archive.store.list("events/")}
    for _ in range(2):
        story.settle(run)
    assert {key: story.archive.store.read(key) for key in story.archive.store.list("events/")} == before
    assert len(story.archive.locations("example")[OLD].losses) == 3


class Killed(BaseException):
    """Stands for a process that is gone."""


@pytest.mark.parametrize("step", ["add_event", "put_locations", "settle_done"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_confirming_run_that_dies_is_made_good(
    story: Story, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    for day in (1, 8):
        story.visit(day, {OLD: GONE})
    run = story.crawl(15, {OLD: GONE})
    real = getattr(Archive, step)

    def dies(self: Archive, *arguments: Any, **rest: Any) -> Any:
        if after:
            real(self, *arguments, **rest)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Archive, step, dies)
        with pytest.raises(Killed):
            story.settle(run)
    story.settle(run)
    story.visit(16, {OLD: GONE})
    assert story.told() == [("disappeared", 1), ("withdrawn", 15)]
    assert len(story.archive.locations("example")[OLD].losses) == 3


def test_the_ledger_as_a_command(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ("--store", str(tmp_path))
    assert gongkai(monkeypatch, "withdrawn", *store) == 0
    assert "no report has disappeared" in capsys.readouterr().out
    for day in (1, 8, 15):
        story.visit(day, {OLD: GONE})
    assert gongkai(monkeypatch, "withdrawn", *store) == 0
    out = capsys.readouterr().out
    assert "withdrawn  2026-03-17  2024年青禾市财政局政府信息公开工作年度报告" in out
    assert "answers: 2026-03-03 404, 2026-03-10 404, 2026-03-17 404; last good version 1, seen 2026-03-02" in out
    assert OLD in out
    story.visit(16, {OLD: PAGE}, listed=(OLD,))
    assert gongkai(monkeypatch, "withdrawn", *store, "--json") == 0
    assert capsys.readouterr().out == ""
    assert gongkai(monkeypatch, "withdrawn", *store, "--all", "--json") == 0
    (told,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (told["state"], len(told["checks"]), told["reappeared_at"][:10]) == ("reappeared", 3, "2026-03-18")
