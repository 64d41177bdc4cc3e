"""Layouts that cut tables, join them, or let their spans contradict one another."""

from copy import deepcopy
from random import Random

from infra.simulator.reports.article import Article, Cell, Extra, Row, Table, Text
from infra.simulator.reports.draft import Draft, Registry
from infra.simulator.reports.html import write_html

LAYOUTS = Registry()


@LAYOUTS.add("split_table3")
def split_table3(article: Article, chance: Random) -> Draft:
    """Table 3 in two tables, the second beginning inside a group with the header repeated."""
    table = article.table("applications")
    rows = table.rows
    inside = [at for at in range(1, len(rows)) if rows[at].block and rows[at].block == rows[at - 1].block]
    cut = chance.choice(inside)
    repeat = chance.choice(["labels", "blanks", "nothing"])
    continued: list[Cell] = []
    for begun, row in enumerate(rows[:cut]):
        for cell in row.cells:
            left_over = begun + cell.rowspan - cut
            if left_over > 0:
                cell.rowspan -= left_over
                text = cell.text if repeat == "labels" else ""
                continued.append(Cell(text, "label", cell.colspan, left_over))
    if repeat != "nothing":
        rows[cut].cells[:0] = continued
    head = deepcopy([row for row in rows if row.is_head])
    article.replace(table, [
        Table(table.id, rows[:cut], table.width),
        Table(table.id, head + rows[cut:], table.width),
    ])  # fmt: skip
    return Draft(write_html(article))


@LAYOUTS.add("wrong_rowspans")
def wrong_rowspans(article: Article, chance: Random) -> Draft:
    """Rowspans of labels wrong by one or two, or missing; then the label stands in each row, or a blank cell."""
    kind = chance.choice(["wrong", "wrong", "repeated", "blank"])
    table = article.table("applications")
    for at, row in enumerate(list(table.rows)):
        for place, cell in enumerate(row.cells):
            if cell.role != "label" or cell.rowspan == 1:
                continue
            if kind == "wrong":
                cell.rowspan = max(1, cell.rowspan + chance.choice([-2, -1, 1, 2]))
                continue
            covered = table.rows[at + 1 : at + cell.rowspan]
            cell.rowspan = 1
            for below in covered:
                below.cells.insert(min(place, len(below.cells)), Cell(cell.text if kind == "repeated" else "", "label"))
    return Draft(write_html(article))


@LAYOUTS.add("disagreeing_spans")
def disagreeing_spans(article: Article, chance: Random) -> Draft:
    """Table 2 on five physical columns, where header and data rows widen different cells."""
    table = article.table("proactive")
    table.width = 5
    last = ""
    for row in table.rows:
        if row.block != last:
            header_wide, data_wide = chance.sample(range(1, 3), 2)
            last = row.block
        if len(row.cells) == 1:
            row.cells[0].colspan = 5
            continue
        wide = header_wide if row.is_head else data_wide
        for place, cell in enumerate(row.cells):
            cell.colspan = 1
            if place == min(wide, len(row.cells) - 1):
                cell.colspan = 5 - (len(row.cells) - 1)
    return Draft(write_html(article))


@LAYOUTS.add("extra_rows")
def extra_rows(article: Article, chance: Random) -> Draft:
    """Rows of the office's own between the rows of the form."""
    table = article.table("proactive")
    own = [("art20_1", "其他主动公开文件"), ("art20_5", "公共服务事项"), ("art20_6", "行政检查")]
    for block, label in chance.sample(own, chance.choice([1, 2, 3])):
        last = max(at for at, row in enumerate(table.rows) if row.block == block)
        pattern = table.rows[last]
        values = [str(chance.choice([0, chance.randint(1, 60)])) for _ in pattern.values()]
        spans = [cell.colspan for cell in pattern.values()]
        cells = [Cell(value, "extra", span) for value, span in zip(values, spans, strict=True)]
        table.rows.insert(last + 1, Row([Cell(label, "extra", pattern.cells[0].colspan), *cells], block))
        article.extras.append(Extra("proactive", label, values))
    return Draft(write_html(article))


@LAYOUTS.add("one_table")
def one_table(article: Article, _chance: Random) -> Draft:
    """Tables 2 to 4 as one; the headings of the sections between them are rows."""
    tables = article.tables()
    width = max(table.width for table in tables)
    rows: list[Row] = []
    for table in tables:
        at = article.blocks.index(table)
        heading = article.blocks[at - 1]
        if rows and isinstance(heading, Text):
            rows.append(Row([Cell(heading.text, "section", width)], is_head=True))
            del article.blocks[at - 1]
        for row in table.rows:
            row.cells[-1].colspan += width - table.width if _is_full(row, table) else 0
        rows += table.rows
    first, *others = tables
    for table in others:
        article.blocks.remove(table)
    article.replace(first, [Table("all", rows, width)])
    return Draft(write_html(article))


def _is_full(row: Row, table: Table) -> bool:
    """Whether the row reaches the right edge by itself, with no cell reaching in from above."""
    return sum(cell.colspan for cell in row.cells) == table.width


@LAYOUTS.add("five_tables")
def five_tables(article: Article, chance: Random) -> Draft:
    """Table 2 as one small table for each item of Article 20; the item's name inside or above."""
    table = article.table("proactive")
    above = chance.random() < 0.5
    pieces: list[Text | Table] = []
    for block in dict.fromkeys(row.block for row in table.rows):
        rows = [row for row in table.rows if row.block == block]
        if above and len(rows[0].cells) == 1:
            pieces.append(Text(rows.pop(0).cells[0].text))
        pieces.append(Table(table.id, rows, table.width))
    article.replace(table, pieces)
    return Draft(write_html(article))
