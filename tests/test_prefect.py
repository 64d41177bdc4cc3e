"""On a Prefect server: what is retried, what the artifacts say, and one scheduled run from cron to archive."""

import asyncio
import base64
import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from prefect.states import exception_to_failed_state

from flows.artifacts import ProgressShare, problem_rows, summary
from flows.collect import _only_temporary
from flows.demo.portals import write_portals
from flows.deploy import whole_address
from flows.host_limits import limit_name
from flows.outcome import DocumentOutcome, PortalOutcome, RunOutcome
from infra.simulator import Simulator
from model.document import Event
from model.errors import CrawlFailed, NoContact, PortalUnavailable, StorageUnavailable
from model.vocabulary import EventKind
from tests.alert_receiver import Receiver, receiving
from tests.prefecting import ask, awaited, process
from tests.running import finished, prefect_server
from tests.span_collector import plain, spans


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (PortalUnavailable("no answer"), True),
        (StorageUnavailable("slow down"), True),
        (CrawlFailed("ended with code 9"), False),
        (NoContact("who asks?"), False),
        (RuntimeError("a bug"), False),
    ],
)
def test_only_what_may_pass_is_retried(error: Exception, again: bool) -> None:
    async def decide() -> bool:
        return await _only_temporary(None, None, await exception_to_failed_state(error))

    assert asyncio.run(decide()) is again


def _outcome() -> RunOutcome:
    changed = Event(
        id="e1",
        kind=EventKind.EDITED,
        subject="r1",
        cause="c1",
        at=datetime(2024, 1, 2, tzinfo=UTC),
        portal="qinghe",
        title="青禾市财政局 | 2021",
        details={"cells": [{"id": "t1.a", "label": "本年新收", "from": "12", "to": "13"}]},
    )
    document = DocumentOutcome(url="http://x/1", title="t", what="changed", state="ok")
    portal = PortalOutcome(
        portal="qinghe", title="青禾", complete=True, documents=(document,), events=(changed,), problems=("too few",)
    )
    return RunOutcome(run="R", portals=(portal,))


def test_the_summary_tells_portals_cells_and_problems() -> None:
    text = summary(_outcome())
    assert "| qinghe | complete, 1 problem(s) | 0 | 1 | 0 | 0 | 0 | 0 |" in text
    assert "- **edited** 青禾市财政局 \\| 2021" in text
    assert "    - 本年新收: 12 → 13" in text
    assert "- **qinghe**: too few" in text
    assert problem_rows(_outcome()) == [{"portal": "qinghe", "problem": "too few"}]


def test_progress_counts_fetching_and_settling() -> None:
    share = ProgressShare()
    assert (share.percent, share.words) == (0.0, "reading lists")
    share.hear({"phase": "documents", "portal": "a", "done": 2, "total": 4})
    share.hear({"type": "settled", "url": "u"})
    assert share.percent == 45.0
    assert share.words == "2 of 4 reports asked for, 1 read and compared"
    share.hear({"type": "waiting", "hosts": ["host:x"]})
    assert share.words == "waiting for another crawl of host:x"


def test_names_and_addresses() -> None:
    assert limit_name("127.0.0.1:8080") == "host:127.0.0.1_8080"
    assert whole_address("s3://bucket/prefix") == "s3://bucket/prefix"
    assert whole_address("archive") == str(Path.cwd() / "archive")


def _ask(address: str, body: dict[str, Any] | None = None) -> Any:
    return ask(address, body, SECRETS["PREFECT_API_AUTH_STRING"])


def _completed(api: str) -> list[Any]:
    runs = _ask(f"{api}/flow_runs/filter", {})
    assert not [r for r in runs if r["state_type"] in ("FAILED", "CRASHED")], runs
    return [r for r in runs if r["state_type"] == "COMPLETED"]


# Whatever an operator hands to a worker and nobody else may read.
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "storage-very-secret",
    "AWS_SESSION_TOKEN": "session-very-secret",
    "HOOK_SECRET": "hook-very-secret-of-thirty-two-letters",
    "HOOK_URL": "webhook+https://hooks.example.org/address-very-secret",
    "MAIL_URL": "mailto://watcher:mail-very-secret@mail.example.org",
    "GONGKAI_WEB_PASSWORD": "web-very-secret",
    "PREFECT_API_AUTH_STRING": "gongkai:prefect-very-secret",
}
SUBSCRIPTIONS = """
subscriptions:
  - {name: desk, to: "${HOOK_URL}", secret: "${HOOK_SECRET}"}
  - {name: post, to: "${MAIL_URL}"}
"""


