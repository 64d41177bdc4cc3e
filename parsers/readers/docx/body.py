"""Paragraphs and tables of a Word document in reading order."""

import re
from collections.abc import Iterator

from lxml import etree

from parsers.page import Cell, Page, Row
from parsers.readers.decode import kind_of, utf8
from parsers.readers.docx.numbering import Numbering
from parsers.readers.docx.package import RELATION_ID, Package, W
from parsers.readers.docx.runs import MC, Runs, Words, chosen
from parsers.readers.docx.styles import Styles, is_on
from parsers.readers.html import read_html
from parsers.readers.limits import TooHostile
from parsers.readers.mhtml import page_of

LETTER = re.compile(r"[^\W\d_]")
PICTURE = "\ufffc"
BLOCKS = frozenset({f"{W}p", f"{W}tbl", f"{W}altChunk"})
REMOVED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}sectPr", f"{W}pPr", f"{W}tcPr", f"{W}tblPr", f"{W}sdtPr"})
MOST_NESTED = 40


class Body:
    """Reads one document; the numbers of its tables and lists run through all of it."""

    def __init__(self, package: Package) -> None:
        self._package = package
        styles = Styles(package.beside("/styles"))
        self._runs = Runs(styles)
        self._numbers = Numbering(package.beside("/numbering"), styles)
        self._tables = 0
        self._page = Page(reader="docx")

    def page(self) -> Page:
        """The page of the document."""
        body = self._package.tree.find(f"{W}body")
        if body is not None:
            self._read(body, 0)
        return self._page

    def _read(self, parent: "etree._Element", depth: int) -> None:
        if depth > MOST_NESTED:
            raise TooHostile(f"document has tables and boxes nested more than {MOST_NESTED} deep")
        for block in _blocks(parent):
            if block.tag == f"{W}p":
                words = self._paragraph(block)
                self._page.items += [line for line in map(_tidy, words.text.split("\n")) if line]
                if words.drawn:
                    self._page.pictures.append(len(self._page.items))
                for box in words.boxes:
                    self._read(box, depth + 1)
            elif block.tag == f"{W}tbl":
                self._table(block, depth)
            else:
                self._take_in(self._package.chunk(block.get(RELATION_ID) or ""))

    def _paragraph(self, paragraph: "etree._Element") -> Words:
        words = self._runs.words(paragraph)
        if words.text.strip() or words.drawn:
            words.text = self._numbers.mark(paragraph.find(f"{W}pPr")) + words.text
        return words

    def _take_in(self, chunk: bytes | None) -> None:
        """A page of HTML inside the document, as some programs write their Word files. Of another kind, or outside of
        the file, it is something that Word shows and that is not read, as a picture is."""
        whole = page_of(chunk) or (utf8(chunk) if kind_of(chunk) == "html" else None) if chunk is not None else None
        if whole is None:
            self._page.pictures.append(len(self._page.items))
            return
        inner = read_html(whole)
        self._page.pictures += [len(self._page.items) + at for at in inner.pictures]
        self._page.items += [
            item if isinstance(item, str) else item._replace(table=item.table + self._tables) for item in inner.items
        ]
        self._tables += max((row.table for row in inner.rows), default=0)

    def _table(self, table: "etree._Element", depth: int) -> None:
        """Rows of figures; a table that only arranges others is read as the lines and tables that stand in it."""
        if any(not _is_single(inner) for inner in _inner(table)):
            for row in _shown_rows(table):
                for cell in _cells(row):
                    self._read(cell, depth + 1)
            return
        self._tables += 1
        covered = Covered()
        for at, row in enumerate(_shown_rows(table), 1):
            shown = covered.shown(row)
            if shown:
                cells = tuple(Cell(self._words(cell), n) for n, cell in enumerate(shown, 1))
                down = frozenset(n for n, cell in enumerate(shown, 1) if cell.find(f"{W}tcPr/{W}vMerge") is not None)
                self._page.items.append(Row(cells, self._tables, at, down=down))

    def _words(self, cell: "etree._Element") -> str:
        """The words of a cell; its lines and paragraphs stay apart."""
        lines: list[str] = []
        drawn = False
        waiting = [cell]
        while waiting:
            for block in _blocks(waiting.pop(0)):
                if block.tag == f"{W}tbl":  # a single cell: the frame around a word
                    waiting += [c for row in _shown_rows(block) for c in _cells(row)]
                elif block.tag == f"{W}p":
                    words = self._paragraph(block)
                    lines += [line for line in map(_tidy, words.text.split("\n")) if line]
                    drawn = drawn or words.drawn
                    waiting += words.boxes
                else:
                    drawn = True
        text = "\n".join(lines)
        # A figure may be drawn as a whole or in part: never a blank, and never the digits beside it alone.
        return text + PICTURE if drawn and not LETTER.search(text[:40]) else text


