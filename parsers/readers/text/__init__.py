"""The reader of text: tables as converters draw them, pipes, tabs, one cell per line, labels and values with blanks."""

import re
from collections.abc import Sequence

from parsers.cells import read_cell
from parsers.page import Page, Row
from parsers.readers.limits import measure_text
from parsers.readers.text.boxes import is_grid, read_grid, take_boxes
from parsers.readers.text.columns import is_ruler, read_columns
from parsers.readers.text.drawn import RULE, is_drawn, read_drawn
from parsers.readers.text.lines import Rows
from parsers.readers.text.marks import BARE_NUMBER, PAGE_NUMBER, REST_OF_NUMBER, fields, plain
from parsers.readers.text.pages import is_below_pipes, page_numbers

# 发布时间: 2026-03-10 12:56
HEAD = re.compile(r"^(标题|发布时间|发布机构|来源)[:：]\s*(.+)$")
# ---|---|--- as html2text writes it, without a frame
OPEN_RULE = re.compile(r"^-{3,}(?:\|-{3,})*$")
# --------- ----- of a table that is not closed; -- alone is a dash in a cell
BORDERS = re.compile(r"^-{3,}(?:\s+-{3,})*$")
HEADING = re.compile(r"^(?:#{1,6}|\*{1,6})\s+")
LONG = 300


def read_text(text: str) -> Page:
    """A page from decoded text of any of the kinds above. Raises TooHostile for what no report looks like."""
    measure_text(text)
    page = Page(reader="text")
    rows = Rows(page)
    lines = text.split("\n")
    boxes = take_boxes(lines) if "┌" in text else {}
    pages = page_numbers(lines)
    at = 0
    while at < len(lines):
        for box in boxes.get(at, ()):
            rows.new_table()
            for cells in box:
                rows.row(cells, loose=False)
        at = at + 1 if at in pages else _step(lines, at, rows, page)
    open_values = rows.ends_in_value
    ends_in_row = bool(page.items) and isinstance(page.items[-1], Row) and not rows.labels
    rows.flush()
    rows.mark_odd_gaps()
    page.truncated = open_values or ends_in_row
    return page


def _step(lines: Sequence[str], at: int, rows: Rows, page: Page) -> int:
    """Reads the table or the line that begins here; gives the number of the line after it."""
    raw = lines[at]
    line = raw.strip()
    if not line or line == "|" or PAGE_NUMBER.match(line):
        rows.gap += line[:1] or " "
        return at + 1
    if at < 12 and (head := HEAD.match(line)):
        _head(head, page)
        return at + 1
    if is_drawn(line):
        drawn, end = read_drawn(lines, at)
        rows.new_table()
        for row in drawn:
            rows.row(list(row.cells), grid=True, uneven=row.uneven)
        return end
    if is_grid(line):
        return _table(*read_grid(lines, at), rows)
    if is_ruler(raw.rstrip()) and (found := read_columns(lines, at)):
        return _table(*found, rows)
    if at + 1 < len(lines) and OPEN_RULE.match(lines[at + 1].strip()) and _is_open(lines, at):
        return _open_table(lines, at, rows)
    if RULE.match(line) or OPEN_RULE.match(line) or BORDERS.match(line):
        return at + 1
    if "|" in line or "\t" in raw:
        if "|" in line:
            unclosed = line[0] == "|" and line[-1] != "|"
            rows.piped([plain(c) for field in fields(line) for c in field.split("\t")], unclosed=unclosed)
        else:
            rows.flush()
            rows.row([c.strip() for c in raw.strip("\r\n").split("\t")], loose=False)
            rows.labels = []
        return at + 1
    if (BARE_NUMBER.match(line) or REST_OF_NUMBER.match(line)) and is_below_pipes(lines, at):
        rows.flush()
        rows.row([line], broken=True)  # the number of a page, or the rest of a row
        return at + 1
    _line(line, rows, page)
    return at + 1


def _head(head: re.Match[str], page: Page) -> None:
    if head[1] == "标题":
        page.titles.append(head[2])
        page.unseen.append(head[2])
    elif head[1] == "发布时间":
        page.published = head[2]
    else:
        page.source = head[2]


def _line(line: str, rows: Rows, page: Page) -> None:
    heading = HEADING.match(line)
    line = plain(line[heading.end() :] if heading else line)
    if not line:
        return
    if not read_cell(line.split(maxsplit=1)[0]).is_value:
        rows.flush()  # the values before it end here: what the line says holds for those behind it
    page.items.append(line)
    if len(line) > LONG:
        rows.words(line)
    elif heading is None:
        rows.line(line)


def _table(table: Sequence[list[str] | str], end: int, rows: Rows) -> int:
    """Cells at the columns of a drawn table, or, where rows differ in length, cells with their spans."""
    rows.new_table()
    even = len({len(cells) for cells in table if not isinstance(cells, str)}) == 1
    for cells in table:
        if isinstance(cells, str) and not any(read_cell(word).is_value for word in cells.split()):
            rows.row(cells.split(), uneven=True)  # of a header: its words tell the order of the columns
        elif isinstance(cells, str):
            rows.line(cells)
        else:
            rows.flush()
            rows.row(cells, loose=even, grid=even)
    rows.flush()
    return end


def _is_open(lines: Sequence[str], at: int) -> bool:
    return "|" in lines[at] or (at + 2 < len(lines) and "|" in lines[at + 2])


def _open_table(lines: Sequence[str], at: int, rows: Rows) -> int:
    """html2text: pipes between cells, nothing for what a span covers. A cell of several lines breaks its row."""
    rows.new_table()
    first = at
    while at < len(lines) and (line := lines[at].strip()):
        at += 1
        if at == first + 2 or PAGE_NUMBER.match(line):
            continue
        cells = [plain(c) for c in fields(line)]
        if "|" in line:
            rows.piped(cells, loose=False)
        else:
            rows.row(cells)
            rows.labels += cells
    return at
