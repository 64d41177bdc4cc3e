"""Two processes that settle the same at the same moment: one version, one event, whatever they meet with."""

import multiprocessing
from collections import Counter
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from flows.settle import settle_run
from infra.simulator.reports import GeneratedReport, Office, make_report, render
from model.canonical import sha256_hex
from model.capture import BodyRef, Capture, PortalVisit
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.audit import audit
from storage.ledger_writer import LedgerWriter
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.storage_samples import NOON

PORTAL = Portal.model_validate(
    {"id": "example", "title": "试验栏目", "region": "990100", "start_urls": ["http://a.gov.cn/list/"]}
)
CELL = "proactive.art20_5.licensing.decisions"
REPORTS = 2


def archive_at(address: str) -> Archive:
    return Archive(open_store(address, settings=StorageSettings()))


def report(number: int, more: int) -> GeneratedReport:
    plain = make_report(number, Office(name=f"青禾市第{number}中学"), 2024, "form2021")
    return plain.with_values({CELL: plain.values[CELL] + more})


def crawl(archive: Archive, run: str, day: int, more: int) -> None:
    """A run that found all reports, each with so much more in one cell; unsettled."""
    at = NOON + timedelta(days=day)
    archive.begin_run(run, at)
    with LedgerWriter(archive.store, run, "000") as ledger:
        for number in range(REPORTS):
            body = render(report(number, more), "clean").content
            url = f"http://a.gov.cn/{number}.html"
            capture = {"id": f"{run}-{number}", "run": run, "shard": "000", "portal": "example", "kind": "page"}
            capture |= {"document_url": url, "requested_url": url, "url": url, "status": 200, "state": FetchState.OK}
            capture |= {"media_type": "text/html", "crawler": "gongkai/0", "portal_digest": "0" * 64}
            ref = BodyRef(sha256=sha256_hex(body), size=len(body), store="raw")
            kept = {**capture, "fetched_at": at + timedelta(minutes=number), "body": ref}
            ledger.keep(Capture.model_validate(kept), body)
        visit = {"run": run, "shard": "000", "portal": "example", "started_at": at, "ended_at": at}
        ledger.visited(PortalVisit.model_validate({**visit, "complete": True, "stop_reason": "end of list"}))


def settle_at_once(address: str, runs: tuple[str, ...], together: Barrier) -> None:
    """In a process of its own; each run when the other process is at its own."""
    archive = archive_at(address)
    for run in runs:
        together.wait(60)
        settle_run(archive, run, {"example": PORTAL})


def settled_together(address: str, writers: list[tuple[str, ...]]) -> None:
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(len(writers))
    processes = [context.Process(target=settle_at_once, args=(address, runs, together)) for runs in writers]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * len(writers)


def assert_settled_once(address: str, *runs: str) -> None:
    """Each run is given to two processes, or each of two that saw the same to one: what comes of it is told once."""
    archive = archive_at(address)
    for run in dict.fromkeys(runs):
        crawl(archive, f"{run}-a", 0, 0)
        crawl(archive, f"{run}-b", 1, 17)
    settled_together(address, [(f"{run}-a", f"{run}-b") for run in runs])
    archive = archive_at(address)
    report_ids = list(archive.report_ids())
    assert len(report_ids) == REPORTS
    for report_id in report_ids:
        chain = archive.versions(report_id)
        assert [(v.n, v.reason.value) for v in chain] == [(1, "first"), (2, "figures")]
    told = Counter((e.kind.value, e.subject) for e in archive.events() if e.subject != "example")
    assert told == Counter((kind, report_id) for kind in ("collected", "revised") for report_id in report_ids)
    assert archive.unsettled_runs() == []
    assert {place.version for place in archive.locations("example").values()} == {2}
    assert audit(archive, NOON + timedelta(days=9)).faults == []


def test_two_processes_that_saw_the_same_settle_at_once(store_address: str) -> None:
    assert_settled_once(store_address, "run1", "run2")


@pytest.mark.long
def test_two_processes_that_settle_one_run_at_once(tmp_path: Path) -> None:
    assert_settled_once(str(tmp_path / "archive"), "run1", "run1")
