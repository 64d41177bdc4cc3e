"""Digits of OFD that are not to be seen as they are painted: under something, struck out, outside of a clip area."""

from collections.abc import Sequence

from parsers.readers.pdf.characters import DOUBT, Raw
from parsers.readers.pdf.struck import Strokes

Point = tuple[float, float]
Box = tuple[float, ...]  # left, top, width, height


class Covers:
    """The areas that are painted on a page, and how many characters stood there before each."""

    def __init__(self) -> None:
        self._areas: list[tuple[int, float, float, float, float]] = []

    def note(self, before: int, points: Sequence[Point]) -> None:
        """An area with these corners."""
        across, up = [x for x, _ in points], [y for _, y in points]
        self._areas.append((before, min(across), max(across), min(up), max(up)))

    def over(self, chars: Sequence[Raw]) -> list[Raw]:
        """The characters of the page, those under an area doubtful."""
        return [self._seen(number, char) if char.text.isdigit() else char for number, char in enumerate(chars)]

    def _seen(self, number: int, char: Raw) -> Raw:
        x, y = _middle(char)
        hidden = any(number < before and x0 <= x <= x1 and y0 <= y <= y1 for before, x0, x1, y0, y1 in self._areas)
        return _doubted(char) if hidden else char


def struck(chars: Sequence[Raw], lines: Sequence[tuple[float, float, float, float]]) -> list[Raw]:
    """The characters, those through which a line goes doubtful."""
    strokes = Strokes(lines)
    return [_doubted(char) if strokes.cross((char.x, char.y), _middle(char), _height(char), char.quarter) else char
            for char in chars]  # fmt: skip


def is_inside(boxes: Sequence[Box], *points: Point) -> bool:
    """Does one of the areas hold one of the points? Programs do not agree whether areas count from the corner of the
    page or of the object: a character may lie in either."""
    return any(x0 <= x <= x0 + width and y0 <= y <= y0 + height for x0, y0, width, height in boxes for x, y in points)


def _doubted(char: Raw) -> Raw:
    return char._replace(text=DOUBT) if char.text.isdigit() else char


def _middle(char: Raw) -> Point:
    return (char.left + char.right) / 2, (char.bottom + char.top) / 2


def _height(char: Raw) -> float:
    return char.top - char.bottom if char.quarter % 2 == 0 else char.right - char.left
