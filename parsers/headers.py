"""Headers: columns in another order than the form's, and value columns that only the document names."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from model.forms_tables import Column, FormTable, OpenColumns
from model.normal_text import bare_label, label_key
from parsers.alignment import Alignment
from parsers.cells import Content, read_cell
from parsers.labels import LabelIndex
from parsers.page import Page, Row
from parsers.placing import Walk

MOST_COLUMNS = 12
LONGEST_NAME = 40


def note_header(row: Row, contents: list[Content], index: LabelIndex, walk: Walk, found: Alignment) -> None:
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
            for at, column in zip(places, named, strict=True):
                order[at] = row_fields[column]
            walk.moved[row_fields[0]] = tuple(order)


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
        column_id = column.id if column else name.replace(".", "")
        if any(c.id == column_id for c in columns):
            column_id = f"{column_id}_{len(columns) + 1}"
        columns.append(Column(id=column_id, label=name))
    return LabelIndex(index.form.with_columns(table_id, tuple(columns)))


def _column_names(page: Page, index: LabelIndex, table: FormTable, open_columns: OpenColumns) -> tuple[str, ...]:
    """Names of the value columns in the header, as many as most of the rows have values; () when there is one."""
    count = _values_in_a_row(page, index, table)
    if not 1 < count <= MOST_COLUMNS:
        return ()
    after, corner = re.compile(open_columns.after), bare_label(label_key(table.corner))
    for words in _headers(page, index, table, after, corner):
        if len(words) >= count:
            # What stands before the last ones is a heading above them: 统计数 over 本级 and 汇总.
            return tuple(words[-count:])
    return ()


def _values_in_a_row(page: Page, index: LabelIndex, table: FormTable) -> int:
    counts: Counter[int] = Counter()
    for row in page.rows:
        kinds = [read_cell(c.text) for c in row.cells]
        labels = [n for n, k in enumerate(kinds) if not k.is_value]
        if labels and any(t.table == table.id and t.fields for n in labels for t in index.find(row.cells[n].text)):
            counts[sum(k.is_value and bool(c.text.strip()) for k, c in list(zip(kinds, row.cells, strict=True))
                       [labels[-1] + 1 :])] += 1  # fmt: skip
    counts.pop(0, None)
    return counts.most_common(1)[0][0] if counts else 0


def _headers(
    page: Page, index: LabelIndex, table: FormTable, after: re.Pattern[str], corner: str
) -> Iterator[list[str]]:
    """The words behind the unit's heading (or the corner), up to the first row's label; over two lines of header."""
    rows = page.rows
    for at, row in enumerate(rows):
        keys = [bare_label(label_key(c.text)) for c in row.cells]
        start = next((n + 1 for n, k in enumerate(keys) if after.search(k)), None)
        if start is None:
            start = next((n + 1 for n, k in enumerate(keys) if k == corner), None)
        if start is None:
            continue
        words: list[str] = []
        for cell in [*row.cells[start:], *(rows[at + 1].cells if at + 1 < len(rows) else ())]:
            key = label_key(cell.text)
            if any(t.table == table.id for t in index.find(cell.text)) or len(key) > LONGEST_NAME:
                break
            if key and not read_cell(cell.text).is_value and not after.search(key):
                words.append(key)
        yield words
