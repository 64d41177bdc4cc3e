"""Walks through a page once and finds the rows of one form: by their label, or as the one row without a label."""

import re

from model.normal_text import bare_label, label_key
from parsers.alignment import Alignment, Surplus
from parsers.cells import Content, read_cell
from parsers.gaps import (
    doubt_cells_over_rows,
    doubt_glued_rows,
    doubt_missing_cells,
    doubt_rows_of_one_of_two,
    doubt_spare_cells,
    doubt_undrawn_rows,
    fill_gaps,
)
from parsers.headers import note_disorder, note_disorder_line_by_line, note_header
from parsers.headings import begins_plainly
from parsers.labels import LabelIndex, Target
from parsers.lost_lines import doubt_before_lost_rows, doubt_unclear_groups
from parsers.other_headers import note_caption, note_other_header
from parsers.outlines import doubt_units, note_unit, without_next_number, without_unit
from parsers.page import Cell, Page, Row
from parsers.periods import note_line
from parsers.placing import Walk, doubt, give_up, place, put
from parsers.printed_pages import note_pages, stray

NUMBERS = "序号"
# 24 over .7: the rest of a number
FRACTION = re.compile(r"^\s*[.,]\d+\s*$")
FIGURES = re.compile(r"^\s*[\d.,]+\s*$")
# Under the head of a pipe table
RULE = re.compile(r"^:?-{3,}:?$")
LONGEST_UNIT = 3
FEW = 3


def align(page: Page, index: LabelIndex, year: int | None) -> Alignment:
    """Walks the page once with the labels of one form."""
    found, walk = Alignment(), Walk(expected_year=year, in_text=page.reader == "text")
    for at, item in enumerate(page.items):
        if isinstance(item, str):
            if walk.table is not None or not begins_plainly(item):
                note_line(item, index, walk)
                note_caption(item, walk)
        else:
            before, walk.at = found.last, at
            _row(at, item, index, walk, found)
            walk.row_before = at
            if found.last is not before:
                found.last_at = at
    give_up(walk, found)
    note_pages(page, index, found)
    fill_gaps(index, found)
    doubt_missing_cells(page, found)
    doubt_glued_rows(found)
    doubt_cells_over_rows(page, index, found)
    doubt_rows_of_one_of_two(index, found)
    doubt_spare_cells(index, found)
    doubt_undrawn_rows(page, found)
    doubt_units(index, found, walk.in_text)
    doubt_before_lost_rows(page, index, found)
    doubt_unclear_groups(index, found)
    for table in found.longer & found.led_by_blanks.keys():
        # Other rows have as many cells and begin with a figure: the blank in front may be the first value.
        found.doubts.update(dict.fromkeys(found.led_by_blanks[table], "row_of_other_length"))
    found.doubts.update(dict.fromkeys(found.disordered & found.placed.keys(), "columns_out_of_order"))
    return found


