"""Gives each value cell its id: rows by label, columns by position with the full count."""

import re
from dataclasses import dataclass, field

from model.normal_text import bare_label, label_key
from model.vocabulary import ReadMethod
from parsers.alignment import Alignment, Placed
from parsers.cells import Content, read_cell
from parsers.gaps import fill_gaps
from parsers.labels import LabelIndex, Target
from parsers.page import Cell, Page, Row

# 附:上年度数据, 2021年情况(供对照), 附:2021年数据
OTHER_YEAR = re.compile(r"上一?年度?(?:同期|数据|情况|报表)|供对照|(20\d\d)年度?.{0,14}(?:数据|情况|报表|统计表)")
HEADING = re.compile(r"^(?:[一二三四五六七八九十]{1,2}[、.,]|第[一二三四五六七八九十]{1,2}部分)")


@dataclass
class _Walk:
    table: str | None = None
    group: str | None = None
    short: tuple[Target, Row, list[Cell], str] | None = None
    strip_words: int = 0
    skip: bool = False
    moved: dict[str, tuple[str, ...]] = field(default_factory=dict)
    expected_year: int | None = None


def align(page: Page, index: LabelIndex, year: int | None) -> Alignment:
    """Walks the page once with the labels of one form."""
    found, walk = Alignment(), _Walk(expected_year=year)
    for at, item in enumerate(page.items):
        if isinstance(item, str):
            _line(item, index, walk)
        else:
            before = found.last
            _row(at, item, index, walk, found)
            if found.last is not before:
                found.last_at = at
    _give_up(walk, found)
    fill_gaps(index, found)
    found.doubts.update(dict.fromkeys(found.disordered & found.placed.keys(), "columns_out_of_order"))
    return found


def _line(line: str, index: LabelIndex, walk: _Walk) -> None:
    if len(line) > 60:
        return
    key = label_key(line)
    if HEADING.match(key):
        bare = bare_label(key)
        for section, pattern in index.sections:
            if section.table and pattern.search(bare) and not index.find(line):
                walk.table, walk.group, walk.skip = section.table, None, False
                return
    caption = OTHER_YEAR.search(key)
    if caption and len(key) <= 40 and key[-1] not in "。;;:," and walk.table and not HEADING.match(key):
        other = caption[1]
        walk.skip = other is None or (walk.expected_year is not None and int(other) != walk.expected_year)


def _row(at: int, row: Row, index: LabelIndex, walk: _Walk, found: Alignment) -> None:
    cells = row.cells
    contents = [read_cell(c.text) for c in cells]
    if len(cells) == 1 and not contents[0].is_value:
        _line(cells[0].text, index, walk)
    target, label_at, label = None, -1, ""
    for n, (cell, content) in enumerate(zip(cells, contents, strict=True)):
        if content.is_value:
            continue
        for table, hits in index.hits(cell.text):
            found.seen.setdefault(table, set()).update(hits)
        chosen = _choose(index.find(cell.text), walk)
        if chosen is None and row.loose and n:
            chosen = _joined([c.text for c in cells[max(0, n - 3) : n + 1]], index, walk)
        if chosen is None:
            continue
        if not chosen.fields:
            walk.group, walk.table = chosen.row, chosen.table
            continue
        target, label_at, label = chosen, n, cell.text
    values = list(cells[label_at + 1 :])
    states = contents[label_at + 1 :]
    strip = _strip(row, contents, index, walk, found)
    if strip:
        _give_up(walk, found)
        table, placed = strip
        _put(
            Target(table, "", (), index.strips[table], re.compile(""), frozenset(), False), row, placed, "", found, walk
        )
        return
    if target is None:
        _header(row, contents, index, walk, found)
        _unlabelled(at, row, contents, index, walk, found)
        return
    if row.loose and not any(c.text.strip() for c in values) and (target.scoped or not row.grid):
        return  # 总计 | ||||||| is a header, and blanks at the end of a line of text stand for nothing
    if not any(s.is_value for s in states):
        if values and not row.loose and len(values) >= len(target.fields):
            _give_up(walk, found)
            _put(target, row, values, label, found, walk)
        return
    _give_up(walk, found)
    walk.table, walk.group = target.table, (target.above[-1] if target.above else walk.group)
    found.order.append((at, target))
    _place(target, row, values, label, index, found, walk)


def _choose(targets: tuple[Target, ...], walk: _Walk) -> Target | None:
    for target in targets:
        if target.scoped and target.row not in ("total",) and (not target.above or target.above[-1] != walk.group):
            continue
        if target.scoped and walk.table != target.table:
            continue
        return target
    return None


def _joined(texts: list[str], index: LabelIndex, walk: _Walk) -> Target | None:
    """A label that was broken over cells or lines: the whole must match, and not without its last piece."""
    for first in range(len(texts) - 2, -1, -1):
        whole = bare_label(label_key("".join(texts[first:])))
        chosen = _choose(index.find("".join(texts[first:])), walk)
        if chosen and (whole in chosen.names or not index.find("".join(texts[first:-1]))):
            return chosen
    return None


