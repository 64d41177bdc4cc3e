"""The one report that a person's words mean: 天津 人社 2022."""

from collections.abc import Iterable

from model.errors import BadQuery
from storage.archive import Archive
from storage.catalogue import ReportRow, find_reports

from .settings import Settings

MOST_NAMED = 8


def the_report(archive: Archive, words: Iterable[str], settings: Settings) -> ReportRow:
    """The report meant; BadQuery says what there is when it is none or several."""
    asked = list(words)
    found = find_reports(archive, asked, settings.storage)
    if len(found) == 1:
        return found[0]
    query = " ".join(asked)
    if not found:
        for row in find_reports(archive, asked, settings.storage, restricted=True):
            archive.require_open(row.report_id)
        raise BadQuery(f"no report in {archive.store.describe()} matches '{query}'; gongkai list shows what there is")
    named = "; ".join(
        f"{r.agency_name} {r.report_year}" + ("" if r.scope == "own" else f" ({r.scope})") for r in found[:MOST_NAMED]
    )
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    raise BadQuery(f"'{query}' matches {len(found)} reports: {named}{more}; add a word or the year")
