"""Pictures to a page: cells by their walls, words by one engine, figures by two."""

import re

import numpy as np
import pypdfium2 as pdfium

from parsers.page import Cell, Page, Row
from parsers.readers.cannot_read import NeedsOcr
from parsers.readers.pdf.characters import DOUBT
from parsers.readers.pdf.frame import Box, Frame
from parsers.readers.pdf.grids import Grid, grid_of
from parsers.readers.pdf.opening import opened, opened_page
from parsers.readers.pdf.rulings import drawings_in
from parsers.readers.scan.engines import LEAST_SURE, Gray, figures_in, words_in
from parsers.readers.scan.pictures import Picture, decoded, picture_of, text_lines

SCALE = 200 / 72  # pixels for each point: 200 dpi
MOST_PAGES = 8  # about ten seconds of a processor each
PAD = 4
FIGURES = re.compile(r"^[\d.,\-/oOlI|\s]+$")
SMALLEST = 12  # pixels: a line that is lower is dirt


def read_picture(content: bytes) -> Page:
    """The page of a picture file; its places are in pixels. Raises CannotRead, TooHostile and NeedsOcr."""
    return _put_together([(picture_of(decoded(content)), 1.0)])


def read_pages(content: bytes) -> Page:
    """The page of a PDF of pictures. Raises CannotRead, TooHostile, and NeedsOcr for too many pages or no text."""
    pictures = []
    with opened(content) as document:
        if len(document) > MOST_PAGES:
            raise NeedsOcr("image", f"the PDF is a scan of {len(document)} pages, more than {MOST_PAGES}")
        for number in range(len(document)):
            with opened_page(document, number) as page:
                pictures.append((picture_of(_rendered(page)), SCALE))
    return _put_together(pictures)


def _rendered(page: pdfium.PdfPage) -> Gray:
    return np.asarray(page.render(scale=SCALE, grayscale=True).to_numpy(), np.uint8).squeeze()


def _put_together(pictures: list[tuple[Picture, float]]) -> Page:
    page = Page(reader="ocr")
    tables = 0
    for number, (picture, scale) in enumerate(pictures, 1):
        tables = _read(page, picture, number, scale, tables)
    if not page.items:
        raise NeedsOcr("image", "it is a picture, and the engines found no text on it")
    return page


def _read(page: Page, picture: Picture, number: int, scale: float, tables: int) -> int:
    height, width = picture.gray.shape[:2]
    frame = Frame(0, 0, float(width), float(height))
    # Lines are given as seen already: y downward.
    walls = [(x0, height - y0, x1, height - y1) for x0, y0, x1, y1 in picture.walls]
    grids = [grid for drawing in drawings_in(walls, frame) if (grid := grid_of(drawing)) and _is_table(grid, width)]
    free = picture.ink.copy()
    for grid in grids:
        x0, y0, x1, y1 = (max(0, round(v)) for v in grid.box)
        free[y0:y1, x0:x1] = 0
    prose = [box for box in text_lines(free, Box(0, 0, width, height)) if box.height >= SMALLEST]
    blocks: list[tuple[float, Grid | Box]] = [*((g.box.y0, g) for g in grids), *((box.y0, box) for box in prose)]
    for _, block in sorted(blocks, key=lambda pair: pair[0]):
        if isinstance(block, Box):
            page.items += [text for text, _ in words_in([_cut(picture, block)]) if text.strip()]
            continue
        tables += 1
        texts = _cells(picture, block)
        for row in range(len(block.ys) - 1):
            here = [(at, area) for at, area in enumerate(block.areas) if area.row == row]
            cells = tuple(
                Cell(texts[at], n, f"page {number}, box " + " ".join(str(round(v / scale)) for v in area.box))
                for n, (at, area) in enumerate(here, 1)
            )
            if cells:
                page.items.append(Row(cells, tables, row + 1))
    return tables


def _is_table(grid: Grid, width: int) -> bool:
    """Is it more than the strokes of a large letter?"""
    return len(grid.areas) > 2 and grid.box.width > 0.2 * width


def _cells(picture: Picture, grid: Grid) -> list[str]:
    """The words of all cells of a table. A figure on which the readings differ is doubtful."""
    boxes = [(at, box) for at, area in enumerate(grid.areas) for box in text_lines(picture.ink, area.box)]
    words = words_in([_cut(picture, box) for _, box in boxes])
    digits = [n for n, (text, _) in enumerate(words) if FIGURES.match(text) or not text.strip()]
    second = _agreed([_cut(picture, boxes[n][1]) for n in digits], [words[n] for n in digits])
    texts = [text for text, _ in words]
    for n, text in zip(digits, second, strict=True):
        texts[n] = text
    cells: list[list[str]] = [[] for _ in grid.areas]
    for (at, _), text in zip(boxes, texts, strict=True):
        cells[at].append(text)
    return ["\n".join(lines) for lines in cells]


def _agreed(lines: list[Gray], first: list[tuple[str, float]]) -> list[str]:
    """The figures that RapidOCR is sure of and tesseract reads the same, from the picture and from a bolder one."""
    plain, bolder = figures_in(lines), figures_in([_bolder(line) for line in lines])
    agreed = []
    for (text, sure), one, other in zip(first, plain, bolder, strict=True):
        text = text.strip()
        agreed.append(text if text and sure >= LEAST_SURE and text == one == other else DOUBT)
    return agreed


def _bolder(line: Gray) -> Gray:
    """Another rendering: three times the size, smoothed, darkened so that strokes grow.

    A hard cut between black and white loses thin strokes, and with them lone digits 1.
    """
    import cv2

    large = cv2.resize(line, None, fx=3, fy=3, interpolation=cv2.INTER_LANCZOS4)
    return (255 * (cv2.GaussianBlur(large, (5, 5), 0) / 255.0) ** 2.2).astype(np.uint8)


def _cut(picture: Picture, box: Box) -> Gray:
    """The picture of one line, with white around it and without the walls beside it."""
    import cv2

    x0, y0, x1, y1 = (round(v) for v in box)
    part = picture.gray[y0:y1, x0:x1]
    # What lies far from ink is ground: walls beside the words, shades, dirt.
    near = cv2.dilate(picture.ink[y0:y1, x0:x1], np.ones((5, 5), np.uint8)) > 0
    ground = np.uint8(255)
    cleaned = np.where(near, part, ground).astype(np.uint8)
    return np.pad(cleaned, PAD, constant_values=255)
