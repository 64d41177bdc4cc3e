"""Draws a table of a form as its official grid: physical rows of cells with spans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.forms_parts import GridCell

if TYPE_CHECKING:
    from model.forms_tables import Block, Column, FormTable, Row


def _header(table: FormTable, block: Block) -> list[list[GridCell]]:
    depth = max(c.depth for c in block.columns)
    lines: list[list[GridCell]] = [[] for _ in range(depth)]
    if table.row_layout == "outline":
        lines[0] += [GridCell(block.head or table.corner, rowspan=depth), GridCell("单位", rowspan=depth)]
    elif table.label_width:
        lines[0].append(GridCell(block.head or table.corner, colspan=table.label_width, rowspan=depth))

    def put(column: Column, level: int) -> None:
        rowspan = 1 if column.columns else depth - level
        lines[level].append(GridCell(column.label, colspan=column.width, rowspan=rowspan))
        for below in column.columns:
            put(below, level + 1)

    for column in block.columns:
        put(column, 0)
    return lines


def _height(row: Row) -> int:
    return sum(_height(r) for r in row.rows) if row.rows else 1


def _nested(table: FormTable, block: Block) -> list[list[GridCell]]:
    lines: list[list[GridCell]] = []

    def put(row: Row, level: int, open_line: list[GridCell] | None) -> None:
        line = open_line if open_line is not None else []
        if open_line is None:
            lines.append(line)
        if row.rows:
            line.append(GridCell(row.label, rowspan=_height(row)))
            for n, below in enumerate(row.rows):
                put(below, level + 1, line if n == 0 else None)
            return
        if table.label_width:
            line.append(GridCell(row.label, colspan=table.label_width - level))
        for column in block.leaves:
            line.append(GridCell("", colspan=column.colspan, field=table.field_id(block, row, column)))

    for row in block.rows:
        put(row, 0, None)
    return lines


def _outline(table: FormTable, block: Block) -> list[list[GridCell]]:
    lines: list[list[GridCell]] = []
    for top in block.rows:
        for row, _ in top.walk():
            line = [GridCell(row.label), GridCell("——" if row.heading else row.unit or "")]
            for column in block.leaves:
                place = None if row.heading else table.field_id(block, row, column)
                line.append(GridCell("", colspan=column.colspan, field=place))
            lines.append(line)
    return lines


def draw(table: FormTable) -> tuple[tuple[GridCell, ...], ...]:
    """Rows of cells, as `<tr>` and `<td>` would write them; values are empty cells with the id in `field`."""
    lines: list[list[GridCell]] = []
    for block in table.blocks:
        if block.label:
            lines.append([GridCell(block.label, colspan=table.width)])
        lines.extend(_header(table, block))
        lines.extend((_outline if table.row_layout == "outline" else _nested)(table, block))
    return tuple(tuple(line) for line in lines)
