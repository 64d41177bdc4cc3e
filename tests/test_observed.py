"""What a monitor reads: logs with the run and the portal, the file of metrics, and a dashboard that fits it."""

import json
import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace

from flows.demo.portals import write_portals
from flows.json_logs import JsonLines, run_id
from flows.metrics import write_metrics
from flows.outcome import DocumentOutcome, PortalOutcome, RunOutcome
from infra.simulator import Simulator
from tests.running import finished
from tests.test_withdrawal import OLD, PAGE, Story

NOON = datetime(2026, 1, 2, 4, tzinfo=UTC)
DASHBOARD = Path(__file__).parents[1] / "infra" / "grafana" / "gongkai.json"


def test_a_line_is_one_object_with_the_run() -> None:
    record = logging.makeLogRecord({"name": "flows.x", "levelname": "WARNING", "msg": "坏 %s", "args": ("页",)})
    record.portal = "qinghe"
    token = run_id.set("R1")
    try:
        line = JsonLines().format(record)
    finally:
        run_id.reset(token)
    told = json.loads(line)
    assert "\n" not in line
    assert {n: told[n] for n in ("level", "logger", "message", "run", "portal")} == {
        "level": "warning", "logger": "flows.x", "message": "坏 页", "run": "R1", "portal": "qinghe"
    }  # fmt: skip


def _outcome() -> RunOutcome:
    document = DocumentOutcome(url="u", title="t", what="new", state="ok", verdict="verified")
    good = PortalOutcome(portal="aa", title="a", complete=True, bodies=3, requests={"h": 7}, documents=(document,))
    return RunOutcome(run="R", portals=(good, PortalOutcome(portal="bb", title="b", problems=("silent",))))


def test_the_figures_of_a_run(tmp_path: Path) -> None:
    write_metrics(tmp_path / "gongkai.prom", _outcome(), NOON, NOON + timedelta(seconds=90))
    text = (tmp_path / "gongkai.prom").read_text()
    for line in (
        "gongkai_last_run_duration_seconds 90.0",
        "gongkai_last_run_requests 7.0",
        'gongkai_last_run_portals{state="complete"} 1.0',
        'gongkai_last_run_portals{state="problems"} 1.0',
        'gongkai_last_run_documents{what="new"} 1.0',
        'gongkai_last_run_verdicts{verdict="verified"} 1.0',
    ):
        assert line in text.splitlines()


def test_the_dashboard_asks_for_what_there_is(tmp_path: Path) -> None:
    write_metrics(tmp_path / "gongkai.prom", _outcome(), NOON, NOON)
    given = set(re.findall(r"^# TYPE (\w+)", (tmp_path / "gongkai.prom").read_text(), re.MULTILINE))
    dashboard = json.loads(DASHBOARD.read_text())
    asked = {name for p in dashboard["panels"] for name in re.findall(r"gongkai_\w+", p["targets"][0]["expr"])}
    assert len(asked) == len(dashboard["panels"])
    assert asked <= given


class Tracing(trace.TracerProvider, trace.Tracer):
    """Notes the name, the attributes and the parent of each span, as an exporter in memory would."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, Any], str | None]] = []
        self.open: list[str] = []

    def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
        return self

    def start_span(self, *_: Any, **__: Any) -> trace.Span:
        return trace.INVALID_SPAN

    @contextmanager
    def start_as_current_span(self, name: str, *_: Any, attributes: Any = None, **__: Any) -> Any:
        self.seen.append((name, dict(attributes), self.open[-1] if self.open else None))
        self.open.append(name)
        yield trace.INVALID_SPAN
        self.open.pop()


def test_spans_of_portals_and_parses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracing = Tracing()
    monkeypatch.setattr(trace, "get_tracer", tracing.get_tracer)
    Story(tmp_path).visit(0, {OLD: PAGE}, listed=(OLD,))
    (portal, parse) = tracing.seen
    assert portal == (
        "gongkai.portal",
        {"gongkai.run": "run01", "gongkai.portal": "example", "gongkai.captures": 2},
        None,
    )
    assert (parse[0], parse[1]["gongkai.parts"], parse[2]) == ("gongkai.parse", 1, "gongkai.portal")


def test_a_run_in_a_shell_logs_json_and_writes_its_metrics(tmp_path: Path) -> None:
    with Simulator.start(["qinghe"]) as simulator:
        write_portals(simulator, ["qinghe"], tmp_path / "portals")
        environment = {
            "GONGKAI_PORTALS": str(tmp_path / "portals"),
            "GONGKAI_LOG": "json",
            "GONGKAI_METRICS": str(tmp_path / "gongkai.prom"),
            "PREFECT_HOME": str(tmp_path / "prefect"),
        }
        ended = finished("collect", "--store", str(tmp_path / "archive"), "--json", environment=environment)
    assert ended.returncode == 0, ended.stderr
    run = json.loads(ended.stdout)["run"]
    lines = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    visited = [line for line in lines if line["message"] == "a portal was visited"]
    assert [(line["run"], line["portal"]) for line in visited] == [(run, "qinghe")]
    assert 'gongkai_last_run_portals{state="complete"} 1.0' in (tmp_path / "gongkai.prom").read_text()
