"""Tables that go on over a page break: what the break has cut is put together, or told to be doubtful."""

import re
from functools import lru_cache

from model.forms import load_forms
from model.normal_text import bare_label, fold, label_key
from parsers.cells import read_cell
from parsers.readers.pdf.characters import DOUBT
from parsers.readers.pdf.sheets import SheetCell, SheetTable

SAME = 4.0  # points: edges of columns on two pages
ENUMERATED = re.compile(r"^\s*(?:[（(]?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[)）、.．]|[①-⑳㈠-㈩])")
LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=1)
def _labels() -> frozenset[str]:
    """What the forms print in front of their figures, without numbers in front."""
    blocks = [block for form in load_forms().values() for table in form.tables for block in table.blocks]
    found = {row.label for block in blocks for top in block.rows for row, _ in top.walk()}
    found |= {block.label for block in blocks if block.label}
    return frozenset(bare_label(label_key(label)) for label in found)


def goes_on(before: SheetTable, after: SheetTable) -> bool:
    """Is the table on the next page the rest of this one: the same edges, and the same columns somewhere?"""
    return abs(before.box.x0 - after.box.x0) <= SAME and abs(before.box.x1 - after.box.x1) <= SAME


def doubt_first_row(before: SheetTable, after: SheetTable) -> None:
    """A table seems to begin that ends at the same edge: its first row may be half a row, and no blank in it is one."""
    if abs(before.box.x1 - after.box.x1) <= SAME:
        for cell in after.row(0):
            cell.text = cell.text if cell.text.strip() else DOUBT


def without_repeated_header(before: SheetTable, after: SheetTable) -> int:
    """How many rows at the top of the next page only repeat the first rows of the table."""
    rows = 0
    while rows < min(before.rows, after.rows):
        ours, theirs = before.row(rows), after.row(rows)
        texts = [label_key(cell.text) for cell in theirs]
        if not theirs or texts != [label_key(cell.text) for cell in ours]:
            break
        if any(read_cell(cell.text).value is not None for cell in theirs):
            break
        rows += 1
    return rows


def mend(before: SheetTable, after: SheetTable, first: int) -> None:
    """Puts together the cells that the page break has cut. `first`: the row of `after` below the repeated header.

    A label whose second half stands on the next page gets it. Where a row may be cut and its label does not tell, the
    cells that look blank are doubtful.
    """
    above = [cell for cell in before.cells if cell.area.row + cell.area.rows == before.rows]
    below = [cell for cell in after.cells if cell.area.row == first]
    pairs = [(a, b) for a in above for b in below if _same_columns(a, b)]
    if not pairs:
        return
    if len(pairs) == len(above) == len(below) and _may_be_cut(pairs):
        _mend_row(pairs, before, after)
        return
    if len(pairs) == len(above) == len(below) and _is_cut_in_figures(pairs):
        for a, b in pairs:
            a.text, b.text = _joined(a, b), ""  # 20 here and 3 there: 203 or 20 and 3, which nobody can tell
        _drop(after, below)
        return
    words = any(cell.text.strip() for cell in below)
    for a, b in pairs:
        # A label beside several rows, cut between two of them
        spans = a.area.rows > 1 or b.area.rows > 1
        if spans and _has_letters(a) and (not b.text.strip() or _is_rest(a, b)):
            a.text, b.text = _joined(a, b), ""
    if words and all(_has_letters(a) for a, _ in pairs) and not any(cell.text.strip() for cell in below):
        after.cells = [cell for cell in after.cells if cell not in below]  # the lower ends of headings


def _same_columns(a: SheetCell, b: SheetCell) -> bool:
    return abs(a.box.x0 - b.box.x0) <= SAME and abs(a.box.x1 - b.box.x1) <= SAME


def _has_letters(cell: SheetCell) -> bool:
    return LETTER.search(cell.text) is not None


def _joined(a: SheetCell, b: SheetCell) -> str:
    return "\n".join(text for text in (a.text, b.text) if text.strip())


def _bare(text: str) -> str:
    return bare_label(label_key(text))


def _is_rest(a: SheetCell, b: SheetCell) -> bool:
    """Is this text the second half of a label, and no label of its own?"""
    if not _has_letters(b):
        return False  # a figure below a heading that reaches down to the page break
    if _bare(a.text + b.text) in _labels() and _bare(a.text) not in _labels():
        return True
    return not ENUMERATED.match(fold(b.text)) and _bare(b.text) not in _labels()


def _may_be_cut(pairs: list[tuple[SheetCell, SheetCell]]) -> bool:
    """Could the two rows be one: no cell has figures on both pages, and figures stand on one side only?"""
    if any(_has_letters(a) and b.text.strip() and not _has_letters(b) for a, b in pairs):
        return False  # a figure below a heading
    figures = [(a, b) for a, b in pairs if not (_has_letters(a) or _has_letters(b))]
    ours = any(a.text.strip() for a, _ in figures)
    theirs = any(b.text.strip() for _, b in figures)
    return bool(figures) and ours != theirs


def _is_cut_in_figures(pairs: list[tuple[SheetCell, SheetCell]]) -> bool:
    """Is this one row with a figure in two lines that was cut: figures on both pages, no label of its own below?"""
    labels = [(a, b) for a, b in pairs if _has_letters(a) or _has_letters(b)]
    figures = [(a, b) for a, b in pairs if not (_has_letters(a) or _has_letters(b))]
    both = any(a.text.strip() for a, _ in figures) and any(b.text.strip() for _, b in figures)
    # A label may be cut behind its number: 2. and 没有现成信息
    rests = (not b.text.strip() or (a.text.strip() and _is_rest(a, b)) for a, b in labels)
    return both and bool(labels) and all(rests)


def _mend_row(pairs: list[tuple[SheetCell, SheetCell]], before: SheetTable, after: SheetTable) -> None:
    figures = [(a, b) for a, b in pairs if not (_has_letters(a) or _has_letters(b))]
    labels = [(a, b) for a, b in pairs if _has_letters(a) or _has_letters(b)]
    ours = any(a.text.strip() for a, _ in figures)
    halves = [(a, b) for a, b in labels if a.text.strip() and b.text.strip()]
    rests = all(_is_rest(a, b) for a, b in halves)
    known = [_bare(a.text + b.text) in _labels() and _bare(a.text) not in _labels() for a, b in halves]
    if not rests or (not halves and any(b.text.strip() for _, b in labels)):
        return
    if ours or any(known):
        for a, b in pairs:
            if ours:
                a.text, b.text = _joined(a, b), ""
            else:
                a.text, b.text = "", _joined(a, b)
        _drop(before if not ours else after, [a if not ours else b for a, b in pairs])
    else:
        for a, _ in figures:
            a.text = DOUBT


def _drop(table: SheetTable, cells: list[SheetCell]) -> None:
    """Takes out a row that the other page has taken over; a cell beside more rows stays, blank."""
    table.cells = [cell for cell in table.cells if cell not in cells or cell.area.rows > 1]