def _row(at: int, row: Row, index: LabelIndex, walk: Walk, found: Alignment) -> None:
    cells = row.cells
    contents = [read_cell(c.text) for c in cells]
    if len(cells) == 1 and not contents[0].is_value:
        note_line(cells[0].text, index, walk)
    target, label_at, label, ends, crowded = None, -1, "", len(cells), False
    if row.lined and FRACTION.match(cells[0].text):
        found.doubts.update(dict.fromkeys(found.last, "row_broken"))
    for n, (cell, content) in enumerate(zip(cells, contents, strict=True)):
        if content.is_value:
            continue
        walk.numbered = walk.numbered or (bool(index.outlines) and label_key(cell.text).startswith(NUMBERS))
        for table, hits in index.hits(cell.text):
            found.seen.setdefault(table, set()).update(hits)
            if not walk.skip:
                found.of_this_year.setdefault(table, set()).update(hits)
            found.seen_in.setdefault(table, set()).add(row.table)
        chosen = _choose(index.find(cell.text), walk)
        if chosen is None and n and (row.loose or row.broken) and not FIGURES.match(cell.text):
            chosen = _joined([c.text for c in cells[max(0, n - 3) : n + 1]], index, walk)
        if chosen is None:
            continue
        if not chosen.fields:
            walk.group, walk.table = chosen.row, chosen.table
            found.heads.add((chosen.table, chosen.row))
            ends = min(ends, n) if target is not None else ends
            continue
        if chosen is not target:
            crowded = target is not None and n == label_at + 1
            label = cell.text
        target, label_at, ends = chosen, n, len(cells)
    if any(c.value is not None for c in contents):
        found.figures.add(row.table)
    # What stands behind the label of a group is no value of the row before it: two rows ran together.
    values = list(cells[label_at + 1 : ends])
    if target is not None and target.table in index.outlines:
        note_unit(target, [label, cells[label_at].text], values, index, found)
        values = without_unit(values, len(target.fields), index)
    if walk.numbered and row.loose:
        values = without_next_number(values, target, label, row, found, walk)
    states = contents[label_at + 1 : ends]
    if not row.lined and not any(c.value is not None for c in contents):
        # A row that may go on from the line above begins with that line's last cell.
        note_disorder(cells[row.broken :], index, found, row.loose)
    strip = _strip(row, contents, index, walk, found)
    if strip:
        give_up(walk, found)
        table, placed = strip
        target = _strip_target(table, index.strips[table])
        found.order.append((at, target))
        put(target, row, placed, "", found, walk)
        return
    if target is None:
        note_header(cells, index, walk, found)
        if not any(c.value is not None for c in contents):
            note_other_header(row, [c.text for c in cells[row.broken :]], index, walk)
        waits, extras = walk.short, len(found.extras)
        _unlabelled(at, row, contents, index, walk, found)
        if row.lined and not waits and not walk.numbered and len(found.extras) == extras:
            number = stray(row)
            found.strays += [(at, number)] if number is not None else []
        return
    if not any(s.is_value and c.text.strip() for s, c in zip(states, values, strict=False)):
        note_header(cells, index, walk, found)  # 自然人 | … | 总计: the last word names a row, too
    if row.loose and not row.grid and not any(c.text.strip() for c in values):
        return  # 总计 | ||||||| is a header, and blanks at the end of a line of text stand for nothing
    if not any(s.is_value for s in states):
        if values and not row.loose and len(values) >= len(target.fields):
            give_up(walk, found)
            put(target, row, values, label, found, walk)
        return
    give_up(walk, found)
    if row.loose and label_at > 1:
        note_header(cells[:label_at], index, walk, found)
        note_other_header(row, [c.text for c in cells[:label_at]], index, walk)
    walk.table, walk.group = target.table, target.row if target.leads else (*target.above[-1:], walk.group)[0]
    found.order.append((at, target))
    place(target, row, values, label, index, found, walk)
    unclosed = row.loose and row.uneven and not row.grid
    crowded = crowded and (not row.loose or (row.lined and target.table in index.outlines))
    if ends < len(cells) or unclosed or crowded:
        # Rows ran together, and figures with them; a row was cut; two labels stand over the figures of one row.
        found.doubts.update((i, "row_broken") for i in target.fields if i in found.placed)


def _choose(targets: tuple[Target, ...], walk: Walk) -> Target | None:
    for target in targets:
        if target.scope and walk.table != target.table:
            continue
        if target.scope == "group" and target.above[-1] != walk.group:
            continue
        return target
    return None


def _joined(texts: list[str], index: LabelIndex, walk: Walk) -> Target | None:
    """A label that was broken over cells or lines: the whole must match, and not without its last piece."""
    for first in range(len(texts) - 2, -1, -1):
        whole = bare_label(label_key("".join(texts[first:])))
        chosen = _choose(index.find("".join(texts[first:])), walk)
        if chosen and (whole in chosen.names or not index.find("".join(texts[first:-1]))):
            return chosen
    return None


