"""Tables drawn with lines: the boxes of w3m, the grids of pandoc. What a cell covers is seen from its walls."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from parsers.readers.text.marks import joined, plain

TOP_LEFT, TOP, TOP_RIGHT = "┌", "─┬", "┐"
SIDE, FOOT = "│├┤", "└"
SLACK = 8
GRID_RULE = re.compile(r"^\+(?:[-=:]{2,}\+)+$")
LINE = frozenset("─-=:")


@dataclass(frozen=True)
class _Pen:
    """The characters of a drawing: all that divide a line, those where lines meet, those that go on downward.

    `in_words`: a corner may also be a sign in a cell, so only lines without words show where corners are.
    """

    walls: frozenset[str]
    corners: frozenset[str]
    downward: frozenset[str]
    in_words: bool

    def is_line(self, line: list[str]) -> bool:
        return not self.in_words or all(c in LINE or c in self.walls or c == " " for c in line)


BOX = _Pen(frozenset("│├┤┼┬┴┌┐└┘"), frozenset("├┤┼┬┴┌┐└┘"), frozenset("│├┤┼┬┌┐"), in_words=False)
GRID = _Pen(frozenset("|+"), frozenset("+"), frozenset("|+"), in_words=True)


@dataclass
class _Open:
    top: int
    left: int
    pieces: list[str] = field(default_factory=list)


def spread(line: str, invisible: int = 1) -> list[str]:
    """Characters by the column of a terminal at which they stand; the second column of a wide one is ''.

    `invisible`: how many columns a zero-width character takes. w3m gives it one.
    """
    columns: list[str] = []
    for char in line:
        if char.isascii():
            columns.append(char)
        elif unicodedata.east_asian_width(char) in "WF":
            columns += (char, "")
        elif (
            columns and (kind := unicodedata.category(char)) in ("Mn", "Me", "Cf") and not (invisible and kind == "Cf")
        ):
            columns[-1] += char
        else:
            columns.append(char)
    return columns


def rows_between(area: Sequence[list[str]], right_edge: int, pen: _Pen) -> list[list[str]] | None:
    """Rows of cells as those of a `<tr>`; None where the walls of a line cannot be told.

    A cell is what stands between the same two walls from one line of the drawing to the next; so a cell that reaches
    over columns or rows is one cell, as it was in the page.
    """
    corners = frozenset(
        n for line in area if pen.is_line(line) for n, c in enumerate(line[: right_edge + 1]) if c in pen.corners
    )
    standing: dict[tuple[int, int], _Open] = {}
    done: list[_Open] = []
    before: list[int] = []
    for y, line in enumerate(area):
        pieces = _pieces(line, corners, right_edge, pen, before)
        if pieces is None:
            return None
        if len(line) > right_edge and line[right_edge] in pen.walls:
            before = [n for n in sorted(corners) if n < len(line) and line[n] in pen.downward]
        for left, right, piece in pieces:
            if piece and all(char in LINE for char in piece):
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


def _pieces(
    line: list[str], corners: frozenset[int], right_edge: int, pen: _Pen, before: list[int]
) -> list[tuple[int, int, list[str]]] | None:
    """What stands between the walls of a line, with their columns: its own, or in order those that go down to it.

    A character whose width the program took for another than ours moves all walls behind it.
    """
    here = [n for n in sorted(corners) if n < len(line) and line[n] in pen.walls]
    if here[:1] == [0] and here[-1:] == [right_edge]:
        return [(a, b, line[a + 1 : b]) for a, b in pairwise(here)]
    own = [n for n, char in enumerate(line) if char in pen.walls][: len(before)]
    if len(own) < 2 or len(own) != len(before) or any(line[n] in pen.corners for n in own):
        return None
    return [(a, b, line[c + 1 : d]) for (a, b), (c, d) in zip(pairwise(before), pairwise(own), strict=True)]


def take_boxes(lines: list[str]) -> dict[int, list[list[list[str]]]]:
    """Tables in boxes by the number of their first line; in `lines` blanks take their place."""
    screen = {n: spread(line) for n, line in enumerate(lines) if not BOX.walls.isdisjoint(line)}
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
                area = [screen[n][x : right + 1 + SLACK] for n in range(y, bottom + 1)]
                rows = rows_between(area, right - x, BOX)
                found.setdefault(y, []).append(rows or [])
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
    return rows_between(block, len(block[0]) - 1, GRID) or [], end
