"""What goes wrong between the list of 2014 and a page: each mutation says what is still printed and what is gone."""

import re
from collections.abc import Callable
from random import Random

from infra.simulator.reports.stat2014 import OldDocument

Printed = dict[str, object]
Mutation = Callable[[str, OldDocument, Random], tuple[str, Printed, set[str]]]
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
VALUE = re.compile(r"<td>(\d[\d.]*)</td>")


def _rows(page: str, document: OldDocument) -> list[tuple[re.Match[str], list[str]]]:
    """Rows that carry values, each with the ids of its values, in the order of the form."""
    width = max(1, len(document.report.columns))
    ids = list(document.values)
    found = [m for m in ROW.finditer(page) if len(VALUE.findall(m[0])) == width and not m[0].startswith("<tr><td>序号")]
    known = [m for m in found if not any(e.label in m[0] for e in document.extras)]
    return [(m, ids[n * width : (n + 1) * width]) for n, m in enumerate(known)]


def _without(document: OldDocument, ids: list[str]) -> Printed:
    return {i: v for i, v in document.values.items() if i not in ids}


def lost_row(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = dice.choice(_rows(page, document))
    return page[: row.start()] + page[row.end() :], _without(document, ids), set(ids)


def lost_cell(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = dice.choice(_rows(page, document))
    cell = dice.choice(list(VALUE.finditer(row[0])))
    changed = row[0][: cell.start()] + row[0][cell.end() :]
    return page[: row.start()] + changed + page[row.end() :], _without(document, ids), set(ids)


def lost_unit(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    row, _ = dice.choice(_rows(page, document))
    changed = re.sub(r"<td>(?:件|条|次|篇|个|人|人次|万元)</td>", "", row[0], count=1)
    return page[: row.start()] + changed + page[row.end() :], dict(document.values), set()


def blank_unit(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    row, _ = dice.choice(_rows(page, document))
    changed = re.sub(r"<td>(?:件|条|次|篇|个|人|人次|万元)</td>", "<td></td>", row[0], count=1)
    return page[: row.start()] + changed + page[row.end() :], dict(document.values), set()


def split_number(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    long = [(r, i) for r, i in _rows(page, document) if re.search(r"<td>\d{2,}</td>", r[0])]
    if not long:
        return page, dict(document.values), set()
    row, ids = dice.choice(long)
    changed = re.sub(r"<td>(\d)(\d+)</td>(?!.*<td>\d{2,}</td>)", r"<td>\1</td><td>\2</td>", row[0], count=1)
    return page[: row.start()] + changed + page[row.end() :], _without(document, ids), set(ids)


def swapped_rows(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    rows = _rows(page, document)
    twice = ("被依法纠错数", "其他情形数")
    plain = [n for n in range(len(rows) - 1) if not page[rows[n][0].end() : rows[n + 1][0].start()].strip()
             and not any(t in rows[n][0][0] + rows[n + 1][0][0] for t in twice)]  # fmt: skip
    n = dice.choice(plain)
    first, second = rows[n][0], rows[n + 1][0]
    between = page[first.end() : second.start()]
    return page[: first.start()] + second[0] + between + first[0] + page[second.end() :], dict(document.values), set()


def repeated_header(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    (head,) = [m for m in ROW.finditer(page) if "统计指标" in m[0]]
    row, _ = dice.choice(_rows(page, document))
    return page[: row.start()] + head[0] + page[row.start() :], dict(document.values), set()


def changed_figure(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    row, ids = dice.choice([r for r in _rows(page, document) if r[1][0].rpartition(".")[2] == "received"])
    at = dice.randrange(len(ids))
    cell = list(VALUE.finditer(row[0]))[at]
    other = int(cell[1]) + dice.randint(1, 9)
    changed = row[0][: cell.start()] + f"<td>{other}</td>" + row[0][cell.end() :]
    return page[: row.start()] + changed + page[row.end() :], {**document.values, ids[at]: other}, set()


def swapped_columns(page: str, document: OldDocument, _dice: Random) -> tuple[str, Printed, set[str]]:
    """The names of two columns change places, and with them what the figures mean."""
    if len(document.report.columns) != 2:
        return page, dict(document.values), set()
    first, second = document.report.columns
    changed = page.replace(f"<td>{first}</td><td>{second}</td>", f"<td>{second}</td><td>{first}</td>")
    other = {".own_level.": ".aggregate.", ".aggregate.": ".own_level."}
    printed: Printed = {}
    for field_id, value in document.values.items():
        (name,) = [n for n in other if n in field_id]
        printed[field_id.replace(name, other[name])] = value
    return changed, printed, set()


def last_year_below(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    (table,) = re.findall(r"<table.*?</table>", page, re.DOTALL)
    old = VALUE.sub(lambda _: f"<td>{dice.randint(0, 60)}</td>", table)
    caption = f"<p>附：{document.report.year - 1}年度统计表</p>"
    return page.replace(table, table + caption + old), dict(document.values), set()


def two_halves(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    """The table goes on in a second one, on the next printed page, with its header repeated."""
    (head,) = [m for m in ROW.finditer(page) if "统计指标" in m[0]]
    row, _ = dice.choice(_rows(page, document)[5:])
    return (
        f"{page[: row.start()]}</tbody></table><table><tbody>{head[0]}{page[row.start() :]}",
        dict(document.values),
        set(),
    )


def truncated(page: str, document: OldDocument, dice: Random) -> tuple[str, Printed, set[str]]:
    rows = _rows(page, document)
    n = dice.randrange(len(rows) // 3, len(rows) - 1)
    row = rows[n][0]
    cut = dice.randrange(row.start() + 8, row.end())
    gone = {i for _, ids in rows[n:] for i in ids}
    return page[:cut], {i: v for i, v in document.values.items() if i not in gone}, gone


MUTATIONS: dict[str, Mutation] = {
    f.__name__: f
    for f in (
        lost_row, lost_cell, lost_unit, blank_unit, split_number, swapped_rows, repeated_header, changed_figure,
        swapped_columns, last_year_below, two_halves, truncated,
    )
}  # fmt: skip
