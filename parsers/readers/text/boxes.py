"""Tables drawn with lines: the boxes of w3m, the grids of pandoc. What a cell covers is seen from its walls."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.readers.text.marks import joined, plain

TOP_LEFT, TOP, TOP_RIGHT = "┌", "─┬", "┐"
SIDE, FOOT = "│├", "└"
WALLS = frozenset("│├┤┼┬┴┌┐└┘")
GRID_RULE = re.compile(r"^\+(?:[-=:]{2,}\+)+$")
LINE = frozenset("─-=:")


@dataclass
class _Open:
    top: int
    left: int
    pieces: list[str] = field(default_factory=list)


def spread(line: str) -> list[str]:
    """Characters by the column of a terminal at which they stand; the second column of a wide one is ''."""
    columns: list[str] = []
    for char in line:
        if char.isascii():
            columns.append(char)
        elif unicodedata.east_asian_width(char) in "WF":
            columns += (char, "")
        elif unicodedata.category(char) in ("Mn", "Cf", "Me") and columns:
            columns[-1] += char
        else:
            columns.append(char)
    return columns


def cells_between(area: Sequence[list[str]], walls: Sequence[frozenset[int]]) -> list[list[str]]:
    """Rows of cells in an area; `walls` holds the columns of each line that divide it. Cells are those of a `<tr>`."""
    standing: dict[tuple[int, int], _Open] = {}
    done: list[_Open] = []
    for y, (line, here) in enumerate(zip(area, walls, strict=True)):
        for left, right in pairwise(sorted(here)):
            piece = line[left + 1 : right]
            if not piece:
                continue
            if all(char in LINE for char in piece):
                for key in [k for k in standing if k[0] < right and k[1] > left]:
                    done.append(standing.pop(key))
                continue
            cell = standing.setdefault((left, right), _Open(y, left))
            if words := "".join(piece).strip():
                cell.pieces.append(words)
    done += standing.values()
    rows: dict[int, list[_Open]] = {}
    for cell in sorted(done, key=lambda c: (c.top, c.left)):
        rows.setdefault(cell.top, []).append(cell)
    return [[plain(joined(cell.pieces)) for cell in row] for row in rows.values()]


def take_boxes(lines: list[str]) -> dict[int, list[list[list[str]]]]:
    """Tables in boxes by the number of their first line; in `lines` blanks take their place."""
    screen = {n: spread(line) for n, line in enumerate(lines) if not WALLS.isdisjoint(line)}
    found: dict[int, list[list[list[str]]]] = {}
    taken: list[tuple[int, int, int, int]] = []
    for y in sorted(screen, reverse=True):  # the inner ones first
        for x in [n for n, char in enumerate(screen[y]) if char == TOP_LEFT]:
            corner = _corner(screen, y, x)
            if corner is None:
                continue
            bottom, right = corner
            inside = any(y < t and x < a and b < right and d < bottom for t, d, a, b in taken)
            if not inside:
                area = [screen[n][x : right + 1] for n in range(y, bottom + 1)]
                walls = [frozenset(n for n, char in enumerate(line) if char in WALLS) for line in area]
                found.setdefault(y, []).append(cells_between(area, walls))
            taken.append((y, bottom, x, right))
    for top, bottom, left, right in taken:
        for n in range(top, bottom + 1):
            line = screen[n]
            line[left : right + 1] = [" "] * len(line[left : right + 1])
    for n in {n for top, bottom, _, _ in taken for n in range(top, bottom + 1)}:
        lines[n] = "".join(screen[n])
    return found


def _corner(screen: dict[int, list[str]], top: int, left: int) -> tuple[int, int] | None:
    line = screen[top]
    right = left + 1
    while right < len(line) and line[right] in TOP and line[right]:
        right += 1
    if right >= len(line) or line[right] != TOP_RIGHT:
        return None
    bottom = top + 1
    while bottom in screen and len(screen[bottom]) > right and screen[bottom][left] in SIDE and screen[bottom][left]:
        bottom += 1
    closed = bottom in screen and len(screen[bottom]) > right and screen[bottom][left] == FOOT
    return (bottom, right) if closed else None


def is_grid(line: str) -> bool:
    """`line` is stripped."""
    return line.startswith("+-") and GRID_RULE.match(line) is not None


def read_grid(lines: Sequence[str], start: int) -> tuple[list[list[str]], int]:
    """The rows of a grid of +, - and |, and the number of the line after it."""
    end = start
    indent = len(lines[start]) - len(lines[start].lstrip())
    block = []
    while end < len(lines) and lines[end].strip()[:1] in ("+", "|"):
        block.append(spread(lines[end].rstrip()[indent:]))
        end += 1
    corners = frozenset(
        n for line in block if line[:1] == ["+"] and set(line) <= LINE | {"+", "|", " "}
        for n, char in enumerate(line) if char == "+"
    )  # fmt: skip
    walls = [frozenset(n for n in corners if n < len(line) and line[n] in "+|" and line[n]) for line in block]
    return cells_between(block, walls), end
