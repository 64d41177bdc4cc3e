"""From the cells of a sheet to lines and rows: a title stands alone above, a table has several cells in a row."""

import re
from itertools import pairwise
from typing import NamedTuple

from python_calamine import CalamineSheet

from parsers.page import Cell, Row
from parsers.readers.limits import MOST_CELLS, TooHostile
from parsers.readers.sheet.scanned import UNKNOWN, Scanned, Value, shown

LONG = 60
LETTER = re.compile(r"[^\W\d_]")
FIGURE = re.compile(r"[-+]?[\d,.]+")


def items_of(sheet: CalamineSheet, scanned: Scanned, number: int) -> list[str | Row]:
    """The shown rows of a sheet; cells that a merged one covers are none of their own, as in a page."""
    values = sheet.to_python(skip_empty_area=False)
    # At its end calamine leaves out what has no value: blanks with lines around, errors, formulas without a result.
    there = scanned.framed | scanned.unknown
    height = max([len(values), *(row + 1 for row, _ in there)])
    width = max([0, *map(len, values), *(column + 1 for _, column in there)])
    covered = _covered(sheet, height, width)
    down = {start for start, (bottom, _) in sheet.merged_cell_ranges or () if bottom > start[0]}
    columns = [c for c in range(width) if c not in scanned.hidden_columns]
    rows: list[_Line] = []
    for at in range(height):
        if at not in scanned.hidden_rows:
            line = values[at] if at < len(values) else []
            cells = [_cell(line, at, c, sheet.name, scanned) for c in columns if (at, c) not in covered]
            framed = {c + 1 for c in columns if (at, c) in scanned.framed}
            rows.append(_Line(at + 1, cells, framed, {c + 1 for c in columns if (at, c) in down}))
    if sum(len(row.cells) for row in rows) > MOST_CELLS * 4:
        raise TooHostile(f"sheet {sheet.name} has {sum(len(row.cells) for row in rows)} cells")
    return _items(rows, number)


class _Line(NamedTuple):
    """One row of the sheet: its number, its cells, the columns (from 1) in which lines are drawn around them, and those
    in which a cell reaches down."""

    number: int
    cells: list[Cell]
    framed: set[int]
    down: set[int]

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.text]


def _covered(sheet: CalamineSheet, height: int, width: int) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        found.update((r, c) for r in range(top, min(bottom + 1, height)) for c in range(left, min(right + 1, width)))
        found.discard((top, left))
    return found


def _cell(line: list[Value], row: int, column: int, sheet: str, scanned: Scanned) -> Cell:
    place = f"sheet {sheet}, cell {letters_of(column)}{row + 1}"
    if (row, column) in scanned.unknown:
        return Cell(UNKNOWN, column + 1, place)
    value = line[column] if column < len(line) else ""
    if value == 0 and not isinstance(value, bool) and not scanned.noughts:
        value = ""
    words = shown(value, scanned.formats.get((row, column)))
    if (row, column) in scanned.doubtful and FIGURE.search(words) and not LETTER.search(words):
        return Cell(UNKNOWN, column + 1, place)
    lines = (" ".join(piece.split()) for piece in words.split("\n"))
    return Cell("\n".join(piece for piece in lines if piece), column + 1, place)


def _items(lines: list[_Line], table: int) -> list[str | Row]:
    """Blocks of rows without an empty row between them; what stands alone above or long in them is a line."""
    items: list[str | Row] = []
    block: list[_Line] = []
    for line in [*lines, _Line(0, [], set(), set())]:
        if line.filled or line.framed:
            block.append(line)
            continue
        items += _block(block, table)
        block = []
    return items


def _block(block: list[_Line], table: int) -> list[str | Row]:
    edges = _edges(block)
    drawn = any(line.framed for line in block)
    items: list[str | Row] = []
    above = True
    for line, (left, right) in zip(block, edges, strict=True):
        alone = line.filled[0] if len(line.filled) == 1 else None
        above = above and alone is not None
        outside = not line.framed if drawn else above
        if alone and (outside or len(alone.text) > LONG or "。" in alone.text):
            items += alone.text.split("\n")
            continue
        inside = [
            c for c in line.cells if c.text or c.column in line.framed or (not drawn and left <= c.column <= right)
        ]
        if inside:
            down = frozenset(n for n, cell in enumerate(inside, 1) if cell.column in line.down)
            cells = tuple(cell._replace(column=n) for n, cell in enumerate(inside, 1))
            items.append(Row(cells, table, line.number, down=down))
    return items


def _edges(block: list[_Line]) -> list[tuple[int, int]]:
    """For each row the first and the last column of its table: blanks within are cells. Where words stand alone above a
    row of words, another table begins, which need not be as wide."""
    starts = [0]
    for at in range(1, len(block) - 1):
        head = block[at + 1].filled
        if len(block[at].filled) == 1 and len(head) > 1 and not any(FIGURE.fullmatch(cell.text) for cell in head):
            starts.append(at)
    edges: list[tuple[int, int]] = []
    for start, end in pairwise([*starts, len(block)]):
        several = [line.filled for line in block[start:end] if len(line.filled) > 1]
        left = min((cells[0].column for cells in several), default=1)
        right = max((cells[-1].column for cells in several), default=0)
        edges += [(left, right)] * (end - start)
    return edges


def letters_of(column: int) -> str:
    """0 is A, 26 is AA."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(65 + letter) + letters
    return letters
