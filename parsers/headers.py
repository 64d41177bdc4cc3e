"""Headers: columns in another order than the form's, and value columns that only the document names."""

import itertools
import re
from collections import Counter
from functools import lru_cache

from model.forms_tables import Column, FormTable, OpenColumns
from model.normal_text import bare_label, label_key
from parsers.alignment import Alignment
from parsers.cells import read_cell
from parsers.labels import LabelIndex
from parsers.page import Cell, Page, Row
from parsers.placing import Walk

MOST_COLUMNS = 12
LEAST_OF_A_LINE = 6  # of columns without a heading above them: those of Table 3 are known in any order
LONGEST_NAME, LONGEST_HEADER = 40, 24
# 区政府统计数政府统计数: a piece of a broken header that stands there twice
TWICE = re.compile(r"(.{2,})\1")
NO_WORD = re.compile(r"\W")
# Columns that hold no figures
REMARKS = frozenset({"备注", "说明", "备注说明"})
# Headings that stand above the names of columns
ABOVE = frozenset({"统计数", "数量", "统计数据", "数据"})


def note_header(cells: tuple[Cell, ...], index: LabelIndex, walk: Walk, found: Alignment) -> None:
    """Columns that stand in another order than the form's are known by their header.

    `cells`: a row of a header, or of text that lost its rows everything before a label: then a header of several lines
    is read line by line, the widest headings first.
    """
    contents = [read_cell(c.text) for c in cells]
    # 同步更新公开指南: a sentence before the table names no column.
    words = [c.text for c, k in zip(cells, contents, strict=True) if not (k.is_value or "。" in c.text)]
    if len(words) < 2 or any(k.value is not None for k in contents):
        return
    if not index.blocks:
        return
    for (fields, patterns, by_lines), named in zip(index.blocks, _columns_named(index, tuple(words)), strict=True):
        if len(named) < 2 or len(set(named)) != len(named):
            continue
        orders = (sorted(named), [n for n in by_lines if n in named])
        places = min(orders, key=lambda order: sum(a != b for a, b in zip(order, named, strict=True)))
        if list(named) == places:
            if len(named) > 2:
                walk.moved.update({f[0]: f for f in fields if f[0] in walk.moved})
            continue
        if len(named) < min(3, len(patterns)):
            found.disordered.update(i for f in fields for i in f)
            continue
        if any(f[0] in found.placed and f[0] not in walk.moved for f in fields):
            # The table began in the order of the form: a header in its midst that says otherwise was drawn wrongly.
            found.disordered.update(i for f in fields for i in f if i not in found.placed)
            continue
        for row_fields in fields:
            order = list(row_fields)
            for place, column in zip(places, named, strict=True):
                order[place] = row_fields[column]
            walk.moved[row_fields[0]] = tuple(order)


