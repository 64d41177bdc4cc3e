"""What must hold for the reading of any document whatever: of reports, of damage, of noise."""

from model.report import Report
from model.vocabulary import TableVerdict


def holds(report: Report) -> None:
    """Raises AssertionError where a reading contradicts itself or vouches for what it did not read."""
    assert Report.model_validate_json(report.model_dump_json()) == report
    for table_id, table in report.tables.items():
        ids = [i for i in report.values if i.startswith(table_id + ".")]
        suspect = [i for i in ids if i in report.suspect]
        if table.verdict is TableVerdict.VERIFIED:
            assert ids, f"{table_id} is verified and has no values"
            assert not suspect, f"{table_id} is verified and suspects {suspect[:3]}"
        if table.verdict is TableVerdict.FLAGGED:
            missing = [i for i in ids if i not in report.cells and i not in suspect]
            assert not missing, f"{table_id}: {missing[:3]} were not read and are not suspect"
