"""Taking in the web archives of others: their annual reports, with provenance, and nothing of it as new."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from model.canonical import record_digest, sha256_hex
from model.capture import BodyRef, Capture
from model.errors import BadQuery, UndecodablePayload
from model.portal import Portal
from model.vocabulary import FetchState
from parsers import Part, parse_document
from spiders.captures import sniffed
from spiders.hosts import host_of, refusal
from storage.archive import Archive
from storage.content_coding import decoded
from storage.ledger_writer import LedgerWriter
from storage.webarchive.reading import Answered, answers

from .add import portal_for
from .identify import NO_REPORT
from .outcome import DocumentOutcome
from .settle import settle_run

SHARD = "import"


@dataclass(slots=True)
class TakenIn:
    """What an import came to. `passed`: why so many records are not reports of ours; `already`: the file was known."""

    file: str
    already: bool = False
    answers: int = 0
    reports: int = 0
    documents: list[DocumentOutcome] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)


def take_in(
    archive: Archive,
    file: Path,
    portals: Mapping[str, Portal],
    *,
    portal: str | None = None,
    on_answer: Callable[[], None] | None = None,
) -> TakenIn:
    """Import the annual reports of a WARC or WACZ file. A file that was imported before changes nothing.

    Each report is kept with the headers, time and address of the archive it comes from; its events are silent. A
    report older than what is known becomes a version in its place in time. What stands on a host that no portal is
    read from, is no report, or is damaged, is counted and passed over.
    """
    result = TakenIn(file.name)
    digest = _sha256(file)
    if archive.import_done(digest):
        result.already = True
        return result
    now, seen = datetime.now(UTC), Counter[str]()
    runs: list[str] = []
    with ExitStack() as open_runs:
        writers: list[LedgerWriter] = []
        for answer in answers(file, result.passed):
            result.answers += 1
            if on_answer is not None:
                on_answer()
            told = _report(answer, portals, portal, now)
            if isinstance(told, str):
                result.passed[told] += 1
                continue
            result.reports += 1
            # Of an address that was kept several times each answer is settled by itself, the first one first.
            turn = seen[answer.url]
            seen[answer.url] += 1
            if turn == len(writers):
                run = f"{now:%Y%m%dT%H%M%SZ}-import-{digest[:8]}-{turn:04d}"
                archive.begin_run(run, now, portals=[told.id], imported_from=file.name)
                writers.append(open_runs.enter_context(LedgerWriter(archive.store, run, SHARD)))
                runs.append(run)
            capture = _capture(runs[turn], told, answer, file.name)
            writers[turn].keep(capture, answer.payload)
    for run in runs:
        for outcome in settle_run(archive, run, portals):
            result.documents += outcome.documents
            result.problems += outcome.problems
    archive.note_import(digest, {"file": file.name, "at": now.isoformat(), "runs": list(runs)})
    return result


def _report(answer: Answered, portals: Mapping[str, Portal], named: str | None, now: datetime) -> Portal | str:
    """The portal whose report this is, or why it is none of ours."""
    if answer.status not in (200, None):
        return "not found or moved"
    host = host_of(answer.url)
    try:
        portal = portal_for(answer.url, portals, named)
    except BadQuery:
        return f"no portal is read from {host}"
    if refusal(host, portal, now.date()):
        return f"{host} is not allowed"
    coding = next((v for n, v in answer.headers if n.lower() == "content-encoding"), None)
    try:
        content = decoded(answer.payload, coding)
    except UndecodablePayload:
        return "damaged"
    if (sniffed(content) or "").startswith("image/"):
        return "a picture"  # a report in pictures is known by its page alone
    if parse_document([Part(role="page", content=content)]).verdict in NO_REPORT:
        return "no annual report"
    return portal


def _capture(run: str, portal: Portal, answer: Answered, file: str) -> Capture:
    told = next((v.partition(";")[0].strip() for n, v in answer.headers if n.lower() == "content-type"), None)
    media_type = told or sniffed(answer.payload)
    return Capture(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"{run} {answer.record}").hex,
        run=run,
        shard=SHARD,
        portal=portal.id,
        kind="page" if media_type in (None, "text/html") else "attachment",
        document_url=answer.url,
        requested_url=answer.url,
        url=answer.url,
        status=answer.status,
        headers=answer.headers,
        fetched_at=answer.at,
        peer=answer.peer,
        state=FetchState.OK,
        signals=("imported",),
        body=BodyRef(sha256=sha256_hex(answer.payload), size=len(answer.payload), store="raw"),
        media_type=media_type,
        crawler=answer.software,
        portal_digest=record_digest(portal),
        imported_from=f"{file} {answer.record}",
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
