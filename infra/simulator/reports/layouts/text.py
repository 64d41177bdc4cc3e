"""Layouts that are no HTML: what is left of the tables in stored texts and converters' output."""

from collections.abc import Callable
from random import Random

from infra.simulator.reports.article import Article, Row, Table, Text
from infra.simulator.reports.draft import Draft, Registry

LAYOUTS = Registry()


def _covered_from_above(table: Table) -> list[int]:
    """For each row the number of columns that cells of earlier rows reach into."""
    covered = [0] * len(table.rows)
    for at, row in enumerate(table.rows):
        for cell in row.cells:
            for below in range(at + 1, min(at + cell.rowspan, len(table.rows))):
                covered[below] += cell.colspan
    return covered


def _piped(table: Table, broken: Callable[[Row], bool]) -> list[str]:
    lines = []
    for row, covered in zip(table.rows, _covered_from_above(table), strict=True):
        placeholders = covered + sum(cell.colspan - 1 for cell in row.cells)
        texts = [cell.text for cell in row.cells]
        tail = f" | {'|' * placeholders}" if placeholders else ""
        if broken(row):
            lines += [" | ".join(texts[:-1]) + " |", texts[-1] + tail]
        else:
            lines.append(" | ".join(texts) + tail)
    # At the end of a table the placeholders are lost but for one.
    if not lines:
        return []
    lines[-1] = lines[-1].rstrip("|") + ("|" if lines[-1].endswith("|") else "")
    return lines


def _lines(article: Article, write: Callable[[Table], list[str]]) -> list[str]:
    lines: list[str] = []
    for block in article.blocks:
        lines += write(block) if isinstance(block, Table) else [block.text]
    return lines


@LAYOUTS.add("pipes", is_text=True)
def pipes(article: Article, _chance: Random) -> Draft:
    """A line for each row, pipes between cells, placeholders of the spans piled up at the end."""
    return _plain(_lines(article, lambda table: _piped(table, lambda _row: False)))


@LAYOUTS.add("pipes_broken_rows", is_text=True)
def pipes_broken_rows(article: Article, chance: Random) -> Draft:
    """The same, and in some rows the last value stands on the next line."""

    def broken(row: Row) -> bool:
        return len(row.values()) == 7 and chance.random() < 0.2

    return _plain(_lines(article, lambda table: _piped(table, broken)))


@LAYOUTS.add("cell_per_line", is_text=True)
def cell_per_line(article: Article, _chance: Random) -> Draft:
    """Each cell on a line of its own."""
    return _plain(_lines(article, lambda table: [cell.text for row in table.rows for cell in row.cells]))


@LAYOUTS.add("cell_per_line_blank", is_text=True)
def cell_per_line_blank(article: Article, chance: Random) -> Draft:
    """Each cell on a line of its own, blank lines between."""
    gap = [""] * chance.choice([1, 1, 2])

    def write(table: Table) -> list[str]:
        return [line for row in table.rows for cell in row.cells for line in (cell.text, *gap)]

    return _plain(_lines(article, write))


@LAYOUTS.add("lone_pipes", is_text=True)
def lone_pipes(article: Article, _chance: Random) -> Draft:
    """Each cell and each pipe on a line of its own."""

    def write(table: Table) -> list[str]:
        return [line for row in table.rows for cell in row.cells for line in (cell.text, "|")]

    return _plain(_lines(article, write))


@LAYOUTS.add("tabs", is_text=True)
def tabs(article: Article, _chance: Random) -> Draft:
    """Cells separated by tabs, as copied from a browser: nothing stands for what a span covers."""
    return _plain(_lines(article, lambda table: ["\t".join(c.text for c in row.cells) for row in table.rows]))


@LAYOUTS.add("markdown_padded", is_text=True)
def markdown_padded(article: Article, chance: Random) -> Draft:
    """Markdown tables with padded columns; a span's text in its first field, the others blank or repeated."""
    repeated = chance.random() < 0.3
    lines: list[str] = []
    for block in article.blocks:
        if isinstance(block, Table):
            lines += ["", *_padded(_grid(block, repeated)), ""]
        else:
            lines += ["", _markdown_line(block)]
    return Draft("\n".join(lines) + "\n", "text/markdown")


def _markdown_line(block: Text) -> str:
    return {"title": "# ", "heading": "## ", "paragraph": ""}[block.kind] + block.text


def _grid(table: Table, repeated: bool) -> list[list[str]]:
    """Every row as wide as the widest, whatever the spans of a damaged table say."""
    texts: dict[tuple[int, int], str] = {}
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(table.rows):
        column = 0
        for cell in row.cells:
            while (at, column) in taken:
                column += 1
            places = [(at + y, column + x) for y in range(cell.rowspan) for x in range(cell.colspan)]
            taken.update(places)
            texts |= dict.fromkeys(places if repeated and cell.id is None else places[:1], cell.text)
            column += cell.colspan
    width = max(table.width, *(column + 1 for _, column in texts))
    return [[texts.get((at, column), "") for column in range(width)] for at in range(len(table.rows))]


def _padded(rows: list[list[str]]) -> list[str]:
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [lines[0], rule, *lines[1:]]


@LAYOUTS.add("page_numbers", is_text=True)
def page_numbers(article: Article, chance: Random) -> Draft:
    """Pipes again, with the numbers of the printed pages in between."""
    lines = _lines(article, lambda table: _piped(table, lambda _row: False))
    style = chance.choice(["- {} -", "— {} —", "第 {} 页", "{}"])
    every = chance.randint(14, 24)
    paged: list[str] = []
    for at, line in enumerate(lines, 1):
        paged.append(line)
        if at % every == 0:
            paged.append(style.format(at // every))
    return _plain(paged)


def _plain(lines: list[str]) -> Draft:
    return Draft("\n".join(lines) + "\n", "text/plain")
