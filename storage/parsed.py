"""Parses by what they are a function of: the document's manifest and the parser.

One by one under `parsed/<manifest digest>/<parser digest>.json` as a run settles; in packs under
`parsed/packs/<parser digest>/<first>-<last>-<number>.jsonl.gz` when an archive is read anew. A pack holds lines in the
order of their manifest digests; its name says from which to which.
"""

import gzip
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from model.canonical import canonical_json, record_digest
from model.errors import DigestMismatch, ObjectMissing
from storage.objects import ObjectStore, checked_segment
from storage.records import Shelf, create_record, read_record

PACKS = "parsed/packs/"
NAMED = 16  # hexadecimal digits of a manifest digest in the name of a pack
PACKS_IN_MEMORY = 4
GZIP = "application/gzip"


class Pack(NamedTuple):
    """A pack, and the beginnings of the first and last manifest digest in it."""

    key: str
    first: str
    last: str

    def may_hold(self, manifest_digest: str) -> bool:
        return self.first <= manifest_digest[:NAMED] <= self.last


class ParsedReports(Shelf):
    """The JSON of `gongkai parse`, kept so that the same parser need not read the same document twice."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__(store)
        self._packs: dict[str, list[Pack]] = {}
        self._opened: OrderedDict[str, dict[str, bytes]] = OrderedDict()

    def parsed(self, manifest_digest: str, parser_digest: str) -> dict[str, Any] | None:
        """The parse by this parser, or None when this parser has not read this document yet."""
        try:
            return read_record(self.store, _key(manifest_digest, parser_digest), dict[str, Any])
        except ObjectMissing:
            return self._from_packs(manifest_digest, parser_digest)

    def keep_parsed(self, manifest_digest: str, parser_digest: str, report: dict[str, Any]) -> bool:
        """Keep a parse; False when there is one, which then stays."""
        return create_record(self.store, _key(manifest_digest, parser_digest), report)

    def keep_pack(self, parser_digest: str, parses: Sequence[tuple[str, dict[str, Any]]]) -> str:
        """Keep parses by (manifest digest, report) as one object; its key. The same parses are kept once."""
        ordered = sorted(parses, key=lambda pair: pair[0])
        first, last = ordered[0][0][:NAMED], ordered[-1][0][:NAMED]
        key = f"{PACKS}{checked_segment(parser_digest)}/{first}-{last}-{len(ordered)}.jsonl.gz"
        lines = [canonical_json({"manifest": manifest, "report": report}) for manifest, report in ordered]
        self.store.create(key, gzip.compress(b"\n".join(lines) + b"\n", mtime=0), content_type=GZIP)
        self._packs.pop(parser_digest, None)
        return key

    def begin_reparse(self, parser_digest: str, now: datetime) -> datetime:
        """When the archive began to be read anew by this parser: now, or when it was begun before and not finished."""
        key = f"state/reparses/{checked_segment(parser_digest)}.json"
        create_record(self.store, key, {"began_at": now.isoformat()})
        return datetime.fromisoformat(str(read_record(self.store, key, dict[str, Any])["began_at"]))

    def owe_years(self, parser_digest: str, report_ids: Iterable[str]) -> None:
        """Note, before these are packed, that reports are to be compared with their neighbours in time afterwards."""
        told = sorted(set(report_ids))
        name = f"{record_digest({'reports': told})[:NAMED]}.json"
        create_record(self.store, f"{_owed(parser_digest)}{name}", {"reports": told})

    def owed_years(self, parser_digest: str) -> dict[str, list[str]]:
        """Reports that are still to be compared, by the key under which that was noted."""
        keys = self.store.list(_owed(parser_digest))
        return {key: list(read_record(self.store, key, dict[str, Any])["reports"]) for key in keys}

    def years_compared(self, notes: Iterable[str]) -> None:
        """Strike notes of `owe_years` out."""
        for key in notes:
            self.store.delete(key)

    def parsers_of(self, manifest_digest: str) -> list[str]:
        """Digests of the parsers that have read this document, one by one or in packs."""
        prefix = f"parsed/{checked_segment(manifest_digest)}/"
        alone = [key.removeprefix(prefix).removesuffix(".json") for key in self.store.list(prefix)]
        parsers = sorted({key.split("/")[2] for key in self.store.list(PACKS)})
        return sorted({*alone, *(p for p in parsers if self._from_packs(manifest_digest, p) is not None)})

    def read_by(self, parser_digest: str) -> set[str]:
        """Manifest digests of the documents that this parser has read and packed."""
        return {digest for pack in self._listed(parser_digest) for digest in self._lines(pack.key)}

    def _from_packs(self, manifest_digest: str, parser_digest: str) -> dict[str, Any] | None:
        for pack in self._listed(parser_digest):
            if pack.may_hold(manifest_digest) and (line := self._lines(pack.key).get(manifest_digest)):
                report: dict[str, Any] = json.loads(line)["report"]
                return report
        return None

    def _listed(self, parser_digest: str) -> list[Pack]:
        """Packs of a parser, listed once: whoever reads while others pack may read a document once more, no harm."""
        if parser_digest not in self._packs:
            keys = self.store.list(f"{PACKS}{checked_segment(parser_digest)}/")
            self._packs[parser_digest] = [Pack(key, *key.rpartition("/")[2].split("-")[:2]) for key in keys]
        return self._packs[parser_digest]

    def _lines(self, key: str) -> dict[str, bytes]:
        """Manifest digest to line of a pack; the last few packs stay in memory."""
        if key not in self._opened:
            self._opened[key] = pack_lines(self.store.read(key), f"{self.store.describe()}, object {key}")
            while len(self._opened) > PACKS_IN_MEMORY:
                self._opened.popitem(last=False)
        return self._opened[key]


def pack_lines(content: bytes, where: str) -> dict[str, bytes]:
    """Manifest digest to the line that holds it; DigestMismatch when the pack can't be read."""
    try:
        lines = gzip.decompress(content).splitlines()
        return {json.loads(line[: line.index(b",")] + b"}")["manifest"]: line for line in lines}
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise DigestMismatch(f"{where} is no readable pack of parses ({error}); restore it from a copy") from error


def _owed(parser_digest: str) -> str:
    return f"state/reparses/{checked_segment(parser_digest)}/"


def _key(manifest_digest: str, parser_digest: str) -> str:
    return f"parsed/{checked_segment(manifest_digest)}/{checked_segment(parser_digest)}.json"
