"""What a picture of a page shows: its ink, its walls, and where lines of text stand."""

import io
from typing import Any, NamedTuple

import numpy as np

from parsers.readers.cannot_read import CannotRead
from parsers.readers.limits import TooHostile
from parsers.readers.pdf.frame import Box
from parsers.readers.scan.engines import Gray

MOST_PIXELS = 40_000_000
SPECK = 6  # pixels of ink that are dirt
SHORTEST = 0.03  # of the width of a page: a wall is longer, the stroke of a letter is not


class Picture(NamedTuple):
    """A page in grey, and what of it is ink (255) and what blank (0), without walls and dirt."""

    gray: Gray
    ink: Gray
    walls: list[tuple[float, float, float, float]]


def decoded(content: bytes) -> Gray:
    """The pixels of a picture file. Raises TooHostile and CannotRead (`damaged`)."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooHostile(f"picture has {image.width} × {image.height} pixels, more than {MOST_PIXELS}")
            return np.asarray(image.convert("L"), np.uint8)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise CannotRead("damaged", f"the picture is damaged or was cut off ({error})") from None


def picture_of(gray: Gray) -> Picture:
    """Parts ink from walls and dirt."""
    import cv2

    _, dark = cv2.threshold(cv2.GaussianBlur(gray, (3, 3), 0), 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    long = max(20, round(gray.shape[1] * SHORTEST))
    across = _opened(dark, (1, long))
    down = _opened(dark, (long, 1))
    walls = [*_walls(across, upright=False), *_walls(down, upright=True)]
    ink = cv2.subtract(dark, cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    dirt = np.array([n > 0 and stats[n, cv2.CC_STAT_AREA] < SPECK for n in range(count)])
    ink[dirt[labels]] = 0
    return Picture(gray, ink.astype(np.uint8), walls)


def _opened(dark: Any, size: tuple[int, int]) -> Gray:
    """What of the ink is at least so high and so wide."""
    import cv2

    found: Gray = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(size, np.uint8)).astype(np.uint8)
    return found


def _walls(mask: Gray, *, upright: bool) -> list[tuple[float, float, float, float]]:
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for n in range(1, count):
        x, y, width, height = (int(v) for v in stats[n][:4])
        if upright:
            found.append((x + width / 2, float(y), x + width / 2, float(y + height)))
        else:
            found.append((float(x), y + height / 2, float(x + width), y + height / 2))
    return found


def text_lines(ink: Gray, box: Box) -> list[Box]:
    """The lines of text within a box, from top to bottom, each as wide as its ink."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in box)
    part = ink[y0:y1, x0:x1]
    if not part.any():
        return []
    rows = np.flatnonzero(part.any(axis=1))
    breaks = np.flatnonzero(np.diff(rows) > 1)
    starts, ends = [rows[0], *rows[breaks + 1]], [*rows[breaks], rows[-1]]
    spans = [[int(a), int(b) + 1] for a, b in zip(starts, ends, strict=True)]
    found = []
    for top, bottom in _joined(spans):
        columns = np.flatnonzero(part[top:bottom].any(axis=0))
        found.append(Box(x0 + int(columns[0]), y0 + top, x0 + int(columns[-1]) + 1, y0 + bottom))
    return found


def _joined(spans: list[list[int]]) -> list[list[int]]:
    """Strokes that lie above one another belong to one line: 二, 一, and the dot of i are no lines of their own."""
    usual = sorted(bottom - top for top, bottom in spans)[len(spans) * 3 // 4]
    joined: list[list[int]] = []
    for top, bottom in spans:
        low = bottom - top < 0.6 * usual or (joined and joined[-1][1] - joined[-1][0] < 0.6 * usual)
        if joined and low and bottom - joined[-1][0] <= 1.3 * usual:
            joined[-1][1] = bottom
        else:
            joined.append([top, bottom])
    return joined
