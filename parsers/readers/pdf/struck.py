"""Characters that are struck out: a line goes through them, as programs show a change that nobody has accepted."""

from collections import defaultdict
from collections.abc import Iterable

LOWEST, HIGHEST = (
    0.1,
    0.5,
)  # of the height of a character above its foot: an underline and the line of a cell lie outside


class Strokes:
    """The lines of a page, in PDF's own space, by where they lie."""

    def __init__(self, lines: Iterable[tuple[float, float, float, float]]) -> None:
        self._across: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
        self._down: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
        for x0, y0, x1, y1 in lines:
            if abs(x1 - x0) >= abs(y1 - y0):
                at = (y0 + y1) / 2
                self._across[int(at)].append((at, min(x0, x1), max(x0, x1)))
            else:
                at = (x0 + x1) / 2
                self._down[int(at)].append((at, min(y0, y1), max(y0, y1)))

    def cross(self, foot: tuple[float, float], middle: tuple[float, float], height: float, quarter: int) -> bool:
        """Does a line go through a character? `quarter`: how the page must be turned for it to stand upright."""
        upright = quarter % 2 == 0
        lines, start, along = (self._across, foot[1], middle[0]) if upright else (self._down, foot[0], middle[1])
        up = 1 if quarter in (0, 3) else -1
        low, high = sorted((start + up * LOWEST * height, start + up * HIGHEST * height))
        return any(
            low <= at <= high and begins <= along <= ends
            for step in range(int(low), int(high) + 1)
            for at, begins, ends in lines.get(step, ())
        )
