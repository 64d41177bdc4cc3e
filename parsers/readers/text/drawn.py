"""Tables whose every line begins with a pipe: Markdown of any converter, org, trafilatura."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.cells import read_cell
from parsers.readers.text.marks import BARE_NUMBER, PAGE_NUMBER, fields, joined, plain

RULE = re.compile(r"^\|(?:\s*:?-{3,}:?\s*[|+])+$")
MOST_BLANK_LINES = 3
# So many rows of the same length make a rectangle; the others have lost a cell or got one too many.
RECTANGULAR = 0.6


@dataclass(frozen=True)
class DrawnRow:
    """Cells at their columns. `uneven`: it cannot be told under which column a blank of this row stands."""

    cells: tuple[str, ...]
    uneven: bool


def is_drawn(line: str) -> bool:
    """`line` is stripped."""
    return line.startswith("|") and line.endswith("|") and not line.startswith("||") and len(line) > 1


def read_drawn(lines: Sequence[str], start: int) -> tuple[list[DrawnRow], int]:
    """The rows of the table that begins at a line, and the number of the line after it."""
    groups: list[list[list[str]]] = [[]]
    at, end = start, start
    ruled = 0
    while at < len(lines) and at - end <= MOST_BLANK_LINES:
        line = lines[at].strip()
        at += 1
        if not line or PAGE_NUMBER.match(line) or BARE_NUMBER.match(line):
            continue
        if not is_drawn(line) or (at - end > 1 and _is_rule(lines[at].strip() if at < len(lines) else "")):
            break
        end = at
        if _is_rule(line) and (not ruled or "+" in line):
            ruled += 1
            groups.append([])
        else:
            groups[-1].append(fields(line, escaped=True))
    rows = _rows([g for g in groups if g], ruled)
    return _judged(rows), end


def _is_rule(line: str) -> bool:
    return line.startswith("|") and "---" in line and RULE.match(line) is not None


def _rows(groups: list[list[list[str]]], ruled: int) -> list[tuple[list[str], bool]]:
    """Lines to rows, each with whether it can be told where it begins and ends."""
    if ruled > 2 and len(groups) > 3:
        return [(_merged(group), False) for group in groups]
    # The header that Markdown must have is left blank where the table has none.
    if ruled and len(groups) > 1 and not any(map(any, groups[0])):
        groups = groups[1:]
    lines = [line for group in groups for line in group]
    blank = [not any(line) for line in lines]
    broken = any(_goes_on(cell) for line in lines for cell in line)
    if not broken and not any(blank):
        return [(line, False) for line in lines]
    if not broken and _evenly_spaced(blank):
        return [(line, not _has_values(line)) for line, is_blank in zip(lines, blank, strict=True) if not is_blank]
    rows: list[list[list[str]]] = []
    for n, line in enumerate(lines):
        goes_on = n > 0 and (blank[n] or blank[n - 1] or any(map(_goes_on, lines[n - 1])))
        if goes_on and rows:
            rows[-1].append(line)
        else:
            rows.append([line])
    # A cell that has several lines may end without a sign: a row without values may be the rest of one with values.
    whole = [_merged(row) for row in rows]
    return [(row, not _has_values(row)) for row in whole]


def _goes_on(cell: str) -> bool:
    """org ends a line of a cell with two backslashes; alone they are one backslash, written with care."""
    return len(cell) > 2 and cell.endswith("\\\\")


def _evenly_spaced(blank: list[bool]) -> bool:
    """Between any two lines with words stand as many blank ones."""
    gaps, gap = set(), 0
    started = False
    for is_blank in blank:
        if is_blank:
            gap += 1
            continue
        if started:
            gaps.add(gap)
        started, gap = True, 0
    return len(gaps) == 1 and 0 not in gaps


def _merged(lines: list[list[str]]) -> list[str]:
    width = max(map(len, lines))
    return [
        joined(line[n][:-2] if _goes_on(line[n]) else line[n] for line in lines if n < len(line)) for n in range(width)
    ]


def _has_values(cells: list[str]) -> bool:
    return any(cell and read_cell(plain(cell)).is_value for cell in cells)


def _judged(rows: list[tuple[list[str], bool]]) -> list[DrawnRow]:
    if not rows:
        return []
    told = [([plain(c) for c in cells], unsure) for cells, unsure in rows]
    width = max(len(cells) for cells, _ in told)
    full = sum(len(cells) == width for cells, _ in told) / len(told)
    rectangular = full >= RECTANGULAR
    irregular = rectangular and _irregular([cells for cells, _ in told])
    return [
        DrawnRow(tuple(cells), unsure or irregular or (rectangular and len(cells) != width)) for cells, unsure in told
    ]


def _irregular(rows: list[list[str]]) -> bool:
    """Is a value of one row in a column where others have their label? Then columns mean different things."""
    labels, values = set(), set()
    for cells in rows:
        kinds = [(n, read_cell(c).is_value) for n, c in enumerate(cells) if c]
        if any(is_value for _, is_value in kinds):
            labels |= {n for n, is_value in kinds if not is_value}
            values |= {n for n, is_value in kinds if is_value}
    return bool(labels & values)