def _strip(
    row: Row, contents: list[Content], index: LabelIndex, walk: _Walk, found: Alignment
) -> tuple[str, list[Cell]] | None:
    """The one row of a table that has no row labels (Table 4): exactly as many values as columns."""
    if len(contents) < index.narrowest_strip:
        return None
    for table, ids in index.strips.items():
        tail = [n for n, c in enumerate(contents) if not c.is_value]
        start = tail[-1] + 1 if tail else 0
        if tail and not row.loose:
            continue
        values = list(row.cells[start:])
        while row.loose and len(values) > len(ids) and not values[-1].text.strip():
            values.pop()
        if len(values) != len(ids):
            continue
        if not any(v.text.strip() for v in values) and (row.loose or walk.table != table or ids[0] in found.placed):
            continue
        if walk.table == table or len(found.seen.get(table, ())) >= 2:
            walk.table = table
            return table, values
    return None


def _unlabelled(at: int, row: Row, contents: list[Content], index: LabelIndex, walk: _Walk, found: Alignment) -> None:
    filled = [c for c in row.cells if c.text.strip()]
    words = [c for c, k in zip(row.cells, contents, strict=True) if not k.is_value]
    if not words and filled and walk.short:
        target, first, begun, label = walk.short
        walk.short = None
        more = list(row.cells)
        while more and not more[-1].text.strip():
            more.pop()
        if len(begun) + len(more) == len(target.fields):
            _put(target, first, begun + more, label, found, walk)
            return
        _doubt(target, found, "row_broken")
    if not words and filled:
        found.loose_rows.append((at, row))
        return
    values = [c for c, k in zip(row.cells, contents, strict=True) if k.is_value and c.text.strip()]
    if len(words) == 1 and values and walk.table and not walk.skip and row.cells[0] is words[0]:
        label = words[0].text
        if index.is_header(label, walk.table) or index.find(label) or len(label) > 60:
            return
        raws = [c.text for c in row.cells[1:]]
        while raws and not raws[-1]:
            raws.pop()
        found.extras.append((walk.table, label, raws))


def _header(row: Row, contents: list[Content], index: LabelIndex, walk: _Walk, found: Alignment) -> None:
    """Columns that stand in another order than the form's are known by their header."""
    words = [c.text for c, k in zip(row.cells, contents, strict=True) if not k.is_value]
    if len(words) < 2 or any(k.value is not None for k in contents):
        return
    for fields, patterns in index.blocks:
        named = [n for w in words for n, p in enumerate(patterns) if p is not None and p.search(label_key(w))]
        if len(named) < 2 or len(set(named)) != len(named):
            continue
        places = sorted(named)
        if named == places:
            if len(named) > 2:
                walk.moved.update({f[0]: f for f in fields if f[0] in walk.moved})
            continue
        if len(named) < min(3, len(patterns)):
            found.disordered.update(i for f in fields for i in f)
            continue
        for row_fields in fields:
            order = list(row_fields)
            for place, column in zip(places, named, strict=True):
                order[place] = row_fields[column]
            walk.moved[row_fields[0]] = tuple(order)


def _place(
    target: Target, row: Row, values: list[Cell], label: str, index: LabelIndex, found: Alignment, walk: _Walk
) -> None:
    wanted = len(target.fields)
    if row.grid:
        form_table = index.form.table(target.table)
        if form_table and len(row.cells) == form_table.width and len(values) > wanted:
            kept = list(row.cells[form_table.label_width :])
            values = kept if all(c.text == "" for c in kept[wanted:]) else values
        if form_table and len(row.cells) < form_table.width and values and not values[0].text.strip():
            # A cell is missing: the blank may belong to the label, not to the first column.
            _doubt(target, found, "row_of_other_length")
            return
    if row.loose:
        while values and not values[-1].text.strip() and (len(values) > wanted or not row.grid):
            values.pop()
        if len(values) < wanted and not row.grid:
            walk.short = (target, row, values, label)
            return
    if len(values) > wanted:
        lead = next((n for n, c in enumerate(values) if c.text.strip()), 0)
        rest = [c for c in values if c.text.strip()]
        spare = len(values) - wanted
        if len(rest) <= wanted and not any(c.text.strip() for c in values[wanted:]):
            values = values[:wanted]
        elif lead == spare:
            values = values[spare:]
    if len(values) != wanted:
        _doubt(target, found, "row_of_other_length")
        return
    _put(target, row, values, label, found, walk)


def _put(target: Target, row: Row, values: list[Cell], label: str, found: Alignment, walk: _Walk) -> None:
    if walk.skip:
        return
    fields = walk.moved.get(target.fields[0], target.fields)
    for field_id, cell in zip(fields, values, strict=False):
        method = ReadMethod.ORDINAL if fields is target.fields else ReadMethod.LABEL
        placed = Placed(read_cell(cell.text), cell.text, row.where(cell.column), label, method)
        before = found.placed.get(field_id)
        if before is None:
            found.placed[field_id] = placed
            found.doubts.pop(field_id, None)
        elif (before.content.state, before.content.value) != (placed.content.state, placed.content.value):
            found.doubts[field_id] = "read_twice"
    found.last = target.fields


def _doubt(target: Target, found: Alignment, reason: str) -> None:
    for field_id in target.fields:
        if field_id not in found.placed:
            found.doubts[field_id] = reason


def _give_up(walk: _Walk, found: Alignment) -> None:
    if walk.short:
        _doubt(walk.short[0], found, "row_too_short")
        walk.short = None
