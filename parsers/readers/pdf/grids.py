"""Tables drawn with lines: what stands between the same walls is one cell, however many columns and rows it covers."""

from bisect import bisect_right
from dataclasses import dataclass

from parsers.readers.limits import TooHostile
from parsers.readers.pdf.frame import Box
from parsers.readers.pdf.rulings import Drawing, Line

NEAR = 3.0  # points: the two lines of a double border, and of neighbours with a border each
MOST_SQUARES = 40_000
HALF = 0.5  # so much of a side must be drawn to be a wall


@dataclass
class Area:
    """One cell of a grid: its box, and the rows and columns of the grid that it covers, from 0."""

    box: Box
    row: int
    rows: int
    column: int
    columns: int


@dataclass
class Grid:
    """A table as drawn on one page: its cells row by row, from left to right. `squares`: whose each of them is."""

    box: Box
    xs: list[float]
    ys: list[float]
    areas: list[Area]
    squares: dict[tuple[int, int], int]

    def area_at(self, x: float, y: float) -> int | None:
        """The number of the cell in which a point lies."""
        if not self.box.holds(x, y):
            return None
        column, row = _between(self.xs, x), _between(self.ys, y)
        return self.squares.get((row, column))


def grid_of(drawing: Drawing) -> Grid | None:
    """The cells of a drawing; None where it has none. Raises TooHostile.

    The outer edge of a drawing is a wall, drawn or not: many tables have no lines at their sides, and a page break
    leaves them open above or below. A cell that is no rectangle, since a line is missing, reaches around others, which
    keep what their walls enclose.
    """
    if not drawing.across or not drawing.down:
        return None
    left = min(min(line.start for line in drawing.across), min(line.at for line in drawing.down))
    right = max(max(line.end for line in drawing.across), max(line.at for line in drawing.down))
    top = min(min(line.start for line in drawing.down), min(line.at for line in drawing.across))
    bottom = max(max(line.end for line in drawing.down), max(line.at for line in drawing.across))
    xs = _places([left, right, *(line.at for line in drawing.down)])
    ys = _places([top, bottom, *(line.at for line in drawing.across)])
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1:
        return None
    if columns * rows > MOST_SQUARES:
        raise TooHostile(f"table has {columns * rows} squares, more than {MOST_SQUARES}")
    beside = _walls(drawing.down, xs, ys)
    below = _walls(drawing.across, ys, xs)
    areas, squares = _areas(rows, columns, beside, below)
    found = [Area(Box(xs[c], ys[r], xs[c + w], ys[r + h]), r, h, c, w) for r, c, h, w in areas]
    return Grid(Box(xs[0], ys[0], xs[-1], ys[-1]), xs, ys, found, squares)


def _places(values: list[float]) -> list[float]:
    """Where lines stand, those that are nearly the same taken together."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= NEAR:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _walls(lines: list[Line], places: list[float], steps: list[float]) -> set[tuple[int, int]]:
    """Which sides of squares are drawn: (number of the line, number of the step along it)."""
    drawn: dict[tuple[int, int], float] = {}
    for line in lines:
        at = min(range(len(places)), key=lambda n: abs(places[n] - line.at))
        for step in range(max(0, bisect_right(steps, line.start) - 1), len(steps) - 1):
            if steps[step] >= line.end:
                break
            length = min(line.end, steps[step + 1]) - max(line.start, steps[step])
            drawn[at, step] = drawn.get((at, step), 0.0) + length / (steps[step + 1] - steps[step])
    return {key for key, share in drawn.items() if share >= HALF}


def _areas(
    rows: int, columns: int, beside: set[tuple[int, int]], below: set[tuple[int, int]]
) -> tuple[list[tuple[int, int, int, int]], dict[tuple[int, int], int]]:
    """Row, column, height and width of each cell, in squares, in reading order; and the number of each square's cell.

    `beside`: (line down, row) that are walls; `below`: (line across, column).
    """
    owner: dict[tuple[int, int], int] = {}
    boxes: list[tuple[int, int, int, int]] = []
    for row in range(rows):
        for column in range(columns):
            if (row, column) in owner:
                continue
            reached = _spread(row, column, rows, columns, beside, below)
            owner.update(dict.fromkeys(reached, len(boxes)))
            bottom, right = max(r for r, _ in reached), max(c for _, c in reached)
            boxes.append((row, column, bottom - row + 1, right - column + 1))
    return boxes, owner


def _spread(
    row: int, column: int, rows: int, columns: int, beside: set[tuple[int, int]], below: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Everything that no wall divides from a square."""
    reached, waiting = {(row, column)}, [(row, column)]
    while waiting:
        r, c = waiting.pop()
        neighbours = (
            (r, c - 1, (c, r) not in beside), (r, c + 1, (c + 1, r) not in beside),
            (r - 1, c, (r, c) not in below), (r + 1, c, (r + 1, c) not in below),
        )  # fmt: skip
        for r2, c2, is_open in neighbours:
            if is_open and 0 <= r2 < rows and 0 <= c2 < columns and (r2, c2) not in reached:
                reached.add((r2, c2))
                waiting.append((r2, c2))
    return reached


def _between(places: list[float], value: float) -> int:
    return min(max(bisect_right(places, value) - 1, 0), len(places) - 2)
