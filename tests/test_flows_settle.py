"""Settling runs of one report at a time: the same captures always give the same versions and events."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.outcome import PortalOutcome
from flows.settle import settle_run
from infra.simulator.reports import GeneratedReport, Office, make_report, render
from model.canonical import sha256_hex
from model.capture import BodyRef, Capture, PortalVisit
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.local_folder import LocalFolder
from tests.storage_samples import NOON

OLD, NEW = "http://a.gov.cn/old.html", "http://a.gov.cn/new.html"
CELL = "proactive.art20_5.licensing.decisions"
PORTAL = Portal.model_validate(
    {"id": "example", "title": "试验栏目", "region": "990100", "start_urls": ["http://a.gov.cn/list/"]}
)

Answer = bytes | FetchState


def report(year: int = 2024) -> GeneratedReport:
    return make_report(7, Office(name="青禾市财政局"), year, "form2021")


def page(of: GeneratedReport, layout: str = "clean") -> bytes:
    return render(of, layout).content


class Story:
    """An archive and a portal whose runs a test writes down one after another, a day apart."""

    def __init__(self, folder: Path) -> None:
        self.archive = Archive(LocalFolder(folder, fsync=False))
        self.runs = 0

    def crawl(self, answers: dict[str, Answer], complete: bool = True, closed: bool = True) -> str:
        """Captures of one run, unsettled."""
        self.runs += 1
        run, at = f"run{self.runs}", NOON + timedelta(days=self.runs)
        self.archive.begin_run(run, at)
        with LedgerWriter(self.archive.store, run, "000") as ledger:
            for number, (url, answer) in enumerate(answers.items()):
                ledger.keep(self._capture(run, number, url, answer), answer if isinstance(answer, bytes) else None)
            if closed:
                ledger.visited(
                    PortalVisit(
                        run=run,
                        shard="000",
                        portal="example",
                        started_at=at,
                        ended_at=at + timedelta(hours=1),
                        complete=complete,
                        stop_reason="end of list" if complete else "too many failures",
                    )
                )
        return run

    def _capture(self, run: str, number: int, url: str, answer: Answer) -> Capture:
        body = answer if isinstance(answer, bytes) else None
        state = FetchState.OK if isinstance(answer, bytes) else answer
        return Capture(
            id=f"{run}-{number}",
            run=run,
            shard="000",
            portal="example",
            kind="page",
            document_url=url,
            requested_url=url,
            url=url,
            status=404 if state is FetchState.GONE else 200,
            fetched_at=NOON + timedelta(days=self.runs, minutes=number),
            state=state,
            body=BodyRef(sha256=sha256_hex(body), size=len(body), store="raw") if body is not None else None,
            media_type="text/html" if body is not None else None,
            crawler="gongkai/0",
            portal_digest="0" * 64,
        )

    def settle(self, run: str) -> PortalOutcome:
        (outcome,) = settle_run(self.archive, run, {"example": PORTAL})
        return outcome

    def run(self, answers: dict[str, Answer], **rest: Any) -> PortalOutcome:
        return self.settle(self.crawl(answers, **rest))

    @property
    def chain(self) -> list[tuple[int, str]]:
        """Number and reason of each version of the only report."""
        (report_id,) = self.archive.report_ids()
        return [(v.n, v.reason.value) for v in self.archive.versions(report_id)]

    @property
    def kinds(self) -> list[str]:
        return [e.kind.value for e in self.archive.events()]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """An empty archive."""
    return Story(tmp_path)


@pytest.fixture
def watched(story: Story) -> Story:
    """An archive whose portal has its baseline: one report at OLD."""
    outcome = story.run({OLD: page(report())})
    assert [d.what for d in outcome.documents] == ["new"]
    return story


def changed_figure() -> GeneratedReport:
    before = report()
    return before.with_values({CELL: before.values[CELL] + 17})


def test_the_baseline_is_silent_and_what_comes_after_is_published(watched: Story) -> None:
    assert watched.kinds == ["collected"]
    outcome = watched.run({NEW: page(report(2025))})
    assert [(e.kind.value, e.details["report_year"]) for e in outcome.events] == [("published", 2025)]
    (_, event) = watched.archive.events()
    assert event.details["agency"] == "青禾市财政局"


def test_a_changed_figure_is_revised_with_its_cell(watched: Story) -> None:
    outcome = watched.run({OLD: page(changed_figure())})
    (event,) = outcome.events
    before = report().values[CELL]
    assert event.kind.value == "revised"
    (cell,) = event.model_dump()["details"]["cells"]
    assert (cell["id"], cell["from"], cell["to"]) == (CELL, before, before + 17)
    assert watched.chain == [(1, "first"), (2, "figures")]


def test_going_back_to_the_older_figure_is_a_third_version(watched: Story) -> None:
    watched.run({OLD: page(changed_figure())})
    watched.run({OLD: page(report())})
    assert watched.chain == [(1, "first"), (2, "figures"), (3, "figures")]
    assert watched.kinds == ["collected", "revised", "revised"]


def test_another_layout_of_the_same_report_is_no_version(watched: Story) -> None:
    outcome = watched.run({OLD: page(report()).replace(b"</body>", b"<!-- again --></body>")})
    assert [d.what for d in outcome.documents] == ["repeated"]
    assert (watched.chain, watched.kinds) == ([(1, "first")], ["collected"])
    (report_id,) = watched.archive.report_ids()
    assert watched.archive.repeats(report_id) == {1: 1}


def test_not_modified_leaves_everything_as_it_is(watched: Story) -> None:
    outcome = watched.run({OLD: FetchState.NOT_MODIFIED})
    assert [d.what for d in outcome.documents] == ["unchanged"]
    assert (outcome.not_modified, outcome.bodies, outcome.events) == (1, 0, ())


def test_a_report_disappears_once_and_comes_back_once(watched: Story) -> None:
    watched.run({OLD: FetchState.GONE})
    watched.run({OLD: FetchState.GONE})
    watched.run({OLD: page(report())})
    watched.run({OLD: FetchState.GONE})
    assert watched.kinds == ["collected", "disappeared", "reappeared", "disappeared"]
    assert watched.chain == [(1, "first")]


def test_a_report_that_moved_has_not_disappeared(watched: Story) -> None:
    watched.run({OLD: FetchState.GONE, NEW: page(report())})
    assert (watched.chain, watched.kinds) == ([(1, "first")], ["collected"])
    assert {url: known.state for url, known in watched.archive.locations("example").items()} == {OLD: "gone", NEW: "ok"}


@pytest.mark.parametrize(
    "state", [FetchState.INCOMPLETE, FetchState.UNREACHABLE, FetchState.THROTTLED, FetchState.MAINTENANCE]
)
def test_an_unclear_answer_concludes_nothing(watched: Story, state: FetchState) -> None:
    outcome = watched.run({OLD: state})
    assert outcome.events == ()
    assert outcome.problems == (f"{OLD}: {state} (status 200)",)
    assert watched.chain == [(1, "first")]
    assert watched.archive.locations("example")[OLD].state == "ok"


def test_a_page_that_is_no_report_gets_no_version(story: Story) -> None:
    outcome = story.run({OLD: "<html><body><h1>办事指南</h1><p>请到二楼窗口领取表格。</p></body></html>".encode()})
    assert [(d.what, d.report_id) for d in outcome.documents] == [("no_report", None)]
    assert list(story.archive.report_ids()) == []
    assert story.archive.events() == []
    assert story.archive.locations("example")[OLD].report_id is None


@pytest.mark.parametrize(
    ("answers", "rest"),
    [
        ({OLD: page(report()), NEW: FetchState.THROTTLED}, {}),
        ({OLD: page(report())}, {"complete": False}),
        ({OLD: page(report())}, {"closed": False}),
    ],
)
def test_a_crawl_that_saw_not_everything_completes_no_baseline(
    story: Story, answers: dict[str, Answer], rest: dict[str, bool]
) -> None:
    story.run(answers, **rest)
    assert story.archive.baseline("example") is None
    story.run({OLD: FetchState.NOT_MODIFIED, NEW: page(report(2025))})
    assert story.archive.baseline("example") is not None
    assert story.kinds == ["collected", "collected"]


def everything(archive: Archive) -> dict[str, bytes]:
    return {key: archive.store.read(key) for key in archive.store.list("")}


@pytest.mark.parametrize(
    "answer", [page(changed_figure()), FetchState.GONE, FetchState.NOT_MODIFIED], ids=["revised", "gone", "unchanged"]
)
def test_settling_twice_changes_no_record(watched: Story, answer: Answer) -> None:
    run = watched.crawl({OLD: answer, NEW: page(report(2025))})
    watched.settle(run)
    before = {key: content for key, content in everything(watched.archive).items() if not key.startswith("state/")}
    watched.settle(run)
    after = {key: content for key, content in everything(watched.archive).items() if not key.startswith("state/")}
    assert after == before


class Killed(BaseException):
    """Stands for a process that is gone: nothing catches it."""


@pytest.mark.parametrize("step", ["keep_parsed", "add_agency", "add_version", "add_event", "put_locations"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_settling_that_dies_at_any_step_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    stories = [Story(tmp_path / name) for name in ("undisturbed", "killed")]
    answers: dict[str, Answer] = {OLD: page(report()), NEW: page(report(2023))}
    runs = [story.crawl(answers) for story in stories]
    stories[0].settle(runs[0])

    real: Callable[..., Any] = getattr(Archive, step)

    def dies(self: Archive, *arguments: Any, **rest: Any) -> Any:
        if after:
            real(self, *arguments, **rest)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Archive, step, dies)
        with pytest.raises(Killed):
            stories[1].settle(runs[1])
    assert stories[1].archive.unsettled_runs() == [runs[1]]
    stories[1].settle(runs[1])
    kept = [{k: v for k, v in everything(s.archive).items() if not k.startswith("state/locations/")} for s in stories]
    assert kept[1] == kept[0]
    assert stories[1].archive.locations("example") == stories[0].archive.locations("example")
