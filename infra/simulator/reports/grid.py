"""The official form as blocks, rows and cells, filled with the figures and words of one report."""

from infra.simulator.reports.article import Article, Cell, Role, Row, Table, Text
from infra.simulator.reports.figures import Number
from infra.simulator.reports.report import GeneratedReport
from model.forms import Form, FormTable, GridCell, load_forms
from model.vocabulary import CellState


def article_of(report: GeneratedReport) -> Article:
    """The report in the order of the form: title, preamble, six sections with their tables."""
    form = load_forms()[report.era]
    blocks: list[Text | Table] = [Text(report.title, "title"), *map(Text, report.prose.preamble)]
    prose = {
        "overview": report.prose.overview,
        "problems_and_improvements": report.prose.problems_and_improvements,
        "other_matters": report.prose.other_matters,
    }
    for section in form.sections:
        blocks.append(Text(f"{section.number}、{section.heading}", "heading"))
        blocks += map(Text, prose.get(section.id, ()))
        table = form.table(section.table) if section.table else None
        if table is not None:
            blocks.append(_table(form, table, report.values))
    return Article(blocks)


def _table(form: Form, table: FormTable, values: dict[str, Number]) -> Table:
    rows: list[Row] = []
    # From the bottom up: a header belongs to the block of the row below it.
    block = ""
    for line in reversed(table.grid()):
        is_head = all(cell.field is None for cell in line)
        if not is_head:
            block = _block(form, line)
        cells = [_cell(cell, values, table.width, is_head) for cell in line]
        rows.append(Row(cells, block, is_head))
    return Table(table.id, rows[::-1], table.width)


def _block(form: Form, line: tuple[GridCell, ...]) -> str:
    field = next(form.by_id[cell.field] for cell in line if cell.field is not None)
    return field.block or field.row.rpartition(".")[0]


def _cell(cell: GridCell, values: dict[str, Number], width: int, is_head: bool) -> Cell:
    if cell.field is None:
        role: Role = "label" if not is_head else "section" if cell.colspan == width else "header"
        return Cell(cell.text, role, cell.colspan, cell.rowspan)
    value = values[cell.field]
    return Cell(str(value), "value", cell.colspan, id=cell.field, value=value, state=CellState.NUMBER)
