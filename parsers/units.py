"""Units of money: in the cell, else the column's header, else the row's label, else the form's (report-format 3.4).

A number is never converted: what is printed stays printed, and its unit is told beside it.
"""

import re
from collections.abc import Iterator

from model.forms import Form, FormField
from model.normal_text import label_key
from model.report import CellReading, Finding, Report
from model.vocabulary import Fault, Severity
from parsers.page import Page

# 采购总金额(万元), 本年收费金额(单位:万元); 百元 and 美元 are no 元
UNIT = re.compile(r"[美港欧日]?[十百千万亿]*元")
LONGEST_HEADER = 40


def money_units(report: Report, forms: dict[str, Form], page: Page) -> list[Finding]:
    """Puts the units of headers and labels to the cells of money; findings where there is none, or another one.

    `forms`: by table, those that the tables were read with.
    """
    headers: list[str] | None = None
    found = []
    for field, match in _money(forms):
        cell = report.cells.get(field.id)
        if cell is None or report.values.get(field.id) is None:
            continue
        if cell.unit is None:
            headers = _headers(page) if headers is None else headers
            cell.unit = _unit_of(field, match, cell, headers)
        unit = cell.unit or field.unit
        if unit is None:
            found.append(_finding("UNIT-UNKNOWN", field, Severity.INFO, "no unit is printed for this amount"))
        elif field.unit is not None and unit != field.unit:
            message = f"the amount is printed in {unit}, the form asks for {field.unit}"
            found.append(_finding("UNIT-OTHER", field, Severity.WARNING, message))
    return found


def _money(forms: dict[str, Form]) -> Iterator[tuple[FormField, re.Pattern[str] | None]]:
    for table_id, form in forms.items():
        table = form.table(table_id)
        money = [field for field in table.fields if field.kind == "money"] if table else []
        for block in table.blocks if table and money else ():
            matches = {c.id: re.compile(c.match) if c.match else None for c in block.leaves}
            yield from ((field, matches.get(field.column)) for field in money if field.block == block.id)


def _headers(page: Page) -> list[str]:
    """Keys of the short cells that name a unit."""
    texts = dict.fromkeys(
        c.text for row in page.rows for c in row.cells if len(c.text) < LONGEST_HEADER and "元" in c.text
    )
    return [key for text in texts if (key := label_key(text)) and not key[0].isdecimal()]


def _unit_of(field: FormField, match: re.Pattern[str] | None, cell: CellReading, headers: list[str]) -> str | None:
    told = [key for key in headers if match is not None and match.search(key)]
    units = {m[0] for key in told if (m := UNIT.search(match.sub("", key) if match else key))}
    if len(units) == 1:
        return units.pop()
    in_label = UNIT.search(label_key(cell.label or "").removeprefix(label_key(field.row_label)))
    return in_label[0] if in_label else None


def _finding(code: str, field: FormField, severity: Severity, message: str) -> Finding:
    return Finding(code=code, place=field.id, severity=severity, fault=Fault.SOURCE, message=message)