@lru_cache(maxsize=256)
def _columns_named(index: LabelIndex, words: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """For each block the columns that a line of a header names, in its order; remembered for each line met."""
    columns = [index.columns_named(label_key(word)) for word in words]
    return tuple(tuple(n for column in columns for n in column[at]) for at in range(len(index.blocks)))


def note_disorder(cells: tuple[Cell, ...], index: LabelIndex, found: Alignment, in_text: bool) -> None:
    """A line of a header with headings above columns, in another order than the form's: whose figures these are is not
    known. 法人或其他组织 before 自然人, 行政诉讼 before 行政复议, 结果纠正 before 结果维持.

    `in_text`: only of tables without labels; the others' columns are known in any order (`note_header`)."""
    if index.headings:
        found.disordered |= _disordered(index, tuple(cell.text for cell in cells), in_text)


def note_disorder_line_by_line(cells: tuple[Cell, ...], index: LabelIndex, found: Alignment) -> None:
    """The same of a header whose words stand on lines of their own, behind what else stands before a table."""
    cells = tuple(c for c in cells[-LONGEST_HEADER:] if len(c.text) < LONGEST_NAME)
    named = [index.headings_named(label_key(c.text)) for c in cells]
    for at, (_, lines) in enumerate(index.headings):
        for number, line in enumerate(lines):
            above = [any(line[n][1] for n in heading[at][number]) for heading in named]
            last = [heading[at][number] and number == len(lines) - 1 for heading in named]
            note_disorder(tuple(c for c, a, b in zip(cells, above, last, strict=True) if a or b), index, found, True)


@lru_cache(maxsize=256)
def _disordered(index: LabelIndex, words: tuple[str, ...], in_text: bool) -> frozenset[str]:
    """The ids below the headings that a line of a header has in another order; remembered for each line met."""
    disordered: set[str] = set()
    # Markdown repeats a heading in each of the columns below it.
    keys = [key for key, _ in itertools.groupby(label_key(word) for word in words) if key]
    headings = [index.headings_named(key) for key in keys]
    for at, (fields, lines) in enumerate(index.headings):
        named = [heading[at] for heading in headings if any(heading[at])]
        if len(named) < 2 or (in_text and fields.isdisjoint(itertools.chain(*index.strips.values()))):
            continue
        groups = any(line[n][1] for places in named for line, ns in zip(lines, places, strict=True) for n in ns)
        if not (groups or len(named) >= LEAST_OF_A_LINE):
            continue
        if not any(_in_order([places[number] for places in named]) for number in range(len(lines))):
            disordered |= fields
    return frozenset(disordered)


def _in_order(places: list[frozenset[int]]) -> bool:
    """Does each word stand for a heading of the line, one after the other? `places`: of each, those that it may be."""
    last = -1
    for may_be in places:
        later = [n for n in may_be if n > last]
        if not later:
            return False
        last = min(later)
    return True


def fitted(page: Page, index: LabelIndex) -> LabelIndex:
    """The index with the value columns that this page has, or the index itself where the form leaves none open."""
    for table in index.form.tables:
        if table.open_columns is not None:
            names = _column_names(page, index, table, table.open_columns)
            if len(names) > 1:
                index = _with_columns(index, table.id, names)
    return index


@lru_cache(maxsize=64)
def _with_columns(index: LabelIndex, table_id: str, names: tuple[str, ...]) -> LabelIndex:
    table = index.form.table(table_id)
    known = table.open_columns.known if table and table.open_columns else ()
    columns: list[Column] = []
    for name in names:
        column = next((c for c in known if c.match and re.search(c.match, name)), None)
        column_id = column.id if column else NO_WORD.sub("", name)
        if not column_id or any(c.id == column_id for c in columns):
            column_id = f"{column_id}_{len(columns) + 1}"
        columns.append(Column(id=column_id, label=name))
    return LabelIndex(index.form.with_columns(table_id, tuple(columns)))


def _column_names(page: Page, index: LabelIndex, table: FormTable, open_columns: OpenColumns) -> tuple[str, ...]:
    """Names of the value columns: the words of the header behind the unit's heading, or behind the corner."""
    after, corner = re.compile(open_columns.after), bare_label(label_key(table.corner))
    rows = page.rows
    for at, row in enumerate(rows):
        keys = [bare_label(label_key(c.text)) for c in row.cells]
        start = next((n + 1 for n in range(len(keys) - 1, -1, -1) if after.search(keys[n])), None)
        if start is None:
            start = next((n + 1 for n, k in enumerate(keys) if k == corner), None)
        if start is None:
            continue
        names = _names(row, start, index, table)
        if len(names) == 1 and at + 1 < len(rows):
            # 统计数 over 本级 and 汇总: the second line of the header holds nothing but names.
            below = rows[at + 1]
            if not any(read_cell(c.text).is_value and c.text.strip() for c in below.cells):
                names = _names(below, 0, index, table) or names
        elif len(names) > 2 and row.loose and names[0] in ABOVE and _most_values(page, index, table) == len(names) - 1:
            names = names[1:]
        if names:
            return tuple(names) if len(names) <= MOST_COLUMNS else ()
    return _names_in_a_line(page, after, corner)


def _names_in_a_line(page: Page, after: re.Pattern[str], corner: str) -> tuple[str, ...]:
    """The header as one line of text: 统计指标 单位 本级 汇总."""
    for line in page.lines:
        if corner in line and len(line) < LONGEST_NAME * MOST_COLUMNS:
            keys = [label_key(token) for token in line.split()]
            start = next((n for n, key in enumerate(keys) if after.search(key)), None)
            if start is not None and bare_label(keys[start - 1]) == corner and len(keys) - start <= MOST_COLUMNS:
                return tuple(key for key in keys[start + 1 :] if key not in REMARKS)
    return ()


def _names(row: Row, start: int, index: LabelIndex, table: FormTable) -> list[str]:
    names: list[str] = []
    for cell in row.cells[start:]:
        key = label_key(cell.text)
        if any(t.table == table.id for t in index.find(cell.text)):
            return names if row.lined else names[:-1]  # 乡镇街道统计数1 | 一、主动公开情况: a line ran on into the next
        if len(key) > LONGEST_NAME:
            break
        if any(label in key for label in index.first_labels.get(table.id, ())):
            break  # 乡镇街道统计数一、主动公开情况: the next row runs on, and the name is not known
        key = TWICE.sub(r"\1", key)
        if key and not read_cell(cell.text).is_value and key not in REMARKS:
            names.append(key)
    return names


def _most_values(page: Page, index: LabelIndex, table: FormTable) -> int:
    """The largest number of values that stands behind a label in more than one row."""
    counts: Counter[int] = Counter()
    for row in page.rows:
        kinds = [read_cell(c.text) for c in row.cells]
        labels = [n for n, k in enumerate(kinds) if not k.is_value]
        if any(t.table == table.id and t.fields for n in labels for t in index.find(row.cells[n].text)):
            behind = range(labels[-1] + 1, len(kinds))
            counts[sum(kinds[n].is_value and bool(row.cells[n].text.strip()) for n in behind)] += 1
    return max((n for n, often in counts.items() if often > 1), default=0)
