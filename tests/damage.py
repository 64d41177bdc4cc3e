"""What goes wrong between a form and a page, done to the rows and cells before any layout writes them.

A damage changes an article and returns the ids whose value the page no longer prints whole under its own label. All
other value cells say what is printed.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from infra.simulator.reports import Number, invent
from infra.simulator.reports.article import Article, Cell, Row, Table, Text
from infra.simulator.reports.dice import dice as dice_of
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.layouts import LAYOUTS
from infra.simulator.reports.rendering import bare_page
from infra.simulator.reports.report import GeneratedReport
from model.vocabulary import CellState

Damage = Callable[[Article, Random], set[str]]
DAMAGES: dict[str, Damage] = {}


@dataclass(frozen=True)
class Damaged:
    """A page, what it prints whole, and the ids that it does not, with what a page without damage would print."""

    content: bytes
    printed: dict[str, Number | None]
    gone: dict[str, Number | None]


def damage(report: GeneratedReport, name: str, layout: str, seed: int) -> Damaged:
    """The page of a report with one thing wrong with it; the same arguments give the same bytes."""
    article = article_of(report)
    gone = DAMAGES[name](article, dice_of(seed, name))
    draft = LAYOUTS[layout].make(article, dice_of(seed, layout))
    text = bare_page(report.title)(draft.text, draft.declared) if draft.media_type == "text/html" else draft.text
    printed = {c.id: c.value for c in article.values() if c.id is not None and c.id not in gone}
    zeros_print = not layout.endswith("_zeros")
    return Damaged(
        text.encode(draft.encoding),
        printed,
        {i: v if v or zeros_print else None for i, v in report.values.items() if i in gone},
    )


def _known(make: Damage) -> Damage:
    DAMAGES[make.__name__] = make
    return make


def _ids(cells: list[Cell]) -> set[str]:
    return {c.id for c in cells if c.id is not None}


def _forget(cells: list[Cell]) -> set[str]:
    """The cells carry no value of the form any longer."""
    ids = _ids(cells)
    for cell in cells:
        cell.id = None
    return ids


def _rows(article: Article, least: int = 1) -> list[tuple[Table, Row]]:
    return [(t, r) for t in article.tables() for r in t.rows if len(r.values()) >= least]


def _labelled(article: Article, least: int = 1) -> list[tuple[Table, Row]]:
    """Rows with one label and no cell that reaches down from them."""
    return [
        (t, r) for t, r in _rows(article, least)
        if len(r.cells) == len(r.values()) + 1 and all(c.rowspan == 1 for c in r.cells)
    ]  # fmt: skip


def _cell(article: Article, dice: Random, wanted: Callable[[Cell], bool] = lambda _c: True) -> tuple[Row, Cell] | None:
    found = [(r, c) for _, r in _rows(article) for c in r.values() if wanted(c)]
    return dice.choice(found) if found else None


def _whole(cell: Cell) -> bool:
    return isinstance(cell.value, int) and cell.value > 9


@_known
def lost_row(article: Article, dice: Random) -> set[str]:
    table, row = dice.choice(_labelled(article))
    table.rows.remove(row)
    return _ids(row.cells)


@_known
def lost_cell(article: Article, dice: Random) -> set[str]:
    _, row = dice.choice(_rows(article, 2))
    gone = _ids(row.values())
    row.cells.remove(dice.choice(row.values()))
    return gone


@_known
def split_number(article: Article, dice: Random) -> set[str]:
    if (found := _cell(article, dice, _whole)) is None:
        return set()
    row, cell = found
    cut = dice.randrange(1, len(cell.text))
    other = Cell(cell.text[cut:], "extra")
    cell.text = cell.text[:cut]
    gone = _ids(row.values())
    row.cells.insert(row.cells.index(cell) + 1, other)
    return gone


@_known
def split_number_and_lost_cell(article: Article, dice: Random) -> set[str]:
    """As many cells as before, some of them not where they belong; the identities bind them."""
    rows = [
        (r, c) for _, r in _rows(article, 5) for c in r.values()
        if _whole(c) and not (c.id or "").endswith(".total")
    ]  # fmt: skip
    if not rows:
        return set()
    row, cell = dice.choice(rows)
    gone = _ids(row.values())
    other = dice.choice([c for c in row.values() if c is not cell])
    row.cells.insert(row.cells.index(cell) + 1, Cell(cell.text[1:], "extra"))
    cell.text = cell.text[:1]
    row.cells.remove(other)
    return gone


@_known
def swapped_rows(article: Article, dice: Random) -> set[str]:
    pairs = [
        (t, a, b) for (t, a), (u, b) in pairwise(_labelled(article))
        if t is u and a.block == b.block and abs(t.rows.index(a) - t.rows.index(b)) == 1
    ]  # fmt: skip
    table, first, second = dice.choice(pairs)
    at, to = table.rows.index(first), table.rows.index(second)
    table.rows[at], table.rows[to] = second, first
    return set()


@_known
def labels_change_places(article: Article, dice: Random) -> set[str]:
    """Two labels change places and the figures do not: what is printed is what the labels say."""
    rows = [r for _, r in _labelled(article, 7) if r.block == "results.not_disclosed"]
    first, second = dice.sample(rows, 2)
    first.cells[0].text, second.cells[0].text = second.cells[0].text, first.cells[0].text
    for a, b in zip(first.values(), second.values(), strict=True):
        a.id, b.id = b.id, a.id
    return set()


@_known
def the_same_label_twice(article: Article, dice: Random) -> set[str]:
    """A row has the label of the row above it."""
    first, second = dice.choice([(a, b) for (_, a), (_, b) in pairwise(_labelled(article, 7)) if a.block == b.block])
    second.cells[0].text = first.cells[0].text
    return _ids(first.cells) | _ids(second.cells)


@_known
def mistyped_label(article: Article, dice: Random) -> set[str]:
    _, row = dice.choice(_labelled(article))
    words = row.cells[0].text
    at = dice.randrange(len(words))
    row.cells[0].text = words[:at] + "囗" + words[at + 1 :]
    return set()


@_known
def lost_label(article: Article, dice: Random) -> set[str]:
    _, row = dice.choice(_labelled(article, 7))
    row.cells[0].text = ""
    return _ids(row.cells)


@_known
def repeated_header(article: Article, dice: Random) -> set[str]:
    table = article.table("applications")
    head = [r for r in table.rows if r.is_head]
    at = table.rows.index(dice.choice([r for r in table.rows if not r.is_head]))
    table.rows[at:at] = deepcopy(head)
    return set()


@_known
def shifted_by_a_blank(article: Article, dice: Random) -> set[str]:
    _, row = dice.choice(_rows(article, 2))
    row.cells.insert(row.cells.index(dice.choice(row.values())), Cell("", "extra"))
    return _ids(row.values())


def _shift(row: Row) -> None:
    """A blank before the figures and the last one fallen off: what is printed stands one column further right."""
    cells = row.values()
    for left, right in reversed(list(pairwise(cells))):
        right.text, right.value = left.text, left.value
    cells[0].print_nothing("", CellState.BLANK)


@_known
def shifted_row(article: Article, dice: Random) -> set[str]:
    _shift(dice.choice(_rows(article, 7))[1])
    return set()


@_known
def shifted_column(article: Article, _dice: Random) -> set[str]:
    for row in article.table("applications").rows:
        if row.values():
            _shift(row)
    return set()


@_known
def changed_figure(article: Article, dice: Random) -> set[str]:
    cell = dice.choice([c for c in article.values() if isinstance(c.value, int) and c.value >= 0])
    cell.value = int(cell.value or 0) + dice.randint(1, 9)
    cell.text = str(cell.value)
    return set()


@_known
def digits_swapped(article: Article, dice: Random) -> set[str]:
    found = _cell(article, dice, lambda c: _whole(c) and len(set(c.text)) > 1)
    if found:
        _, cell = found
        cell.text = cell.text[::-1]
        cell.value = int(cell.text)
        if cell.text[0] == "0":
            cell.text = str(cell.value)
    return set()


@_known
def row_of_another_report(article: Article, dice: Random) -> set[str]:
    """The figures of a row are those of another agency."""
    newer = any((c.id or "").endswith("amount_wan_yuan") for c in article.values())
    (other,) = invent(1, "form2021" if newer else "form2019", dice.randrange(10**6))
    _, row = dice.choice(_rows(article, 7))
    for cell in row.values():
        cell.value = other.values[cell.id or ""]
        cell.text = str(cell.value)
    return set()


@_known
def row_twice_with_other_figures(article: Article, dice: Random) -> set[str]:
    table, row = dice.choice(_labelled(article))
    other = deepcopy(row)
    for cell in other.values():
        cell.text = str(dice.randint(0, 40))
    _forget(other.values())
    table.rows.insert(table.rows.index(row) + 1, other)
    return _ids(row.values())


@_known
def total_row_moved(article: Article, dice: Random) -> set[str]:
    table = article.table("applications")
    total = next(r for r in table.rows if "applications.total.total" in _ids(r.values()))
    table.rows.remove(total)
    heads = sum(r.is_head for r in table.rows)
    table.rows.insert(dice.choice([heads, heads + 2, len(table.rows)]), total)
    return set()


@_known
def columns_change_places(article: Article, dice: Random) -> set[str]:
    """Header and figures of two columns change places together."""
    first, second = dice.sample(range(1, 4), 2)
    for row in article.table("applications").rows:
        if row.values():
            start = len(row.cells) - 7
            a, b = start + first, start + second
        elif any("商业企业" in c.text for c in row.cells):
            a, b = first - 1, second - 1
        else:
            continue
        row.cells[a], row.cells[b] = row.cells[b], row.cells[a]
    return set()


@_known
def headers_change_places(article: Article, _dice: Random) -> set[str]:
    """Two words of the header change places and the figures do not."""
    table = article.table("applications")
    head = next(r for r in table.rows if any("商业企业" in c.text for c in r.cells))
    head.cells[0].text, head.cells[1].text = head.cells[1].text, head.cells[0].text
    for row in table.rows:
        if row.values():
            a, b = row.values()[1:3]
            a.id, b.id = b.id, a.id
    return set()


@_known
def merged_cells(article: Article, dice: Random) -> set[str]:
    """One cell stands for two."""
    _, row = dice.choice(_rows(article, 2))
    first, second = dice.choice(list(pairwise(row.values())))
    gone = _ids(row.values())
    row.cells.remove(second)
    first.colspan += second.colspan
    return gone


@_known
def glued_cells(article: Article, dice: Random) -> set[str]:
    """The figures of two cells in one."""
    _, row = dice.choice(_rows(article, 2))
    first, second = dice.choice(list(pairwise(row.values())))
    gone = _ids(row.values())
    first.text += dice.choice(["", " "]) + second.text
    row.cells.remove(second)
    return gone


@_known
def two_lines_in_a_cell(article: Article, dice: Random) -> set[str]:
    _, row = dice.choice(_rows(article, 2))
    cell = dice.choice(row.values())
    cell.pieces = (cell.text, str(dice.randint(0, 99)))
    cell.text = " ".join(cell.pieces)
    return _forget([cell])


@_known
def repeated_cell(article: Article, dice: Random) -> set[str]:
    _, row = dice.choice(_rows(article, 2))
    cell = dice.choice(row.values())
    other = deepcopy(cell)
    other.id = None
    row.cells.insert(row.cells.index(cell), other)
    return _ids(row.values())


@_known
def serial_numbers(article: Article, _dice: Random) -> set[str]:
    """A column of running numbers before the labels of Table 2."""
    number = 0
    for row in article.table("proactive").rows:
        number += bool(row.values())
        row.cells.insert(0, Cell(str(number) if row.values() else "序号", "extra"))
    return set()


@_known
def column_of_notes(article: Article, dice: Random) -> set[str]:
    """A column more at the end of Table 3: figures of last year, without a word about it."""
    gone: set[str] = set()
    for row in article.table("applications").rows:
        if row.values():
            gone |= _ids(row.values())
            row.cells.append(Cell(str(dice.randint(0, 9)), "extra"))
    return gone


@_known
def footnote_mark(article: Article, dice: Random) -> set[str]:
    cell = dice.choice([c for c in article.values() if isinstance(c.value, int) and c.value >= 0])
    cell.text += dice.choice(["①", "¹", "*", "②", "²"])
    return set()


@_known
def no_whole_number(article: Article, dice: Random) -> set[str]:
    found = _cell(article, dice, lambda c: _whole(c) and "items_change" not in (c.id or ""))
    if found is None:
        return set()
    _, cell = found
    n = cell.text
    cell.text = dice.choice([
        f"约{n}", f"{n}余", f"{n[:-1]}l", f"{n[0]}O{n[2:]}", f"{n}-{n}", f"{n}/2", f"{n[:-1]},{n[-1]}",
        f"{n[:-1]}.{n[-1]}", f"{n}%", f"{n}?", f"-{n}", f"({n})", f"{n}.{n}.{n}",
    ])  # fmt: skip
    return _forget([cell])


@_known
def none_for_a_whole_row(article: Article, dice: Random) -> set[str]:
    """One cell with a word over all columns of a row."""
    _, row = dice.choice(_rows(article, 7))
    gone = _ids(row.values())
    row.cells[-len(row.values()) :] = [Cell(dice.choice(["无", "—", "/"]), "extra", len(row.values()))]
    return gone


def _old(table: Table, dice: Random) -> Table:
    other = deepcopy(table)
    for row in other.rows:
        for cell in row.values():
            cell.text, cell.id = str(dice.randint(0, 60)), None
    return other


def _beside(article: Article, table: Table, blocks: list[Text | Table], *, below: bool = True) -> None:
    article.replace(table, [table, *blocks] if below else [*blocks, table])


@_known
def last_year_below(article: Article, dice: Random) -> set[str]:
    table = dice.choice(article.tables())
    caption = dice.choice(["附：上年度数据", "上年度情况（供对照）", "上一年度报表", "上年同期数据"])
    _beside(article, table, [Text(caption), _old(table, dice)])
    return set()


@_known
def last_year_under_a_heading(article: Article, dice: Random) -> set[str]:
    table = dice.choice(article.tables())
    _beside(article, table, [Text("附件：上年度统计数据", "heading"), _old(table, dice)])
    return set()


@_known
def another_table_without_a_word(article: Article, dice: Random) -> set[str]:
    """The same table twice with other figures: nothing says which is right."""
    table = dice.choice(article.tables())
    ids = {c.id for r in table.rows for c in r.values() if c.id}
    _beside(article, table, [_old(table, dice)], below=dice.random() < 0.5)
    return ids


@_known
def the_same_table_twice(article: Article, dice: Random) -> set[str]:
    table = dice.choice(article.tables())
    _beside(article, table, [deepcopy(table)])
    return set()


@_known
def decoy_table(article: Article, dice: Random) -> set[str]:
    rows = [Row([Cell(w, "extra"), Cell(str(dice.randint(1, 99)), "extra")]) for w in ("网站点击", "微信推送", "总计")]
    _beside(article, article.tables()[dice.randrange(3)], [Table("decoy", rows, 2)], below=dice.random() < 0.5)
    return set()


@_known
def decoy_of_seven_figures(article: Article, dice: Random) -> set[str]:
    """Rows of the office's own, seven figures wide, below Table 3."""
    rows = [
        Row([Cell(w, "extra"), *(Cell(str(dice.randint(0, 9)), "extra") for _ in range(7))])
        for w in ("网上申请", "信函申请", "当面申请", "其他", "总计")
    ]
    _beside(article, article.table("applications"), [Text("附：申请渠道情况"), Table("decoy", rows, 8)])
    return set()


