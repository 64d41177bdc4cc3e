"""Which row of a form does a label name? One index for each form, remembered for each spelling met."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from model.forms import Block, Column, Form, FormTable, Row, load_forms
from model.normal_text import bare_label, label_key

NOTE = re.compile(r"\([^()]*\)$")
LONGEST = 110
SPELLINGS = 1024
# A sentence is no label, whatever words it holds.
SENTENCE = "。;；"


# Words that are header and label alike, and say something only within their table or their group.
SUMS = frozenset({"总计", "合计"})
COMMON = frozenset({"其他"})


@dataclass(frozen=True)
class Target:
    """A row of a form, or a group of rows (`fields` empty).

    `scope`: the label counts only inside its table, or inside its group. `leads`: other rows stand below it.
    """

    table: str
    row: str
    above: tuple[str, ...]
    fields: tuple[str, ...]
    pattern: re.Pattern[str]
    names: frozenset[str]
    scope: Literal["", "table", "group"] = ""
    leads: bool = False

    def is_named(self, label: str) -> bool:
        """Is this the very label of the row, apart from its number and a note behind it?"""
        key = bare_label(label_key(label))
        return key in self.names or NOTE.sub("", key) in self.names


def _heading(column: Column) -> tuple[re.Pattern[str], bool]:
    """How a heading of the header is known, and whether it stands above columns."""
    label = bare_label(label_key(column.label))
    return re.compile(column.match or f"^{re.escape(label)}$"), bool(column.columns)


def _siblings(columns: tuple[Column, ...], start: int = 0) -> Iterator[range]:
    """The numbers of leaves that stand side by side: below one heading, or with none above them."""
    at = first = start
    for column in columns:
        if column.columns:
            yield range(first, at)
            yield from _siblings(column.columns, at)
            first = at + len(column.leaves)
        at += len(column.leaves)
    yield range(first, at)


class LabelIndex:
    """Rows, groups, headers and section headings of one form, found by label."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.targets: list[Target] = []
        self.known: dict[str, tuple[Target, ...]] = {}
        self.met: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {}
        self.headers = tuple(
            (t.id, re.compile(c.match)) for t in form.tables for b in t.blocks for c in b.leaves if c.match
        )
        self.blocks = tuple(
            (
                tuple(tuple(t.field_id(b, r, c) for c in b.leaves) for r, _ in t.value_rows(b)),
                tuple(re.compile(c.match) if c.match else None for c in b.leaves),
                b.reading_order,
            )
            for t in form.tables
            for b in t.blocks
            if t.label_width and len(b.leaves) > 1
        )
        # Of each of `blocks`, which columns stand side by side below one heading
        self.siblings = tuple(
            tuple(side for side in _siblings(b.columns) if len(side) > 1)
            for t in form.tables
            for b in t.blocks
            if t.label_width and len(b.leaves) > 1
        )
        self.headings = tuple(
            (
                frozenset(t.field_id(b, r, c) for c in b.leaves for r, _ in t.value_rows(b)),
                tuple(tuple(_heading(c) for c in line) for line in b.heading_lines),
            )
            for t in form.tables
            for b in t.blocks
            if b.heading_lines
        )
        # What stands in the corner of a header, and the lines that begin another one
        blocks = [b for t in form.tables for b in t.blocks]
        heads = {bare_label(label_key(b.head)) for b in blocks if b.head}
        self.corners = {
            h: frozenset(t.id for t in form.tables for b in t.blocks if bare_label(label_key(b.head)) == h)
            for h in heads
        }
        self.column_names = frozenset(label_key(c.label) for b in blocks for c in b.leaves)
        self.block_names = tuple(re.compile(b.match) for b in blocks if b.match)
        # What a word of a header names is the same in each document: looked up once for each spelling.
        self.columns_named = lru_cache(maxsize=SPELLINGS)(self._columns_named)
        self.headings_named = lru_cache(maxsize=SPELLINGS)(self._headings_named)
        self.strips = {t.id: tuple(f.id for f in t.fields) for t in form.tables if not t.label_width}
        self.narrowest_strip = min(map(len, self.strips.values()), default=1_000_000)
        self.sections = tuple((s, re.compile(s.match)) for s in form.sections)
        self.familiar = {t.id: (*t.familiar, *t.markers) for t in form.tables}
        self.outlines = frozenset(t.id for t in form.tables if t.row_layout == "outline")
        self.unit_of = {f.id: u for f in form.fields if f.table in self.outlines and (u := f.unit)}
        self.units = frozenset(self.unit_of.values())
        self.first_labels: dict[str, tuple[str, ...]] = {}
        for table in form.tables:
            rows = [(b, *found) for b in table.blocks if table.label_width for top in b.rows for found in top.walk()]
            often = Counter(bare_label(label_key(row.label)) for _, row, _ in rows)
            for block, row, above in rows:
                self._add(table, block, row, above, often)
            labels = (bare_label(label_key(row.label)) for _, row, _ in rows)
            # Behind a header may stand the first heading, or the first row with values.
            valued = (bare_label(label_key(row.label)) for _, row, _ in rows if table.carries_values(row))
            self.first_labels[table.id] = (*itertools.islice(labels, 1), *itertools.islice(valued, 1))

        rows_of_values = [t for t in self.targets if t.fields and t.table not in self.strips]
        pairs = itertools.pairwise(rows_of_values)
        # Of each row, the row behind it in the form
        self.below = {t.fields: after.fields for t, after in pairs if t.table == after.table}

    def _add(self, table: FormTable, block: Block, row: Row, above: tuple[Row, ...], often: Counter[str]) -> None:
        key = bare_label(label_key(row.label))
        fields = tuple(table.field_id(block, row, c) for c in block.leaves) if table.carries_values(row) else ()
        groups = tuple(a.id or a.label for a in above)
        scope: Literal["", "table", "group"] = "table" if key in SUMS else ""
        if above and (key in COMMON or often[key] > 1):
            scope = "group"
        pattern = re.compile(row.match or f"^{re.escape(key)}$")
        names = {key, NOTE.sub("", key)}
        names |= {name + row.unit for name in names if row.unit}
        self.targets.append(
            Target(table.id, row.id or row.label, groups, fields, pattern, frozenset(names), scope, bool(row.rows))
        )

    def find(self, text: str) -> tuple[Target, ...]:
        """Rows and groups that a label may name; an exact name beats a pattern."""
        found = self.known.get(text)
        if found is None:
            found = self.known[text] = self._look(text) if len(text) <= LONGEST * 2 else ()
            if len(self.known) > 4_000:
                self.known.clear()
        return found

    def _look(self, text: str) -> tuple[Target, ...]:
        key = bare_label(label_key(text))
        if not key or len(key) > LONGEST or key.isdecimal() or key[-1] in SENTENCE:
            return ()
        plain = NOTE.sub("", key) or key
        exact = tuple(t for t in self.targets if key in t.names or plain in t.names)
        if not exact and self.outlines and key[0].isdecimal():
            # 122.政府网站在线访谈次数: a running number that sticks to the number of the label
            cut = [bare_label(key[n:]) for n in (1, 2) if key[:n].isdecimal()]
            exact = tuple(t for t in self.targets if t.table in self.outlines and not t.names.isdisjoint(cut))
        alike = exact or tuple(t for t in self.targets if t.pattern.search(key))
        return alike if exact or (alike and alike[0].scope) else alike[:1]

    def hits(self, text: str) -> tuple[tuple[str, frozenset[str]], ...]:
        """Words of the form's tables that a cell contains."""
        found = self.met.get(text)
        if found is None:
            key = label_key(text) if len(text) < LONGEST + 10 else ""
            pairs = ((t, frozenset(w for w in words if w in key)) for t, words in self.familiar.items())
            found = self.met[text] = tuple((t, h) for t, h in pairs if h)
            if len(self.met) > 4_000:
                self.met.clear()
        return found

    def _columns_named(self, key: str) -> tuple[tuple[int, ...], ...]:
        """For each of `blocks`: the columns whose header this may be."""
        return tuple(
            tuple(n for n, pattern in enumerate(patterns) if pattern is not None and pattern.search(key))
            for _, patterns, _ in self.blocks
        )

    def _headings_named(self, key: str) -> tuple[tuple[frozenset[int], ...], ...]:
        """For each of `headings`, line by line: the headings that this may be."""
        return tuple(
            tuple(frozenset(n for n, (p, _) in enumerate(line) if p.search(key)) for line in lines)
            for _, lines in self.headings
        )

    def is_header(self, text: str, table: str | None = None) -> bool:
        key = label_key(text)
        return any(p.search(key) for t, p in self.headers if table in (None, t))


@cache
def indexes() -> tuple[LabelIndex, ...]:
    """One index for each form of the package."""
    return tuple(LabelIndex(form) for form in load_forms().values() if form.tables)
