"""What a monitor reads: logs with the run and the portal, the file of metrics, and a dashboard that fits it."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.demo.portals import write_portals
from flows.json_logs import JsonLines, run_id
from flows.metrics import write_metrics
from flows.outcome import DocumentOutcome, PortalOutcome, RunOutcome
from infra.simulator import Simulator
from tests.running import finished

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
