"""An article laid out on pages: which words stand in which box on which page."""

from infra.simulator.reports.article import Article, Table, Text
from infra.simulator.reports.paper.cells import Place, draw, edges_of, fill, heights_of, placed
from infra.simulator.reports.paper.sheets import LEADING, MARGIN, PAD, PORTRAIT, Frame, Sheet, Words, width_of, wrapped
from infra.simulator.reports.paper.style import Style


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
        edges, places = edges_of(table, self.sheet), placed(table)
        fill(places, edges, self.style)
        heights = heights_of(table, places, size)
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
        room = self.bottom - self.y
        return line + PAD if heights[row] > 2 * line and room > line + PAD else 0.0

    def _rows(
        self, places: list[Place], edges: list[float], heights: list[float], first: int, last: int, cut: float = 0.0
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
            frame = Frame(edges[place.column], top, edges[place.column + place.columns], foot, table=self._tables)
            draw(self.sheet, self.style, place, frame, whole=whole, again=begins, rest=rest)
        self.y = tops[-1]

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
