"""Where the cells of a table come to stand when their spans are laid out."""

from collections.abc import Iterator
from typing import NamedTuple

from infra.simulator.reports.article import Cell, Table


class Placed(NamedTuple):
    """A cell with the place of its upper left corner, from 0, and how far it reaches within the table."""

    row: int
    column: int
    cell: Cell
    height: int
    width: int


def placed(table: Table) -> Iterator[Placed]:
    """Every cell of a table in reading order, beside the cells that reach into its row from above."""
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(table.rows):
        column = 0
        for cell in row.cells:
            while (at, column) in taken:
                column += 1
            height = min(cell.rowspan, len(table.rows) - at)
            width = 1
            while width < cell.colspan and (at, column + width) not in taken:
                width += 1
            taken |= {(at + y, column + x) for y in range(height) for x in range(width)}
            yield Placed(at, column, cell, height, width)
            column += width


def width_of(table: Table) -> int:
    """Columns that the cells of a table need."""
    return max(one.column + one.width for one in placed(table))
