"""One page taken apart: tables with their cells, and the lines of text between them, from top to bottom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.readers.pdf.characters import DOUBT, Char
from parsers.readers.pdf.frame import Box
from parsers.readers.pdf.grids import Area, Grid, grid_of
from parsers.readers.pdf.lines import TextLine, lines_of, runs_of, words_of
from parsers.readers.pdf.rulings import Drawing

SLIVER = 4.0  # points: what is thinner, between the lines of a double border, is no cell
LEAST_PICTURE = (150.0, 40.0)  # points: a smaller one holds no table
SET_APART = 0.08  # of their height: digits on both sides of a wall that are no further apart than others are one number


@dataclass
class SheetCell:
    """The words of one cell of a table and its place in it. `box`: that of the cell as drawn."""

    text: str
    area: Area

    @property
    def box(self) -> Box:
        return self.area.box


@dataclass
class SheetTable:
    """A table as it stands on one page."""

    box: Box
    cells: list[SheetCell]
    rows: int
    columns: int

    def row(self, number: int) -> list[SheetCell]:
        """The cells that begin in a row of the grid, from left to right."""
        return [cell for cell in self.cells if cell.area.row == number]


@dataclass
class Sheet:
    """What stands on one page, seen from one side. `pictures`: those between the blocks, from top to bottom."""

    blocks: list[SheetTable | TextLine] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)


def sheet_of(chars: Sequence[Char], drawings: Sequence[Drawing], pictures: Sequence[Box]) -> Sheet:
    """Puts characters into the cells of the drawings; what stands in none is text. Raises TooHostile.

    `pictures`: what shows something that has no characters; a cell that holds one and no words is no blank.
    """
    grids = [grid for drawing in drawings if (grid := grid_of(drawing)) is not None]
    # Of two drawings around the same character, the inner one holds it. A drawing of one column is a frame around text.
    tables = sorted((g for g in grids if _is_table(g)), key=lambda g: g.box.width * g.box.height)
    where = [_place(char, tables) for char in chars]
    chars = _without_doubtful(chars, where)
    inside: dict[tuple[int, int], list[Char]] = defaultdict(list)
    outside: list[Char] = []
    for char, place in zip(chars, where, strict=True):
        if place is None:
            outside.append(char)
        else:
            inside[place].append(char)
    blocks: list[SheetTable | TextLine] = [*lines_of(outside)]
    for number, grid in enumerate(tables):
        cells = []
        for at, area in enumerate(grid.areas):
            words = words_of(inside.get((number, at), ()))
            if not words and any(area.box.holds((p.x0 + p.x1) / 2, (p.y0 + p.y1) / 2) for p in pictures):
                words = DOUBT
            if words or min(area.box.width, area.box.height) > SLIVER:
                cells.append(SheetCell(words, area))
        if any(cell.text for cell in cells):
            blocks.append(SheetTable(grid.box, cells, len(grid.ys) - 1, len(grid.xs) - 1))
    blocks.sort(key=lambda block: (block.box.y0 + min(block.box.y1, block.box.y0 + 12)) / 2)
    return Sheet(blocks, sorted((p for p in pictures if _is_between(p, blocks)), key=lambda p: p.y0))


def _is_between(picture: Box, blocks: Sequence[SheetTable | TextLine]) -> bool:
    """Is it large enough for a table, and nothing that lies behind words or in a table?"""
    if picture.width < LEAST_PICTURE[0] or picture.height < LEAST_PICTURE[1]:
        return False
    middle = (picture.x0 + picture.x1) / 2, (picture.y0 + picture.y1) / 2
    return not any(
        picture.holds((b.box.x0 + b.box.x1) / 2, (b.box.y0 + b.box.y1) / 2)
        or (isinstance(b, SheetTable) and b.box.holds(*middle))
        for b in blocks
    )


def _is_table(grid: Grid) -> bool:
    return len(grid.xs) > 2 and any(area.columns < len(grid.xs) - 1 for area in grid.areas)


def _place(char: Char, tables: Sequence[Grid]) -> tuple[int, int] | None:
    for number, grid in enumerate(tables):
        area = grid.area_at(char.middle, char.center)
        if area is not None:
            return number, area
    return None


def _without_doubtful(chars: Sequence[Char], where: Sequence[tuple[int, int] | None]) -> list[Char]:
    """Digits that run on across a wall: one number too wide for its cell, or two that touch? Nobody can tell."""
    place = dict(zip(map(id, chars), where, strict=True))
    doubtful: set[int] = set()
    for run in runs_of(chars):
        places = {place[id(char)] for char in run}
        if len(places) > 1 and _runs_on(run, [place[id(char)] for char in run]):
            doubtful.update(map(id, run))
    return [char._replace(text=DOUBT) if id(char) in doubtful else char for char in chars]


def _runs_on(run: Sequence[Char], places: Sequence[tuple[int, int] | None]) -> bool:
    gaps = [b.x0 - a.x1 for a, b in pairwise(run)]
    walls = [n for n, (a, b) in enumerate(pairwise(places)) if a != b]
    usual = max((gap for n, gap in enumerate(gaps) if n not in walls), default=0.0)
    return any(gaps[n] <= max(usual, 0.0) + SET_APART * run[n].height for n in walls)
