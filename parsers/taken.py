"""What was taken from a document for the values of a form, and what went wrong on the way."""

from dataclasses import dataclass, field

from model.forms import FormTable
from model.report import Extra
from model.vocabulary import ReadMethod
from parsers.cells import Content


@dataclass(frozen=True, slots=True)
class TakenCell:
    """One printed cell that a value was read from. `label` is the label that claimed it."""

    raw: str
    content: Content
    where: str
    label: str
    method: ReadMethod = ReadMethod.ORDINAL


@dataclass(slots=True)
class TakenTable:
    """One table of a document, read by the labels of one form.

    `doubtful`: ids whose cell was read and may be wrong; `unreadable`: ids whose row is there but does not fit the form.
    """

    table: FormTable
    era: str
    cells: dict[str, TakenCell] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    extras: list[Extra] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    last_row: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(f.id for f in self.table.fields)

    @property
    def is_there(self) -> bool:
        return bool(self.cells or self.unreadable)

    def put(self, ids: tuple[str, ...], cells: list[TakenCell]) -> None:
        """Give a row's cells to its ids. A row that comes twice with other figures makes both doubtful."""
        self.last_row = ids
        for one, cell in zip(ids, cells, strict=True):
            held = self.cells.get(one)
            if held is None:
                self.cells[one] = cell
            elif (held.content.state, held.content.value) != (cell.content.state, cell.content.value):
                self.doubtful.update(ids)
                self.note("row_twice")
        self.unreadable.difference_update(i for i in ids if i in self.cells and i not in self.doubtful)

    def spoil(self, ids: tuple[str, ...], reason: str) -> None:
        """A row is there and can't be read: nothing is guessed."""
        self.last_row = ids
        self.note(reason)
        self.unreadable.update(i for i in ids if i not in self.cells)
        self.doubtful.update(i for i in ids if i in self.cells)

    def note(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)
