"""What a page looks like where its digits should stand: a digit without ink is not shown, whatever hides it.

Layers that are switched off, clip paths, notes laid over the page, and what nobody has thought of yet leave characters
in the text layer. pdfium draws the page as a viewer does; at one pixel for each point that takes a tenth of the time of
reading it.
"""

import pypdfium2 as pdfium

from parsers.readers.pdf.frame import Frame

LEAST_CONTRAST = 40  # of 255: the thin strokes of a small digit make more
MOST_PIXELS = 16_000_000
AROUND = 0.5  # points: a stroke may fall on the pixel beside the box


class Ink:
    """One page, drawn in grey at one pixel for each point."""

    def __init__(self, page: pdfium.PdfPage, frame: Frame) -> None:
        self._frame = frame
        width, height = page.get_size()
        self._scale = min(1.0, (MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = page.render(scale=self._scale, grayscale=True, may_draw_forms=False)
        self._width, self._height, self._stride = bitmap.width, bitmap.height, bitmap.stride
        self._grey = bytes(bitmap.buffer)
        bitmap.close()

    def is_shown(self, left: float, bottom: float, right: float, top: float) -> bool:
        """Is something drawn in a rectangle of PDF's own space? True for one off the page, which is not drawn."""
        box = self._frame.box(left, bottom, right, top)
        x0, x1 = self._span(box.x0, box.x1, self._width)
        y0, y1 = self._span(box.y0, box.y1, self._height)
        rows = [self._grey[y * self._stride + x0 : y * self._stride + x1] for y in range(y0, y1)]
        if not rows or not rows[0]:
            return True
        return max(map(max, rows)) - min(map(min, rows)) >= LEAST_CONTRAST

    def _span(self, start: float, end: float, size: int) -> tuple[int, int]:
        first, last = int((start - AROUND) * self._scale), int((end + AROUND) * self._scale) + 1
        return max(0, first), min(size, last)
