"""Reports as spreadsheets, written with openpyxl: the text above the tables on one sheet, or each table on its own."""

import io
import re
from random import Random
from typing import Any

from infra.simulator.reports.article import Article, Cell, Table, Text
from infra.simulator.reports.files.grid import Placed, placed, width_of

PLAIN = re.compile(r"-?\d{1,15}(?:\.\d+)?")
SHEETS = {"proactive": "主动公开", "applications": "依申请公开", "review_litigation": "复议诉讼", "all": "附表"}


def write_xlsx(article: Article, chance: Random) -> bytes:
    """The article as XLSX; numbers as numbers or as text, sheets and rows that are hidden, merged cells."""
    from openpyxl import Workbook

    book = Workbook()
    # A row of blanks that no line is drawn around is no row.
    writer = _Writer(book, chance, lines=any(not cell.text.strip() for cell in article.values()))
    for block in article.blocks:
        writer.table(block) if isinstance(block, Table) else writer.text(block)
    writer.finish()
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class _Writer:
    """One book and the habits of who fills it in."""

    def __init__(self, book: Any, chance: Random, lines: bool) -> None:
        self.book = book
        self.chance = chance
        self.sheet = book.active
        self.sheet.title = "报告"
        self.row = chance.choice([1, 1, 2, 4])
        self.column = chance.choice([1, 1, 2])
        self.by_sheets = chance.random() < 0.4
        self.as_numbers = chance.random() < 0.7
        self.hides_rows = chance.random() < 0.3
        self.hides_sheet = chance.random() < 0.3
        self.draws_lines = lines or chance.random() < 0.8

    def text(self, block: Text) -> None:
        self.sheet.cell(self.row, self.column, block.text)
        self.row += 1

    def table(self, table: Table) -> None:
        sheet, top = self.sheet, self.row
        if self.by_sheets:
            sheet, top = self.book.create_sheet(SHEETS.get(table.id, table.id)), 1
        hidden = self.hides_rows and not table.rows[0].values()
        if hidden:  # last year's line, out of sight
            for column in range(width_of(table)):
                sheet.cell(top, self.column + column, self.chance.randint(1, 99))
            sheet.row_dimensions[top].hidden = True
            top += 1
        for one in placed(table):
            row, column = top + one.row, self.column + one.column
            self._write(sheet.cell(row, column), one.cell)
            if self.draws_lines:
                self._frame(sheet, row, column, one)
            if one.height > 1 or one.width > 1:
                sheet.merge_cells(
                    start_row=row, start_column=column, end_row=row + one.height - 1, end_column=column + one.width - 1
                )
        if sheet is self.sheet:
            self.row = top + len(table.rows) + self.chance.choice([0, 1])

    @staticmethod
    def _frame(sheet: Any, row: int, column: int, one: Placed) -> None:
        from openpyxl.styles import Border, Side

        line = Side(style="thin")
        for y in range(one.height):
            for x in range(one.width):
                sheet.cell(row + y, column + x).border = Border(line, line, line, line)

    def _write(self, place: Any, cell: Cell) -> None:
        text = "\n".join(cell.pieces) if cell.pieces else cell.text
        if cell.id is not None and self.as_numbers and PLAIN.fullmatch(text):
            place.value = float(text) if "." in text else int(text)
            place.number_format = self.chance.choice(["General", "General", "0", "#,##0"] if "." not in text else
                                                     ["General", "0.0000"])  # fmt: skip
        else:
            place.value = text or None
            place.data_type = "s" if text else "n"

    def finish(self) -> None:
        if self.hides_sheet:
            sheet = self.book.create_sheet("旧数据")
            sheet.append(["一、本年新收政府信息公开申请数量", *(self.chance.randint(1, 9) for _ in range(7))])
            sheet.sheet_state = "hidden"
