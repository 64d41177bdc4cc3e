"""The whole way, as an operator goes it: `gongkai collect` against a simulated portal, with a webhook and a feed."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.demo.portals import write_portals
from flows.demo.webhook import ListeningDesk
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import finished, prefect_server

SITE = "qinghe"
VERDICTS = {"verified", "flagged", "refused", "narrative"}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with prefect_server(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


def collected(store: str, environment: dict[str, str], *options: str) -> dict[str, Any]:
    """The outcome of a run that ended with exit code 0."""
    done = finished("collect", "--json", "--store", store, *options, environment=environment)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


def reports(simulator: Simulator, live: bool) -> list[dict[str, Any]]:
    told = [dict(r) for r in simulator.reports(SITE) if isinstance(r, dict)]
    return [r for r in told if r["kind"] == "report" and r["live"] is live]


def subscribe(folder: Path, desk: ListeningDesk) -> Path:
    """Subscriptions to a feed folder and a webhook; where their file lies."""
    file = folder / "alerts.yml"
    feeds = {"folder": str(folder / "feeds"), "title": "tests"}
    receivers = [{"name": "desk", "to": f"webhook+{desk.url}"}]
    file.write_text(yaml.safe_dump({"feeds": feeds, "subscriptions": receivers}), encoding="utf-8")
    return file


def feed_kinds(folder: Path) -> list[str]:
    """The kind of each entry of the Atom feed, as its category says."""
    entries = ElementTree.parse(folder / "feeds" / "events.atom").getroot().findall(f"{ATOM}entry")
    kinds = []
    for entry in entries:
        category = entry.find(f"{ATOM}category")
        assert category is not None
        kinds.append(str(category.get("term")))
    return sorted(kinds)


def test_baseline_then_nothing_new_then_exactly_what_happened(
    server: dict[str, str], store_address: str, tmp_path: Path
) -> None:
    store = store_address
    with Simulator.start([SITE]) as simulator, ListeningDesk() as desk:
        write_portals(simulator, [SITE], tmp_path / "portals")
        environment = {
            **server,
            "GONGKAI_PORTALS": str(tmp_path / "portals"),
            "GONGKAI_ALERTS": str(subscribe(tmp_path, desk)),
        }
        archive = Archive(open_store(store, settings=StorageSettings()))

        first = collected(store, environment)["portals"][0]
        live = reports(simulator, live=True)
        assert first["problems"] == []
        assert (first["complete"], first["baseline"], first["list_pages"]) == (True, True, 3)
        assert {e["kind"] for e in first["events"]} == {"collected"}
        found = {(d["agency"], d["year"]): d for d in first["documents"] if d["report_id"]}
        assert set(found) == {(r["agency"], r["year"]) for r in live}
        assert {d["verdict"] for d in found.values()} <= VERDICTS
        assert sum(d["verdict"] == "verified" for d in found.values()) >= len(live) - 2
        assert sorted(archive.report_ids()) == sorted(d["report_id"] for d in found.values())
        for report_id in archive.report_ids():
            (version,) = archive.versions(report_id)
            assert archive.parsed(version.manifest.digest, version.parser_digest) is not None
            assert all(len(archive.raw(p.sha256)) == p.size for p in version.manifest.parts)
        assert desk.received == []

        simulator.reset_log()
        second = collected(store, environment, "--recheck", "all")["portals"][0]
        paths = {r["path"] for r in live}
        asked = [(r.path, r.status, r.bytes) for r in simulator.log(SITE) if r.path in paths]
        assert sorted(asked) == sorted((path, 304, 0) for path in paths)
        assert (second["events"], second["bodies"], second["problems"]) == ([], 0, [])
        assert second["not_modified"] >= len(live)
        assert desk.received == []

        waiting = reports(simulator, live=False)[0]
        old, doomed = live[0], live[-1]
        simulator.publish(SITE, waiting["agency"], waiting["year"])
        edited = simulator.edit(SITE, old["report"])
        simulator.delete(SITE, doomed["report"])
        third = collected(store, environment, "--recheck", "all")["portals"][0]

        told = {e["kind"]: e for e in third["events"]}
        assert len(third["events"]) == 3
        expected = {"published": waiting, "revised": old, "disappeared": doomed}
        assert set(told) == set(expected)
        for kind, report in expected.items():
            details = told[kind]["details"]
            assert (details["agency"], details["report_year"]) == (report["agency"], report["year"])
        (cell,) = told["revised"]["details"]["cells"]
        assert (cell["id"], cell["from"], cell["to"]) == (edited["cell"], edited["from"], edited["to"])
        assert [v.reason.value for v in archive.versions(told["revised"]["subject"])] == ["first", "figures"]

        # What disappeared is told when it is confirmed; the feed says that it is not.
        assert sorted(m["event"]["kind"] for m in desk.received) == sorted(set(expected) - {"disappeared"})
        assert len(set(desk.keys)) == 2
        assert feed_kinds(tmp_path) == sorted(expected)
