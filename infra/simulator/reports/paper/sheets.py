"""A page with words and frames on it, and how words are broken into lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field

PORTRAIT = (595.0, 842.0)
MARGIN = 72.0
PAD = 4.0
LEADING = 1.45


@dataclass
class Words:
    """A line of words at a place; y grows downward from the top of the page. `late`: written behind all others."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    late: bool = False


@dataclass
class Frame:
    """The box of a cell, or of a paragraph. `table`: the outer box of its table on this page."""

    x0: float
    y0: float
    x1: float
    y1: float
    shaded: bool = False
    table: int = 0


@dataclass
class Sheet:
    """One page: words and frames; landscape pages are wider than high."""

    width: float
    height: float
    words: list[Words] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


def width_of(text: str, size: float) -> float:
    """Of words as the fonts have them: a Latin letter takes half of a Chinese one."""
    return sum(size if ord(char) > 0x2E7F or char in "“”…—" else size / 2 for char in text)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Words broken into lines, never inside a number."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of(line + piece, size) > width:
            lines.append(line)
            line = ""
        line += piece
    return [*lines, line] if line or not lines else lines


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for char in text:
        if char.isascii() and (char.isdigit() or char == "."):
            word += char
            continue
        if word:
            yield word
            word = ""
        yield char
    if word:
        yield word
