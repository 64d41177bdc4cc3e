"""Findings that need more than one document.

`findings/<report id>/across-years/<manifest>/<manifest of the year before>/<parser digest>.json`
"""

from model.errors import ObjectMissing
from model.findings import AcrossYears
from storage.objects import checked_segment
from storage.records import Shelf, create_record, read_record


class Findings(Shelf):
    """Written once for each pair of documents and each parser, so that settling again changes nothing."""

    def keep_across_years(self, record: AcrossYears) -> bool:
        """Keep what a pair says; False when it was kept before, and that record stays."""
        key = _key(record.report_id, record.manifest, record.last_manifest, record.parser_digest)
        return create_record(self.store, key, record)

    def across_years(self, report_id: str, manifest: str, last_manifest: str, parser_digest: str) -> AcrossYears | None:
        """What this parser found in a pair of documents, or None when it has not looked."""
        try:
            return read_record(self.store, _key(report_id, manifest, last_manifest, parser_digest), AcrossYears)
        except ObjectMissing:
            return None


def _key(report_id: str, manifest: str, last_manifest: str, parser_digest: str) -> str:
    pair = f"{checked_segment(manifest)}/{checked_segment(last_manifest)}/{checked_segment(parser_digest)}"
    return f"findings/{checked_segment(report_id)}/across-years/{pair}.json"
