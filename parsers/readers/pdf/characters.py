"""The characters that a page shows, each with its place. What is written and not shown is left out or made doubtful."""

import ctypes
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from model.normal_text import fold
from parsers.readers.limits import TooHostile
from parsers.readers.pdf.frame import Box, Frame
from parsers.readers.pdf.ink import Ink
from parsers.readers.pdf.opening import handle
from parsers.readers.pdf.shapes import Shapes
from parsers.readers.pdf.struck import Strokes

MOST_CHARACTERS = 60_000  # of one page
DOUBT = "\ufffc"  # stands where it cannot be told what is shown
INVISIBLE = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
WHITE = 245
SAMPLE = 7
FIRST_RADICAL, LAST_RADICAL = "\u2e80", "\u2fdf"
HUGE = 60.0  # points
LEAST_HEIGHT = 2.5  # points: smaller letters are there for programs and not for readers
STEP = 4.0  # points
TWICE = 0.3  # of the smaller of two characters: no further apart, they are one
OVER = 0.5  # of the smaller of two digits: no further apart, one is printed over the other
FEWEST_TURNED = 12  # characters that stand another way than the page: a table of its own, or a word at its side


class Char(NamedTuple):
    """One character as it is read: right and down."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def center(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def height(self) -> float:
        return self.y1 - self.y0


class Raw(NamedTuple):
    """A character in PDF's own space. `quarter`: how the page must be turned for it to stand upright."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    x: float
    y: float
    quarter: int


def raw_characters(page: pdfium.PdfPage, shapes: Shapes, ink: Ink) -> list[Raw]:
    """The characters of a page in the order of the file; digits that are not to be seen are doubtful. Raises
    TooHostile."""
    text = page.get_textpage()
    try:
        count = max(0, pdfium_c.FPDFText_CountChars(text.raw))
        if count > MOST_CHARACTERS:
            raise TooHostile(f"page has {count} characters, more than {MOST_CHARACTERS}")
        return _read(text.raw, count, shapes, ink)
    finally:
        text.close()


def _read(text: object, count: int, shapes: Shapes, ink: Ink) -> list[Raw]:
    box, x, y = pdfium_c.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    looks: dict[int, str] = {}
    angles = {_quarter(text, at) for at in range(0, count, SAMPLE)}
    mixed, quarter = len(angles) > 1, next(iter(angles), 0)
    found = []
    strokes = Strokes(shapes.lines)
    for at in range(count):
        if pdfium_c.FPDFText_IsGenerated(text, at) == 1:
            continue
        code = pdfium_c.FPDFText_GetUnicode(text, at)
        if code in (0, 9, 10, 13, 32, 0xA0, 0x3000):
            continue
        owner = pdfium_c.FPDFText_GetTextObject(text, at)
        key = handle(owner)
        if key not in looks:
            looks[key] = _look(owner)
        if looks[key] == "hidden":
            continue
        if not pdfium_c.FPDFText_GetLooseCharBox(text, at, box):
            continue
        if max(box.right - box.left, box.top - box.bottom) > HUGE:
            _tighten(text, at, box)
        pdfium_c.FPDFText_GetCharOrigin(text, at, x, y)
        char = plain(chr(code)) if code < 0x110000 else DOUBT
        if pdfium_c.FPDFText_HasUnicodeMapError(text, at) == 1:
            char = DOUBT
        center = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        if looks[key] == "white" and not shapes.is_dark(*center):
            continue
        here = _quarter(text, at) if mixed else quarter
        height = box.top - box.bottom if here % 2 == 0 else box.right - box.left
        if (
            shapes.covers(key, *center)
            or strokes.cross((x.value, y.value), center, height, here)
            or (char.isdigit() and (height < LEAST_HEIGHT or not ink.is_shown(*_drawn(text, at, box))))
        ):
            char = DOUBT
        found.append(Raw(char, box.left, box.bottom, box.right, box.top, x.value, y.value, here))
    return found


def plain(char: str) -> str:
    """The character for a radical: ⽅ is 方, ⻓ is 长. Browsers and office programs mix them up in the text layer."""
    return fold(char) if FIRST_RADICAL <= char <= LAST_RADICAL else char


