"""The reader of text: pipes, Markdown, tabs, one cell per line, labels and values with blanks between."""

import re

from parsers.cells import read_cell
from parsers.page import Cell, Page, Row

MOST_LINES = 400_000
RULE = re.compile(r"^\|?[\s:|+-]*-{2,}[\s:|+-]*\|?$")
# - 4 -, — 12 —, 第 3 页
PAGE_NUMBER = re.compile(r"^(?:[-—–]\s*\d{1,3}\s*[-—–]|第\s*\d{1,3}\s*页(?:\s*共\s*\d+\s*页)?)$")
# 发布时间: 2026-03-10 12:56
HEAD = re.compile(r"^(标题|发布时间|发布机构|来源)[:：]\s*(.+)$")
LONG = 300
MOST_LABELS = 40


class _Lines:
    """Collects labels and then values, and makes a row of them when the next label begins."""

    def __init__(self, page: Page) -> None:
        self.page, self.labels, self.values, self.number = page, list[str](), list[str](), 0

    def row(self, texts: list[str], *, grid: bool = False, loose: bool = True) -> None:
        self.number += 1
        cells = tuple(Cell(t, n) for n, t in enumerate(texts, 1))
        self.page.items.append(Row(cells, 1, self.number, loose=loose, grid=grid))

    def flush(self) -> None:
        if self.values:
            self.row(self.labels[-MOST_LABELS:] + self.values)
            self.labels, self.values = [], []

    def tokens(self, tokens: list[str]) -> None:
        for token in tokens:
            if read_cell(token).is_value:
                self.values.append(token)
                continue
            self.flush()
            self.labels.append(token)


def read_text(text: str) -> Page:
    """A page from decoded text of any of the kinds above."""
    page = Page(reader="text")
    collect = _Lines(page)
    lines = text.split("\n")[:MOST_LINES]
    for at, raw in enumerate(lines):
        line = raw.strip()
        if not line or line == "|" or PAGE_NUMBER.match(line) or RULE.match(line):
            continue
        if at < 12 and (head := HEAD.match(line)):
            if head[1] == "标题":
                page.titles.append(head[2])
            elif head[1] == "发布时间":
                page.published = head[2]
            else:
                page.source = head[2]
            continue
        if "|" in line:
            collect.flush()
            drawn = line.startswith("|") and not line.startswith("||")
            inner = line[1:-1] if drawn and line.endswith("|") and len(line) > 1 else line
            collect.row([c.strip() for c in inner.split("|")], grid=drawn)
            collect.labels = []
            continue
        if "\t" in raw:
            collect.flush()
            collect.row([c.strip() for c in raw.strip("\r\n").split("\t")], loose=False)
            collect.labels = []
            continue
        page.items.append(line.lstrip("# "))
        if len(line) <= LONG and not line.startswith("#"):
            tokens = line.split()
            if not read_cell(tokens[-1]).is_value:
                collect.tokens(["".join(tokens)])
            else:
                cut = len(tokens)
                while cut and read_cell(tokens[cut - 1]).is_value:
                    cut -= 1
                collect.tokens(["".join(tokens[:cut]), *tokens[cut:]] if cut else tokens)
        elif len(line) > LONG:
            collect.tokens(line.split())
    open_values = any(read_cell(v).value is not None for v in collect.values)
    ends_in_row = bool(page.items) and isinstance(page.items[-1], Row) and not collect.labels
    collect.flush()
    page.truncated = open_values or ends_in_row
    return page