class Covered:
    """Which cells of a row are covered by one above (vMerge) or beside them (hMerge), row after row."""

    def __init__(self) -> None:
        self._open: set[int] = set()  # grid columns at which the row above has a cell that may go on

    def shown(self, row: "etree._Element") -> "list[etree._Element]":
        """The cells of a row that are cells of their own."""
        at = _number(row.find(f"{W}trPr/{W}gridBefore"), 0)
        shown, still_open = [], set()
        for cell in _cells(row):
            properties = cell.find(f"{W}tcPr")
            merge = properties.find(f"{W}vMerge") if properties is not None else None
            beside = properties.find(f"{W}hMerge") if properties is not None else None
            goes_on = merge is not None and merge.get(f"{W}val") != "restart" and at in self._open
            if merge is not None:
                still_open.add(at)
            if not goes_on and (beside is None or beside.get(f"{W}val") == "restart"):
                shown.append(cell)
            at += _number(properties.find(f"{W}gridSpan") if properties is not None else None, 1)
        self._open = still_open
        return shown


def _blocks(parent: "etree._Element") -> "Iterator[etree._Element]":
    """Paragraphs, tables and taken-in pieces below an element, through everything that only wraps them."""
    for child in parent:
        if child.tag in BLOCKS:
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from _blocks(chosen(child))
        elif isinstance(child.tag, str) and child.tag not in REMOVED:
            yield from _blocks(child)


def _wrapped(parent: "etree._Element", tag: str) -> "Iterator[etree._Element]":
    """Rows of a table, or cells of a row, through content controls and marks of changes."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag not in REMOVED and child.tag not in (f"{W}trPr", f"{W}tblGrid"):
            yield from _wrapped(child, tag)


def _shown_rows(table: "etree._Element") -> "Iterator[etree._Element]":
    for row in _wrapped(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        if properties is None or not _removed(properties, "del", "hidden"):
            yield row


def _cells(row: "etree._Element") -> "Iterator[etree._Element]":
    for cell in _wrapped(row, f"{W}tc"):
        properties = cell.find(f"{W}tcPr")
        if properties is None or not _removed(properties, "cellDel"):
            yield cell


def _removed(properties: "etree._Element", *marks: str) -> bool:
    return any((mark := properties.find(f"{W}{name}")) is not None and is_on(mark) for name in marks)


def _inner(table: "etree._Element") -> "Iterator[etree._Element]":
    return table.iterdescendants(f"{W}tbl")


def _is_single(table: "etree._Element") -> bool:
    """Is it one cell, which only frames what stands in it?"""
    return len([cell for row in _shown_rows(table) for cell in _cells(row)]) <= 1


def _number(element: "etree._Element | None", default: int) -> int:
    text = (element.get(f"{W}val") or "") if element is not None else ""
    return int(text) if text.isdecimal() and len(text) < 6 else default


def _tidy(text: str) -> str:
    return " ".join(text.split())
