"""Bytes to a page: all pages of a PDF one after the other, as one document."""

from dataclasses import dataclass

import pypdfium2 as pdfium

from parsers.page import Cell, Page, Row
from parsers.readers.cannot_read import CannotRead
from parsers.readers.limits import MOST_CELLS, TooHostile
from parsers.readers.pdf.characters import DOUBT, placed, raw_characters, sides
from parsers.readers.pdf.frame import Box, Frame
from parsers.readers.pdf.ink import Ink
from parsers.readers.pdf.lines import TextLine, around, text_of_line
from parsers.readers.pdf.opening import frame_of, opened, opened_page
from parsers.readers.pdf.over_pages import doubt_first_row, goes_on, mend, without_repeated_header
from parsers.readers.pdf.paragraphs import bare_number, is_page_number, is_row, paragraphs, segments_of
from parsers.readers.pdf.rulings import drawings_in
from parsers.readers.pdf.shapes import shapes_of
from parsers.readers.pdf.sheets import Sheet, SheetTable, sheet_of
from parsers.readers.scan import read_scanned_pdf

FEWEST = 20  # characters: a document with fewer on all its pages has no text worth the name
PICTURE_PAGE = 0.5  # of a page that images cover: what has no text there is a scan
MOST_LINES_OF_TITLE = 4
TALL = 1.25  # of the usual height of a line: a title


@dataclass
class Leaf:
    """One page, or what of a page is read from one side. `number` from 1; `shown`: the page as viewers show it."""

    number: int
    sheet: Sheet
    frame: Frame
    shown: Frame

    def place(self, box: Box) -> str:
        """For people, and for drawing the frame of a cell: points from the upper left corner of the page as shown."""
        x0, y0, x1, y1 = (round(v) for v in self.frame.box_in(self.shown, box))
        return f"page {self.number}, box {x0} {y0} {x1} {y1}"


def read_pdf(content: bytes) -> Page:
    """The page of a PDF. Raises TooHostile, CannotRead (`encrypted`, `damaged`, `empty`) and NeedsOcr."""
    leaves: list[Leaf] = []
    letters = scanned = pages = 0
    with opened(content) as document:
        for number in range(len(document)):
            found, count, is_picture = _leaves(document, number)
            leaves += found
            letters += count
            scanned += is_picture
            pages += 1
    if letters < FEWEST:
        if scanned:
            return read_scanned_pdf(content)
        raise CannotRead("empty", f"the {pages} pages of the PDF show no text")
    page = put_together(leaves)
    # Pages that are pictures between others: what stands on them is not known.
    page.truncated, page.scans = page.truncated or scanned > 0, scanned
    return page


def _leaves(document: pdfium.PdfDocument, number: int) -> tuple[list[Leaf], int, bool]:
    with opened_page(document, number) as page:
        shown = frame_of(page)
        shapes = shapes_of(page)
        raw = raw_characters(page, shapes, Ink(page, shown))
    size = max((shown.right - shown.left) * (shown.top - shown.bottom), 1.0)
    scanned = any((a.x1 - a.x0) * (a.y1 - a.y0) >= PICTURE_PAGE * size for a in shapes.images)
    doubtful = sum(char.text == DOUBT for char in raw)
    if scanned and doubtful * 2 >= len(raw):
        return [], 0, True  # a scan over the text that a program took from it
    leaves = []
    for quarter, chars in sides(raw):
        frame = shown.turned(quarter)
        pictures = [frame.box(a.x0, a.y0, a.x1, a.y1) for a in shapes.images]
        sheet = sheet_of(placed(chars, frame), drawings_in(shapes.lines, frame), pictures)
        leaves.append(Leaf(number + 1, sheet, frame, shown))
    return leaves, len(raw) - doubtful, scanned and len(raw) < FEWEST


