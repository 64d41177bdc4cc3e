"""What a search gives."""

from pydantic import AwareDatetime

from model.capture import Record


class ReportRow(Record):
    """A report in a listing: the version captured last, whose number is `newest`, of so many `versions`."""

    report_id: str
    agency_id: str
    agency_name: str
    region: str | None
    report_year: int
    scope: str
    title: str
    url: str
    portal: str
    captured_at: AwareDatetime
    verdict: str | None
    versions: int
    newest: int


class Passage(Record):
    """A report whose text holds what was searched for: the section, and the words around the first place."""

    report: ReportRow
    section: str
    before: str
    found: str
    after: str
