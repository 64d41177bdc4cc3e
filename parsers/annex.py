"""Annexes of figures that no national form knows, row by row as they stand: label, unit and what is printed."""

import re

from model.normal_text import label_key
from model.report import Extra
from parsers.cells import read_cell
from parsers.page import Cell, Page, Row

ANNEX = "annex"
# 指标名称 | 计量单位 | 年末统计
HEAD = re.compile(r"^(?:统计)?指标(?:名称)?$")
UNITS = frozenset({"条", "件", "次", "人次", "人", "元", "万元", "篇", "个", "项", "份", "批", "批次", "%", "条次"})
MOST_ROWS = 300
LONGEST_HEADER = 60
# The same header as a line of text: 指标名称 计量单位 年末统计
BEGINS = re.compile(r"^(?:统计)?指标(?:名称)?(?:计量)?单位")


def annex_of(page: Page) -> list[Extra]:
    """The rows below a header of indicators. They bind nothing and are compared with nothing."""
    found: list[Extra] = []
    inside = False
    for item in page.items:
        if isinstance(item, str):
            inside = inside or (len(item) < LONGEST_HEADER and BEGINS.match(label_key(item)) is not None)
            continue
        inside = inside or any(HEAD.match(label_key(c.text)) for c in item.cells)
        if inside and len(found) < MOST_ROWS and (extra := _entry(item)) is not None:
            found.append(extra)
    return found


def _entry(row: Row) -> Extra | None:
    cells = [c for c in row.cells if c.text.strip()]
    first_value = len(cells)
    while first_value and read_cell(cells[first_value - 1].text).is_value:
        first_value -= 1
    values, words = cells[first_value:], cells[:first_value]
    if not values or not words:
        return None
    return _labelled(words, [c.text for c in values])


def _labelled(words: list[Cell], values: list[str]) -> Extra | None:
    """The last words before the values are the unit, those before them the label."""
    if label_key(words[-1].text) in UNITS:
        return Extra(table=ANNEX, label=words[-2].text, values=values) if len(words) > 1 else None
    label = words[-1].text
    for unit in sorted(UNITS, key=len, reverse=True):
        if label.endswith(unit) and len(label) > len(unit):
            label = label[: -len(unit)]
            break
    return Extra(table=ANNEX, label=label, values=values)
