"""The demo's three runs through the real flow, baseline, nothing new, exactly what happened."""

import json
from pathlib import Path

import pytest
from lxml import etree
from rich.console import Console

from flows import liveness
from flows.demo import play as demo
from flows.demo.play import DAY, play
from flows.outcome import RunOutcome
from flows.tables import told_events
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings

SITE = "qinghe"
REPORTS = 33
EDITED = "proactive.art20_5.licensing.decisions"


@pytest.fixture
def three_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[RunOutcome], Archive, list[list[tuple[str, int]]]]:
    """Outcomes, the archive, and for each run the (path, status) of every request for a report's page."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(liveness, "CLOCK_HOSTS", 1)  # so that one site is enough to say that the run's clock is off
    logs: list[list[tuple[str, int]]] = []
    original = demo.run_collect

    def listening(*arguments: object, **rest: object) -> RunOutcome:
        simulator = running[0]
        simulator.reset_log()
        outcome = original(*arguments, **rest)  # type: ignore[arg-type]
        logs.append([(r.path, r.status) for r in simulator.log(SITE) if "/t20" in r.path])
        return outcome

    running: list[Simulator] = []
    start = Simulator.start

    def started(*arguments: object, **rest: object) -> Simulator:
        running.append(start(*arguments, **rest))  # type: ignore[arg-type]
        return running[0]

    monkeypatch.setattr(demo, "run_collect", listening)
    monkeypatch.setattr(Simulator, "start", started)
    outcomes = play(str(tmp_path / "archive"), [SITE], Console(quiet=True), {})
    archive = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))
    return outcomes, archive, logs


def test_three_runs(three_runs: tuple[list[RunOutcome], Archive, list[list[tuple[str, int]]]], tmp_path: Path) -> None:
    (first, second, third), archive, logs = three_runs

    # The baseline: every report archived and parsed, each with its verdict, and nobody alerted.
    assert [d.verdict for d in first.portals[0].documents] == ["verified"] * REPORTS
    assert {d.form for d in first.portals[0].documents} == {"form2019", "form2021"}
    assert len({d.agency for d in first.portals[0].documents}) == 6
    assert first.portals[0].list_pages == 3
    assert [e.kind.value for e in first.events] == ["collected"] * REPORTS
    assert told_events(first) == ()

    # Nothing new: every report was asked for with its validators, and no body came.
    assert len(logs[1]) == REPORTS
    assert {status for _, status in logs[1]} == {304}
    assert (second.portals[0].bodies, second.portals[0].not_modified, second.events) == (0, REPORTS, ())

    # Exactly what happened.
    told = {e.kind.value: e for e in told_events(third)}
    assert sorted(e.kind.value for e in told_events(third)) == ["disappeared", "published", "revised"]
    assert (told["published"].details["agency"], told["published"].details["report_year"]) == ("青禾市财政局", 2025)
    (cell,) = told["revised"].details["cells"]  # type: ignore[union-attr, misc]
    assert (cell["id"], cell["to"] - cell["from"]) == (EDITED, 17)  # type: ignore[index, operator, call-overload]
    assert told["disappeared"].details["status"] == 404

    # The portals and the runs share one clock, whatever the date of this machine.
    assert {outcome.run[:9] for outcome in (first, second, third)} == {"20260129T"}
    assert {outcome.own_events for outcome in (first, second, third)} == {()}
    for outcome in (first, second, third):
        seen = archive.coverage(SITE, outcome.run)
        assert seen.checked_at.date() == DAY.date()
        assert seen.clock_ahead is not None
        assert abs(seen.clock_ahead) < 60

    # Kept once each, delivered, and in the feeds.
    assert len(archive.events()) == REPORTS + 3
    assert third.alerts is not None
    assert (third.alerts.sent, third.alerts.failed) == (3, 0)
    feeds = tmp_path / "alerts"
    entries = etree.parse(str(feeds / "events.atom")).findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 3
    assert len(json.loads((feeds / "events.json").read_text(encoding="utf-8"))["items"]) == 3
    revised = archive.versions(told["revised"].subject)
    assert [(v.n, v.reason.value) for v in revised] == [(1, "first"), (2, "figures")]
