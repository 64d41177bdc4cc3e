"""The cells of a table: their places on its grid, their lines, and how one is drawn."""

from dataclasses import dataclass, field

from infra.simulator.reports.article import Cell, Table
from infra.simulator.reports.paper.sheets import LEADING, MARGIN, PAD, Frame, Sheet, Words, width_of, wrapped
from infra.simulator.reports.paper.style import Style

WIDTHS = {"applications": [30.0, 62.0, 128.0], "proactive": [156.0]}
LONG = 12  # characters; a longer label in the first column is no vertical one


@dataclass
class Place:
    """A cell on the grid of its table, and how many of its lines were drawn so far."""

    cell: Cell
    row: int
    rows: int
    column: int
    columns: int
    lines: list[str] = field(default_factory=list)
    shown: int = 0


def placed(table: Table) -> list[Place]:
    """Each cell with its row and column on the grid, what spans cover left out."""
    taken: set[tuple[int, int]] = set()
    places = []
    for at, row in enumerate(table.rows):
        column = 0
        for cell in row.cells:
            while (at, column) in taken:
                column += 1
            taken |= {(at + r, column + c) for r in range(cell.rowspan) for c in range(cell.colspan)}
            places.append(Place(cell, at, cell.rowspan, column, cell.colspan))
            column += cell.colspan
    return places


def edges_of(table: Table, page: Sheet) -> list[float]:
    """Where the columns of a table begin, and where the last one ends."""
    room = page.width - 2 * MARGIN
    first = WIDTHS.get(table.id, [])
    if table.id == "applications" and page.width > page.height:
        first = [width * 1.6 for width in first]
    first = first if len(first) < table.width else first[: table.width - 1]
    each = (room - sum(first)) / (table.width - len(first))
    edges = [MARGIN]
    for width in [*first, *[each] * (table.width - len(first))]:
        edges.append(edges[-1] + width)
    return edges


def fill(places: list[Place], edges: list[float], style: Style) -> None:
    """Breaks the words of each cell into the lines for which it has room."""
    for place in places:
        text, room = place.cell.text, edges[place.column + place.columns] - edges[place.column] - 2 * PAD
        if style.vertical and place.cell.role == "label" and place.rows > 4 and len(text) < LONG:
            place.lines = list(text)
        else:
            place.lines = wrapped(text, style.size, room) if text else []


def heights_of(table: Table, places: list[Place], size: float) -> list[float]:
    """Rows as high as their lines need; what a cell over several rows lacks is given to all of them."""
    heights = [size * LEADING + 2 * PAD] * len(table.rows)
    for rows in sorted({place.rows for place in places}):
        for place in (p for p in places if p.rows == rows):
            missing = len(place.lines) * size * LEADING + 2 * PAD - sum(heights[place.row : place.row + rows])
            if missing > 0:
                for at in range(place.row, place.row + rows):
                    heights[at] += missing / rows
    return heights


def draw(page: Sheet, style: Style, place: Place, frame: Frame, *, whole: bool, again: bool, rest: float) -> None:
    """Draws a cell, or what of it stands on this page.

    `whole`: it ends here; `again`: it is of a header, and drawn on each page; `rest`: its height on the next page.
    """
    size = style.size
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
    page.frames.append(frame)
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
        page.words.append(Words(line, x, y + size * 1.1, size, place.cell.role != "value", late))
        y += size * LEADING
