"""Taking in by hand what a person downloaded, on the way that captures go: ledger, version, parse, event.

The ledger line says who took it in and when. A portal that blocks is left alone, and its reports need not be missing.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from model.agency import Register
from model.agency_sameness import name_key
from model.canonical import record_digest, sha256_hex
from model.capture import BodyRef, Capture, CaptureKind, Row
from model.errors import BadQuery
from model.portal import Portal
from model.titles import classify_title
from model.vocabulary import FetchState
from parsers import Part, parse_document
from spiders.captures import crawler_name, sniffed
from spiders.hosts import host_of, refusal
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter

from .identify import BY_HAND, NO_REPORT
from .outcome import DocumentOutcome
from .settle import known_agencies, settle_run

SHARD = "hand"


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of a file. `anyway`: also where the document itself says something else."""

    url: str
    agency: str
    year: int | None
    by: str
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What became of it. `run` None: the archive had it already, and nothing was written."""

    portal: str
    run: str | None
    document: DocumentOutcome
    events: tuple[str, ...] = ()


def portal_for(url: str, portals: Mapping[str, Portal], named: str | None) -> Portal:
    """The portal whose document this is: the one named, else the one that is read from the address's host.

    Of several on one host, that with the longest start address in common. BadQuery says what to do otherwise.
    """
    host = host_of(url)
    if named is not None:
        if named not in portals:
            raise BadQuery(f"no portal {named}; `gongkai portals` lists the {len(portals)} that there are")
        if host not in portals[named].start_hosts:
            hosts = ", ".join(sorted(portals[named].start_hosts))
            raise BadQuery(f"{host} is no host of {named}, which is read from {hosts}; add it to `hosts` of its file")
        return portals[named]
    own = [portal for portal in portals.values() if host in portal.start_hosts]
    if not own:
        raise BadQuery(
            f"no portal is read from {host}; write a file for it (gongkai portals new), or choose one with --portal"
        )
    return max(own, key=lambda portal: (_in_common(url, portal), portal.id))


def _in_common(url: str, portal: Portal) -> int:
    """Characters that the address shares with the nearest start address."""
    path = urlsplit(url).path
    starts = [urlsplit(str(start)).path for start in portal.start_urls]
    return max(next((n for n in range(len(s), 0, -1) if path.startswith(s[:n])), 0) for s in starts)


def add_document(archive: Archive, file: Path, content: bytes, given: Given, portal: Portal) -> Added:
    """Take a file in, once: a file that its address is known to hold already changes nothing.

    BadQuery when the file is empty, is no report, or contradicts what is said of it.
    """
    now = datetime.now(UTC)
    if why := refusal(host_of(given.url), portal, now.date()):
        raise BadQuery(f"{given.url}: {host_of(given.url)} {why}; give the address at the office's own site")
    row = _row(file, content, given, known_agencies(archive))
    sha256 = sha256_hex(content)
    if held := _held(archive, portal, given.url, sha256):
        return Added(portal.id, None, held)
    run = f"{now:%Y%m%dT%H%M%SZ}-hand-{uuid.uuid4().hex[:8]}"
    archive.begin_run(run, now, portals=[portal.id], taken_by=given.by)
    with LedgerWriter(archive.store, run, SHARD) as writer:
        writer.keep(_capture(run, portal, given, row, content, sha256, now), content)
    (outcome,) = settle_run(archive, run, {portal.id: portal})
    if outcome.problems or not outcome.documents:
        raise BadQuery(f"{file} is kept, and was given to no report: {'; '.join(outcome.problems) or 'it is none'}")
    return Added(portal.id, run, outcome.documents[0], tuple(event.kind.value for event in outcome.events))


def _row(file: Path, content: bytes, given: Given, register: Register) -> Row:
    """What stands in the ledger as the list's line would, by the word of a person, checked against the document."""
    if not content.strip():
        raise BadQuery(f"{file} is empty; download the report again")
    parsed: dict[str, Any] = parse_document([Part(role="page", content=content)]).model_dump(mode="json")
    if parsed["verdict"] in NO_REPORT:
        raise BadQuery(f"{file} is no annual report: {_what(parsed)}; nothing was taken in")
    told = parsed.get("agency") or {}
    year = given.year or parsed.get("report_year")
    if year is None:
        raise BadQuery(f"{file} names no report year; give it with --year")
    if not given.anyway:
        name = told.get("name")
        if name and not _same_agency(name, given.agency, register):
            raise BadQuery(
                f"{file} names {name} as its agency, and --agency says {given.agency}; correct it, or add --anyway "
                "to take it in under the name that you give"
            )
        if parsed.get("report_year") not in (None, year):
            raise BadQuery(
                f"{file} is the report on {parsed['report_year']}, and --year says {year}; correct it, or add --anyway"
            )
    title = parsed.get("title") or file.stem
    flags = {BY_HAND, *classify_title(title).flags}
    return Row(url=given.url, title=title, kind="report", year=year, agency=given.agency, flags=tuple(sorted(flags)))


def _what(parsed: dict[str, Any]) -> str:
    reasons = parsed.get("reasons") or parsed.get("notes") or []
    return ", ".join(map(str, reasons)) if reasons else "it has neither the title nor the tables of one"


def _same_agency(one: str, other: str, register: Register) -> bool:
    """The same name, one within the other (a short form), or two names of one agency."""
    first, second = name_key(one), name_key(other)
    if first in second or second in first:
        return True
    names = [{name_key(entry.name) for entry in agency.names} for agency in register]
    return any(first in known and second in known for known in names)


def _held(archive: Archive, portal: Portal, url: str, sha256: str) -> DocumentOutcome | None:
    """The document, if its address is known to hold just this file."""
    location = archive.locations(portal.id).get(url)
    parts = location.manifest.parts if location and location.manifest else ()
    if location is None or location.report_id is None or [part.sha256 for part in parts] != [sha256]:
        return None
    return DocumentOutcome(
        url=url,
        title=location.title,
        what="unchanged",
        state=location.state,
        report_id=location.report_id,
        year=int(location.report_id.split("-", 2)[1]),
        verdict=location.verdict,
        version=location.version,
    )


def _capture(run: str, portal: Portal, given: Given, row: Row, content: bytes, sha256: str, now: datetime) -> Capture:
    media_type = sniffed(content)
    kind: CaptureKind = "page" if media_type in (None, "text/html") else "attachment"
    return Capture(
        id=uuid.uuid4().hex,
        run=run,
        shard=SHARD,
        portal=portal.id,
        kind=kind,
        document_url=given.url,
        requested_url=given.url,
        url=given.url,
        fetched_at=now,
        state=FetchState.OK,
        signals=("taken in by hand",),
        body=BodyRef(sha256=sha256, size=len(content), store="raw"),
        media_type=media_type,
        crawler=crawler_name(),
        portal_digest=record_digest(portal),
        row=row,
        taken_by=given.by,
    )
