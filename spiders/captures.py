"""From an exchange on the wire to a ledger record."""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlencode

from model.canonical import sha256_hex
from model.capture import BodyRef, Capture, CaptureKind, CrawlJob, Hop, RobotsDecision, Row
from model.vocabulary import FetchState
from spiders.judge import Verdict

Headers = tuple[tuple[str, str], ...]

WORKBOOK, WORD = "Workbook".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
KEPT_PACKED = {"list", "robots"}
DOCUMENT_STATES = {FetchState.OK, FetchState.MOVED, FetchState.OK_EMPTY, FetchState.INCOMPLETE, FetchState.NEEDS_JS}
"""Payloads of these states may be documents; refusals and error pages are evidence and lie packed in the ledger."""


@dataclass(frozen=True)
class Wanted:
    """What to fetch, and for what. `form` or `posted` make it a POST; the validators make it conditional."""

    url: str
    kind: CaptureKind
    document_url: str | None = None
    row: Row | None = None
    form: tuple[tuple[str, str], ...] = ()
    referer: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    rendered: bool = False
    posted: bool = False
    payload: bytes | None = None
    content_type: str | None = None
    name: str | None = None

    @property
    def method(self) -> str:
        return "POST" if self.form or self.posted else "GET"

    @property
    def body(self) -> bytes:
        """What is sent along: the form as UTF-8, or the payload that a page's script made."""
        return urlencode(self.form).encode() if self.form else self.payload or b""


@dataclass(frozen=True)
class Exchange:
    """What went over the wire for one request; `payload` after transfer coding, before anything else."""

    url: str
    status: int | None = None
    headers: Headers = ()
    request_headers: Headers = ()
    payload: bytes = b""
    peer: str | None = None
    seconds: float = 0.0
    lost: bool = False
    failure: str | None = None
    too_large: bool = False
    tls: bool = False
    private: bool = False

    def header(self, name: str) -> str | None:
        """First value of a received header, whatever its case."""
        return self._first.get(name.lower())

    @cached_property
    def _first(self) -> dict[str, str]:
        return {name.lower(): value for name, value in reversed(self.headers)}


def write_capture(
    job: CrawlJob,
    portal: str,
    portal_digest: str,
    crawler: str,
    wanted: Wanted,
    exchange: Exchange,
    verdict: Verdict,
    hops: tuple[Hop, ...],
    robots: RobotsDecision | None,
    plain: bytes,
    at: datetime,
) -> Capture:
    """The ledger record of a fetch; `plain` is the payload after content decoding, where that worked."""
    kind: CaptureKind = wanted.kind
    document_url = wanted.document_url
    media_type = media_type_of(exchange, plain)
    if (
        kind == "page"
        and verdict.state in {FetchState.OK, FetchState.MOVED}
        and media_type
        and not _is_text(media_type)
    ):
        # The row led straight to a file under a page's address.
        kind = "attachment"
    if kind in {"page", "attachment", "continuation"}:
        document_url = document_url or wanted.url
    body = None
    if exchange.payload and verdict.state is not FetchState.TOO_LARGE:
        packed = kind in KEPT_PACKED or verdict.state not in DOCUMENT_STATES
        body = BodyRef(
            sha256=sha256_hex(exchange.payload), size=len(exchange.payload), store="warc" if packed else "raw"
        )
    return Capture(
        id=uuid.uuid4().hex,
        run=job.run,
        shard=job.shard,
        portal=portal,
        kind=kind,
        document_url=document_url,
        requested_url=wanted.url,
        url=exchange.url,
        method=wanted.method,
        request_headers=exchange.request_headers,
        hops=hops,
        status=exchange.status,
        headers=exchange.headers,
        fetched_at=at,
        seconds=round(exchange.seconds, 3),
        peer=exchange.peer,
        vantage=job.vantage,
        state=verdict.state,
        protection=verdict.protection,
        signals=verdict.signals,
        body=body,
        media_type=media_type,
        robots=robots,
        crawler=crawler,
        portal_digest=portal_digest,
        row=wanted.row,
        name=wanted.name,
        parts=verdict.parts,
        rendered=wanted.rendered,
        error=exchange.failure,
    )


def media_type_of(exchange: Exchange, plain: bytes) -> str | None:
    """What the payload is: by its first bytes where they tell, else as declared. Files are often declared wrongly."""
    return sniffed(plain) or (exchange.header("content-type") or "").partition(";")[0].strip().lower() or None


def sniffed(payload: bytes) -> str | None:
    """Media type of a document file by its magic bytes; a page for anything that begins with a tag."""
    if payload.startswith(b"%PDF"):
        return "application/pdf"
    if payload.startswith(b"PK\x03\x04"):
        if b"word/document.xml" in payload:
            return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        if b"xl/workbook.xml" in payload:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "application/ofd" if b"OFD.xml" in payload else "application/zip"
    if payload.startswith(b"\xd0\xcf\x11\xe0"):
        # The names of its streams stand in it as UTF-16.
        return "application/vnd.ms-excel" if WORKBOOK in payload and WORD not in payload else "application/msword"
    if payload.startswith(b"{\\rtf"):
        return "application/rtf"
    if payload.startswith(b"Rar!"):
        return "application/vnd.rar"
    if payload.startswith(b"\x89PNG\r\n"):
        return "image/png"
    if payload.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if re.match(rb"\s*(?:\xef\xbb\xbf)?<(?:!doctype\s+html|html)", payload[:200], re.IGNORECASE):
        return "text/html"
    return None


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.endswith(("html", "xml", "json", "javascript", "xhtml+xml"))


def is_text(exchange: Exchange, plain: bytes) -> bool:
    """Can the payload be read as a page or as data?"""
    media_type = media_type_of(exchange, plain)
    return media_type is None or _is_text(media_type)


def crawler_name() -> str:
    """`gongkai/<version>`."""
    try:
        return f"gongkai/{version('gongkai')}"
    except PackageNotFoundError:
        return "gongkai/unknown"