def _strip_target(table: str, ids: tuple[str, ...]) -> Target:
    return Target(table, "", (), ids, re.compile(""), frozenset())


def _strip(
    row: Row, contents: list[Content], index: LabelIndex, walk: Walk, found: Alignment
) -> tuple[str, list[Cell]] | None:
    """The one row of a table that has no row labels (Table 4): exactly as many values as columns."""
    if len(contents) < index.narrowest_strip:
        return None
    for table, ids in index.strips.items():
        tail = [n for n, c in enumerate(contents) if not c.is_value]
        start = tail[-1] + 1 if tail else 0
        if tail and not row.loose:
            # A row of the table with cells that nobody can read is still that row.
            if len(contents) != len(ids) or 2 * sum(c.value is not None for c in contents) < len(ids):
                continue
            tail, start = [], 0
        values = list(row.cells[start:])
        while row.loose and values and (len(values) > len(ids) or not row.grid) and not values[-1].text.strip():
            values.pop()
        if len(values) != len(ids):
            if row.lined and len(values) == len(ids) + 1 and walk.table == table and not walk.skip:
                found.surplus.append(Surplus(walk.at, _strip_target(table, ids), row, values, "", {}))
            continue
        if [read_cell(v.text).value for v in values] == list(range(1, len(ids) + 1)):
            continue  # 1 to 15 are the numbers of the columns
        if row.grid and ids[0] in found.placed and all(RULE.match(v.text.strip()) for v in values):
            continue  # |---|---|: the line under what a converter took for a header
        here = walk.table == table or len(found.seen.get(table, ())) >= 2
        theirs = row.keeps_blanks and not tail and here and ids[0] not in found.placed
        if not any(v.text.strip() for v in values) and not theirs:
            continue
        if here:
            walk.table = table
            if row.lined and tail:
                note_disorder_line_by_line(row.cells[:start], index, found)
            return table, values
    return None


def _unlabelled(at: int, row: Row, contents: list[Content], index: LabelIndex, walk: Walk, found: Alignment) -> None:
    filled = [c for c in row.cells if c.text.strip()]
    words = [c for c, k in zip(row.cells, contents, strict=True) if not (k.is_value or FRACTION.match(c.text))]
    if not words and filled and walk.short:
        target, first, begun, label = walk.short
        walk.short = None
        more = list(row.cells)
        while more and not more[-1].text.strip():
            more.pop()
        if len(begun) + len(more) == len(target.fields) and not row.broken:
            put(target, first, begun + more, label, found, walk)
            return
        doubt(target, found, "row_broken")
    if not words and filled and row.loose and (at - found.last_at <= 2 or walk.row_before == found.last_at):
        wanted = len(found.last)
        if len(filled) < wanted or len(filled) <= wanted <= FEW:
            # Figures below a row that is complete: the rest of its last number, broken over lines?
            found.doubts.update(dict.fromkeys(found.last, "row_broken"))
    if not words and filled:
        found.loose_rows.append((at, row))
        return
    values = [c for c, k in zip(row.cells, contents, strict=True) if k.is_value and c.text.strip()]
    begin = 0
    if walk.table in index.outlines and words:
        # 12 | 网站留言答复数 | 条 | 5: a number may stand before the label, a unit behind it.
        begin = row.cells.index(words[0])
        words = [c for n, c in enumerate(words) if not n or len(label_key(c.text)) > LONGEST_UNIT]
    if len(words) == 1 and values and walk.table and not walk.skip and row.cells[begin] is words[0]:
        label = words[0].text
        if index.is_header(label, walk.table) or index.find(label) or len(label) > 60:
            return
        raws = [c.text for c in row.cells[begin + 1 :]]
        while raws and not raws[-1]:
            raws.pop()
        if walk.table in index.outlines and raws and not read_cell(raws[0]).is_value:
            raws = raws[1:]
        if walk.number and row.loose and len(raws) > 1 and read_cell(raws[-1]).value == walk.number:
            raws.pop()
        found.extras.append((walk.table, label, raws))
