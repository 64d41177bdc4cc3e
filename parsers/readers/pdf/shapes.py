"""What is drawn on a page beside its characters: lines that divide cells, shades, and what lies over the text."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from parsers.readers.limits import TooHostile
from parsers.readers.pdf.opening import handle

MOST_OBJECTS = 100_000  # of one page, with those of forms
MOST_POINTS = 400_000
MOST_DEPTH = 8
THIN = 3.0  # points; a filled rectangle that is thinner is a line
SHORT = 2.0
STRAIGHT = 0.7
RING = 6.0  # a frame filled between two rectangles is no thicker
WHITE = 245
TEXT, PATH, IMAGE, FORM = (
    pdfium_c.FPDF_PAGEOBJ_TEXT, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_FORM
)  # fmt: skip

Matrix = tuple[float, float, float, float, float, float]
PLAIN: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class Area(NamedTuple):
    """A rectangle in PDF's own space. `order`: after how many objects of the page it is painted."""

    x0: float
    y0: float
    x1: float
    y1: float
    order: int = 0

    def holds(self, x: float, y: float) -> bool:
        """Does the point lie inside?"""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


@dataclass
class Shapes:
    """The drawings of one page, in PDF's own space. `lines`: from point to point, along one axis.

    `dark`: shades on which white text can be seen. `opaque`: what hides the text that was painted before it.
    """

    lines: list[tuple[float, float, float, float]] = field(default_factory=list)
    dark: list[Area] = field(default_factory=list)
    opaque: list[Area] = field(default_factory=list)
    images: list[Area] = field(default_factory=list)
    texts: dict[int, int] = field(default_factory=dict)

    def is_dark(self, x: float, y: float) -> bool:
        """Is the ground at this point something else than white?"""
        return any(area.holds(x, y) for area in self.dark)

    def covers(self, text: int, x: float, y: float) -> bool:
        """Was something painted over this point after the text object that stands there?"""
        order = self.texts.get(text)
        return order is not None and any(area.order > order and area.holds(x, y) for area in self.opaque)


def shapes_of(page: pdfium.PdfPage) -> Shapes:
    """The drawings of a page. Raises TooHostile."""
    painter = _Painter()
    handle_of = page.raw
    painter.objects(
        pdfium_c.FPDFPage_CountObjects(handle_of), lambda at: pdfium_c.FPDFPage_GetObject(handle_of, at), PLAIN, 0
    )
    return painter.shapes


