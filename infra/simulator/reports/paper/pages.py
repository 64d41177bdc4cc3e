"""An article laid out on pages: which words stand in which box on which page."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.simulator.reports.article import Article, Cell, Row, Table, Text
from infra.simulator.reports.paper.style import Style

PORTRAIT = (595.0, 842.0)
MARGIN = 72.0
PAD = 4.0
LEADING = 1.45
WIDTHS = {"applications": [30.0, 62.0, 128.0], "proactive": [156.0]}
LONG = 12  # characters; a longer label in the first column is no vertical one


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


@dataclass
class _Place:
    cell: Cell
    row: int
    rows: int
    column: int
    columns: int
    lines: list[str] = field(default_factory=list)
    shown: int = 0


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


def lay_out(article: Article, style: Style) -> list[Sheet]:
    """The pages of a report."""
    return _Press(style).pages(article)


class _Press:
    def __init__(self, style: Style) -> None:
        self.style = style
        self.sheets: list[Sheet] = []
        self.wide = False
        self.y = 0.0
        self._tables = 0

    def pages(self, article: Article) -> list[Sheet]:
        """Lays the blocks out, one below the other."""
        self._new_page()
        self.y += self.style.first_gap
        for block in article.blocks:
            if isinstance(block, Text):
                self._text(block)
                continue
            turned = self.style.landscape and block.id == "applications"
            if turned:
                self.wide = True
                self._new_page()
            self._table(block)
            if turned:
                self.wide = False
                self._new_page()
        self._number_pages()
        return self.sheets

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    @property
    def bottom(self) -> float:
        return self.sheet.height - MARGIN

    def _new_page(self) -> None:
        width, height = PORTRAIT
        self.sheets.append(Sheet(height, width) if self.wide else Sheet(width, height))
        self.y = MARGIN

    def _text(self, block: Text) -> None:
        size = {"title": 18.0, "heading": 13.0}.get(block.kind, 12.0)
        room = self.sheet.width - 2 * MARGIN
        indent = "" if block.kind == "title" else "　　"
        boxed = self.style.boxed and block.kind == "paragraph"
        lines = wrapped(indent + block.text, size, room - 2 * PAD * boxed)
        self.y += 6 if block.kind != "paragraph" else 0
        top = self.y
        for line in lines:
            if self.y + size * 1.6 > self.bottom:
                self._box(top, boxed)
                self._new_page()
                top = self.y
            x = MARGIN + (room - width_of(line, size)) / 2 if block.kind == "title" else MARGIN + PAD * boxed
            lead = len(line) - len(line.lstrip("　"))
            self.sheet.words.append(
                Words(line[lead:], x + lead * size, self.y + size * 1.2, size, block.kind != "paragraph")
            )
            self.y += size * 1.6
        self._box(top, boxed)
        self.y += 4

    def _box(self, top: float, boxed: bool) -> None:
        if boxed and self.y > top:
            self.sheet.frames.append(Frame(MARGIN, top, self.sheet.width - MARGIN, self.y + 3, table=-1))

    def _table(self, table: Table) -> None:
        size = self.style.size
        edges = self._edges(table)
        places = _placed(table)
        for place in places:
            room = edges[place.column + place.columns] - edges[place.column] - 2 * PAD
            place.lines = self._lines(place, room)
        heights = self._heights(table, places, size)
        head = next((n for n, row in enumerate(table.rows) if not row.is_head), 0)
        self._tables += 1
        row = 0
        while row < len(table.rows):
            last = row
            top = self.y
            repeated = head if row and self.style.repeat_header else 0
            used = sum(heights[:repeated])
            while last < len(table.rows) and top + used + heights[last] <= self.bottom:
                used += heights[last]
                last += 1
            # A header that is repeated is never cut.
            broken = self.style.repeat_header and row == 0 and last < head
            if ((last == row and not repeated) or broken) and self.y > MARGIN:
                self._new_page()
                continue
            if repeated:
                self._rows(places, edges, heights, 0, repeated)
            cut = self._cut(heights, last) if last < len(table.rows) and self.style.split_labels else 0.0
            self._rows(places, edges, heights, row, last, cut)
            if cut:
                heights[last] = max(heights[last] - cut, size * LEADING + 2 * PAD)
            row = last
            if row < len(table.rows):
                self._new_page()
        self.y += 10

    def _cut(self, heights: list[float], row: int) -> float:
        """How much of a row is still put on this page: whole lines, and never all of it."""
        line = self.style.size * LEADING
        room = self.bottom - self.y - sum(heights[row:row])
        return line + PAD if heights[row] > 2 * line and room > line + PAD else 0.0

    def _edges(self, table: Table) -> list[float]:
        room = self.sheet.width - 2 * MARGIN
        first = WIDTHS.get(table.id, [])
        if table.id == "applications" and self.wide:
            first = [width * 1.6 for width in first]
        first = first if len(first) < table.width else first[: table.width - 1]
        each = (room - sum(first)) / (table.width - len(first))
        edges = [MARGIN]
        for width in [*first, *[each] * (table.width - len(first))]:
            edges.append(edges[-1] + width)
        return edges

    def _lines(self, place: _Place, room: float) -> list[str]:
        text, size = place.cell.text, self.style.size
        if self.style.vertical and place.cell.role == "label" and place.rows > 4 and len(text) < LONG:
            return list(text)
        return wrapped(text, size, room) if text else []

    def _heights(self, table: Table, places: list[_Place], size: float) -> list[float]:
        heights = [size * LEADING + 2 * PAD] * len(table.rows)
        for rows in sorted({place.rows for place in places}):
            for place in (p for p in places if p.rows == rows):
                missing = len(place.lines) * size * LEADING + 2 * PAD - sum(heights[place.row : place.row + rows])
                if missing > 0:
                    for at in range(place.row, place.row + rows):
                        heights[at] += missing / rows
        return heights

    def _rows(
        self, places: list[_Place], edges: list[float], heights: list[float], first: int, last: int, cut: float = 0.0
    ) -> None:
        """Draws rows on this page, and of the row behind them as much as `cut` says."""
        tops = [self.y]
        for row in range(first, last):
            tops.append(tops[-1] + heights[row])
        rows = list(range(first, last))
        if cut:
            rows.append(last)
            tops.append(tops[-1] + cut)
        for place in places:
            own = [row for row in range(place.row, place.row + place.rows) if row in rows]
            if not own:
                continue
            begins = first == 0 and last <= place.row + place.rows and place.row + place.rows <= last
            top, foot = tops[own[0] - first], tops[own[-1] - first + 1]
            whole = own[-1] == place.row + place.rows - 1 and not (cut and own[-1] == last)
            rest = 0.0 if whole else sum(heights[own[-1] + 1 : place.row + place.rows])
            frame = Frame(edges[place.column], top, edges[place.column + place.columns], foot)
            self._cell(place, frame, whole, begins, rest)
        self.y = tops[-1]

    def _cell(self, place: _Place, frame: Frame, whole: bool, again: bool, rest: float) -> None:
        """Draws a cell, or what of it stands on this page. `rest`: the height that is left for it on the next."""
        size, style = self.style.size, self.style
        if again and place.shown >= len(place.lines):
            place.shown = 0  # a header that is repeated
        room = max(1, int((frame.y1 - frame.y0 - 1.5 * PAD) / (size * LEADING)))
        left = place.lines[place.shown :]
        if not whole and style.split_labels and place.cell.role == "label" and place.rows > 1 and len(left) > 1:
            fits = int((rest - PAD) / (size * LEADING))
            room = min(room, max((len(left) + 1) // 2, len(left) - fits))
        shown = left[:room] if not whole else left
        place.shown += len(shown)
        frame.shaded = style.shaded and place.cell.role == "section"
        frame.table = self._tables
        self.sheet.frames.append(frame)
        tall = len(shown) * size * LEADING
        y = frame.y0 + PAD if style.upright == "top" else (frame.y0 + frame.y1 - tall) / 2
        late = style.notes_last and place.cell.role == "header" and len(place.cell.text) > 20
        for line in shown:
            wide = width_of(line, size)
            x = frame.x0 + PAD
            if place.cell.role != "label" or len(line) == 1:
                align = style.align if place.cell.role == "value" else "center"
                free = frame.x1 - frame.x0 - 2 * PAD - wide
                x += {"left": 0.0, "center": free / 2, "right": free}[align]
            self.sheet.words.append(Words(line, x, y + size * 1.1, size, place.cell.role != "value", late))
            y += size * LEADING

    def _number_pages(self) -> None:
        for number, sheet in enumerate(self.sheets, 1):
            text = {
                "dashes": f"- {number} -",
                "bare": str(number),
                "words": f"第 {number} 页 共 {len(self.sheets)} 页",
                "none": "",
            }[self.style.numbering]
            if text:
                sheet.words.append(Words(text, sheet.width / 2 - 20, sheet.height - 40, 10.5))


def _placed(table: Table) -> list[_Place]:
    """Each cell with its row and column on the grid, what spans cover left out."""
    taken: set[tuple[int, int]] = set()
    places = []
    for at, row in enumerate(table.rows):
        column = 0
        for cell in _cells(row):
            while (at, column) in taken:
                column += 1
            taken |= {(at + r, column + c) for r in range(cell.rowspan) for c in range(cell.colspan)}
            places.append(_Place(cell, at, cell.rowspan, column, cell.colspan))
            column += cell.colspan
    return places


def _cells(row: Row) -> list[Cell]:
    return row.cells
