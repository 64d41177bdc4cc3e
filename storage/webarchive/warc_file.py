"""A WARC file of captures, each with all records that it gives."""

from typing import Any

from warcio.recordloader import ArcWarcRecord
from warcio.warcwriter import WARCWriter

from model.canonical import canonical_json
from model.capture import Capture
from storage.warc_records import (
    Earlier,
    metadata_record,
    request_record,
    resource_record,
    response_record,
    revisit_record,
)

from .cdxj import Entry
from .counted import Counted, Sink

MADE_BY_A_BROWSER = "urn:view:"
"""Before the address of a page, that of its screenshot; crawlers that drive browsers agree on it."""


class WarcFile:
    """Writes WARC 1.1, each record a gzip member of its own, to a binary stream that begins here.

    A payload that the file holds already becomes a `revisit` record. The same captures give the same bytes.
    """

    def __init__(self, out: Sink, name: str, info: dict[str, str]) -> None:
        self._out = Counted(out)
        self._writer = WARCWriter(self._out, gzip=True, warc_version="WARC/1.1")
        self._name = name
        self._by_payload: dict[str, Earlier] = {}
        self._by_address: dict[str, Earlier] = {}
        record = self._writer.create_warcinfo_record(name, info)
        record.rec_headers.replace_header("WARC-Date", info["created"])
        record.rec_headers.replace_header("WARC-Record-ID", info["identifier"])
        self._writer.write_record(record)

    def add(self, capture: Capture, body: bytes | None) -> list[Entry]:
        """Write a capture; what an index says of it: nothing where no answer was received."""
        answer, entries = None, list[Entry]()
        if capture.kind == "screenshot":
            if body is not None:
                answer = resource_record(self._writer, capture, body, MADE_BY_A_BROWSER + capture.url)
                entries.append(self._write(answer, capture, capture.media_type or "application/octet-stream"))
        elif capture.status is not None:
            answer = self._answer(capture, body or b"")
            media_type = "warc/revisit" if answer.rec_type == "revisit" else capture.media_type or "unk"
            entries.append(self._write(answer, capture, media_type))
            self._writer.write_record(request_record(self._writer, capture, answer, named=True))
        line = canonical_json(capture.model_dump(mode="json"))
        self._writer.write_record(metadata_record(self._writer, capture, line, answer))
        return entries

    def _answer(self, capture: Capture, body: bytes) -> ArcWarcRecord:
        same = self._by_payload.get(capture.body.sha256) if capture.body is not None and body else None
        if same is None and capture.status == 304:
            same = self._by_address.get(capture.url)
        if same is not None:
            return revisit_record(self._writer, capture, same)
        record = response_record(self._writer, capture, body, named=True)
        earlier = Earlier.of(record)
        if capture.body is not None and body:
            self._by_payload[capture.body.sha256] = earlier
            self._by_address[capture.url] = earlier
        return record

    def _write(self, record: ArcWarcRecord, capture: Capture, media_type: str) -> Entry:
        offset = self._out.written
        self._writer.write_record(record)
        told: dict[str, Any] = {
            "url": record.rec_headers.get_header("WARC-Target-URI"),
            "mime": media_type,
            "status": str(capture.status or 200),
            "digest": record.rec_headers.get_header("WARC-Payload-Digest"),
            "length": str(self._out.written - offset),
            "offset": str(offset),
            "filename": self._name,
        }
        return Entry(told["url"], capture.fetched_at, told)
