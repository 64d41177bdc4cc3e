"""Rows of figures that lost their label, between two rows that have one; rows of drawn tables that lost a cell."""

import itertools
import re

from model.vocabulary import CellState
from parsers.alignment import Alignment, Placed
from parsers.cells import read_cell
from parsers.labels import LabelIndex
from parsers.page import Page, Row

FIXED = ("pdf", "ofd")  # readers of pages on which everything has its place
# 12 345 is one number, unless the row has a blank too many
BLANK_WITHIN = re.compile(r"\d\s+\d")
MOST_GAPPY = 5  # one row in five: a document that leaves its zeros blank has more


def fill_gaps(index: LabelIndex, found: Alignment) -> None:
    """Between two labelled rows, as many unlabelled rows of full length as rows are missing are taken in order."""
    rows = [t for t in index.targets if len(t.fields) > 1 and t.table not in index.strips]
    by_row = {(t.table, t.row): n for n, t in enumerate(rows)}
    order = [(at, by_row[t.table, t.row]) for at, t in found.order if (t.table, t.row) in by_row]
    for (start, first), (end, last) in itertools.pairwise(order):
        missing = [rows[n] for n in range(first + 1, last)]
        if not missing or any(f in found.placed for t in missing for f in t.fields):
            continue
        loose = []
        for at, row in found.loose_rows:
            if start < at < end:
                cells = list(row.cells)
                while len(cells) > len(missing[0].fields) and not cells[-1].text.strip():
                    cells.pop()
                if len(cells) == len(missing[0].fields):
                    loose.append((row, cells))
        if len(loose) != len(missing):
            continue
        for target, (row, cells) in zip(missing, loose, strict=True):
            for field_id, cell in zip(target.fields, cells, strict=True):
                found.placed[field_id] = Placed(read_cell(cell.text), cell.text, row.where(cell.column), "")
                found.doubts[field_id] = "no_label"


def doubt_missing_cells(page: Page, found: Alignment) -> None:
    """A blank in a drawn table may be a cell that was lost or merged: doubted where hardly another row has blanks.

    A table of HTML says where its cells are; a row of Markdown is filled up with blanks to the width of the table.
    """
    drawn = [
        target.fields for at, target in found.order
        if isinstance(row := page.items[at], Row) and row.grid and len(target.fields) > 1
    ]  # fmt: skip
    gappy = [fields for fields in drawn if any(_is_blank(i, found) for i in fields)]
    if len(gappy) <= max(1, len(drawn) // MOST_GAPPY):
        for fields in gappy:
            found.doubts.update(dict.fromkeys((i for i in fields if i in found.placed), "cell_missing"))


def doubt_glued_rows(found: Alignment) -> None:
    """A cell with figures and signs that are no number may hold what two cells held: where a blank fills up its row,
    nothing tells which of the others have moved."""
    rows: dict[tuple[str, ...], None] = dict.fromkeys(target.fields for _, target in found.order)
    for fields in rows:
        placed = [p for i in fields if (p := found.placed.get(i))]
        glued = any(p.content.state is CellState.TEXT or BLANK_WITHIN.search(p.raw) for p in placed)
        if glued and any(p.content.state is CellState.BLANK for p in placed):
            found.doubts.update(dict.fromkeys((i for i in fields if i in found.placed), "cell_missing"))


def doubt_spare_cells(index: LabelIndex, found: Alignment) -> None:
    """A row with more cells than values is one that lost its spans, or a whole column stands blank; else a cell slipped
    in, and which one it is cannot be told."""
    for (_, table_id), rows in found.lengths.items():
        table = index.form.table(table_id)
        if table is None or table_id in index.outlines:
            continue
        unread = sum(fields[0] not in found.placed for _, fields in rows)
        if 2 * unread > len(rows):
            # All others have a cell more: this one has it, too, and lost another.
            found.doubts.update((i, "row_of_other_length") for _, ids in rows for i in ids if i in found.placed)
        full = table.width - table.label_width
        spare = [count - len(fields) for count, fields in rows]
        if max(spare) <= 0:
            continue
        sums = [frozenset(i.ids) for i in index.form.identities_of.get(table_id, ()) if i.relation == "="]
        widest = max(count for count, _ in rows)
        a_column = len(rows) > 1 and min(spare) == max(spare)
        for (count, fields), more in zip(rows, spare, strict=True):
            padded = count == full or (len(rows) > 1 and count == widest and widest > full)
            # Where a sum binds the whole row, it tells a cell that slipped in.
            bound = any(ids.issuperset(fields) for ids in sums)
            if more > 0 and not a_column and not padded and not bound:
                found.doubts.update(dict.fromkeys((i for i in fields if i in found.placed), "row_of_other_length"))


def doubt_undrawn_rows(page: Page, found: Alignment) -> None:
    """Rows cut out of the lines of a page: nothing drawn says where a figure ends, and its rest may stand below."""
    if page.reader not in FIXED:
        return
    for at, target in found.order:
        if isinstance(row := page.items[at], Row) and row.loose:
            for field_id in target.fields:
                found.doubts.setdefault(field_id, "row_broken")


def _is_blank(field_id: str, found: Alignment) -> bool:
    return field_id in found.placed and found.placed[field_id].content.state is CellState.BLANK


def doubt_cells_over_rows(page: Page, index: LabelIndex, found: Alignment) -> None:
    """A cell that reaches down into a row without a value of its own: its figure is both rows', or one's."""
    for at, target in found.order:
        row = page.items[at]
        after = index.below.get(target.fields) if isinstance(row, Row) and row.down else None
        if after is None or not isinstance(row, Row) or all(i in found.placed for i in after):
            continue
        places = set(row.places(row.down))
        for n, field_id in enumerate(target.fields):
            placed = found.placed.get(field_id)
            if placed is not None and placed.where in places and after[min(n, len(after) - 1)] not in found.placed:
                found.doubts.setdefault(field_id, "cell_over_rows")


def doubt_rows_of_one_of_two(index: LabelIndex, found: Alignment) -> None:
    """A table that stands there twice with other figures: a row that only one of the two has may be of either."""
    for table in index.form.tables if found.again else ():
        placed = table.ids & found.placed.keys()
        again = placed & found.again
        if 2 * len(again) >= len(placed) and any(found.doubts.get(i) == "read_twice" for i in again):
            for field_id in placed - again:
                found.doubts.setdefault(field_id, "read_twice")
