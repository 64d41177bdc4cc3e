"""Bodies that are not worth an object of their own, packed as records of a WARC file."""

from io import BytesIO
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.warcwriter import WARCWriter

from model.canonical import sha256_hex
from model.capture import Capture
from model.errors import DigestMismatch
from storage.warc_records import request_record, response_record


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
        answer = response_record(writer, capture, body)
        offset = out.tell()
        writer.write_record(answer)
        places[capture.id] = (offset, out.tell() - offset)
        writer.write_record(request_record(writer, capture, answer))
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
