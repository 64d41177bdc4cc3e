"""Figures in flattened text: after a label, the next values up to the row's count, across line breaks."""

from collections.abc import Iterator
from dataclasses import dataclass

from model.vocabulary import CellState
from parsers.cells import read_cell
from parsers.eras import TABLES
from parsers.labels import FormLabels, RowLabel, group_of, key_of, labels_of, row_of
from parsers.page import Page, Row
from parsers.taken import TakenCell, TakenTable

ROW_OF_FIFTEEN = 15
LONGEST_LABEL = 6  # tokens


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text. `between`: an empty cell with a further cell behind it on the line, so a blank cell."""

    text: str
    where: str
    line: int
    between: bool = False


def tokens(page: Page) -> Iterator[Token]:
    """Words in reading order; the empty cells at the end of a line are left out."""
    for number, item in enumerate(page.items):
        if isinstance(item, str):
            for word in item.split():
                yield Token(word, f"line {number + 1}", number)
            continue
        texts = [c.text for c in item.cells]
        last = max((n for n, t in enumerate(texts) if t), default=-1)
        for n, text in enumerate(texts[: last + 1]):
            yield Token(text, _place(item, n + 1), number, between=not text)


def _place(row: Row, column: int) -> str:
    return f"line {row.number}, cell {column}"


class Stream:
    """Reads tokens one by one; what it waits for is the rest of one row."""

    def __init__(self, eras: dict[str, str]) -> None:
        self.labels: dict[str, FormLabels] = {t: labels_of(eras[t], t) for t in TABLES}
        self.taken = {t: TakenTable(self.labels[t].table, eras[t]) for t in TABLES}
        self.group: str | None = None
        self.words: list[str] = []
        self.label: tuple[str, RowLabel, str] | None = None
        self.values: list[TakenCell] = []
        self.full_at = -1
        self.review: list[TakenCell] = []
        self.in_review = False

    def read(self, page: Page) -> dict[str, TakenTable]:
        """All tables, as far as their rows are there."""
        for token in tokens(page):
            self._token(token)
        self._give_up()
        self._end_review()
        return self.taken

    def _token(self, token: Token) -> None:
        content = read_cell(token.text)
        if self.label is not None:
            if token.between or (content.is_value and token.text):
                self._value(token)
                return
            if content.state is CellState.TEXT and not self._names_a_row(token.text):
                self._value(token)
                return
            self._give_up()
        if content.is_value and token.text:
            self._stray(token)
            return
        if token.text:
            self._word(token)

    def _names_a_row(self, text: str) -> bool:
        key = key_of(text)
        return any(row_of(labels, key, self.group) or group_of(labels, key) for labels in self.labels.values())

    def _value(self, token: Token) -> None:
        assert self.label is not None
        table, label, words = self.label
        self.values.append(TakenCell(token.text, read_cell(token.text), token.where, words))
        if len(self.values) == len(label.ids):
            self.taken[table].put(label.ids, self.values)
            self.full_at, self.label, self.values, self.words = token.line, None, [], []
            self._last = (table, label)

    def _stray(self, token: Token) -> None:
        """A figure that no label waits for: one too many for the row before it on this line, or a cell of Table 4."""
        if self.full_at == token.line and not self.in_review:
            table, label = self._last
            self.taken[table].spoil(label.ids, "row_does_not_fit")
        elif self.in_review:
            self.review.append(TakenCell(token.text, read_cell(token.text), token.where, ""))
        self.words = []

    def _word(self, token: Token) -> None:
        key = key_of(token.text)
        if "结果维持" in key or "未经复议" in key:
            self.in_review, self.review = True, []
        elif self.in_review and self.review and not read_cell(token.text).is_value:
            self._end_review()
        self.words = [*self.words, token.text][-LONGEST_LABEL:]
        for count in range(1, len(self.words) + 1):
            words = "".join(self.words[-count:])
            joined = key_of(words)
            for table in ("applications", "proactive"):
                labels = self.labels[table]
                label = row_of(labels, joined, self.group)
                if label is None and (group := group_of(labels, joined)) is not None:
                    self.group = group
                if label is not None:
                    self.label = (table, label, words)
                    self.group = label.groups[-1] if label.groups else None
                    self.values = []
                    return

    def _give_up(self) -> None:
        """The next label came before the row was full. Without any value it was a heading or prose, not a row."""
        if self.label is not None and self.values:
            table, label, _ = self.label
            self.taken[table].spoil(label.ids, "row_does_not_fit")
        self.label, self.values = None, []

    def _end_review(self) -> None:
        taken = self.taken["review_litigation"]
        if len(self.review) == ROW_OF_FIFTEEN:
            taken.put(taken.ids, self.review)
        elif self.review:
            taken.spoil(taken.ids, "row_does_not_fit")
        if self.review:
            self.in_review = False
        self.review = []
