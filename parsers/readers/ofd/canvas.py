"""One page painted: where each character stands and each line runs, in points, with y upward as in PDF."""

import math
import re
from itertools import pairwise

from lxml import etree

from parsers.readers.limits import TooHostile
from parsers.readers.ofd.hidden import Covers, is_inside, struck
from parsers.readers.ofd.package import PageParts
from parsers.readers.ofd.paint import is_faint, is_painted, is_seen, is_solid
from parsers.readers.pdf.characters import DOUBT, MOST_CHARACTERS, Raw

POINTS = 72 / 25.4  # OFD measures in millimetres
MOST_OBJECTS = 60_000
MOST_POINTS = 400_000
MOST_DEPTH = 8
THIN = 0.75  # millimetres: a filled area so narrow is a line
SHORT = 1.0
STRAIGHT = 0.3
LEAST_SIZE = 0.9  # millimetres: smaller letters are there for programs and not for readers
ASCENT, DESCENT = 0.86, 0.14
NARROW = 0.5  # of the size: characters of ASCII without a distance to the next one
NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][-+]?\d+)?")
STEP = re.compile(r"[A-Za-z]|-?\d*\.?\d+(?:[eE][-+]?\d+)?")
# How many numbers stand behind each letter of a path
STEPS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}
Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
WHOLE = (-1e6, -1e6, 2e6, 2e6)
PLAIN: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Canvas:
    """What a page shows. `chars`, `lines` and `images`: for the readers of PDF, which put them together."""

    def __init__(self, page: PageParts) -> None:
        self._page = page
        left, top, width, height = _numbers(page.area, 4) or (0.0, 0.0, 210.0, 297.0)
        self._left, self._bottom = left, top + height
        self.size = width * POINTS, height * POINTS
        self.chars: list[Raw] = []
        self.lines: list[tuple[float, float, float, float]] = []
        self.images: list[tuple[float, float, float, float]] = []
        self._objects = self._points = 0
        self._covers = Covers()
        self._params = page.document.params
        self._layer = ""  # the parameters of the layer that is painted
        for content in page.contents:
            for layer in content.iterfind("Content/Layer"):
                if layer.get("Visible") != "false":
                    self._layer = layer.get("DrawParam") or ""
                    self._paint(layer, PLAIN, 0)
        self._layer = ""
        for note in page.notes:
            self._paint(note, _placed(note, PLAIN), 0)
        self.chars = struck(self._covers.over(self.chars), self.lines)

    def _paint(self, parent: "etree._Element", base: Matrix, depth: int) -> None:
        for item in parent:
            self._objects += 1
            if self._objects > MOST_OBJECTS:
                raise TooHostile(f"page has more than {MOST_OBJECTS} objects")
            if item.get("Visible") == "false" or item.get("Alpha") == "0":
                continue
            matrix = _placed(item, base)
            if item.tag == "TextObject":
                self._text(item, matrix)
            elif item.tag == "PathObject":
                self._path(item, matrix)
            elif item.tag == "ImageObject":
                self._image(item, matrix)
            elif item.tag == "PageBlock" and depth < MOST_DEPTH:
                self._paint(item, base, depth + 1)
            elif item.tag == "CompositeObject" and depth < MOST_DEPTH:
                unit = self._page.document.units.get(item.get("ResourceID") or "")
                for content in unit.iterfind("Content") if unit is not None else ():
                    self._paint(content, matrix, depth + 1)

    def _at(self, matrix: Matrix, x: float, y: float) -> Point:
        """A point of an object in points of the page, y upward."""
        across, down = _moved(matrix, x, y)
        return (across - self._left) * POINTS, (self._bottom - down) * POINTS

    def _text(self, item: "etree._Element", matrix: Matrix) -> None:
        size = _number(item.get("Size"), 0.0)
        if size <= 0 or not self._is_shown(item, "Fill", default=True):
            return
        unsure = is_faint(item) or size < LEAST_SIZE
        clips = [_numbers(path.get("Boundary"), 4) or WHOLE for path in item.iterfind("Clips/Clip/Area/Path")]
        scale = _number(item.get("HScale"), 1.0)
        quarter = _quarter(matrix)
        x = y = 0.0
        for code in item.iterfind("TextCode"):
            x, y = _number(code.get("X"), x), _number(code.get("Y"), y)
            text = code.text or ""
            if len(self.chars) + len(text) > MOST_CHARACTERS:
                raise TooHostile(f"page has more than {MOST_CHARACTERS} characters")
            right, down = _deltas(code.get("DeltaX"), len(text)), _deltas(code.get("DeltaY"), len(text))
            for at, char in enumerate(text):
                usual = size * scale * (NARROW if char.isascii() else 1.0)
                step = right[at] if at < len(right) else None
                # No character is wider than the way to the next one.
                width = min(usual, abs(step)) if step else usual
                if not char.isspace():
                    hidden = unsure or (clips and not is_inside(clips, (x, y), _moved(matrix, x, y)))
                    self._char(DOUBT if hidden and char.isdigit() else char, matrix, (x, y), width, size, quarter)
                x += step if step is not None else 0.0 if down else usual
                y += down[at] if at < len(down) else 0.0

    def _char(self, char: str, matrix: Matrix, at: Point, width: float, size: float, quarter: int) -> None:
        x, y = at
        corners = [self._at(matrix, x, y - ASCENT * size), self._at(matrix, x + width, y + DESCENT * size)]
        (x0, y0), (x1, y1) = corners
        base = self._at(matrix, x, y)
        self.chars.append(Raw(char, min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1), *base, quarter))

    def _path(self, item: "etree._Element", matrix: Matrix) -> None:
        strokes = self._is_shown(item, "Stroke", default=True)
        filled = is_painted(item, "Fill", default=False)
        fills = filled and self._is_shown(item, "Fill", default=False)
        data = item.findtext("AbbreviatedData") or ""
        for points in self._pieces(data):
            placed = [self._at(matrix, x, y) for x, y in points]
            if filled and is_solid(item) and not _is_thin(placed):
                self._covers.note(len(self.chars), placed)
            if strokes:
                self._stroke(placed)
            elif fills:
                self._fill(placed)

    def _pieces(self, data: str) -> list[list[Point]]:
        """The pieces of a path, each in one stroke; curves only with where they end."""
        pieces: list[list[Point]] = []
        steps = STEP.findall(data)
        self._points += len(steps)
        if self._points > MOST_POINTS:
            raise TooHostile(f"page has drawings of more than {MOST_POINTS} points")
        at = 0
        while at < len(steps):
            letter = steps[at]
            count = STEPS.get(letter, 0)
            numbers = [float(n) for n in steps[at + 1 : at + 1 + count] if not n.isalpha()]
            at += 1 + len(numbers)
            if letter in ("S", "M") and len(numbers) == count:
                pieces.append([(numbers[0], numbers[1])])
            elif letter == "C" and pieces:
                pieces[-1].append(pieces[-1][0])
            elif count and len(numbers) == count and pieces:
                pieces[-1].append((numbers[-2], numbers[-1]))
        return pieces

    def _stroke(self, points: list[Point]) -> None:
        for (x0, y0), (x1, y1) in pairwise(points):
            across, up = abs(x1 - x0), abs(y1 - y0)
            if min(across, up) <= STRAIGHT * POINTS and max(across, up) > SHORT * POINTS:
                self.lines.append((x0, y0, x1, y1))

    def _fill(self, points: list[Point]) -> None:
        across, up = [x for x, _ in points], [y for _, y in points]
        x0, x1, y0, y1 = min(across), max(across), min(up), max(up)
        if min(x1 - x0, y1 - y0) <= THIN * POINTS < max(x1 - x0, y1 - y0):
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            self.lines.append((x0, y, x1, y) if x1 - x0 >= y1 - y0 else (x, y0, x, y1))

    def _is_shown(self, item: "etree._Element", switch: str, *, default: bool) -> bool:
        painted = is_painted(item, switch, default=default)
        return painted and is_seen(item, f"{switch}Color", self._params, self._layer)

    def _image(self, item: "etree._Element", matrix: Matrix) -> None:
        boundary = _numbers(item.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
        one, other = (0.0, 0.0), (1.0, 1.0) if item.get("CTM") else boundary[2:]
        (x0, y0), (x1, y1) = self._at(matrix, *one), self._at(matrix, *other)
        self.images.append((min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        if is_solid(item):
            self._covers.note(len(self.chars), [(x0, y0), (x1, y1)])


def _moved(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _is_thin(points: list[Point]) -> bool:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(max(across) - min(across), max(up) - min(up)) <= THIN * POINTS


def _placed(item: "etree._Element", base: Matrix) -> Matrix:
    """From the space of an object to that of the page: its own matrix, then the corner of its boundary."""
    x, y, _, _ = _numbers(item.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    a, b, c, d, e, f = _numbers(item.get("CTM"), 6) or (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    e, f = e + x, f + y
    p, q, r, s, t, u = base
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _quarter(matrix: Matrix) -> int:
    """How often the page must be turned clockwise for this text to stand upright; y is downward here."""
    return -round(math.atan2(matrix[1], matrix[0]) / (math.pi / 2)) % 4


def _deltas(text: str | None, count: int) -> list[float]:
    """Distances between characters; `g 3 4.2` stands for 4.2 three times."""
    found: list[float] = []
    words = (text or "").split()
    at = 0
    while at < len(words) and len(found) < count:
        if words[at] == "g" and at + 2 < len(words):
            times = min(int(_number(words[at + 1], 0.0)), count)
            found += [_number(words[at + 2], 0.0)] * times
            at += 3
        else:
            found.append(_number(words[at], 0.0))
            at += 1
    return found


def _numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    found = NUMBER.findall(text or "")
    return tuple(map(float, found)) if len(found) == count else None


def _number(text: str | None, default: float) -> float:
    match = NUMBER.fullmatch((text or "").strip())
    return float(match[0]) if match else default
