"""Reports on pages: every character and every line at its place, as a printer has it, and from there as OFD.

OFD is GB/T 33190-2016. The package is written by hand: no library writes it under a fit licence.
"""

import io
import zipfile
from dataclasses import dataclass, field
from html import escape
from itertools import accumulate
from random import Random

from infra.simulator.reports.article import Article, Table, Text
from infra.simulator.reports.files.grid import Placed, placed, width_of

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 18.0
SIZE, TITLE = 3.2, 5.6  # millimetres
LEADING = 1.5
PAD = 0.8
INVISIBLE = "\u200b\u200c\ufeff\u00ad"
NOTHING = dict.fromkeys(map(ord, INVISIBLE))
NAMESPACE = "http://www.ofdspec.org/2016"


@dataclass
class Words:
    """One line of text: where its foot begins, and how large it is."""

    x: float
    y: float
    text: str
    size: float


@dataclass
class Leaf:
    """One page."""

    words: list[Words] = field(default_factory=list)
    lines: list[tuple[float, float, float, float]] = field(default_factory=list)


def advance(char: str, size: float) -> float:
    """The way from one character to the next."""
    return 0.0 if char in INVISIBLE else size * (0.55 if char.isascii() else 1.0)


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines that fit; numbers are not broken."""
    lines = [""]
    room = width
    for word in _words(text):
        need = sum(advance(char, size) for char in word)
        if word == "\n" or (need > room and lines[-1]):
            lines.append("")
            room = width
        if word != "\n":
            lines[-1] += word
            room -= need
    return lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    for char in text:
        before = words[-1].translate(NOTHING) if words else ""
        runs_on = char.isascii() and before.isascii() and not char.isspace() and not before.isspace()
        if words and (char in INVISIBLE or runs_on):
            words[-1] += char
        else:
            words.append(char)
    return words


class Pages:
    """Lays an article out on pages of A4."""

    def __init__(self, article: Article, chance: Random) -> None:
        self.leaves = [Leaf()]
        self.y = MARGIN
        self.repeats_header = chance.random() < 0.5
        for block in article.blocks:
            self._table(block) if isinstance(block, Table) else self._text(block)

    def _text(self, block: Text) -> None:
        size = TITLE if block.kind == "title" else SIZE
        indent = "" if block.kind == "title" else "\u3000\u3000"
        for line in wrapped(indent + block.text, WIDTH - 2 * MARGIN, size):
            self._make_room(size * LEADING)
            self.y += size * LEADING
            shift = len(line) - len(line.lstrip("\u3000"))
            self.leaves[-1].words.append(Words(MARGIN + shift * size, self.y, line.strip("\u3000"), size))
        self.y += size * 0.4

    def _make_room(self, height: float) -> None:
        if self.y + height > HEIGHT - MARGIN:
            self.leaves.append(Leaf())
            self.y = MARGIN

    def _table(self, table: Table) -> None:
        columns = width_of(table)
        step = (WIDTH - 2 * MARGIN) / columns
        cells = list(placed(table))
        heights = self._heights(cells, len(table.rows), step)
        heads = next((at for at, row in enumerate(table.rows) if not row.is_head), 0)
        self._make_room(sum(heights[: heads + 1]))
        at = 0
        while at < len(heights):
            rows = self._that_fit(heights, at)
            self._piece([c for c in cells if c.row < at + rows and c.row + c.height > at], heights, at, rows, step)
            at += rows
            if at < len(heights):
                self.leaves.append(Leaf())
                self.y = MARGIN
                if self.repeats_header and heads and sum(heights[:heads]) < HEIGHT / 3 and at >= heads:
                    self._piece([c for c in cells if c.row < heads], heights, 0, heads, step)
        self.y += SIZE

    def _that_fit(self, heights: list[float], at: int) -> int:
        room, rows = HEIGHT - MARGIN - self.y, 0
        while at + rows < len(heights) and (heights[at + rows] <= room or not rows):
            room -= heights[at + rows]
            rows += 1
        return rows

    @staticmethod
    def _heights(cells: list[Placed], rows: int, step: float) -> list[float]:
        heights = [SIZE * LEADING + 2 * PAD] * rows
        for cell in sorted(cells, key=lambda c: c.height):
            lines = len(_lines(cell, step))
            need = lines * SIZE * LEADING + 2 * PAD - sum(heights[cell.row : cell.row + cell.height])
            heights[cell.row] += max(0.0, need)
        return heights

    def _piece(self, cells: list[Placed], heights: list[float], first: int, rows: int, step: float) -> None:
        """Some rows of a table; a cell that began before them goes on without its words."""
        tops = [self.y, *accumulate(heights[first : first + rows], initial=self.y)][1:]
        leaf = self.leaves[-1]
        for cell in cells:
            top = tops[max(cell.row, first) - first]
            bottom = tops[min(cell.row + cell.height, first + rows) - first]
            left, right = MARGIN + cell.column * step, MARGIN + (cell.column + cell.width) * step
            leaf.lines += [(left, top, right, top), (left, bottom, right, bottom)]
            leaf.lines += [(left, top, left, bottom), (right, top, right, bottom)]
            if cell.row >= first:
                for number, line in enumerate(_lines(cell, step), 1):
                    leaf.words.append(Words(left + PAD, top + number * SIZE * LEADING, line, SIZE))
        self.y = tops[-1]


def _lines(cell: Placed, step: float) -> list[str]:
    text = "\n".join(cell.cell.pieces) if cell.cell.pieces else cell.cell.text
    return wrapped(text, max(cell.width * step - 2 * PAD, SIZE), SIZE)


def write_ofd(article: Article, chance: Random) -> bytes:
    """The article as OFD; lines as paths or as narrow areas, distances one by one or in short."""
    leaves = Pages(article, chance).leaves
    in_short = chance.random() < 0.5
    as_areas = chance.random() < 0.3
    files = {"OFD.xml": _root(), "Doc_0/Document.xml": _document(len(leaves))}
    for number, leaf in enumerate(leaves):
        files[f"Doc_0/Pages/Page_{number}/Content.xml"] = _page(leaf, in_short, as_areas)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(zipfile.ZipInfo(name, (2025, 1, 20, 9, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _root() -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="{NAMESPACE}" DocType="OFD" Version="1.1">'
        "<ofd:DocBody><ofd:DocInfo/><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )


def _document(pages: int) -> str:
    listed = "".join(f'<ofd:Page ID="{n + 10}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(pages))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="{NAMESPACE}"><ofd:CommonData><ofd:PageArea>'
        f"<ofd:PhysicalBox>0 0 {WIDTH} {HEIGHT}</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
    )


def _page(leaf: Leaf, in_short: bool, as_areas: bool) -> str:
    objects = [_text(words, in_short) for words in leaf.words if words.text.strip()]
    objects += [_line(line, as_areas) for line in leaf.lines]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="{NAMESPACE}"><ofd:Content><ofd:Layer ID="1">'
        f"{''.join(objects)}</ofd:Layer></ofd:Content></ofd:Page>"
    )


def _text(words: Words, in_short: bool) -> str:
    steps = [advance(char, words.size) for char in words.text]
    if in_short and len(set(steps)) == 1:
        deltas = f"g {len(steps) - 1} {steps[0]:.4f}"
    else:
        deltas = " ".join(f"{step:.4f}" for step in steps[:-1])
    given = f' DeltaX="{deltas}"' if len(steps) > 1 else ""
    top = words.y - words.size
    return (
        f'<ofd:TextObject Boundary="{words.x:.3f} {top:.3f} {sum(steps):.3f} {words.size * 1.2:.3f}" Font="1" '
        f'Size="{words.size}"><ofd:TextCode X="0" Y="{words.size:.3f}"{given}>{escape(words.text)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def _line(line: tuple[float, float, float, float], as_area: bool) -> str:
    x0, y0, x1, y1 = line
    if as_area:
        wide, high = max(x1 - x0, 0.2), max(y1 - y0, 0.2)
        data, how = f"M 0 0 L {wide:.3f} 0 L {wide:.3f} {high:.3f} L 0 {high:.3f} C", 'Stroke="false" Fill="true"'
    else:
        wide, high = x1 - x0, y1 - y0
        data, how = f"M 0 0 L {wide:.3f} {high:.3f}", 'LineWidth="0.2"'
    return (
        f'<ofd:PathObject Boundary="{x0:.3f} {y0:.3f} {max(wide, 0.2):.3f} {max(high, 0.2):.3f}" {how}>'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )
