"""The fast reader of HTML, on lxml."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import cast

from lxml import etree

from parsers.page import Cell, Page, Row
from parsers.readers.html_pictures import mark_pictures, take_pictures
from parsers.readers.html_shown import CELLS, PICTURE, leave_out_hidden, spell_out
from parsers.readers.html_styles import BREAKS, Styles
from parsers.readers.limits import has_references, measure

DROPPED = ("script", "style", "noscript", "template", "select", "svg")
# Words run on through these; every other tag begins a new line. `wbr`, `input`: void.
INLINE = (
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "input", "ins",
    "kbd", "label", "mark", "nobr", "o:p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "textarea", "tt", "u", "var", "wbr",
)  # fmt: skip
MOST_RUNS, LONGEST_FIGURE = 20, 20
LETTER = re.compile(r"[^\W\d_]")
SMART = re.compile(rb"<(st1:\w+)")  # Word marks dates and measures: <st1:chmetcnv>
MARK = "\ufdd0"  # a character that no text has: Unicode keeps it for such uses
# What shows something that has no letters here; `select` and `svg` are emptied before cells are read.
WRITTEN = ("script", "ol")  # it may write a figure where there is none
DRAWN = ("img", "svg", "canvas", "object", "embed", "iframe", "video", "select", "meter", "progress", "v:imagedata")
NAMED = re.compile(r"^(?:articletitle|title|og:title)$", re.IGNORECASE)
DATED = re.compile(r"^(?:pubdate|publishdate|article:published_time)$", re.IGNORECASE)
SOURCED = re.compile(r"^contentsource$", re.IGNORECASE)
SITED = re.compile(r"^site(?:name|idcode)$", re.IGNORECASE)
CONTROLS = bytes({*range(0x20)} - {*b"\t\n\v\f\r"})
REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]{1,20}|\d{1,20});?")
BLANKS = bytes.maketrans(b"\v\f", b"  ")
END = re.compile(rb"</html\b[^>]*>", re.IGNORECASE)
PARSER = etree.HTMLParser(
    encoding="utf-8", remove_comments=True, remove_pis=True, recover=True, no_network=True, huge_tree=False
)


def tree_of(content: bytes) -> "etree._Element | None":
    """The tree that lxml makes of a page; None of a page without any element."""
    return etree.fromstring(content or b"<p>", PARSER)


def read_html(content: bytes, *, hidden_tables: bool = False) -> Page:
    """A page from HTML in UTF-8. Raises TooHostile for what no report looks like.

    `hidden_tables`: read those, too, that the page does not show (tabs that a script opens).
    """
    limits = measure(content)
    root = tree_of(_writable(_without_early_end(content, limits.small)))
    page = Page(reader="lxml", truncated=limits.tables_open > 0)
    if root is None:
        return page
    styles = Styles(root, limits.small)
    _head(root, page)
    page.hidden = leave_out_hidden(root, limits.small, styles, tables=not hidden_tables)
    spell_out(root, limits.small, styles)
    for element, style in styles.inline:
        if BREAKS.search(style) and element.tag in INLINE:
            element.tag = "div"
    smart = {name.decode() for name in SMART.findall(content)} if b"<st1:" in content else ()
    etree.strip_tags(root, *INLINE, *smart)
    _body(root, page)
    return page


def _without_early_end(content: bytes, small: bytes) -> bytes:
    """The page with all that stands behind its first `</html>`: browsers show it, lxml would leave it out."""
    at = small.find(b"</html")
    return END.sub(b"", content) if at >= 0 and small[at:].partition(b">")[2].strip() else content


def _writable(content: bytes) -> bytes:
    """Without the characters that lxml reads, and lets nobody write: controls, halves of pairs, U+FFFE, U+FFFF."""
    content = content.translate(BLANKS, CONTROLS)
    if b"\xef\xbf" in content:
        content = content.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")
    return REFERENCE.sub(_writable_reference, content) if has_references(content) else content


def _writable_reference(found: re.Match[bytes]) -> bytes:
    digits = found[1]
    code = int(digits[1:], 16) if digits[:1] in (b"x", b"X") else int(digits)
    ok = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return found[0] if ok else b""


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _head(root: "etree._Element", page: Page) -> None:
    """Titles, dates and sources that the page names; takes out what holds no words of the report."""
    titles = []
    for element in list(root.iter("meta", "title", "h1", *DROPPED)):
        if element.tag == "meta":
            _note_meta(element, page)
            continue
        if element.tag in ("title", "h1"):
            titles.append(_tidy("".join(map(str, element.itertext()))))
            page.unseen += titles[-1:] if element.tag == "title" else []
        if element.tag != "h1":
            element.text = None
            for child in list(element):
                element.remove(child)
    page.titles += [t for t in titles if t]


def _note_meta(meta: "etree._Element", page: Page) -> None:
    name, content = meta.get("name") or meta.get("property") or "", (meta.get("content") or "").strip()
    if not content:
        return
    if NAMED.match(name):
        page.titles.append(content)
        page.unseen.append(content)
    elif DATED.match(name):
        page.published = page.published or content
    elif SOURCED.match(name):
        page.source = page.source or content
    elif SITED.match(name):
        if name.lower() == "sitename":
            page.site = page.site or content
        else:
            page.site_code = page.site_code or content


def _body(root: "etree._Element", page: Page) -> None:
    """Lines and rows; the tree is used up. Only tables without a table inside are tables of figures."""
    tables: list[list[Row]] = []
    every = list(root.iter("table"))
    for table in every:
        if next(table.iterancestors(*CELLS), None) is not None and _frames_a_figure(table):
            for element in table.iter():
                element.tag = "div"
    for table in every:
        if table.tag != "table":
            continue
        if next(table.iterdescendants("table"), None) is not None:
            continue
        tables.append(_rows(table, len(tables) + 1))
        table.clear(keep_tail=True)  # type: ignore[call-arg]
        table.text = f"{MARK}{len(tables) - 1}"
    pictures = mark_pictures(root)
    runs = cast("Iterator[str]", root.itertext())
    if not tables:
        # Line feeds may be all that divides cells: <pre>, or a text in a shell of HTML.
        page.items += [line for run in runs for piece in run.split("\n") if (line := _tidy(piece))]
        take_pictures(page, pictures)
        return
    lines = [" ".join(words) for words in map(str.split, runs) if words]
    places = [n for n, line in enumerate(lines) if line[0] == MARK and line[1:].isdecimal()]
    start = 0
    for at in places:
        if (number := int(lines[at][1:])) < len(tables):
            page.items += lines[start:at]
            page.items += tables[number]
            start = at + 1
    page.items += lines[start:]
    take_pictures(page, pictures)


def _frames_a_figure(table: "etree._Element") -> bool:
    """Is it one cell around a figure or a sign, in a cell of a table of figures?"""
    words = "".join(map(str, islice(table.itertext(), MOST_RUNS))).strip()
    return len(words) <= LONGEST_FIGURE and len(list(table.iter(*CELLS))) == 1 and LETTER.search(words) is None


def _rows(table: "etree._Element", number: int) -> list[Row]:
    rows = []
    plain = next(table.iter(*DRAWN, *WRITTEN), None) is None
    for at, tr in enumerate(table.iter("tr"), 1):
        tds = list(tr.iterchildren(*CELLS))
        cells = tuple([Cell(_words(td, plain), n) for n, td in enumerate(tds, 1)])
        if cells:
            down = [n for n, td in enumerate(tds, 1) if td.get("rowspan", "1") != "1"]
            rows.append(Row(cells, number, at, down=frozenset(down)) if down else Row(cells, number, at))
    return rows


def _words(cell: "etree._Element", plain: bool) -> str:
    """The words of a cell; its lines and paragraphs stay apart. `plain`: nothing in its table is drawn."""
    if not len(cell):
        return (cell.text or "").strip()
    runs = [cell.text]
    for child in cell:
        runs += [child.text, child.tail] if not len(child) else [*map(str, child.itertext()), child.tail]
    lines = [run.strip() for run in runs if run and not run.isspace()]
    words = lines[0] if len(lines) == 1 else "\n".join(lines)
    if plain or LETTER.search(words[:40]):
        return words
    if next(cell.iter(*DRAWN, *(() if words else WRITTEN)), None) is not None:
        # A figure may be drawn as a whole or in part: never a blank, and never the digits beside it alone.
        return words + PICTURE
    return words
