"""What goes wrong between a form and a page: each mutation changes a clean page and says what is still printed."""

import re
from collections.abc import Callable
from itertools import pairwise
from random import Random

from infra.simulator.reports import Rendered

Printed = dict[str, object]
Mutation = Callable[[str, Rendered, Random], tuple[str, Printed, set[str]]]
ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
CELL = re.compile(r"<t[dh]\b[^>]*>.*?</t[dh]>", re.DOTALL)
# colspan is kept, so that a lost cell is lost and not only empty
NUMBER_CELL = re.compile(r"(<td\b[^>]*>)\s*([+-]?\d[\d.]*)\s*(</td>)")
RESULTS = "applications.results."


def _value_rows(page: str) -> list[re.Match[str]]:
    """Rows of Table 3 that carry seven numbers."""
    return [m for m in ROW.finditer(page) if len(NUMBER_CELL.findall(m[0])) == 7]


def _ids(document: Rendered) -> list[list[str]]:
    ids = [i for i in document.values if i.startswith("applications.")]
    return [ids[n : n + 7] for n in range(0, len(ids), 7)]


def _pick(page: str, document: Rendered, dice: Random) -> tuple[re.Match[str], list[str]]:
    rows = _value_rows(page)
    plain = [n for n, row in enumerate(rows) if len(CELL.findall(row[0])) == 8]
    n = dice.choice(plain)
    return rows[n], _ids(document)[n]


def lost_row(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = _pick(page, document, dice)
    kept: Printed = {i: v for i, v in document.values.items() if i not in ids}
    return page[: row.start()] + page[row.end() :], kept, set(ids)


def lost_cell(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = _pick(page, document, dice)
    at = dice.randrange(7)
    cell = list(NUMBER_CELL.finditer(row[0]))[at]
    changed = row[0][: cell.start()] + row[0][cell.end() :]
    kept: Printed = {i: v for i, v in document.values.items() if i not in ids}
    return page[: row.start()] + changed + page[row.end() :], kept, set(ids)


def split_number(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    rows = [(n, r) for n, r in enumerate(_value_rows(page)) if any(len(c[1]) > 1 for c in NUMBER_CELL.findall(r[0]))]
    if not rows:
        return page, dict(document.values), set()
    n, row = dice.choice(rows)
    cell = dice.choice([c for c in NUMBER_CELL.finditer(row[0]) if len(c[2]) > 1])
    cut = dice.randrange(1, len(cell[2]))
    changed = row[0][: cell.start()] + f"{cell[1]}{cell[2][:cut]}{cell[3]}{cell[1]}{cell[2][cut:]}{cell[3]}"
    ids = _ids(document)[n]
    kept: Printed = {i: v for i, v in document.values.items() if i not in ids}
    return page[: row.start()] + changed + row[0][cell.end() :] + page[row.end() :], kept, set(ids)


def swapped_rows(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    plain = [r for r in _value_rows(page) if len(CELL.findall(r[0])) == 8 and "rowspan" not in r[0]]
    pairs = [(a, b) for a, b in pairwise(plain) if not page[a.end() : b.start()].strip()]
    first, second = dice.choice(pairs)
    swapped = page[: first.start()] + second[0] + page[first.end() : second.start()] + first[0] + page[second.end() :]
    return swapped, dict(document.values), set()


def repeated_header(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    rows = list(ROW.finditer(page))
    head = [r[0] for r in rows if "自然人" in r[0] or "商业企业" in r[0] or "申请人情况" in r[0]]
    row, _ = _pick(page, document, dice)
    return page[: row.start()] + "".join(head) + page[row.start() :], dict(document.values), set()


def shifted_by_a_blank(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = _pick(page, document, dice)
    cell = dice.choice(list(NUMBER_CELL.finditer(row[0])))
    changed = row[0][: cell.start()] + "<td></td>" + row[0][cell.start() :]
    return page[: row.start()] + changed + page[row.end() :], dict(document.values), set(ids)


def changed_figure(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = _pick(page, document, dice)
    at = dice.randrange(7)
    cell = list(NUMBER_CELL.finditer(row[0]))[at]
    other = int(cell[2]) + dice.randint(1, 9)
    changed = row[0][: cell.start()] + f"{cell[1]}{other}{cell[3]}" + row[0][cell.end() :]
    printed: Printed = {**document.values, ids[at]: other}
    return page[: row.start()] + changed + page[row.end() :], printed, set()


def swapped_columns(page: str, document: Rendered, _dice: Random) -> tuple[str, Printed, set[str]]:
    """Header and figures of two columns change places together: the labels say so."""
    changed = page.replace("商业企业", "\0").replace("科研机构", "商业企业").replace("\0", "科研机构")
    printed: Printed = {}
    for field_id, value in document.values.items():
        other = field_id
        if field_id.startswith("applications.") and field_id.endswith(".commercial_enterprise"):
            other = field_id.replace("commercial_enterprise", "research_institution")
        elif field_id.startswith("applications.") and field_id.endswith(".research_institution"):
            other = field_id.replace("research_institution", "commercial_enterprise")
        printed[other] = value
    return changed, printed, set()


def truncated(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    rows = _value_rows(page)
    row = dice.choice(rows[4:])
    cut = dice.randrange(row.start() + 8, row.end())
    inside = page[row.start() : cut]
    n = rows.index(row)
    gone = {i for ids in _ids(document)[n:] for i in ids} | {i for i in document.values if i.startswith("review_")}
    kept: Printed = {i: v for i, v in document.values.items() if i not in gone}
    return page[: row.start()] + inside, kept, gone


def last_year_below(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    tables = re.findall(r"<table\b.*?</table>", page, re.DOTALL)
    old = NUMBER_CELL.sub(lambda m: f"{m[1]}{dice.randint(0, 60)}{m[3]}", tables[1])
    at = page.index(tables[1]) + len(tables[1])
    caption = f"<p>附：{document.report.year - 1}年数据</p>"
    return page[:at] + caption + old + page[at:], dict(document.values), set()


def decoy_table(page: str, document: Rendered, dice: Random) -> tuple[str, Printed, set[str]]:
    rows = "".join(f"<tr><td>{w}</td><td>{dice.randint(1, 99)}</td></tr>" for w in ("网站点击", "微信推送", "总计"))
    at = page.index("<table")
    return f"{page[:at]}<table>{rows}</table>{page[at:]}", dict(document.values), set()


def wide_header_of_table_4(page: str, document: Rendered, _dice: Random) -> tuple[str, Printed, set[str]]:
    words = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"] * 3
    tables = list(re.finditer(r"<table\b[^>]*>(?:\s*<tbody>)?", page))
    at = tables[-1].end()
    return f"{page[:at]}<tr>{''.join(f'<td>{w}</td>' for w in words)}</tr>{page[at:]}", dict(document.values), set()


MUTATIONS: dict[str, Mutation] = {
    f.__name__: f
    for f in (
        lost_row, lost_cell, split_number, swapped_rows, repeated_header, shifted_by_a_blank, changed_figure,
        swapped_columns, truncated, last_year_below, decoy_table, wide_header_of_table_4,
    )
}  # fmt: skip