class _Painter:
    def __init__(self) -> None:
        self.shapes = Shapes()
        self._order = 0
        self._points = 0

    def objects(self, count: int, get: Callable[[int], Any], matrix: Matrix, depth: int) -> None:
        """Notes the objects of the page, or of a form on it, in the order of painting."""
        for at in range(count):
            self._order += 1
            if self._order > MOST_OBJECTS:
                raise TooHostile(f"page has more than {MOST_OBJECTS} objects")
            item = get(at)
            kind = pdfium_c.FPDFPageObj_GetType(item)
            if kind == TEXT:
                self.shapes.texts[handle(item)] = self._order
            elif kind == PATH:
                self._path(item, _times(_matrix(item), matrix))
            elif kind == IMAGE:
                self._image(item, _times(_matrix(item), matrix))
            elif kind == FORM and depth < MOST_DEPTH:
                inner = _times(_matrix(item), matrix)
                self.objects(
                    pdfium_c.FPDFFormObj_CountObjects(item),
                    lambda n, form=item: pdfium_c.FPDFFormObj_GetObject(form, n),  # type: ignore[misc]
                    inner,
                    depth + 1,
                )

    def _image(self, item: Any, matrix: Matrix) -> None:
        corners = [_at(matrix, x, y) for x in (0, 1) for y in (0, 1)]
        area = _around(corners, self._order)
        if min(area.x1 - area.x0, area.y1 - area.y0) <= THIN:
            self._thin(area)
            return
        self.shapes.images.append(area)
        self.shapes.dark.append(area)
        if not pdfium_c.FPDFPageObj_HasTransparency(item):
            self.shapes.opaque.append(area)

    def _path(self, item: Any, matrix: Matrix) -> None:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        if not pdfium_c.FPDFPath_GetDrawMode(item, fill, stroke) or not (fill.value or stroke.value):
            return
        strokes = bool(stroke.value) and not _is_white(item, pdfium_c.FPDFPageObj_GetStrokeColor)
        parts = list(self._parts(item, matrix))
        if strokes:
            for points, closed in parts:
                self._stroke([*points, points[0]] if closed else points)
        if fill.value:
            self._fill(item, [_around(points, self._order) for points, _ in parts], strokes)

    def _parts(self, item: Any, matrix: Matrix) -> Iterator[tuple[list[tuple[float, float]], bool]]:
        """The pieces of a path, each in one stroke, as points of the page; closed or not."""
        points: list[tuple[float, float]] = []
        x, y = ctypes.c_float(), ctypes.c_float()
        count = max(0, pdfium_c.FPDFPath_CountSegments(item))
        self._points += count
        if self._points > MOST_POINTS:
            raise TooHostile(f"page has drawings of more than {MOST_POINTS} points")
        for at in range(count):
            segment = pdfium_c.FPDFPath_GetPathSegment(item, at)
            pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
            if pdfium_c.FPDFPathSegment_GetType(segment) == pdfium_c.FPDF_SEGMENT_MOVETO and points:
                yield points, False
                points = []
            points.append(_at(matrix, x.value, y.value))
            if pdfium_c.FPDFPathSegment_GetClose(segment):
                yield points, True
                points = []
        if points:
            yield points, False

    def _stroke(self, points: list[tuple[float, float]]) -> None:
        for (x0, y0), (x1, y1) in pairwise(points):
            across, up = abs(x1 - x0), abs(y1 - y0)
            if min(across, up) <= STRAIGHT and max(across, up) > SHORT:
                self.shapes.lines.append((x0, y0, x1, y1))

    def _fill(self, item: Any, areas: list[Area], stroked: bool) -> None:
        white = _is_white(item, pdfium_c.FPDFPageObj_GetFillColor)
        solid = not pdfium_c.FPDFPageObj_HasTransparency(item)
        for at, area in enumerate(areas):
            if min(area.x1 - area.x0, area.y1 - area.y0) <= THIN:
                if not white:
                    self._thin(area)
                continue
            ring = at + 1 < len(areas) and _is_ring(area, areas[at + 1])
            if ring and not white:
                self._thick(area)
            elif not white:
                self.shapes.dark.append(area)
            if solid and not ring and not (at and _is_ring(areas[at - 1], area)) and not stroked:
                self.shapes.opaque.append(area)

    def _thin(self, area: Area) -> None:
        """A line that is a narrow rectangle."""
        across, up = area.x1 - area.x0, area.y1 - area.y0
        if max(across, up) <= SHORT:
            return
        x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
        self.shapes.lines.append((area.x0, y, area.x1, y) if across >= up else (x, area.y0, x, area.y1))

    def _thick(self, area: Area) -> None:
        """The four sides of a frame."""
        corners = [(area.x0, area.y0), (area.x1, area.y0), (area.x1, area.y1), (area.x0, area.y1), (area.x0, area.y0)]
        self._stroke(corners)


def _is_ring(outer: Area, inner: Area) -> bool:
    gaps = (inner.x0 - outer.x0, inner.y0 - outer.y0, outer.x1 - inner.x1, outer.y1 - inner.y1)
    return all(-0.1 <= gap <= RING for gap in gaps) and max(gaps) > 0


def _is_white(item: Any, color: Callable[..., int]) -> bool:
    """White, or not to be seen at all."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not color(item, red, green, blue, alpha):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= WHITE


def _matrix(item: Any) -> Matrix:
    found = pdfium_c.FS_MATRIX()
    if not pdfium_c.FPDFPageObj_GetMatrix(item, found):
        return PLAIN
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(one: Matrix, then: Matrix) -> Matrix:
    if then is PLAIN:
        return one
    a, b, c, d, e, f = one
    p, q, r, s, t, u = then
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _at(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _around(points: list[tuple[float, float]], order: int) -> Area:
    across, up = [x for x, _ in points], [y for _, y in points]
    return Area(min(across), min(up), max(across), max(up), order)
