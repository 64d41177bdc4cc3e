"""Tables for spreadsheets and programs: reports, the values of one, a comparison."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from model.forms_printed import value_labels
from storage.catalogue import ReportRow
from web.library.comparison import Line


def reports_csv(rows: Sequence[ReportRow]) -> bytes:
    """One line for each report of a listing."""
    out = io.StringIO()
    names = list(ReportRow.model_fields)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    told = (row.model_dump(mode="json") for row in rows)
    writer.writerows([csv_text(str(row[name])) if row[name] is not None else "" for name in names] for row in told)
    return out.getvalue().encode()


def values_csv(report: dict[str, Any]) -> bytes:
    """One line for each value, with its label, what is printed, its state and whether it is in doubt."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["report_id", "report_year", "id", "label", "value", "printed", "state", "unit", "suspect", "where"]
    )
    suspect, labels = set(report["suspect"]), value_labels()
    for name, value in report["values"].items():
        cell = report["cells"].get(name) or {}
        writer.writerow(
            [
                report["report_id"], report["report_year"], name, csv_text(labels.get(name, "")),
                value if value is not None else "",
                csv_text(str(cell.get("raw") or "")), cell.get("state", ""), cell.get("unit") or "",
                "1" if name in suspect else "0", cell.get("where", ""),
            ]
        )  # fmt: skip
    return out.getvalue().encode()


def lines_csv(lines: list[Line], base: str) -> bytes:
    """One line for each value, with where it is from."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "agency_id",
            "agency",
            "figure",
            "label",
            "unit",
            "year",
            "value",
            "printed",
            "suspect",
            "id",
            "report",
            "version",
            "scope",
        ]
    )
    for line in lines:
        for p in line.points:
            writer.writerow(
                [
                    line.agency, csv_text(line.agency_name), line.figure.id, line.figure.zh, line.figure.unit, p.year,
                    "" if p.value is None else p.value, csv_text(p.printed or ""), int(p.suspect), p.id,
                    f"{base}/reports/{p.report_id}", p.version, p.scope,
                ]
            )  # fmt: skip
    return out.getvalue().encode()


def csv_text(text: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and len(text) > 1 else text
