"""Which captures of an archive an export holds, and their bodies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import NamedTuple

from model.capture import Capture
from storage.archive import Archive
from storage.ledger import LEDGER, read_lines
from storage.packing import Packed, unpack
from storage.records import before_day

MIDNIGHT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Selection:
    """Captures must fit everything that is given; nothing given means all. Days are UTC."""

    portals: frozenset[str] | None = None
    since: date | None = None
    until: date | None = None
    urls: frozenset[str] | None = None
    """Addresses of documents: their captures, and those of their further parts."""

    def fits(self, capture: Capture) -> bool:
        if self.portals is not None and capture.portal not in self.portals:
            return False
        day = capture.fetched_at.astimezone(UTC).date()
        if not (self.since or date.min) <= day <= (self.until or date.max):
            return False
        own = {capture.url, capture.requested_url, capture.document_url}
        return self.urls is None or not self.urls.isdisjoint(own)


class Taken(NamedTuple):
    """A capture and its payload; None where no body was received."""

    capture: Capture
    body: bytes | None


def ledger_parts(archive: Archive, selection: Selection) -> list[str]:
    """Keys of the ledger parts that can hold something of the selection; one begun before midnight may go on after."""
    after = before_day("captures/", selection.since - MIDNIGHT) if selection.since else None
    last = (selection.until + MIDNIGHT).isoformat() if selection.until else "9999"
    listed = archive.store.list("captures/", start_after=after)
    return [key for key in listed if key.endswith(LEDGER) and key.split("/")[1] <= last]


def taken(archive: Archive, selection: Selection, on_part: Callable[[int, int], None] | None = None) -> Iterator[Taken]:
    """The captures of a selection in the order of the ledger. `on_part` hears of parts read, and of how many.

    What is withheld is left out. One ledger part and one file of packed bodies are in memory at a time. A body that the
    archive does not hold as it should is told by ObjectMissing or DigestMismatch.
    """
    parts, withheld = ledger_parts(archive, selection), archive.withheld()
    withheld = archive.withheld()
    for number, key in enumerate(parts, start=1):
        warcs: dict[str, bytes] = {}
        for record, packed in read_lines(archive.store, key):
            if isinstance(record, Capture) and selection.fits(record) and not withheld.hides_capture(record):
                yield Taken(record, _body(archive, record, packed, warcs))
        if on_part is not None:
            on_part(number, len(parts))


def _body(archive: Archive, capture: Capture, packed: Packed | None, warcs: dict[str, bytes]) -> bytes | None:
    if capture.body is None:
        return None
    if packed is None:
        return archive.raw(capture.body.sha256)
    if packed.warc not in warcs:
        warcs[packed.warc] = archive.store.read(packed.warc)
    return unpack(warcs[packed.warc], packed, capture.body.sha256)
