"""Cells that stand one after another, each on a line of its own or with blanks between: labels, then their values."""

from collections import Counter
from itertools import pairwise

from model.normal_text import ENUMERATOR, fold
from parsers.cells import read_cell
from parsers.page import Cell, Page, Row

MOST_LABELS = 40
MOST_PIECES, LONGEST_PIECE = 3, 60
WIDE_GAP = 2
EVEN = 0.9


class Rows:
    """Adds rows to a page; collects labels and then values, and makes a row of them when the next label begins.

    `gap`: what stands between the line read last and this one, a sign for each line without words. `gaps`: those before
    each of `values`; `lined`: for each row of values the gaps before them and the one behind.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.labels, self.values = page, list[str](), list[str]()
        self.table = self.number = 1
        self.gap, self.gaps = "", list[str]()
        self.lined: list[tuple[int, list[str]]] = []

    @property
    def ends_in_value(self) -> bool:
        """Do the last values stand at the very end, with nothing behind to show that none is missing?"""
        return any(read_cell(v).value is not None for v in self.values)

    def row(
        self, texts: list[str], *, loose: bool = True, grid: bool = False, uneven: bool = False, broken: bool = False,
        lined: bool = False,
    ) -> None:  # fmt: skip
        cells = tuple(Cell(t, n) for n, t in enumerate(texts, 1))
        self.page.items.append(Row(cells, self.table, self.number, loose, grid, uneven, broken, lined))
        self.number += 1

    def new_table(self) -> None:
        self.flush()
        self.labels = []
        if self.number > 1:
            self.table, self.number = self.table + 1, 1

    def flush(self) -> None:
        if self.values:
            self.row(self.labels[-MOST_LABELS:] + self.values, lined=True)
            self.lined.append((len(self.page.items) - 1, [*self.gaps, self.gap]))
            self.labels, self.values, self.gaps = [], [], []

    def piped(self, cells: list[str], *, loose: bool = True, unclosed: bool = False) -> None:
        """A line with pipes. What stands alone before it may be the beginning of its label, broken over lines.

        `unclosed`: it begins with a pipe and does not end with one, so its end may be lost.
        """
        self.flush()
        kinds = [read_cell(c).is_value for c in cells if c]
        if sum(a and not b for a, b in pairwise(kinds)) > 1:
            self._tokens([c for c in cells if c])  # several rows on one line
            return
        pieces = [w for w in self.labels[-MOST_PIECES:] if len(w) <= LONGEST_PIECE and "。" not in w]
        self.row([*pieces, *cells], loose=loose or (bool(pieces) and all(kinds)), broken=bool(pieces), uneven=unclosed)
        self.labels = [] if any(kinds) or "" in cells else cells[-1:]

    def line(self, line: str) -> None:
        """A line without pipes or tabs; figures at its end are values of the words before them."""
        tokens = line.split()
        cut = len(tokens)
        while cut and read_cell(tokens[cut - 1]).is_value:
            cut -= 1
        if cut == len(tokens):
            self._tokens(["".join(tokens)])
        else:
            self._tokens([*_labels(line, tokens[:cut]), *tokens[cut:]])

    def words(self, line: str) -> None:
        """A line as long as a paragraph: whatever its blanks divide."""
        self._tokens(line.split())

    def _tokens(self, tokens: list[str]) -> None:
        for token in tokens:
            # 无。 is what the last part of a report says.
            if read_cell(token).is_value and token[-1] != "。":
                self.values.append(token)
                self.gaps.append(self.gap)
                self.gap = ""
                continue
            self.flush()
            self.labels.append(token)
            self.gap = ""

    def mark_odd_gaps(self) -> None:
        """Marks values that stand at another distance from what is before or behind them than nearly all others."""
        often = Counter(gap for _, gaps in self.lined for gap in gaps)
        if not often:
            return
        ((usual, count),) = often.most_common(1)
        if count < EVEN * often.total():
            return
        for at, gaps in self.lined:
            row = self.page.items[at]
            if not isinstance(row, str) and any(gap != usual for gap in gaps):
                first = len(row.cells) - len(gaps) + 1
                odd = {first + n for n, pair in enumerate(pairwise(gaps)) if any(gap != usual for gap in pair)}
                self.page.items[at] = row._replace(odd=frozenset(row.cells[n].column for n in odd))


def _labels(line: str, tokens: list[str]) -> list[str]:
    """Words before values as labels: a new one begins with an enumerator or behind a wide gap."""
    labels: list[str] = []
    at = 0
    for token in tokens:
        start = line.index(token, at)
        if labels and start - at < WIDE_GAP and not ENUMERATOR.match(fold(token)):
            labels[-1] += token
        else:
            labels.append(token)
        at = start + len(token)
    return labels
