"""The lines of a page put together: pieces and dashes to whole lines, lines that meet to drawings."""

from collections.abc import Iterable
from typing import NamedTuple

from parsers.readers.limits import TooHostile
from parsers.readers.pdf.frame import Frame

MOST_LINES = 6_000  # of one page, put together
SAME = 1.6  # points: so near, two lines are one, drawn twice
DASH = 4.5  # the widest gap in a dashed line
TOUCH = 3.5  # so near, two lines meet
SHORTEST = 5.0
SIDE = 0.95  # of the height of a table: a line beside it is its side
WIDEST_LABEL = 200.0  # points


class Line(NamedTuple):
    """A straight line: at `at` on one axis, from `start` to `end` on the other."""

    at: float
    start: float
    end: float


class Drawing(NamedTuple):
    """Lines that hang together: those across, and those down."""

    across: list[Line]
    down: list[Line]


def drawings_in(lines: Iterable[tuple[float, float, float, float]], frame: Frame) -> list[Drawing]:
    """The lines of a page as they are seen, by what hangs together. Raises TooHostile."""
    across, down = [], []
    for x0, y0, x1, y1 in lines:
        box = frame.box(x0, y0, x1, y1)
        if box.width >= box.height:
            across.append(Line((box.y0 + box.y1) / 2, box.x0, box.x1))
        else:
            down.append(Line((box.x0 + box.x1) / 2, box.y0, box.y1))
    across, down = _whole(across), _whole(down)
    if len(across) + len(down) > MOST_LINES:
        raise TooHostile(f"page has {len(across) + len(down)} lines, more than {MOST_LINES}")
    return _hanging_together(across, down)


def _whole(lines: list[Line]) -> list[Line]:
    """Lines that lie on one another or follow on one another, as one."""
    groups: list[list[Line]] = []
    for line in sorted(lines):
        if groups and line.at - groups[-1][0].at <= SAME:
            groups[-1].append(line)
        else:
            groups.append([line])
    found = []
    for group in groups:
        at = sum(line.at for line in group) / len(group)
        start = end = None
        for line in sorted(group, key=lambda line: line.start):
            if start is None or end is None:
                start, end = line.start, line.end
            elif line.start - end <= DASH:
                end = max(end, line.end)
            else:
                found.append(Line(at, start, end))
                start, end = line.start, line.end
        if start is not None and end is not None:
            found.append(Line(at, start, end))
    return [line for line in found if line.end - line.start >= SHORTEST]


def _hanging_together(across: list[Line], down: list[Line]) -> list[Drawing]:
    parent = list(range(len(across) + len(down)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for i, row in enumerate(across):
        for j, column in enumerate(down):
            meets = row.start - TOUCH <= column.at <= row.end + TOUCH and (
                column.start - TOUCH <= row.at <= column.end + TOUCH
            )
            if meets:
                parent[root(i)] = root(len(across) + j)
    found: dict[int, Drawing] = {}
    for n, line in enumerate([*across, *down]):
        drawing = found.setdefault(root(n), Drawing([], []))
        (drawing.across if n < len(across) else drawing.down).append(line)
    return _with_lone_sides(list(found.values()))


def _with_lone_sides(drawings: list[Drawing]) -> list[Drawing]:
    """A side that no line across meets here, since a label stands beside all rows, is part of the table."""
    tables = [d for d in drawings if d.across and d.down]
    found = list(tables)
    for lone in drawings:
        if lone.across and lone.down:
            continue
        for line in lone.down:
            near = [d for d in tables if _runs_along(line, d)]
            if near:
                min(near, key=lambda d: min(abs(o.at - line.at) for o in d.down)).down.append(line)
                break
        else:
            found.append(lone)
    return found


def _runs_along(line: Line, drawing: Drawing) -> bool:
    top, bottom = min(o.start for o in drawing.down), max(o.end for o in drawing.down)
    inside = min(line.end, bottom + TOUCH) - max(line.start, top - TOUCH)
    left, right = min(o.start for o in drawing.across), max(o.end for o in drawing.across)
    beside = max(left - line.at, line.at - right, 0.0)
    return inside >= SIDE * (bottom - top) and inside >= SIDE * (line.end - line.start) and beside <= WIDEST_LABEL
