"""Headers and captions under which a figure is not what the form asks for, although its row has the form's label.

A column is missing and another stands in its place (备注, 行次); the words are those of another form; the figures are
of another year, or counted in 万件.
"""

import itertools
import re
from functools import lru_cache

from model.normal_text import bare_label, label_key
from parsers.cells import UNTIL
from parsers.labels import LabelIndex
from parsers.page import Row
from parsers.periods import HEADING
from parsers.placing import NO_HEADER, Header, Walk

# Columns that hold no figures of the form
BESIDE = re.compile(r"^(?:备注|说明|备注说明|序号|行次|栏次|编号)$")
SCALED = re.compile(r"[(:](?:单位:?)?[十百千万亿]+[件条项次份宗个]\)?$")
UNIT_LINE = re.compile(r"^\(?(?:计量)?单位:.{0,6}?[十百千万亿][件条项次份宗个]")
PERIOD = re.compile(r"(?:上|去|前)一?年度?|(20\d\d)年度?")
OTHERWISE = re.compile(rf"{UNTIL}|季度|[上下]半年|(?<!\d)(?:[1-9]|1[01])月")
LEAST, LONGEST_CAPTION = 2, 60


def note_caption(line: str, walk: Walk) -> None:
    """单位:万件 between the heading of a part and its rows: its figures are no counts."""
    if len(line) < LONGEST_CAPTION and (walk.scaled or "位" in line):
        key = label_key(line)
        walk.scaled = (walk.scaled and not HEADING.match(key)) or UNIT_LINE.match(key) is not None


def note_other_header(row: Row, words: list[str], index: LabelIndex, walk: Walk) -> None:
    """Notes what a line of a header says against the rows below it. `words`: of its cells, blank ones too."""
    for word in words:
        note_caption(word, walk)
    keys = tuple(label_key(word) if len(word) < LONGEST_CAPTION else "" for word in words)
    header = _header(index, keys, walk.expected_year, in_text=row.loose, lined=row.lined)
    walk.header = header if header is not None else walk.header


@lru_cache(maxsize=512)
def _header(index: LabelIndex, keys: tuple[str, ...], year: int | None, *, in_text: bool, lined: bool) -> Header | None:
    """What a line of a header says; None where it is none."""
    begins = [n for n, key in enumerate(keys) if any(name.search(key) for name in index.block_names)]
    corners = [n for n, key in enumerate(keys) if bare_label(key) in index.corners]
    words = keys[max([-1, *begins, *corners]) + 1 :]
    filled = [key for key in words if key]
    if (column := _only_column(index, keys)) is not None:
        return Header(index.outlines, _against(column, year))
    named = [key for key in filled if index.is_header(key)]
    if corners and not named and len(filled) >= LEAST:
        return Header(index.corners[bare_label(keys[corners[-1]])], "header_unknown")
    if not named:
        return NO_HEADER if begins else None
    tables = frozenset(table for table, pattern in index.headers if any(pattern.search(key) for key in named))
    beside = [key for key in filled if BESIDE.match(key)]
    if any(SCALED.search(key) for key in named):
        return Header(tables, "other_unit")
    for key in named:
        for name in index.column_names:
            if PERIOD.search(name):  # 上一年项目数量 is the form's own, also in a line with the others
                key = key.replace(name, "")
        period = PERIOD.search(key)
        if period and not (period[1] and int(period[1]) == year) and index.is_header(PERIOD.sub("", key)):
            return Header(tables, "of_another_period")
    if _leaves_out(index, words, whole=not in_text and not beside, lined=lined, beside=bool(beside)):
        return Header(tables, "column_missing")
    # In text with a cell on each line, the header may only have lost a line.
    told = corners and len(named) + len(beside) == len(filled) and (beside or not lined)
    several = max(
        (sum(len(index.columns_named(key)[at]) for key in named) for at in range(len(index.blocks))), default=0
    )
    return Header(tables, columns=max(len(named), several) if told else 0)


def _only_column(index: LabelIndex, keys: tuple[str, ...]) -> str | None:
    """What the only column of figures of a list is called: 统计指标 | 单位 | 2015年统计数."""
    for table in index.form.tables:
        after = re.compile(table.open_columns.after) if table.open_columns is not None else None
        if after is None or bare_label(label_key(table.corner)) not in map(bare_label, keys):
            continue
        start = next((n for n in range(len(keys) - 1, -1, -1) if after.search(bare_label(keys[n]))), len(keys))
        behind = itertools.takewhile(lambda key: not index.find(key), keys[start + 1 :])
        columns = [key for key in behind if key and not BESIDE.match(key)]
        return columns[0] if len(columns) == 1 else None
    return None


def _against(column: str, year: int | None) -> str:
    period = PERIOD.search(column)
    if OTHERWISE.search(column) or (period and not (period[1] and int(period[1]) == year)):
        return "of_another_period"
    return "other_unit" if SCALED.search(column) else ""


def _leaves_out(index: LabelIndex, keys: tuple[str, ...], *, whole: bool, lined: bool, beside: bool) -> bool:
    """Does a line name some of the columns that stand side by side in a table, and skip others?"""
    words = [(n, key) for n, key in enumerate(keys) if key]
    out = False
    for at, sides in enumerate(index.siblings):
        named = [(n, columns[0]) for n, key in words if len(columns := index.columns_named(key)[at]) == 1]
        if len(named) < LEAST or [c for _, c in named] != sorted({c for _, c in named}):
            continue
        for side in sides:
            inside = [(n, c) for n, c in named if c in side]
            if len(inside) == len(side):
                return False
            near = itertools.pairwise(inside)
            skipped = not lined and any(to - start < right - left for (start, left), (to, right) in near)
            alone = len(inside) == len(named) and len(side) < len(index.blocks[at][1])
            out = out or skipped or (alone and ((whole and len(inside) == len(words)) or beside))
    return out
