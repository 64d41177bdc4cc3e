"""What every reader hands over: lines of text and rows of cells in reading order, and nothing of their markup."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple


class Cell(NamedTuple):
    """The words of one cell, lines of it apart, and its number within its row, from 1.

    `place`: where it stands, for people, when table, row and column do not tell: `sheet 附表, cell C5`,
    `page 2, box 71 332 120 350`.
    """

    text: str
    column: int
    place: str = ""


class Row(NamedTuple):
    """Cells from left to right. `table` counts the tables of the document from 1, `number` the rows of the table.

    `loose`: the row was cut out of text, so blanks at its end may stand for nothing. `grid`: cells stand in the columns
    of a drawn table (Markdown), so blanks keep their place. `uneven`: not in this row, which has lost or won a cell.
    `broken`: its first cells may be pieces of one label. `lined`: its cells stood on lines of their own, so only its
    length says where it ends. `odd`: the numbers of those that stood at another distance from their neighbours than
    cells of the text do. `within`: what stands before the place of its cells, where a document has several parts:
    `attachment 2, `. `down`: the numbers of its cells that reach into the rows below.
    """

    cells: tuple[Cell, ...]
    table: int
    number: int
    loose: bool = False
    grid: bool = False
    uneven: bool = False
    broken: bool = False
    lined: bool = False
    within: str = ""
    odd: frozenset[int] = frozenset()
    down: frozenset[int] = frozenset()

    @property
    def keeps_blanks(self) -> bool:
        """Is a blank cell of this row a cell of the document?"""
        return (self.grid or not self.loose) and not self.uneven

    def where(self, column: int) -> str:
        """The place of a cell for people."""
        (place,) = self.places([column])
        return place

    def places(self, columns: Iterable[int]) -> list[str]:
        """The places of several cells for people."""
        plain = f"{self.within}table {self.table}, row {self.number}, column "
        own = {cell.column: cell.place for cell in reversed(self.cells) if cell.place}
        if not own:
            return [f"{plain}{column}" for column in columns]
        return [f"{self.within}{own[column]}" if column in own else f"{plain}{column}" for column in columns]


@dataclass
class Page:
    """One document as read. `items` mixes lines of prose and rows; `titles` are candidates, the best first.

    Readers add to `items`; once the page is handed over nobody does, so its `rows` and `lines` are picked out once.
    `unseen`: those of the titles that stand in tags or heads and not in the text.
    `hidden`: tables that the page does not show were left out. `pictures`: the items before which a picture stands that
    is in no table of figures. `scans`: how many of its pages are pictures and were not read. `site`, `site_code`: whose
    site it is, as its tags say.
    """

    items: list[str | Row] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    published: str | None = None
    source: str | None = None
    site: str | None = None
    site_code: str | None = None
    truncated: bool = False
    glued: bool = False
    hidden: bool = False
    pictures: list[int] = field(default_factory=list)
    scans: int = 0
    reader: str = ""

    @cached_property
    def rows(self) -> list[Row]:
        return [item for item in self.items if isinstance(item, Row)]

    @cached_property
    def lines(self) -> list[str]:
        return [item for item in self.items if type(item) is str]