def _kept_words(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder in plain: logs, Prefect's database (parameters, artifacts, its log), the archive."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path, gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def assert_no_secret_is_kept(folder: Path) -> None:
    files = dict(_kept_words(folder))
    word = base64.b64encode(SECRETS["PREFECT_API_AUTH_STRING"].encode())
    assert [path for path, content in files.items() if b"very-secret" in content or word in content] == []
    # The looking is good for something: what is no secret is found in each kind of place.
    found = (("prefect.db", b"collect qinghe"), ("worker.log", b"ProcessWorker"), (".jsonl.gz", b"127.0.0.1"))
    for name, known in found:
        assert any(known in content for path, content in files.items() if name in path.name), name


class Stage(NamedTuple):
    """A Prefect server, a portal, and the environment of who works for the one on the other."""

    api: str
    environment: dict[str, str]
    collector: Receiver


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    login = SECRETS["PREFECT_API_AUTH_STRING"]
    with Simulator.start(["qinghe"]) as simulator, prefect_server(tmp_path, login) as server, receiving() as collector:
        write_portals(simulator, ["qinghe"], tmp_path / "portals")
        (tmp_path / "alerts.yml").write_text(SUBSCRIPTIONS, encoding="utf-8")
        environment = {
            **os.environ,
            **SECRETS,
            **server,
            "GONGKAI_ALERTS": str(tmp_path / "alerts.yml"),
            "GONGKAI_LOG": "json",
            "GONGKAI_OTEL_ENDPOINT": f"http://127.0.0.1:{collector.port}",
            "GONGKAI_PORTALS": str(tmp_path / "portals"),
            "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
        }
        yield Stage(server["PREFECT_API_URL"], environment, collector)


def test_a_scheduled_run_completes_on_a_worker(stage: Stage, tmp_path: Path) -> None:
    api, environment, collector = stage
    store = tmp_path / "archive"
    awaited(lambda: _ask(f"{api}/work_pools/", {"name": "gongkai", "type": "process"}), 60, "the work pool")
    order = ["deploy", "qinghe", "--store", str(store), "--cron", "* * * * *", "--work-pool", "gongkai"]
    told = finished(*order, environment=environment)
    assert told.returncode == 0, told.stderr
    assert "registered collect/gongkai" in told.stdout
    limits = _ask(f"{api}/v2/concurrency_limits/filter", {})
    assert [(limit["name"].split("_")[0], limit["limit"]) for limit in limits] == [("host:127.0.0.1", 1)]

    with process(["prefect", "worker", "start", "--pool", "gongkai"], environment, tmp_path / "worker.log"):
        run = awaited(lambda: _completed(api), 150, "a completed scheduled run")[0]
    artifacts = _ask(f"{api}/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    assert run["auto_scheduled"] is True
    assert run["name"] == "collect qinghe"
    assert set(run["tags"]) >= {"gongkai", "qinghe"}
    by_type = {a["type"]: a["data"] for a in artifacts}
    assert float(by_type["progress"]) == 100.0
    assert "| qinghe " in by_type["markdown"]
    assert "reports collected, nobody is alerted" in by_type["markdown"]
    assert list((store / "reports").rglob("1.json"))
    assert "very-secret" not in told.stdout + told.stderr
    assert_no_secret_is_kept(tmp_path)
    # Prefect tells of its own runs, too, and of no parameter's value.
    sent = {span.name: span.attributes for span in spans(collector.got)}
    assert sent["gongkai.portal"]["gongkai.portal"] == "qinghe"
    assert "gongkai.run" in sent
    assert [got.path for got in collector.got if b"very-secret" in plain(got)] == []


def test_a_served_deployment_runs_when_asked(stage: Stage, tmp_path: Path) -> None:
    api, environment, _ = stage
    store = tmp_path / "archive"
    order = ["flows.cli", "deploy", "qinghe", "--store", str(store), "--cron", "0 0 1 1 *"]
    with process(order, environment, tmp_path / "served.log"):
        (served,) = awaited(lambda: _ask(f"{api}/deployments/filter", {}), 60, "the registration")
        assert served["schedules"][0]["schedule"]["cron"] == "0 0 1 1 *"
        # A busy server answers 503 while its database is locked.
        awaited(lambda: _ask(f"{api}/deployments/{served['id']}/create_flow_run", {}), 60, "the order")
        run = awaited(lambda: _completed(api), 120, "a completed run")[0]
    assert run["name"] == "collect qinghe"
    assert list((store / "reports").rglob("1.json"))