def _drawn(text: object, at: int, box: pdfium_c.FS_RECTF) -> tuple[float, float, float, float]:
    """Where the strokes of a character lie: left, bottom, right, top; of a font that does not tell, all of its box."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    told = pdfium_c.FPDFText_GetCharBox(text, at, left, right, bottom, top)
    if not told or left.value >= right.value or bottom.value >= top.value:
        return box.left, box.bottom, box.right, box.top
    return left.value, bottom.value, right.value, top.value


def _tighten(text: object, at: int, box: pdfium_c.FS_RECTF) -> None:
    """Of fonts that run downward pdfium gives boxes in which the size of the letters was not counted: take the ink."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium_c.FPDFText_GetCharBox(text, at, left, right, bottom, top):
        return
    width, height = right.value - left.value, top.value - bottom.value
    if 3 * width < box.right - box.left and 3 * height < box.top - box.bottom:
        box.left, box.right, box.bottom, box.top = left.value, right.value, bottom.value, top.value


def _quarter(text: object, at: int) -> int:
    angle: float = pdfium_c.FPDFText_GetCharAngle(text, at)
    return -round(angle / (math.pi / 2)) % 4


def _look(owner: object) -> str:
    """`hidden`, `white` or `shown`: how a text object is painted."""
    if not owner:
        return "shown"
    if pdfium_c.FPDFTextObj_GetTextRenderMode(owner) in INVISIBLE:
        return "hidden"
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not pdfium_c.FPDFPageObj_GetFillColor(owner, red, green, blue, alpha):
        return "shown"
    if alpha.value == 0:
        return "hidden"
    return "white" if min(red.value, green.value, blue.value) >= WHITE else "shown"


def sides(raw: Sequence[Raw]) -> list[tuple[int, list[Raw]]]:
    """The characters by the side from which they are read, the side of most first; few stray ones go with these."""
    counts = Counter(char.quarter for char in raw)
    ways = [quarter for quarter, count in counts.most_common() if count >= FEWEST_TURNED] or [*counts][:1]
    groups: dict[int, list[Raw]] = {quarter: [] for quarter in ways}
    for char in raw:
        groups[char.quarter if char.quarter in groups else ways[0]].append(char)
    return list(groups.items())


def placed(raw: Sequence[Raw], frame: Frame) -> list[Char]:
    """The characters as they are seen in a frame; those outside of the page are not seen."""
    edges = frame.box(frame.left, frame.bottom, frame.right, frame.top)
    found: list[Char] = []
    before: dict[tuple[str, int, int], list[Box]] = defaultdict(list)
    for char in raw:
        box = frame.box(char.left, char.bottom, char.right, char.top)
        if not edges.holds((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2):
            continue
        # Drawn twice, a little apart, to look bold
        across, down = int(box.x0 / STEP), int(box.y0 / STEP)
        near = (b for x in (-1, 0, 1) for y in (-1, 0, 1) for b in before.get((char.text, across + x, down + y), ()))
        if any(_is_same_stroke(box, one) for one in near):
            continue
        before[char.text, across, down].append(box)
        found.append(Char(char.text, *box, frame.point(char.x, char.y)[1]))
    return _without_printed_over(found)


def _without_printed_over(chars: list[Char]) -> list[Char]:
    """Two digits on one spot: a figure was printed over another, and which of them is meant nobody can tell."""
    near: dict[tuple[int, int], list[int]] = defaultdict(list)
    doubtful: set[int] = set()
    for number, char in enumerate(chars):
        if char.text.isdigit():
            across, down, box = int(char.x0 / STEP), int(char.y0 / STEP), Box(*char[1:5])
            for other in (n for x in (-1, 0, 1) for y in (-1, 0, 1) for n in near.get((across + x, down + y), ())):
                if _is_same_stroke(box, Box(*chars[other][1:5]), OVER):
                    doubtful |= {number, other}
            near[across, down].append(number)
    return [char._replace(text=DOUBT) if number in doubtful else char for number, char in enumerate(chars)]


def _is_same_stroke(one: Box, other: Box, share: float = TWICE) -> bool:
    """So near to one another that they cannot be two characters."""
    apart = share * min(one.width, other.width), share * min(one.height, other.height)
    return abs(one.x0 - other.x0) <= apart[0] and abs(one.y0 - other.y0) <= apart[1]
