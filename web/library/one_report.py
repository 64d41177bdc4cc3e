"""One report: its versions, what was read from them, its files, and errors that readers report."""

from datetime import datetime
from typing import Any, NamedTuple

from model.compare import CellChange, changed_cells, printed_cells
from model.document import VersionRecord
from model.errors import ObjectMissing
from model.findings import Adjudication, Erratum
from model.forms_printed import value_labels
from model.report import YearFindings
from storage.catalogue import ReportRow
from storage.content_coding import decoded
from storage.versions import newest_of
from web.library.opened import Opened, is_name
from web.originals import marked
from web.places import BODY
from web.remembered import Remembered


class Shown(NamedTuple):
    """One version of a report with all that is known of it. `parsed` is None when no parser has read it yet."""

    row: ReportRow
    chain: list[VersionRecord]
    version: VersionRecord
    parsed: dict[str, Any] | None
    years: YearFindings | None
    decided: dict[str | None, Adjudication]


class OneReport(Opened):
    """Reports by their ids."""

    def __init__(self, *opened: Any) -> None:
        super().__init__(*opened)
        self._parses = Remembered[dict[str, Any] | None](24)
        self._pages = Remembered[dict[int, frozenset[str]]](32)

    def report(self, report_id: str, n: int | None = None) -> Shown:
        """A version of a report (None: the newest). ObjectMissing, Restricted."""
        row = self.row(report_id)
        chain = self.archive.versions(report_id) if row else []
        if row is None or not chain:
            if is_name(report_id):
                self.archive.require_open(report_id)
            raise ObjectMissing(f"There is no report {report_id}; look for it with the search")
        self._require_open(report_id, None)
        version = newest_of(chain) if n is None else next((v for v in chain if v.n == n), None)
        if version is None:
            raise ObjectMissing(f"Report {report_id} has the versions 1 to {len(chain)}, there is no version {n}")
        self._require_open(report_id, version.n)
        withheld = self.withheld()
        chain = [v for v in chain if not withheld.hides(report_id, v.n)]
        parser = self._parser(report_id, version.n)
        digest = version.manifest.digest
        parsed = self.parsed(digest, parser)
        kept = self.archive.across_years_of(report_id, digest, parser) if parser else []
        years = kept[-1].found if kept else None
        return Shown(row, chain, version, parsed, years, self.archive.standing(report_id, digest))

    def parsed(self, manifest: str, parser: str | None) -> dict[str, Any] | None:
        if parser is None:
            return None
        return self._parses.get((manifest, parser), lambda: self.archive.parsed(manifest, parser))

    def public_json(self, shown: Shown) -> dict[str, Any]:
        """The JSON of `gongkai show --json`. ObjectMissing when no parser has read the version."""
        if shown.parsed is None:
            raise ObjectMissing(f"Version {shown.version.n} of {shown.row.report_id} has not been read yet")
        told = {**shown.parsed, "report_id": shown.row.report_id, "input": shown.version.url}
        if shown.years is not None:
            found = shown.years.model_dump(mode="json")
            told |= {part: [*told[part], *found[part]] for part in ("checks", "findings")}
        if shown.decided:
            told["adjudications"] = [record.model_dump(mode="json") for record in shown.decided.values()]
        return told

    def changes(self, old: Shown, new: Shown) -> list[CellChange]:
        before, after = old.parsed or {}, new.parsed or {}
        if not before or not after:
            return []
        printed = printed_cells(before), printed_cells(after)
        return changed_cells(before["values"], after["values"], value_labels(), *printed)

    def part(self, report_id: str, n: int, number: int) -> tuple[VersionRecord, int, bytes]:
        """(version, place of the part, payload as received). ObjectMissing, Restricted."""
        if not is_name(report_id):
            raise ObjectMissing(f"There is no report {report_id}")
        self._require_open(report_id, n)
        version = self.archive.version(report_id, n)
        if not 0 <= number < len(version.manifest.parts):
            raise ObjectMissing(f"Version {n} of {report_id} has {len(version.manifest.parts)} part(s), no {number}")
        return version, number, self.archive.raw(version.manifest.parts[number].sha256)

    def page_of(self, shown: Shown, begins: int, cell: str) -> int:
        """Of several pages read as one, the one in which a value is marked; tables are counted in each anew."""
        parts = shown.version.manifest.parts
        pages = [at for at, ref in enumerate(parts) if ref.role in BODY and "html" in (ref.media_type or "")]
        if len(pages) < 2:
            return begins
        cells = (shown.parsed or {}).get("cells", {})
        told = self._pages.get(
            (shown.version.manifest.digest, self._parser(shown.row.report_id, shown.version.n)),
            lambda: {at: marked(decoded(self.archive.raw(parts[at].sha256), parts[at].coding), cells) for at in pages},
        )
        return next((at for at in pages if cell in told[at]), begins)

    def add_erratum(self, shown: Shown, cell: str, should_be: str, why: str, contact: str, at: datetime) -> Erratum:
        """The one kind of record that the web writes."""
        read_as = ((shown.parsed or {}).get("cells", {}).get(cell) or {}).get("raw")
        facts = {"report_id": shown.row.report_id, "manifest": shown.version.manifest.digest, "cell": cell, "at": at}
        facts |= {"read_as": str(read_as)[:200] if read_as is not None else None, "should_be": should_be}
        facts |= {"why": why, "contact": contact}
        return self.archive.add_erratum(shown.row.report_id, lambda n: Erratum.model_validate({**facts, "n": n}))
