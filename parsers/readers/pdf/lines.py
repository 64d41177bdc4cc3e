"""Characters put together: to lines from top to bottom, and in a line to words from left to right."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from parsers.readers.pdf.characters import Char
from parsers.readers.pdf.frame import Box

GAP = 0.3  # of a character's height: a blank
WIDE = 1.1  # figures so far apart belong to two cells, even where no line divides them
OVERLAP = 0.45  # of the height of the lower of two characters: they stand in one line
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
SMALL = 0.87  # browsers set raised digits at five sixths of the size
DIGITS = frozenset("0123456789.,０１２３４５６７８９")


@dataclass
class TextLine:
    """Characters of one line, from left to right."""

    chars: list[Char]
    box: Box

    @property
    def height(self) -> float:
        """That of its usual character."""
        return median(char.height for char in self.chars)

    @property
    def text(self) -> str:
        """Its words, with a blank where there is room for one."""
        return text_of_line(self.chars)


def lines_of(chars: Sequence[Char]) -> list[TextLine]:
    """Lines from top to bottom."""
    groups: list[list[Char]] = []
    spans: list[tuple[float, float]] = []
    for char in sorted(chars, key=lambda c: (c.center, c.x0)):
        at = _line_for(char, spans)
        if at is None:
            groups.append([char])
            spans.append((char.y0, char.y1))
        else:
            groups[at].append(char)
    lines = [TextLine(sorted(group, key=lambda c: c.x0), around(group)) for group in groups]
    return sorted(lines, key=lambda line: (line.box.y0 + line.box.y1) / 2)


def _line_for(char: Char, spans: list[tuple[float, float]]) -> int | None:
    """The line among the last ones that this character stands in: the one it shares most height with."""
    best, most = None, OVERLAP
    for at in range(len(spans) - 1, max(-1, len(spans) - 4), -1):
        top, bottom = spans[at]
        low = max(min(char.height, bottom - top), 0.1)
        shared = (min(char.y1, bottom) - max(char.y0, top)) / low
        if shared > most:
            best, most = at, shared
    return best


def around(chars: Sequence[Char]) -> Box:
    """The box of characters."""
    return Box(min(c.x0 for c in chars), min(c.y0 for c in chars), max(c.x1 for c in chars), max(c.y1 for c in chars))


def text_of_line(chars: Sequence[Char]) -> str:
    """The words of a line. Figures far apart are put on two lines: 12 and 345 are no number 12345, nor 12 345."""
    pieces: list[str] = []
    before: Char | None = None
    for char in chars:
        if before is not None:
            gap, height = char.x0 - before.x1, min(before.height, char.height)
            if gap > WIDE * height and before.text in DIGITS and char.text in DIGITS:
                pieces.append("\n")
            elif gap > GAP * height:
                pieces.append(" ")
        pieces.append(_shown(char, before))
        before = char
    return "".join(pieces)


def _shown(char: Char, before: Char | None) -> str:
    """A small digit behind a figure and above its foot is a mark: 12¹ is not 121."""
    small = before is not None and char.height < SMALL * before.height and before.text in DIGITS
    if small and before is not None and char.base < before.base - 0.1 * before.height:
        return char.text.translate(RAISED)
    return char.text


def words_of(chars: Sequence[Char]) -> str:
    """The words of a cell, its lines apart."""
    return "\n".join(line.text for line in lines_of(chars)) if chars else ""


def runs_of(chars: Sequence[Char]) -> list[list[Char]]:
    """Figures as they were set: digits of one line that follow on one another without a gap."""
    runs: list[list[Char]] = []
    for line in lines_of([c for c in chars if c.text in DIGITS]):
        last: Char | None = None
        for char in line.chars:
            if last is not None and char.x0 - last.x1 <= GAP * min(last.height, char.height):
                runs[-1].append(char)
            else:
                runs.append([char])
            last = char
    return runs
