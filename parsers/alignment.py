"""What an alignment is: cells that got an id, and what is doubtful about them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from model.vocabulary import ReadMethod
from parsers.cells import Content
from parsers.labels import Target
from parsers.page import Cell, Row


class Placed(NamedTuple):
    """A cell that got an id. `table`: of which part and table of the document its row is."""

    content: Content
    raw: str
    where: str
    label: str
    method: ReadMethod = ReadMethod.ORDINAL
    table: tuple[str, int] | None = None


class Surplus(NamedTuple):
    """A row of text with one value too many: item `at` of the page, its label, and the order of its columns."""

    at: int
    target: Target
    row: Row
    values: list[Cell]
    label: str
    moved: dict[str, tuple[str, ...]]


@dataclass
class Alignment:
    """What one form found in a page. `doubts`: id to the reason why its value may be wrong.

    `led_by_blanks`: by table, ids of rows that a blank cell too many stood before; `longer`: tables with rows that have
    too many cells and begin with a figure. `lengths`: by table of the page and of the form, how many
    cells stand behind the labels of its rows. `of_this_year`: those of the words `seen` that stand in no table of
    another period. `seen_in`: by table of the form, the tables of the page with words of it;
    `figures`: the tables of the page with figures. `in_text`: rows were cut out of text, not drawn by markup. `strays`:
    by item of the page, numbers of text that stand where no value is expected; `surplus`: rows of text with one value
    too many. `again`: ids met in a second row. `heads`: groups whose label was met, by table. `units`: of rows of a
    list their ids, and what stands in the place of their unit.
    """

    placed: dict[str, Placed] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    extras: list[tuple[str, str, list[str]]] = field(default_factory=list)
    seen: dict[str, set[str]] = field(default_factory=dict)
    loose_rows: list[tuple[int, Row]] = field(default_factory=list)
    order: list[tuple[int, Target]] = field(default_factory=list)
    disordered: set[str] = field(default_factory=set)
    led_by_blanks: dict[str, list[str]] = field(default_factory=dict)
    longer: set[str] = field(default_factory=set)
    last: tuple[str, ...] = ()
    last_at: int = -1
    lengths: dict[tuple[int, str], list[tuple[int, tuple[str, ...]]]] = field(default_factory=dict)
    of_this_year: dict[str, set[str]] = field(default_factory=dict)
    seen_in: dict[str, set[int]] = field(default_factory=dict)
    figures: set[int] = field(default_factory=set)
    in_text: bool = False
    strays: list[tuple[int, int]] = field(default_factory=list)
    surplus: list[Surplus] = field(default_factory=list)
    heads: set[tuple[str, str]] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    units: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
