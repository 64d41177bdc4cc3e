"""Digits of OFD that are not to be seen as they are painted: under something, struck out, outside of a clip area."""

from collections.abc import Sequence

from parsers.readers.pdf.characters import DOUBT, Raw
from parsers.readers.pdf.struck import Strokes

Point = tuple[float, float]
Box = tuple[float, ...]  # left, top, width, height


def under(chars: Sequence[Raw], points: Sequence[Point]) -> list[Raw]:
    """The characters, after an area with these corners was painted over them."""
    across, up = [x for x, _ in points], [y for _, y in points]
    x0, x1, y0, y1 = min(across), max(across), min(up), max(up)
    return [_doubted(char) if x0 <= _middle(char)[0] <= x1 and y0 <= _middle(char)[1] <= y1 else char for char in chars]


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
