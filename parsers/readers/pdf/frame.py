"""Where things stand on a page: in points from its upper left corner, right and down, as a reader holds it."""

from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in points; y grows downward."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def holds(self, x: float, y: float) -> bool:
        """Does the point lie inside?"""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1


class Frame(NamedTuple):
    """A page seen from one of its four sides. The edges are those of its crop box in PDF's own space (y up).

    `quarter`: how often the page is turned by 90 degrees clockwise before it is looked at.
    """

    left: float
    bottom: float
    right: float
    top: float
    quarter: int = 0

    def turned(self, quarter: int) -> "Frame":
        """The same page from another side."""
        return self._replace(quarter=quarter % 4)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of PDF's space as it is seen."""
        if self.quarter == 0:
            return x - self.left, self.top - y
        if self.quarter == 1:
            return y - self.bottom, x - self.left
        if self.quarter == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """A rectangle of PDF's space as it is seen."""
        (a, b), (c, d) = self.point(x0, y0), self.point(x1, y1)
        return Box(min(a, c), min(b, d), max(a, c), max(b, d))

    def back(self, x: float, y: float) -> tuple[float, float]:
        """A seen point in PDF's space."""
        if self.quarter == 0:
            return x + self.left, self.top - y
        if self.quarter == 1:
            return y + self.left, x + self.bottom
        if self.quarter == 2:
            return self.right - x, y + self.bottom
        return self.right - y, self.top - x

    def box_in(self, other: "Frame", box: Box) -> Box:
        """A seen box as it is seen from another side."""
        return other.box(*self.back(box.x0, box.y0), *self.back(box.x1, box.y1))
