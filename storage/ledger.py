"""The ledger of fetches: `captures/<date>/<shard>/<run>-<part>.jsonl.gz`, each part written once and never again.

A line is a capture or a portal visit with its `type`; a capture whose body lies in a WARC file beside the part also
says where (`packed`). Bodies are durable before the line that names them, so what a line promises is there.
"""

import gzip
import json
from collections import OrderedDict
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from model.canonical import canonical_json
from model.capture import Capture, PortalVisit
from model.errors import DigestMismatch, ObjectMissing
from storage.objects import ObjectStore, checked_segment
from storage.packing import Packed, unpack
from storage.records import Shelf, before_day, refuse_newer

PART_DIGITS = 6  # so that the order of keys is the order of parts
LEDGER = ".jsonl.gz"
WARC = ".warc.gz"
INDEXES = 64  # runs whose packed bodies are known by heart


class Line(NamedTuple):
    """One line of the ledger."""

    record: Capture | PortalVisit
    packed: Packed | None


def part_stem(day: date, shard: str, run: str, part: int) -> str:
    """Key of a part without its ending; the WARC file and the ledger lines of a part share it."""
    return f"captures/{day.isoformat()}/{checked_segment(shard)}/{checked_segment(run)}-{part:0{PART_DIGITS}d}"


def place_key(run: str, day: date, shard: str) -> str:
    """Key of the note that a run has parts under a day and shard; it spares a reader the search."""
    return f"state/places/{checked_segment(run)}/{day.isoformat()}/{checked_segment(shard)}.json"


def write_lines(lines: list[Line]) -> bytes:
    """A part as bytes."""
    out = []
    for record, packed in lines:
        plain: dict[str, Any] = {"type": "capture" if isinstance(record, Capture) else "visit"}
        plain |= record.model_dump(mode="json")
        if packed is not None:
            plain["packed"] = packed.model_dump()
        out.append(canonical_json(plain))
    return gzip.compress(b"\n".join(out) + b"\n", mtime=0)


def read_lines(store: ObjectStore, key: str) -> Iterator[Line]:
    """The lines of a part; DigestMismatch when it can't be read."""
    try:
        yield from parsed_lines(store.read(key))
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise _unreadable(store, key, error) from error


def _unreadable(store: ObjectStore, key: str, error: Exception) -> DigestMismatch:
    return DigestMismatch(
        f"{store.describe()}, object {key} is no readable part of the ledger ({error}); restore it from a copy"
    )


def packed_lines(store: ObjectStore, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(capture id, place of its body) of the lines of a part whose bodies are packed; the rest is not looked at.

    DigestMismatch when the part can't be read.
    """
    try:
        for line in gzip.decompress(store.read(key)).splitlines():
            plain = json.loads(line)
            if plain.get("packed"):
                yield plain["id"], plain["packed"]
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise _unreadable(store, key, error) from error


def parsed_lines(part: bytes) -> Iterator[Line]:
    """The lines of a part's bytes; OSError, EOFError, ValueError or KeyError when they are none, NewerRecord when they
    are of a later schema."""
    for line in gzip.decompress(part).splitlines():
        plain = json.loads(line)
        refuse_newer("a line of the ledger", plain)
        kind = plain.pop("type")
        packed = plain.pop("packed", None)
        if kind == "visit":
            yield Line(PortalVisit.model_validate(plain), None)
        else:
            yield Line(Capture.model_validate(plain), Packed.model_validate(packed) if packed else None)


class Ledger(Shelf):
    """Reads what LedgerWriter wrote. Only `.jsonl.gz` parts count: a WARC without its part was never acknowledged."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__(store)
        self._packed: OrderedDict[str, dict[str, Packed]] = OrderedDict()

    def lines(self, run: str, shard: str | None = None) -> Iterator[Line]:
        """Every line of a run, or of one shard of it, by day, shard and part; those of one part in order of keeping."""
        for key in self.parts(run, shard):
            yield from read_lines(self.store, key)

    def parts(self, run: str, shard: str | None = None) -> Iterator[str]:
        """Keys of the ledger parts of a run, or of one shard of it."""
        for place in self.store.list(f"state/places/{checked_segment(run)}/"):
            day, its = place.removesuffix(".json").split("/")[-2:]
            if shard not in (None, its):
                continue
            for key in self.store.list(f"captures/{day}/{its}/{run}-"):
                if key.endswith(LEDGER) and key.removesuffix(LEDGER)[:-PART_DIGITS].endswith(f"/{run}-"):
                    yield key

    def captures(self, run: str) -> Iterator[Capture]:
        """Captures of a run."""
        return (line.record for line in self.lines(run) if isinstance(line.record, Capture))

    def visits(self, run: str) -> Iterator[PortalVisit]:
        """Portal visits that a run has closed; after a restart a portal may have several, the last one counts."""
        return (line.record for line in self.lines(run) if isinstance(line.record, PortalVisit))

    def all_captures(self, since: date | None = None, until: date | None = None) -> Iterator[Capture]:
        """Captures of all runs in parts of the days (UTC) from `since` to `until`, both included."""
        before = before_day("captures/", since) if since else None
        for key in self.store.list("captures/", start_after=before):
            if until is not None and key.split("/")[1] > until.isoformat():
                return
            if key.endswith(LEDGER):
                yield from (c for c, _ in read_lines(self.store, key) if isinstance(c, Capture))

    def list_body(self, capture: Capture) -> bytes:
        """The packed payload of a list page or robots file; ObjectMissing when the ledger has none for it."""
        packed = self._packed.get(capture.run, {}).get(capture.id) or self._index(capture.run).get(capture.id)
        if packed is None or capture.body is None:
            raise ObjectMissing(f"{self.store.describe()}: the ledger of run {capture.run} packs no {capture.id}")
        return unpack(self.store.read(packed.warc), packed, capture.body.sha256)

    def _index(self, run: str) -> dict[str, Packed]:
        """Read anew: whoever asks for a capture that is not in the index yet may ask of a run that still goes on."""
        index = {
            name: Packed.model_validate(packed)
            for key in self.parts(run)
            for name, packed in packed_lines(self.store, key)
        }
        self._packed[run] = index
        while len(self._packed) > INDEXES:
            self._packed.popitem(last=False)
        return index
