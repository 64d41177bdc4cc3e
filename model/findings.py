"""What is found out about reports from outside of one document: kept under `findings/`, apart from the parses."""

from model.capture import Record
from model.report import YearFindings


class AcrossYears(Record):
    """A report against the one of the year before: a function of both documents and of the parser."""

    schema_version: str = "1"
    report_id: str
    last_report_id: str
    manifest: str
    last_manifest: str
    parser_digest: str
    reformed: bool = False
    found: YearFindings
