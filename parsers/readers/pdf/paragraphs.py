"""Lines of text to paragraphs and to rows that no line divides; numbers of pages are left out."""

import re
from collections.abc import Sequence
from statistics import median

from parsers.cells import read_cell
from parsers.readers.pdf.characters import Char
from parsers.readers.pdf.lines import DIGITS, GAP, TextLine, text_of_line

APART = 1.4  # of a line's height: words so far apart may be cells
FULL = 2.0  # of a line's height: a line that ends no further from the edge goes on in the next
INDENT = 0.8
DASHED_NUMBER = re.compile(
    r"^[-—–―－·•~\s]+\d{1,3}[-—–―－·•~\s]+$|^第\s*\d{1,3}\s*页(?:.{0,3}共\s*\d{1,3}\s*页)?$|^\d{1,3}\s*/\s*\d{1,3}$"
)
NUMBER = re.compile(r"^\d{1,3}$")
ASCII_WORD = re.compile(r"[A-Za-z]$")
STARTS = re.compile(
    r"^(?:[一二三四五六七八九十]{1,2}[、.．]|[（(][一二三四五六七八九十]{1,2}[)）]|\d{1,2}[、.．](?!\d))"
)


def is_page_number(text: str) -> bool:
    """- 3 -, 第3页共5页, 3/5: a number that only pages have."""
    return DASHED_NUMBER.match(text.strip()) is not None


def bare_number(text: str) -> int | None:
    """A line that is nothing but a number."""
    return int(text) if NUMBER.match(text.strip()) else None


def segments_of(line: TextLine) -> list[list[Char]]:
    """Pieces of a line with much room between them."""
    pieces: list[list[Char]] = []
    for char in line.chars:
        last = pieces[-1][-1] if pieces else None
        figures = last is not None and last.text in DIGITS and char.text in DIGITS
        if last is not None and char.x0 - last.x1 <= (GAP if figures else APART) * min(char.height, last.height):
            pieces[-1].append(char)
        else:
            pieces.append([char])
    return pieces


def is_row(pieces: Sequence[list[Char]]) -> bool:
    """May these pieces be the cells of a row: three or more, or a figure behind a word?"""
    if len(pieces) < 2:
        return False
    return len(pieces) > 2 or read_cell(text_of_line(pieces[1])).value is not None


def paragraphs(lines: Sequence[TextLine]) -> list[str]:
    """Lines that follow on one another as paragraphs: a full line goes on in the next, unless that is indented."""
    if not lines:
        return []
    left = min(line.box.x0 for line in lines)
    right = max(line.box.x1 for line in lines)
    found: list[str] = []
    before: TextLine | None = None
    for line in lines:
        text = " ".join(line.text.split())
        if before is not None and found and _goes_on(before, line, left, right):
            found[-1] += (" " if ASCII_WORD.search(found[-1]) and text[:1].isascii() else "") + text
        else:
            found.append(text)
        before = line
    return found


def _goes_on(before: TextLine, line: TextLine, left: float, right: float) -> bool:
    height = median((before.height, line.height))
    full = before.box.x1 >= right - FULL * height
    flush = line.box.x0 <= left + INDENT * height
    alike = abs(before.height - line.height) <= 0.35 * height
    return full and flush and alike and not STARTS.match(line.text)
