"""What a monitor reads: logs with the run and the portal, the file of metrics, and a dashboard that fits it."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from prometheus_client.parser import text_string_to_metric_families

from flows import span_export
from flows.demo.portals import write_portals
from flows.json_logs import JsonLines, run_id
from flows.metrics import LOOKED, note_look, write_metrics
from flows.metrics_page import page
from flows.outcome import DocumentOutcome, PortalOutcome, RunOutcome
from flows.settings import Settings
from flows.span_export import spans_exported
from infra.simulator import Simulator
from model.errors import Misconfigured
from tests.alert_receiver import receiving
from tests.running import finished
from tests.span_collector import plain, spans
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


def test_a_look_that_finds_nothing_due_is_noted_beside_the_last_run(tmp_path: Path) -> None:
    file = tmp_path / "gongkai.prom"
    note_look(file, NOON)
    assert [family.name for family in text_string_to_metric_families(file.read_text())] == [LOOKED]
    write_metrics(file, _outcome(), NOON, NOON + timedelta(seconds=90))
    for minutes in (15, 30):
        note_look(file, NOON + timedelta(minutes=minutes))
    families = {family.name: family for family in text_string_to_metric_families(file.read_text())}
    assert families[LOOKED].samples[0].value == (NOON + timedelta(minutes=30)).timestamp()
    assert families["gongkai_last_run_timestamp_seconds"].samples[0].value == (NOON + timedelta(seconds=90)).timestamp()
    assert file.read_text().count(f"# TYPE {LOOKED} gauge") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["gongkai.prom"]


def _asked(node: Any) -> set[str]:
    """Every metric of gongkai that a dashboard names, wherever: panels, rows in panels, variables, alerts."""
    return set(re.findall(r"\bgongkai_\w+", json.dumps(node)))


def test_prometheus_reads_the_figures_and_the_dashboard_asks_for_what_there_is(tmp_path: Path) -> None:
    file = tmp_path / "gongkai.prom"
    write_metrics(file, _outcome(), NOON, NOON)
    families = list(text_string_to_metric_families(page(file, lambda: ["server", "explorer"]).decode("utf-8")))
    by_name = {family.name: family for family in families}
    assert len(by_name) == len(families), "a scrape with a name twice is thrown away whole"
    assert all(family.type == "gauge" and family.documentation and family.samples for family in families if
               family.name != "gongkai_last_run_events")  # fmt: skip
    assert [s.labels for s in by_name["gongkai_part_up"].samples] == [{"part": "server"}, {"part": "explorer"}]
    assert by_name["gongkai_last_run_timestamp_seconds"].samples[0].value == NOON.timestamp()
    dashboard = json.loads(DASHBOARD.read_text())
    asked = _asked(dashboard)
    assert all(_asked(panel["targets"]) for panel in dashboard["panels"]), "each panel asks for something"
    assert asked <= by_name.keys()
    assert "gongkai_last_run_events" in asked


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


SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "storage-very-secret",
    "HOOK": "hook-very-secret-of-thirty-two-letters",
    "GONGKAI_WEB_PASSWORD": "web-very-secret",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer collector-very-secret",
}
SUBSCRIPTIONS = 'subscriptions: [{name: desk, to: "webhook+http://127.0.0.1:9/very-secret", secret: "${HOOK}"}]\n'


def test_a_run_in_a_shell_logs_json_writes_its_metrics_and_sends_its_spans(tmp_path: Path) -> None:
    (tmp_path / "alerts.yml").write_text(SUBSCRIPTIONS, encoding="utf-8")
    with Simulator.start(["qinghe"]) as simulator, receiving() as collector:
        write_portals(simulator, ["qinghe"], tmp_path / "portals")
        environment = {
            "GONGKAI_PORTALS": str(tmp_path / "portals"),
            "GONGKAI_ALERTS": str(tmp_path / "alerts.yml"),
            "GONGKAI_LOG": "json",
            "GONGKAI_OTEL_ENDPOINT": f"http://127.0.0.1:{collector.port}/",
            "GONGKAI_METRICS": str(tmp_path / "gongkai.prom"),
            "PREFECT_HOME": str(tmp_path / "prefect"),
            **SECRETS,
        }
        ended = finished("collect", "--store", str(tmp_path / "archive"), "--json", environment=environment)
    assert ended.returncode == 0, ended.stderr
    run = json.loads(ended.stdout)["run"]
    lines = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    visited = [line for line in lines if line["message"] == "a portal was visited"]
    assert [(line["run"], line["portal"]) for line in visited] == [(run, "qinghe")]
    assert 'gongkai_last_run_portals{state="complete"} 1.0' in (tmp_path / "gongkai.prom").read_text()

    # One trace: the run, its shard, the portal that was settled, each document; whoever sees it sees no secret.
    sent = {span.id: span for span in spans(collector.got) if span.name.startswith("gongkai.")}
    by_name = {name: [s for s in sent.values() if s.name == f"gongkai.{name}"] for name in ("run", "crawl", "portal")}
    ((whole,), (crawl,), (portal,)) = by_name.values()
    assert whole.attributes == {"gongkai.run": run, "gongkai.portals": 1}
    assert crawl.attributes == {"gongkai.run": run, "gongkai.shard": "000", "gongkai.portals": 1}
    assert (portal.attributes["gongkai.run"], portal.attributes["gongkai.portal"]) == (run, "qinghe")
    parsed = [span for span in sent.values() if span.name == "gongkai.parse"]
    assert len(parsed) == 33
    assert {sent[span.parent].name for span in parsed} == {"gongkai.portal"}
    assert {span.trace for span in sent.values()} == {whole.trace}
    assert {span.service for span in sent.values()} == {"gongkai"}
    assert {got.headers["authorization"] for got in collector.got} == {"Bearer collector-very-secret"}
    assert [got.path for got in collector.got if b"very-secret" in plain(got)] == []
    assert "very-secret" not in ended.stdout + ended.stderr


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As where the extra `otel` was not installed, and nobody has set up tracing."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    span_export._provider.cache_clear()
    yield
    span_export._provider.cache_clear()


@pytest.mark.usefixtures("no_packages")
def test_a_collector_without_the_packages_is_refused() -> None:
    with pytest.raises(Misconfigured, match=r"pip install 'gongkai\[otel\]'"), spans_exported("http://127.0.0.1:4318"):
        pass


@pytest.mark.usefixtures("no_packages")
@pytest.mark.parametrize("named", [True, False])
def test_a_collector_of_all_programs_stops_no_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, named: bool
) -> None:
    for name in span_export.STANDARD:
        monkeypatch.delenv(name, raising=False)
    if named:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    with spans_exported(None):
        pass
    assert [record.message for record in caplog.records] == [span_export.MISSING] * named


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("127.0.0.1:4318", "should match"),
        ("https://me:very-secret@collector.example:4318", "should match"),
        ("http://127.0.0.1:4318", None),
        ("https://collector.example/gongkai/", None),
    ],
)
def test_the_address_of_a_collector(monkeypatch: pytest.MonkeyPatch, given: str, told: str | None) -> None:
    monkeypatch.setenv("GONGKAI_OTEL_ENDPOINT", given)
    if told is None:
        assert Settings().otel_endpoint == given
        return
    with pytest.raises(Misconfigured, match=told) as refused:
        Settings()
    assert "very-secret" not in str(refused.value)
