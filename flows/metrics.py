"""Figures of the last run for Prometheus, as a file for node_exporter's textfile collector (`GONGKAI_METRICS`)."""

import os
from collections import Counter
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, generate_latest, write_to_textfile

from .outcome import RunOutcome

LOOKED = "gongkai_last_look_timestamp_seconds"
LOOKED_ABOUT = "When it was last looked for portals that are due, Unix time; also when none was"


def write_metrics(path: Path, outcome: RunOutcome, began: datetime, ended: datetime) -> None:
    """Replace the file, whole or not at all. OSError when it can't be written."""
    registry = CollectorRegistry()

    def gauge(name: str, about: str, value: float) -> None:
        Gauge(f"gongkai_{name}", about, registry=registry).set(value)

    def by(name: str, about: str, label: str, counts: Counter[str]) -> None:
        one = Gauge(f"gongkai_{name}", about, [label], registry=registry)
        for value, count in sorted(counts.items()):
            one.labels(value).set(count)

    portals = outcome.portals
    gauge("last_run_timestamp_seconds", "When the last run ended, Unix time", ended.timestamp())
    gauge("last_run_duration_seconds", "How long it took", (ended - began).total_seconds())
    gauge("last_run_requests", "Requests that it made", sum(n for p in portals for n in p.requests.values()))
    gauge("last_run_bodies", "Report bodies that it downloaded", sum(p.bodies for p in portals))
    gauge("last_run_failed", "1 when every portal failed", float(outcome.failed))
    states = Counter({"complete": 0, "problems": 0, "incomplete": 0})
    states.update("problems" if p.problems else "complete" if p.complete else "incomplete" for p in portals)
    by("last_run_portals", "Portals that it visited, by how that went", "state", states)
    documents = Counter(str(d.what) for p in portals for d in p.documents)
    by("last_run_documents", "Documents that it asked for, by what was found", "what", documents)
    by("last_run_verdicts", "Versions that it read, by verdict", "verdict", _verdicts(outcome))
    by("last_run_events", "Events that it recorded, by kind", "kind", Counter(e.kind.value for e in outcome.events))
    Gauge(LOOKED, LOOKED_ABOUT, registry=registry).set(ended.timestamp())
    write_to_textfile(str(path), registry)


def note_look(path: Path, at: datetime) -> None:
    """Note that no portal was due; the figures of the last run stay. OSError when the file can't be written."""
    registry = CollectorRegistry()
    Gauge(LOOKED, LOOKED_ABOUT, registry=registry).set(at.timestamp())
    last = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    kept = b"".join(line for line in last if LOOKED.encode() not in line)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_bytes(kept + generate_latest(registry))
    beside.replace(path)


def _verdicts(outcome: RunOutcome) -> Counter[str]:
    return Counter(d.verdict for p in outcome.portals for d in p.documents if d.verdict is not None)
