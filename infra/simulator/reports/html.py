"""An article as HTML: one writer, and the few habits of editors and programs that change its markup."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from infra.simulator.reports.article import Article, Cell, Row, Table, Text


def plain(cell: Cell) -> str:
    """The text of a cell with its broken lines as <br>."""
    return "<br>".join(map(escape, cell.pieces)) if cell.pieces else escape(cell.text)


def _span_attributes(cell: Cell) -> str:
    spans = f' colspan="{cell.colspan}"' if cell.colspan != 1 else ""
    return spans + (f' rowspan="{cell.rowspan}"' if cell.rowspan != 1 else "")


@dataclass(frozen=True)
class Markup:
    """How cells and paragraphs are written."""

    cell: Callable[[Cell], str] = plain
    tag: Callable[[Cell, Row], str] = lambda _cell, _row: "td"
    attributes: Callable[[Cell], str] = lambda _cell: ""
    spans: Callable[[Cell], str] = _span_attributes
    paragraph: Callable[[str], str] = escape
    table_open: str = '<table border="1" cellspacing="0" cellpadding="0">'
    body: tuple[str, str] = ("<tbody>", "</tbody>")
    head: tuple[str, str] | None = None
    """Tags around the leading header rows; None writes them like any row."""


def write_html(article: Article, markup: Markup | None = None) -> str:
    """The article as a fragment, to be put into a page."""
    how = markup or Markup()
    return "\n".join(_table(block, how) if isinstance(block, Table) else _text(block, how) for block in article.blocks)


def _text(block: Text, how: Markup) -> str:
    if block.kind == "title":
        return f'<p style="text-align:center"><strong>{how.paragraph(block.text)}</strong></p>'
    if block.kind == "heading":
        return f"<p><strong>{how.paragraph(block.text)}</strong></p>"
    return f'<p style="text-indent:2em">{how.paragraph(block.text)}</p>'


def _table(table: Table, how: Markup) -> str:
    rows = table.rows
    leading = next((at for at, row in enumerate(rows) if not row.is_head), len(rows)) if how.head else 0
    parts = [how.table_open]
    if how.head and leading:
        parts += [how.head[0], *(_row(row, how) for row in rows[:leading]), how.head[1]]
    parts += [how.body[0], *(_row(row, how) for row in rows[leading:]), how.body[1]]
    return "\n".join(part for part in [*parts, "</table>"] if part)


def _row(row: Row, how: Markup) -> str:
    cells = []
    for cell in row.cells:
        tag = how.tag(cell, row)
        cells.append(f"<{tag}{how.spans(cell)}{how.attributes(cell)}>{how.cell(cell)}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"
