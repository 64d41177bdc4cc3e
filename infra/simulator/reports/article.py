"""A report as blocks, rows and cells: what layouts change before it becomes bytes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from infra.simulator.reports.figures import Number
from model.vocabulary import CellState

Role = Literal["section", "header", "label", "value", "extra"]


@dataclass
class Cell:
    """One printed cell. A value cell has an `id`; its `value` and `state` are what a reader must report."""

    text: str
    role: Role
    colspan: int = 1
    rowspan: int = 1
    id: str | None = None
    value: Number | None = None
    state: CellState | None = None
    unit: str | None = None
    """Unit printed in the cell itself."""
    pieces: tuple[str, ...] = ()
    """The text broken into lines, when a layout breaks it."""

    def print_number(self, text: str, unit: str | None = None) -> None:
        """Print the same number in another way."""
        self.text, self.unit = text, unit

    def print_nothing(self, text: str, state: CellState) -> None:
        """Print something that is no number: the value is lost, and it is not zero."""
        self.text, self.value, self.state = text, None, state


@dataclass
class Row:
    """Cells from left to right, without those covered from above."""

    cells: list[Cell]
    block: str = ""
    """Id of the part of the table that the row belongs to (`art20_5`), or of its group (`results.not_disclosed`)."""
    is_head: bool = False

    def values(self) -> list[Cell]:
        """The cells that carry a value of the form."""
        return [cell for cell in self.cells if cell.id is not None]


@dataclass
class Table:
    """One of the three tables, or a piece of it."""

    id: str
    rows: list[Row]
    width: int


@dataclass
class Text:
    """A line of prose, a heading or the title."""

    text: str
    kind: Literal["title", "heading", "paragraph"] = "paragraph"


@dataclass
class Extra:
    """A row that the form does not know, printed by the office all the same."""

    table: str
    label: str
    values: list[str]


@dataclass
class Article:
    """The blocks of one report in reading order."""

    blocks: list[Text | Table]
    extras: list[Extra] = field(default_factory=list)

    def tables(self) -> list[Table]:
        """The tables in order."""
        return [block for block in self.blocks if isinstance(block, Table)]

    def table(self, name: str) -> Table:
        """The first table (or piece) of that id."""
        return next(table for table in self.tables() if table.id == name)

    def rows(self) -> Iterator[Row]:
        """All rows of all tables."""
        for table in self.tables():
            yield from table.rows

    def cells(self) -> Iterator[Cell]:
        """All cells of all tables."""
        for row in self.rows():
            yield from row.cells

    def values(self) -> Iterator[Cell]:
        """The cells that carry values of the form."""
        return (cell for cell in self.cells() if cell.id is not None)

    def labels(self) -> Iterator[Cell]:
        """The cells that carry words of the form."""
        return (cell for cell in self.cells() if cell.role in {"section", "header", "label"})

    def replace(self, table: Table, pieces: list[Text | Table]) -> None:
        """Put other blocks in the place of one table."""
        at = self.blocks.index(table)
        self.blocks[at : at + 1] = pieces
