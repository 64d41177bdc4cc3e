"""Reading the web archives of others: the answers of servers, as received, with where they come from."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from model.errors import BadQuery

MOST_BYTES = 200_000_000
"""Of one payload; a larger one is passed over and counted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One `response` or `resource` record. `headers` as received; the payload stands behind transfer coding.

    `record`: its WARC-Record-ID. `software`: what the file says made it.
    """

    url: str
    at: datetime
    status: int | None
    headers: tuple[tuple[str, str], ...]
    payload: bytes
    peer: str | None
    record: str
    software: str


def answers(file: Path, passed: Counter[str]) -> Iterator[Answered]:
    """The answers in a WARC (gzip or plain) or WACZ file, in its order; BadQuery when it is neither.

    What is not given out is counted in `passed` by the reason; a record whose digest is not that of its contents is
    damaged.
    """
    if file.suffix == ".wacz":
        try:
            with ZipFile(file) as package:
                for name in sorted(n for n in package.namelist() if n.startswith("archive/") and not n.endswith("/")):
                    with package.open(name) as member:
                        yield from _records(member, passed)
        except BadZipFile as error:
            raise BadQuery(f"{file} is no WACZ file ({error}); fetch it again") from error
        return
    with file.open("rb") as stream:
        yield from _records(stream, passed, str(file))


def _records(stream: IO[bytes], passed: Counter[str], name: str = "") -> Iterator[Answered]:
    software = "unknown"
    try:
        for record in ArchiveIterator(stream, check_digests=True):
            if record.rec_type == "warcinfo":
                software = _software(record) or software
            elif record.rec_type in ("response", "resource"):
                answer = _answer(record, software, passed)
                if answer is not None:
                    yield answer
            else:
                passed["no answer"] += 1
    except ArchiveLoadFailed as error:
        raise BadQuery(
            f"{name or 'its archive'} is no WARC file ({error}); gongkai import takes WARC and WACZ"
        ) from error


def _answer(record: ArcWarcRecord, software: str, passed: Counter[str]) -> Answered | None:
    headers = tuple(record.http_headers.headers) if record.http_headers else ()
    chunked = any(n.lower() == "transfer-encoding" and "chunked" in v.lower() for n, v in headers)
    # Only the transfer coding is undone: what the server had compressed stays as it was.
    stream = ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    payload = BytesIO()
    while chunk := stream.read(1 << 16):
        payload.write(chunk)
        if payload.tell() > MOST_BYTES:
            passed["too large"] += 1
            return None
    if record.digest_checker.passed is False:
        passed["damaged"] += 1
        return None
    if not record.http_headers and (kind := record.rec_headers.get_header("Content-Type")):
        headers = (("Content-Type", kind),)
    return Answered(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date").replace("Z", "+00:00")).astimezone(UTC),
        status=int(record.http_headers.get_statuscode()) if record.http_headers else None,
        headers=headers,
        payload=payload.getvalue(),
        peer=record.rec_headers.get_header("WARC-IP-Address"),
        record=record.rec_headers.get_header("WARC-Record-ID"),
        software=software,
    )


def _software(record: ArcWarcRecord) -> str | None:
    lines = record.content_stream().read(100_000).decode("utf-8", "replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("software:")), None)
