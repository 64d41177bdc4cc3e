"""Reports of one agency against each other, year by year: made when either of the two arrives, kept as findings."""

import logging
from collections.abc import Iterable
from datetime import date

from model.agency import Agency, Register
from model.document import VersionRecord
from model.errors import NeedsReview
from model.findings import AcrossYears
from parsers import parser_digest
from parsers.across_years import across_years
from storage.archive import Archive
from storage.versions import newest_of

from .understand import understand

log = logging.getLogger(__name__)


def compare_years(archive: Archive, register: Register, report_id: str) -> list[AcrossYears]:
    """Compare a report that has just arrived with the year before and the year after, as far as the archive has them.

    See `compare_all`.
    """
    return compare_all(archive, register, [report_id])


def compare_all(archive: Archive, register: Register, report_ids: Iterable[str]) -> list[AcrossYears]:
    """Compare reports that have arrived, or were read anew, with the years around them.

    Both pairs are looked at, since a report may arrive before its predecessor. The records are kept; doing it again
    gives the same. A document that cannot be opened is left to whoever settles it.
    """
    kept = []
    for newer in sorted({one for report_id in report_ids for one in (report_id, _of_year(report_id, 1))}):
        try:
            record = between(archive, register, newer)
        except NeedsReview as error:
            log.warning("two years could not be compared", extra={"report": newer, "why": str(error)})
            continue
        if record is not None:
            archive.keep_across_years(record)
            kept.append(record)
    return kept


def between(
    archive: Archive, register: Register, report_id: str, version: VersionRecord | None = None
) -> AcrossYears | None:
    """What a report (its newest version, or the one given) says beside last year's newest; None without a pair.

    Read from the archive where this parser has looked already, else found out now, and not kept.
    """
    new = version or _newest(archive, report_id)
    if new is None:
        return None
    old, reformed = _before(archive, register, new)
    if old is None:
        return None
    digest = parser_digest()
    known = archive.across_years(report_id, new.manifest.digest, old.manifest.digest, digest)
    if known is not None:
        return known
    found = across_years(understand(archive, new.manifest), understand(archive, old.manifest), reformed=reformed)
    return AcrossYears(
        report_id=report_id,
        last_report_id=old.report_id,
        manifest=new.manifest.digest,
        last_manifest=old.manifest.digest,
        parser_digest=digest,
        reformed=reformed,
        found=found,
    )


def last_years(archive: Archive, register: Register, new: VersionRecord) -> VersionRecord | None:
    """The newest version of last year's report of the agency, or of the only one that it took over from."""
    return _before(archive, register, new)[0]


def _before(archive: Archive, register: Register, new: VersionRecord) -> tuple[VersionRecord | None, bool]:
    """Last year's report of the agency, or of the only one that it took over from; and whether it was reformed."""
    agency = register.get(new.agency_id)
    own = _newest(archive, _of_year(new.report_id, -1))
    if own is not None or agency is None or len(agency.predecessors) != 1:
        return own, agency is not None and _reformed(agency, new.report_year)
    _, _, rest = _of_year(new.report_id, -1).partition("-")
    return _newest(archive, f"{agency.predecessors[0]}-{rest}"), True


def _reformed(agency: Agency, year: int) -> bool:
    """Did a name of the agency begin to hold within the two years?"""
    return any(n.valid_from is not None and date(year - 1, 1, 2) <= n.valid_from <= date(year, 12, 31)
               for n in agency.names)  # fmt: skip


def _newest(archive: Archive, report_id: str) -> VersionRecord | None:
    chain = archive.versions(report_id)
    return newest_of(chain) if chain else None


def _of_year(report_id: str, later: int) -> str:
    agency, year, scope = report_id.split("-", 2)
    return f"{agency}-{int(year) + later}-{scope}"
