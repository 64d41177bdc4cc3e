"""Findings that need more than one document, or a person.

`findings/<report id>/across-years/<manifest>/<manifest of the year before>/<parser digest>.json`
`findings/<report id>/adjudications/<n>.json`
`findings/errata/<report id>/<n>.json`, what readers report, where it is found without listing everything else
"""

from collections.abc import Callable

from model.errors import ObjectMissing
from model.findings import AcrossYears, Adjudication, Erratum
from storage.objects import checked_segment
from storage.records import Shelf, create_record, numbered, read_record

ERRATA = "findings/errata/"


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

    def add_adjudication(self, report_id: str, build: Callable[[int], Adjudication]) -> Adjudication:
        """Record what a person decided under the next number; who loses a race takes the number after."""
        prefix = _adjudications(report_id)
        n = 1 + max((n for n, _ in numbered(self.store, prefix)), default=0)
        while not create_record(self.store, f"{prefix}{n}.json", record := build(n)):
            n += 1
        return record

    def adjudications(self, report_id: str) -> list[Adjudication]:
        """All decisions about a report, oldest first, those that no longer hold too."""
        return [
            read_record(self.store, key, Adjudication) for _, key in numbered(self.store, _adjudications(report_id))
        ]

    def standing(self, report_id: str, manifest: str) -> dict[str | None, Adjudication]:
        """The decisions that hold for a document, by cell; None is the report as a whole."""
        held: dict[str | None, Adjudication] = {}
        for decided in self.adjudications(report_id):
            if decided.manifest == manifest:
                held[decided.cell] = decided
        return {cell: decided for cell, decided in held.items() if decided.decision != "withdrawn"}

    def across_years_of(self, report_id: str, manifest: str, parser_digest: str) -> list[AcrossYears]:
        """What was kept of a document beside those of the year before, by this parser; whichever those were."""
        prefix = f"findings/{checked_segment(report_id)}/across-years/{checked_segment(manifest)}/"
        keys = [key for key in self.store.list(prefix) if key.endswith(f"/{parser_digest}.json")]
        return [read_record(self.store, key, AcrossYears) for key in keys]

    def add_erratum(self, report_id: str, build: Callable[[int], Erratum]) -> Erratum:
        """Record what a reader reports under the next number; who loses a race takes the number after."""
        prefix = f"{ERRATA}{checked_segment(report_id)}/"
        n = 1 + max((n for n, _ in numbered(self.store, prefix)), default=0)
        while not create_record(self.store, f"{prefix}{n}.json", record := build(n)):
            n += 1
        return record

    def errata(self, report_id: str | None = None) -> list[Erratum]:
        """What readers reported, of one report or of all, by report and number."""
        prefix = f"{ERRATA}{checked_segment(report_id)}/" if report_id else ERRATA
        found = [read_record(self.store, key, Erratum) for key in self.store.list(prefix)]
        return sorted(found, key=lambda erratum: (erratum.report_id, erratum.n))

    def open_errata(self, report_id: str | None = None) -> list[Erratum]:
        """Those that no later decision about the cell or the whole report has answered."""
        found = []
        for erratum in self.errata(report_id):
            answered = any(
                decided.at > erratum.at and decided.cell in (None, erratum.cell) and decided.decision != "withdrawn"
                for decided in self.adjudications(erratum.report_id)
            )
            if not answered:
                found.append(erratum)
        return found


def _key(report_id: str, manifest: str, last_manifest: str, parser_digest: str) -> str:
    pair = f"{checked_segment(manifest)}/{checked_segment(last_manifest)}/{checked_segment(parser_digest)}"
    return f"findings/{checked_segment(report_id)}/across-years/{pair}.json"


def _adjudications(report_id: str) -> str:
    return f"findings/{checked_segment(report_id)}/adjudications/"
