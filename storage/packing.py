"""Bodies that are not worth an object of their own, packed as records of a WARC file."""

from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from model.canonical import sha256_hex
from model.capture import Capture
from model.errors import DigestMismatch


class Packed(BaseModel):
    """Where a packed body lies: the WARC object, and the gzip member of its response record in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    warc: str
    offset: int
    length: int


class PackedBodies(NamedTuple):
    """A WARC file as bytes, and for each capture id the (offset, length) of its response record."""

    content: bytes
    places: dict[str, tuple[int, int]]


def pack(captures: list[tuple[Capture, bytes]]) -> PackedBodies:
    """One WARC file with a response and a request record for each capture, each record its own gzip member."""
    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="WARC/1.1")
    places = {}
    for capture, body in captures:
        date = capture.fetched_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        response = writer.create_warc_record(
            capture.url,
            "response",
            payload=BytesIO(body),
            length=len(body),
            http_headers=StatusAndHeaders(_status_line(capture), _headers_as_stored(capture), protocol="HTTP/1.1"),
            warc_headers_dict={"WARC-Date": date, **({"WARC-IP-Address": capture.peer} if capture.peer else {})},
        )
        offset = out.tell()
        writer.write_record(response)
        places[capture.id] = (offset, out.tell() - offset)
        request = writer.create_warc_record(
            capture.url,
            "request",
            http_headers=StatusAndHeaders(
                f"{capture.method} {_target(capture.url)} HTTP/1.1", list(capture.request_headers), is_http_request=True
            ),
            warc_headers_dict={
                "WARC-Date": date,
                "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID"),
            },
        )
        writer.write_record(request)
    return PackedBodies(out.getvalue(), places)


def unpack(warc: bytes, packed: Packed, sha256: str) -> bytes:
    """The payload of one packed response; DigestMismatch when it is not the one that the ledger names."""
    member = warc[packed.offset : packed.offset + packed.length]
    try:
        record = next(iter(ArchiveIterator(BytesIO(member), no_record_parse=False)))
        body: bytes = record.raw_stream.read()
    except (StopIteration, ArchiveLoadFailed, EOFError) as error:
        raise DigestMismatch(f"no record at {packed.offset} of {packed.warc}; restore it from a copy") from error
    if sha256_hex(body) != sha256:
        raise DigestMismatch(f"the record at {packed.offset} of {packed.warc} is not {sha256}; restore it from a copy")
    return body


def _status_line(capture: Capture) -> str:
    status = capture.status or 0
    known = {s.value: s.phrase for s in HTTPStatus}
    return f"{status} {known.get(status, 'Unknown')}"


def _headers_as_stored(capture: Capture) -> list[tuple[str, str]]:
    # The payload stands behind transfer coding; a reader that still sees the header would try to undo it again.
    return [(f"X-Archive-Orig-{n}" if n.lower() == "transfer-encoding" else n, v) for n, v in capture.headers]


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
