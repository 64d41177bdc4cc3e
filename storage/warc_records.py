"""Captures as WARC 1.1 records: the response and request that were exchanged, or what else a capture holds.

`response` and `request` where a server's answer was kept as received; `revisit` where the payload was written before or
the server said "not modified"; `resource` for what a browser made (a screenshot): no server sent that.
"""

from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BaseWARCWriter

from model.capture import Capture

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

LEDGER_LINE = "urn:gongkai:capture:"


class Earlier(NamedTuple):
    """A response written before, to which a revisit refers."""

    url: str
    date: str
    record_id: str
    digest: str

    @classmethod
    def of(cls, record: ArcWarcRecord) -> "Earlier":
        names = ("WARC-Target-URI", "WARC-Date", "WARC-Record-ID", "WARC-Payload-Digest")
        return cls(*(record.rec_headers.get_header(name) for name in names))


def warc_date(at: datetime) -> str:
    """UTC with microseconds, as WARC 1.1 allows."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def record_id(capture: Capture, kind: str) -> str:
    """The same for the same record in every export."""
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'gongkai:{capture.id}:{kind}')}>"


def response_record(writer: BaseWARCWriter, capture: Capture, body: bytes, *, named: bool = False) -> ArcWarcRecord:
    """The answer as received. `named`: with an id made of the capture's, else a new one."""
    return writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(body),
        length=len(body),
        http_headers=_answer(capture),
        warc_headers_dict=_named(capture, "response", named) | _circumstances(capture),
    )


def request_record(
    writer: BaseWARCWriter, capture: Capture, answer: ArcWarcRecord, *, named: bool = False
) -> ArcWarcRecord:
    """What was asked, concurrent to its answer."""
    line = f"{capture.method} {_target(capture.url)} HTTP/1.1"
    return writer.create_warc_record(
        capture.url,
        "request",
        http_headers=StatusAndHeaders(line, list(capture.request_headers), is_http_request=True),
        warc_headers_dict={
            **_named(capture, "request", named),
            "WARC-Date": warc_date(capture.fetched_at),
            "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
        },
    )


def revisit_record(writer: BaseWARCWriter, capture: Capture, earlier: Earlier) -> ArcWarcRecord:
    """An answer whose payload was written before (200), or that sent none because nothing had changed (304)."""
    told = {
        **_named(capture, "response", True),
        **_circumstances(capture),
        "WARC-Refers-To": earlier.record_id,
        "WARC-Refers-To-Target-URI": earlier.url,
        "WARC-Refers-To-Date": earlier.date,
        "WARC-Payload-Digest": earlier.digest,
        "WARC-Profile": NOT_MODIFIED if capture.status == HTTPStatus.NOT_MODIFIED else IDENTICAL,
    }
    return writer.create_warc_record(capture.url, "revisit", http_headers=_answer(capture), warc_headers_dict=told)


def resource_record(writer: BaseWARCWriter, capture: Capture, body: bytes, url: str) -> ArcWarcRecord:
    """What a browser made of a page."""
    return writer.create_warc_record(
        url,
        "resource",
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=capture.media_type or "application/octet-stream",
        warc_headers_dict={**_named(capture, "resource", True), "WARC-Date": warc_date(capture.fetched_at)},
    )


def metadata_record(
    writer: BaseWARCWriter, capture: Capture, line: bytes, answer: ArcWarcRecord | None
) -> ArcWarcRecord:
    """The capture's own line of the ledger: all that WARC has no field for.

    Under a URN of its own: under the page's address a player would take it for the page.
    """
    told = {**_named(capture, "metadata", True), "WARC-Date": warc_date(capture.fetched_at)}
    if answer is not None:
        told["WARC-Concurrent-To"] = answer.rec_headers.get_header("WARC-Record-ID")
    return writer.create_warc_record(
        f"{LEDGER_LINE}{capture.id}",
        "metadata",
        payload=BytesIO(line),
        length=len(line),
        warc_content_type="application/json",
        warc_headers_dict=told,
    )


def _named(capture: Capture, kind: str, named: bool) -> dict[str, str]:
    return {"WARC-Record-ID": record_id(capture, kind)} if named else {}


def _circumstances(capture: Capture) -> dict[str, str]:
    return {
        "WARC-Date": warc_date(capture.fetched_at),
        **({"WARC-IP-Address": capture.peer} if capture.peer else {}),
    }


def _answer(capture: Capture) -> StatusAndHeaders:
    status = capture.status or 0
    known = {s.value: s.phrase for s in HTTPStatus}
    # The payload stands behind transfer coding; a reader that still sees the header would try to undo it again.
    headers = [(f"X-Archive-Orig-{n}" if n.lower() == "transfer-encoding" else n, v) for n, v in capture.headers]
    return StatusAndHeaders(f"{status} {known.get(status, 'Unknown')}", headers, protocol="HTTP/1.1")


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
