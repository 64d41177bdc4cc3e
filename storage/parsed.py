"""Parses by what they are a function of: `parsed/<manifest digest>/<parser digest>.json`."""

from typing import Any

from model.errors import ObjectMissing
from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record


class ParsedReports(Shelf):
    """The JSON of `gongkai parse`, kept so that the same parser need not read the same document twice."""

    def parsed(self, manifest_digest: str, parser_digest: str) -> dict[str, Any] | None:
        """The parse by this parser, or None when this parser has not read this document yet."""
        try:
            return read_record(self.store, _key(manifest_digest, parser_digest), dict[str, Any])
        except ObjectMissing:
            return None

    def keep_parsed(self, manifest_digest: str, parser_digest: str, report: dict[str, Any]) -> bool:
        """Keep a parse; False when there is one, which then stays."""
        return create_record(self.store, _key(manifest_digest, parser_digest), report)

    def parsers_of(self, manifest_digest: str) -> list[str]:
        """Digests of the parsers that have read this document."""
        prefix = f"parsed/{checked_segment(manifest_digest)}/"
        return [key.removeprefix(prefix).removesuffix(".json") for key in self.store.list(prefix)]


def _key(manifest_digest: str, parser_digest: str) -> str:
    return f"parsed/{checked_segment(manifest_digest)}/{checked_segment(parser_digest)}.json"
