"""A report that is taken away and stays away, collected over simulated weeks: disappeared, withdrawn, back."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import finished, prefect_server

SITE = "baisha"
COMING_AND_GOING = ("published", "disappeared", "withdrawn", "reappeared")
CLOCK = Path(__file__).parent / "clock"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with prefect_server(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


@pytest.mark.timeout(900)  # five crawls
def test_weeks_of_collecting(server: dict[str, str], tmp_path: Path) -> None:
    store = str(tmp_path / "archive")
    with Simulator.start([SITE]) as simulator:
        write_portals(simulator, [SITE], tmp_path / "portals")

        def collected(day: int) -> list[str]:
            """Kinds of the events that are news, of a run so many days from today."""
            environment = {
                **server,
                "GONGKAI_PORTALS": str(tmp_path / "portals"),
                "PYTHONPATH": str(CLOCK),
                "TEST_DAYS_AHEAD": str(day),
            }
            done = finished("collect", "--json", "--store", store, environment=environment)
            assert done.returncode == 0, done.stderr
            outcome: dict[str, Any] = json.loads(done.stdout)
            (portal,) = outcome["portals"]
            assert portal["complete"]
            return [e["kind"] for e in portal["events"] if e["kind"] in COMING_AND_GOING]

        assert collected(0) == []
        live = [dict(r) for r in simulator.reports(SITE) if isinstance(r, dict) and r["kind"] == "report" and r["live"]]
        doomed = live[-1]
        simulator.delete(SITE, doomed["report"])
        assert collected(1) == ["disappeared"]
        assert collected(8) == []
        assert collected(16) == ["withdrawn"]
        simulator.restore(SITE, doomed["report"])
        assert collected(18) == ["reappeared"]
        bodies = [r for r in simulator.log(SITE) if r.path == doomed["path"] and r.status == 200]

    archive = Archive(open_store(store, settings=StorageSettings()))
    told = {e.kind.value: e for e in archive.events() if e.kind.value in COMING_AND_GOING}
    assert list(told) == ["disappeared", "withdrawn", "reappeared"]
    assert len({e.subject for e in told.values()}) == 1
    withdrawn = told["withdrawn"]
    details = withdrawn.model_dump()["details"]
    assert (details["agency"], details["report_year"]) == (doomed["agency"], doomed["year"])
    # The evidence lies in the ledger: three answers, over more than fourteen days, and what was last seen.
    captures = {capture.id: capture for capture in archive.all_captures()}
    evidence = [captures[check["capture"]] for check in details["checks"]]
    assert [(c.status, c.state.value) for c in evidence] == [(404, "gone")] * 3
    assert evidence[0].url.endswith(str(doomed["path"]))
    assert 14 <= (evidence[-1].fetched_at - evidence[0].fetched_at).days <= 16
    assert captures[details["last_ok_capture"]].state.value == "ok"
    assert datetime.fromisoformat(details["last_ok"]) < evidence[0].fetched_at
    (version,) = archive.versions(withdrawn.subject)
    assert all(len(archive.raw(part.sha256)) == part.size for part in version.manifest.parts)
    assert len(bodies) <= 2
