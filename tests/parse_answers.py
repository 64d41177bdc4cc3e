"""What tests of the parser ask of a reading: no value that differs in silence."""

from model.report import Report
from model.vocabulary import TableVerdict


def silent_errors(report: Report, printed: dict[str, object]) -> list[str]:
    """Ids whose value differs from what is printed although the reading vouches for it."""
    wrong = []
    for field_id, value in printed.items():
        table = report.tables.get(field_id.split(".")[0])
        if table is None or table.verdict is TableVerdict.ABSENT or field_id in report.suspect:
            continue
        read = report.values.get(field_id)
        if read is None and table.verdict is TableVerdict.REFUSED:
            continue
        if read != value:
            wrong.append(f"{field_id}: printed {value}, read {read}")
    return wrong


def usable(report: Report, printed: dict[str, object]) -> float:
    """Share of the printed values that are read right and not suspect."""
    good = sum(report.values.get(i, "") == v and i not in report.suspect for i, v in printed.items())
    return good / max(len(printed), 1)