def put_together(leaves: list[Leaf]) -> Page:
    _drop_page_numbers(leaves)
    page = Page(reader="pdf")
    tables = _tables(leaves)
    if sum(len(table.cells) for table, _, _ in tables.values()) > MOST_CELLS:
        raise TooHostile(f"document has more than {MOST_CELLS} table cells")
    waiting: list[TextLine] = []
    number, loose = 0, 0
    rows: dict[int, int] = {}

    def flush() -> None:
        page.items += paragraphs(waiting)
        waiting.clear()

    def note() -> None:
        flush()
        page.pictures.append(len(page.items))

    for leaf in leaves:
        pictures = list(leaf.sheet.pictures)
        for block in leaf.sheet.blocks:
            while pictures and pictures[0].y0 < block.box.y0:
                pictures.pop(0)
                note()
            if isinstance(block, TextLine):
                pieces = segments_of(block)
                if not is_row(pieces):
                    loose = 0
                    waiting.append(block)
                    continue
                flush()
                if not loose:
                    number += 1
                    loose = number
                cells = tuple(
                    Cell(text_of_line(piece), n, leaf.place(around(piece))) for n, piece in enumerate(pieces, 1)
                )
                rows[loose] = rows.get(loose, 0) + 1
                page.items.append(Row(cells, loose, rows[loose], loose=True))
                continue
            flush()
            loose = 0
            _, first, is_rest = tables[id(block)]
            if not is_rest:
                number += 1
            for at in range(first, block.rows):
                found = block.row(at)
                if found:
                    rows[number] = rows.get(number, 0) + 1
                    cells = tuple(Cell(cell.text, n, leaf.place(cell.box)) for n, cell in enumerate(found, 1))
                    down = frozenset(n for n, cell in enumerate(found, 1) if cell.area.rows > 1)
                    page.items.append(Row(cells, number, rows[number], down=down))
        if pictures:
            note()
    flush()
    page.titles = _titles(leaves)
    return page


Known = dict[int, tuple[SheetTable, int, bool]]


def _tables(leaves: list[Leaf]) -> Known:
    """Each table with its first row that is no repetition, and whether it is the rest of the one before; mended."""
    found: Known = {}
    last: SheetTable | None = None
    head: SheetTable | None = None
    for leaf in leaves:
        blocks = leaf.sheet.blocks
        for at, block in enumerate(blocks):
            if not isinstance(block, SheetTable):
                continue
            first, is_rest = 0, False
            if at == 0 and last is not None and head is not None and goes_on(last, block):
                first, is_rest = without_repeated_header(head, block), True
                mend(last, block, first)
            elif at == 0 and last is not None:
                doubt_first_row(last, block)
            if not is_rest:
                head = block
            found[id(block)] = (block, first, is_rest)
        last = blocks[-1] if blocks and isinstance(blocks[-1], SheetTable) else None
    return found


def _drop_page_numbers(leaves: list[Leaf]) -> None:
    """Takes out the lines that only count the pages; a bare number only where such numbers count through all pages."""
    for leaf in leaves:
        leaf.sheet.blocks = [
            b for b in leaf.sheet.blocks if not (isinstance(b, TextLine) and is_page_number(b.text))
        ]  # fmt: skip
    for end in (-1, 0):
        numbered = []
        for leaf in leaves:
            block = leaf.sheet.blocks[end] if leaf.sheet.blocks else None
            count = bare_number(block.text) if isinstance(block, TextLine) else None
            if count is not None:
                numbered.append((leaf, block, count - leaf.number))
        if len(numbered) >= 2 and len({offset for _, _, offset in numbered}) == 1 and len(numbered) >= len(leaves) - 1:
            for leaf, block, _ in numbered:
                leaf.sheet.blocks = [b for b in leaf.sheet.blocks if b is not block]


def _titles(leaves: list[Leaf]) -> list[str]:
    """The tall lines at the top of the first page, put together."""
    lines = [b for leaf in leaves for b in leaf.sheet.blocks if isinstance(b, TextLine)]
    if not lines:
        return []
    heights = sorted(line.height for line in lines)
    usual = heights[len(heights) // 2]
    tall: list[str] = []
    height = 0.0
    for line in lines[: MOST_LINES_OF_TITLE * 2]:
        same = not tall or abs(line.height - height) <= 0.1 * height
        if line.height >= TALL * usual and same and len(tall) < MOST_LINES_OF_TITLE:
            tall.append("".join(line.text.split()))
            height = line.height
        elif tall:
            break
    return list(dict.fromkeys(["".join(tall), *tall])) if tall else []
