"""Which reports a person has to look at, why, and what was decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from model.errors import BadQuery
from model.findings import Adjudication, Erratum
from storage.archive import Archive
from storage.catalogue import ReportRow, find_reports
from storage.versions import newest_of

from .settings import Settings
from .understand import understand

OPEN = ("unreadable", "refused", "needs_ocr", "flagged")
MOST_FINDINGS = 12


@dataclass(frozen=True, slots=True)
class Case:
    """The newest version of a report as today's parser reads it, and the decisions that hold for that document."""

    report_id: str
    agency: str
    report_year: int
    n: int
    manifest: str
    verdict: str
    reasons: tuple[str, ...]
    suspect: tuple[str, ...]
    findings: tuple[str, ...]
    cells: dict[str, dict[str, Any]]
    proposals: dict[str, Any]
    decided: dict[str | None, Adjudication]
    errata: tuple[Erratum, ...] = ()
    """What readers of the explorer reported of this document, and nobody has answered yet."""

    @property
    def closed(self) -> bool:
        """Nothing is left to decide: readers are answered, and the whole or each suspect cell has its decision."""
        if self.errata:
            return False
        if self.verdict not in OPEN:
            return True
        return None in self.decided or (bool(self.suspect) and all(cell in self.decided for cell in self.suspect))

    def summary(self) -> dict[str, Any]:
        """For programs."""
        return {
            "report_id": self.report_id,
            "agency": self.agency,
            "report_year": self.report_year,
            "version": self.n,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "suspect": list(self.suspect),
            "decided": len(self.decided),
            "errata": len(self.errata),
            "closed": self.closed,
        }

    def doubts(self) -> list[dict[str, Any]]:
        """Suspect and decided cells: what is printed, the value that would satisfy all checks, what was decided."""
        said = {erratum.cell: erratum.should_be for erratum in self.errata}
        named = dict.fromkeys([*self.suspect, *(cell for cell in self.decided if cell is not None), *said])
        told = []
        for cell in named:
            record = self.cells.get(cell, {})
            decision = self.decided.get(cell)
            decided = None if decision is None else decision.value if decision.value is not None else decision.decision
            told.append(
                {
                    "cell": cell,
                    "label": record.get("label"),
                    "printed": record.get("raw"),
                    "would_fit": self.proposals.get(cell),
                    "reader_says": said.get(cell),
                    "decided": decided,
                }
            )
        return told


def cases(archive: Archive, settings: Settings) -> Iterator[Case]:
    """The reports that are not simply right, or that a reader reported, the worst verdict first."""
    withheld, reported = archive.withheld(), {erratum.report_id for erratum in archive.open_errata()}
    found = [
        case_of(archive, row)
        for row in find_reports(archive, [], settings.storage)
        # The catalogue knows the verdict of the parser that recorded the version; what was right stays so.
        if (row.verdict in (None, *OPEN) or row.report_id in reported) and not withheld.hides(row.report_id, row.newest)
    ]
    yield from sorted(
        (c for c in found if c.verdict in OPEN or c.errata),
        key=lambda c: (OPEN.index(c.verdict) if c.verdict in OPEN else len(OPEN), c.agency, c.report_year),
    )


def case_of(archive: Archive, row: ReportRow) -> Case:
    """The case of one report; Restricted when its newest version is withheld."""
    archive.require_open(row.report_id, row.newest)
    version = archive.version(row.report_id, row.newest)
    parsed = understand(archive, version.manifest)
    doubtful = [f for f in parsed["findings"] if f["severity"] != "info"]
    return Case(
        report_id=row.report_id,
        agency=row.agency_name,
        report_year=row.report_year,
        n=version.n,
        manifest=version.manifest.digest,
        verdict=parsed["verdict"],
        reasons=tuple(parsed["reasons"]),
        suspect=tuple(parsed["suspect"]),
        findings=tuple(f["message"] for f in doubtful[:MOST_FINDINGS]),
        cells=parsed["cells"],
        proposals={p["id"]: p["proposed"] for p in parsed["proposals"]},
        decided=archive.standing(row.report_id, version.manifest.digest),
        errata=tuple(e for e in archive.open_errata(row.report_id) if e.manifest == version.manifest.digest),
    )


def decide(
    archive: Archive,
    report_id: str,
    cell: str | None,
    decision: str,
    value: float | None,
    why: str,
    by: str,
    at: datetime,
) -> Adjudication:
    """Record a decision about the newest version's document; BadQuery for a cell that it has not."""
    version = newest_of(archive.versions(report_id))
    cells = understand(archive, version.manifest)["cells"]
    if cell is not None and cell not in cells:
        near = [known for known in cells if known.startswith(cell.rpartition(".")[0])][:5]
        raise BadQuery(f"the report has no cell {cell}" + (f"; near it: {', '.join(near)}" if near else ""))
    told: dict[str, Any] = {
        "report_id": report_id,
        "manifest": version.manifest.digest,
        "cell": cell,
        "decision": decision,
    }
    told |= {"value": value, "printed": cells[cell]["raw"] if cell else None, "why": why, "by": by, "at": at}
    return archive.add_adjudication(report_id, lambda n: Adjudication.model_validate({**told, "n": n}))