@_known
def wide_header_of_table_4(article: Article, _dice: Random) -> set[str]:
    words = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3
    article.table("review_litigation").rows.insert(0, Row([Cell(w, "extra") for w in words], is_head=True))
    return set()


@_known
def numbered_columns_of_table_4(article: Article, _dice: Random) -> set[str]:
    """A line 1, 2, 3 … 15 under the header."""
    table = article.table("review_litigation")
    at = next(n for n, r in enumerate(table.rows) if r.values())
    table.rows.insert(at, Row([Cell(str(n), "extra") for n in range(1, 16)], is_head=True))
    return set()


@_known
def table_4_without_header(article: Article, _dice: Random) -> set[str]:
    table = article.table("review_litigation")
    table.rows = [r for r in table.rows if r.values()]
    return set()


@_known
def page_number_for_a_lost_cell(article: Article, dice: Random) -> set[str]:
    """A row lost its last figure, and the number of the page follows."""
    table, row = dice.choice(_rows(article, 2))
    gone = _ids(row.values())
    row.cells.remove(row.values()[-1])
    table.rows.insert(table.rows.index(row) + 1, Row([Cell(str(dice.randint(1, 12)), "extra")]))
    return gone


@_known
def truncated(article: Article, dice: Random) -> set[str]:
    table = article.table("applications")
    at = dice.choice([n for n, r in enumerate(table.rows) if r.values()][4:-1])
    gone = {c.id for r in table.rows[at:] for c in r.values() if c.id}
    gone |= {c.id for r in article.table("review_litigation").rows for c in r.values() if c.id}
    del table.rows[at:]
    del article.blocks[article.blocks.index(table) + 1 :]
    return gone
