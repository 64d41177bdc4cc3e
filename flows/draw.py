"""A report drawn as the official form, with its checks and findings, for a terminal."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from model.forms import Block, FormTable
from model.forms_printed import in_reading_order, tables_of
from model.report import YearFindings

from .tables import VERDICT_STYLE, verdict_text

# How a cell that holds no number is shown: as what it prints, never as 0.
SHOWN_STATE = {"blank": "·", "dash": "—", "slash": "/", "none_word": "无"}

LONGEST_TEXT = 160


def _shown(field_id: str, report: Mapping[str, Any]) -> Text:
    value = report["values"].get(field_id)
    cell = report["cells"].get(field_id) or {}
    if value is not None:
        text = Text(f"{value:,}" if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip("."))
        if not value:
            text.stylize("dim")
    else:
        text = Text(SHOWN_STATE.get(cell.get("state", ""), cell.get("raw") or "?"), style="dim")
    if field_id in set(report["suspect"]):
        text.append(" ?")
        text.stylize("bold yellow")
    return text


def _block_table(table: FormTable, block: Block, report: Mapping[str, Any]) -> Table:
    drawn = Table(box=box.SQUARE, show_lines=False, pad_edge=False, padding=0, header_style="bold")
    narrow = len(block.leaves) > 4
    # Eighty columns must do: long labels and headers are folded, figures never are.
    drawn.add_column(block.label or block.head or "", overflow="fold", min_width=26 if narrow else None)
    for column in block.leaves:
        drawn.add_column(column.label, justify="right", overflow="fold", max_width=6 if narrow else 14)
    rows = [found for top in block.rows for found in top.walk()] if table.row_layout == "outline" else None
    for row, above in rows or table.value_rows(block):
        label = Text("  " * len(above) + row.label, style="" if table.carries_values(row) else "bold")
        ids = [table.field_id(block, row, column) for column in block.leaves] if table.carries_values(row) else []
        drawn.add_row(label, *(_shown(field_id, report) for field_id in ids))
    return drawn


def _wide_as_rows(table: FormTable, report: Mapping[str, Any]) -> Table:
    """Table 4 has fifteen columns and one row: on a terminal its groups become rows."""
    drawn = Table(box=box.SQUARE, pad_edge=False, header_style="bold")
    groups: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for field in table.fields:
        group, _, measure = field.id.removeprefix(f"{table.id}.").rpartition(".")
        groups.setdefault(group, []).append(field.id)
        labels[measure] = field.column_label
    drawn.add_column("")
    for label in labels.values():
        drawn.add_column(label, justify="right")
    names = {
        "administrative_review": "行政复议",
        "litigation_direct": "行政诉讼：未经复议直接起诉",
        "litigation_after_review": "行政诉讼：复议后起诉",
    }
    for group, ids in groups.items():
        drawn.add_row(names.get(group, group), *(_shown(i, report) for i in ids))
    return drawn


def _table(table: FormTable, report: Mapping[str, Any]) -> RenderableType:
    told = report["tables"].get(table.id) or {}
    verdict = str(told.get("verdict", "absent"))
    title = Text.assemble(table.title, "  ", (verdict, VERDICT_STYLE.get(verdict, "dim")))
    if told.get("evidence"):
        title.append(f" ({told['evidence']})", style="dim")
    if verdict == "absent":
        return Group(title, Text("  this document has no such table", style="dim"))
    if table.width > 12:
        return Group(title, _wide_as_rows(table, report))
    return Group(title, *(_block_table(table, block, report) for block in table.blocks))


def _checks(report: Mapping[str, Any]) -> Text:
    checks = report["checks"]
    failed = [c for c in checks if not c["passed"]]
    text = Text(f"checks: {len(checks) - len(failed)} of {len(checks)} passed")
    for check in failed[:20]:
        text.append(f"\n  {check['code']} {check['place']}: {check['left']} ≠ {check['right']}", style="yellow")
    return text


def _findings(report: Mapping[str, Any]) -> Text:
    text = Text(f"findings: {len(report['findings'])}")
    for finding in report["findings"][:20]:
        text.append(f"\n  {finding['severity']}: {finding['message']}", style="dim")
    if report["suspect"]:
        text.append(f"\nsuspect values (marked ?): {len(report['suspect'])}", style="yellow")
    return text


def draw_years(found: YearFindings) -> Text:
    """What a report says beside the one of the year before."""
    failed = [c for c in found.checks if not c.passed]
    text = Text(f"against {found.last_year}: {len(found.checks) - len(failed)} of {len(found.checks)} passed")
    for finding in found.findings[:20]:
        text.append(
            f"\n  {finding.severity}: {finding.message}", style="yellow" if finding.severity == "error" else "dim"
        )
    return text


def _parts(report: Mapping[str, Any]) -> Table:
    """Of a report in words: its parts, how each begins, and the rows of an annex."""
    drawn = Table(box=box.SQUARE, pad_edge=False, header_style="bold", show_lines=True)
    drawn.add_column("part", overflow="fold")
    drawn.add_column("text", overflow="fold")
    for name, part in in_reading_order(report["sections"]).items():
        text = part["text"].replace("\n", " ")
        drawn.add_row(part["heading"] or name, text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…")
    for extra in report["extras"]:
        drawn.add_row(extra["label"], " | ".join(extra["values"]))
    return drawn


def draw_report(report: Mapping[str, Any], heading: str) -> RenderableType:
    """The whole report; one without tables shows its verdict, its reasons and how its parts begin."""
    head = Text.assemble((heading, "bold"), "   ", verdict_text(report["verdict"]))
    if report["reasons"]:
        head.append("  " + ", ".join(map(str, report["reasons"])), style="dim")
    panel = Panel(head, box=box.HEAVY)
    if report["verdict"] == "narrative":
        return Group(panel, _parts(report), _findings(report))
    tables = [_table(t, report) for t in tables_of(report)] or [Text("no table of a known form", style="dim")]
    return Group(panel, *tables, _checks(report), _findings(report))
