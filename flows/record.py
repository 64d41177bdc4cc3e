"""Giving a document its place: report, version, event, and the location that remembers it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from model.agency import Register
from model.compare import CellChange, Reading, changed_cells, printed_cells, reason_for
from model.document import Event, Location, Manifest, VersionRecord
from model.forms_printed import value_labels
from model.jumps import jumps
from model.portal import Portal
from model.vocabulary import FetchState, Severity, VersionReason
from parsers import parser_digest
from storage.archive import Archive
from storage.versions import newest_of

from .assemble import Publication
from .happened import event_of_version
from .identify import NO_REPORT, Identity, Unidentified, identify
from .outcome import DocumentOutcome, What
from .understand import reading, understand
from .years import compare_years, last_years

MOST_FINDINGS = 20
"""Findings of a report that its event repeats; all of them are in its parse."""


@dataclass(slots=True)
class Recorded:
    """What became of a document."""

    location: Location
    outcome: DocumentOutcome
    events: list[Event] = field(default_factory=list)
    problem: str | None = None


class Recorder:
    """Records the documents of one portal in one run."""

    def __init__(
        self, archive: Archive, run: str, portal: Portal, register: Register, baseline: datetime | None
    ) -> None:
        self.archive = archive
        self.run = run
        self.portal = portal
        self.register = register
        self.baseline = baseline

    def details(self, location: Location) -> dict[str, JsonValue]:
        """What an event about a known location tells of its report."""
        fields = self.known_fields(location)
        agency = fields.get("agency")
        year = fields.get("year")
        return {
            "agency": agency if isinstance(agency, str) else None,
            "report_year": year if isinstance(year, int) else None,
        }

    def known_fields(self, location: Location) -> dict[str, object]:
        """The fields of an outcome that the archive knows without reading the document again."""
        fields: dict[str, object] = {
            "report_id": location.report_id,
            "version": location.version,
            "verdict": location.verdict,
        }
        if location.report_id is not None:
            agency_id, year, _ = location.report_id.split("-", 2)
            agency = self.register.get(agency_id)
            fields |= {"agency": agency.name if agency else None, "year": int(year)}
        return fields

    def record(self, publication: Publication, known: Location | None) -> Recorded:
        """Parse a document that is new at its address, and add a version unless it repeats one."""
        manifest = publication.manifest
        assert manifest is not None
        parsed = understand(self.archive, manifest)
        verdict = str(parsed["verdict"])
        identity = identify(parsed, publication.row, self.portal, self.register, known.report_id if known else None)
        if verdict in NO_REPORT or isinstance(identity, Unidentified):
            why = None if verdict in NO_REPORT else identity.why if isinstance(identity, Unidentified) else None
            return self._no_report(publication, known, verdict, why)
        for agency in identity.records:
            self.archive.add_agency(agency)
        version, cells, what = self._version(publication, manifest, identity, known)
        events = []
        # A rendition is no news: the same report, published in another kind of file.
        if what != "repeated" and version.rendition_of is None:
            main = publication.main
            imported = main.imported_from is not None
            more = self._noteworthy(version, parsed) if not imported else {}
            event = event_of_version(version, self.baseline, cells, verdict, main.taken_by, imported, more)
            self.archive.add_event(event)
            events.append(event)
            compare_years(self.archive, self.register, identity.report_id)
        location = self._location(publication, known, verdict, identity.report_id, version.n, identity.title)
        outcome = DocumentOutcome(
            url=publication.url,
            title=identity.title,
            what=what,
            state=publication.main.state.value,
            report_id=identity.report_id,
            agency=identity.agency.name,
            year=identity.year,
            form=parsed.get("format_era"),
            verdict=verdict,
            version=version.n,
        )
        return Recorded(location, outcome, events)

    def _noteworthy(self, version: VersionRecord, parsed: dict[str, Any]) -> dict[str, JsonValue]:
        """What somebody may want to be alerted of: findings, and figures that moved much against last year.

        Nothing in a baseline, which is told to nobody: what it compares with may come later in the same run.
        """
        if self.baseline is None or version.captured_at <= self.baseline:
            return {}
        more: dict[str, JsonValue] = {}
        found = [f for f in parsed.get("findings") or () if f["severity"] != Severity.INFO]
        if found:
            named = ("code", "place", "severity", "fault", "message")
            more["findings"] = [{name: f[name] for name in named} for f in found[:MOST_FINDINGS]]
        last = last_years(self.archive, self.register, version)
        if last is not None and (moved := jumps(parsed, understand(self.archive, last.manifest), value_labels())):
            more["jumps"] = moved
        return more

    def _corrected(self, publication: Publication) -> bool:
        row = publication.row
        return row is not None and "correction" in row.flags

    def _version(
        self, publication: Publication, manifest: Manifest, identity: Identity, known: Location | None
    ) -> tuple[VersionRecord, list[CellChange], What]:
        """The version that this document is, the cells that it changes, and new | changed | repeated."""
        chain = self.archive.versions(identity.report_id)
        new = reading(self.archive, manifest)
        # The same run settled before, or the same document at another address: the version exists already.
        for position, version in enumerate(chain):
            if version.manifest.digest == manifest.digest and (version.run == self.run or known is None):
                what: What = ("new" if version.n == 1 else "changed") if version.run == self.run else "repeated"
                return version, self._cells(chain[position - 1] if position else None, new), what
        if known is None:
            for version in chain:
                if reason_for(reading(self.archive, version.manifest), new) is None:
                    self.archive.note_repeat(identity.report_id, version.n, manifest.digest, publication.main.id)
                    return version, [], "repeated"
        imported = publication.main.imported_from is not None
        before = [v for v in chain if not imported or v.captured_at <= publication.main.fetched_at]
        latest = newest_of(before) if before else None
        if known is not None and known.version and known.report_id == identity.report_id:
            # A report may stand at two addresses in two forms: each is compared with what it was itself.
            latest = next((version for version in chain if version.n == known.version), latest)
        reason: VersionReason | None = VersionReason.FIRST
        if latest is not None:
            reason = reason_for(reading(self.archive, latest.manifest), new)
            if reason is None:
                self.archive.note_repeat(identity.report_id, latest.n, manifest.digest, publication.main.id)
                return latest, [], "repeated"
        assert reason is not None
        why = reason
        version = self.archive.add_version(
            identity.report_id,
            lambda there: self._draft(
                publication,
                manifest,
                identity,
                why,
                new,
                there[-1] if there else None,
                latest.n if latest and known is None and _is_rendition(latest, manifest, new) else None,
            ),
        )
        return version, self._cells(latest, new), "changed" if latest else "new"

    def _cells(self, before: VersionRecord | None, new: Reading) -> list[CellChange]:
        if before is None:
            return []
        old = understand(self.archive, before.manifest)
        return changed_cells(old["values"], new.values, value_labels(), printed_cells(old), new.printed)

    def _draft(
        self,
        publication: Publication,
        manifest: Manifest,
        identity: Identity,
        reason: VersionReason,
        new: Reading,
        latest: VersionRecord | None,
        rendition_of: int | None,
    ) -> VersionRecord:
        return VersionRecord(
            report_id=identity.report_id,
            n=latest.n + 1 if latest else 1,
            reason=reason,
            corrects=latest.n if latest and self._corrected(publication) else None,
            rendition_of=rendition_of,
            agency_id=identity.agency.id,
            agency_name=identity.agency.name,
            report_year=identity.year,
            scope=identity.scope,
            title=identity.title,
            published_on=identity.published_on,
            portal=self.portal.id,
            url=publication.url,
            run=self.run,
            first_capture=publication.main.id,
            captured_at=publication.main.fetched_at,
            manifest=manifest,
            text_digest=new.text_digest,
            figures_digest=new.figures_digest,
            parser_digest=parser_digest(),
        )

    def _location(
        self,
        publication: Publication,
        known: Location | None,
        verdict: str,
        report_id: str | None,
        version: int | None,
        title: str,
    ) -> Location:
        capture = publication.main
        return Location(
            url=publication.url,
            portal=self.portal.id,
            report_id=report_id,
            title=title,
            state=FetchState.OK.value,
            first_seen=known.first_seen if known else capture.fetched_at,
            last_checked=capture.fetched_at,
            last_ok=capture.fetched_at,
            last_ok_capture=capture.id,
            version=version,
            manifest=publication.manifest,
            validators=(known.validators if known else {}) | publication.validators,
            verdict=verdict,
        )

    def _no_report(self, publication: Publication, known: Location | None, verdict: str, why: str | None) -> Recorded:
        """Kept and remembered, so that it is not fetched anew each time, but given to no report."""
        title = publication.row.title if publication.row else publication.url
        return Recorded(
            self._location(publication, known, verdict, None, None, title),
            DocumentOutcome(
                url=publication.url, title=title, what="no_report", state=publication.main.state.value, verdict=verdict
            ),
            problem=why,
        )


def _is_rendition(version: VersionRecord, manifest: Manifest, new: Reading) -> bool:
    """Is it the same report in another kind of file (a page, a PDF, a Word file)? Equal figures, if there are any."""
    kinds = version.manifest.parts[0].media_type, manifest.parts[0].media_type
    figures = any(value is not None for value in new.values.values())
    return figures and kinds[0] != kinds[1] and version.figures_digest == new.figures_digest
