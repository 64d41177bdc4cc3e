"""Drawn tables give each column a place: which blank is a cell, and which only the rest of a wide one?"""

from model.forms import FormTable
from parsers.labels import Target
from parsers.page import Cell, Row


def values_at_columns(target: Target, row: Row, values: list[Cell], table: FormTable) -> list[Cell] | None:
    """The values behind a label, blanks among them only where their column is certain; None where it is not.

    `values`: all cells behind the label. The label of a row reaches as far as the form lets it, so in a row of the
    form's width values begin behind the form's label columns. Where a converter leaves out what a cell covers from
    above, they begin behind the label and its own width.
    """
    wanted = len(target.fields)
    filled = [c for c in values if c.text.strip()]
    if len(filled) == wanted:
        return filled
    if row.uneven or not values or len(filled) > wanted:
        return None
    behind_label = values[0].column - 1
    width = len(row.cells)
    if width == table.width:
        if _first_of_label(row, behind_label) != min(len(target.above) + 1, table.label_width):
            return None  # pushed aside by a cell from above; what it pushed out of the row is lost
        first = table.label_width
    else:
        first = behind_label + table.label_width - min(len(target.above) + 1, table.label_width)
        if width != first + wanted:
            return None
    chosen = list(row.cells[first : first + wanted])
    between, rest = row.cells[behind_label:first], row.cells[first + wanted :]
    if behind_label > first or len(chosen) != wanted or any(c.text.strip() for c in (*between, *rest)):
        return None
    return chosen


def _first_of_label(row: Row, last: int) -> int:
    """The first column of a label that some converters repeat in each column that it covers; `last`: its last."""
    words = row.cells[last - 1].text
    while last > 1 and words and row.cells[last - 2].text == words:
        last -= 1
    return last
