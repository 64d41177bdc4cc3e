"""The fast reader of HTML, on lxml. Limits are counted before a tree is built."""

import re
from dataclasses import dataclass

from lxml import etree

from model.errors import NeedsReview
from parsers.page import Cell, Page, Row

MOST_BYTES = 30_000_000
MOST_TAGS = 600_000
MOST_CELLS = 60_000
MOST_DEPTH = 400

BLOCKS = ("p", "div", "br", "tr", "td", "li", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "ul", "hr")
DROPPED = ("script", "style", "noscript", "template", "textarea", "select", "svg")
MARK = "\ufdd0"  # a character that no text has: Unicode keeps it for such uses
NAMED = re.compile(r"^(?:articletitle|title|og:title)$", re.IGNORECASE)
DATED = re.compile(r"^(?:pubdate|publishdate|article:published_time)$", re.IGNORECASE)
SOURCED = re.compile(r"^(?:contentsource|author)$", re.IGNORECASE)
OPENING = re.compile(r"<(/?)(?:div|span|table|font|b|p|section|ul|li|td|tr|a|i|em|strong|center|blockquote)\b", re.I)


class TooHostile(NeedsReview):
    """A page is larger or deeper than any report is."""


@dataclass(frozen=True)
class Limits:
    """What was counted in the text of a page."""

    tags: int
    tables_open: int


def measure(text: str) -> Limits:
    """Counts before building. Raises TooHostile with the limit that was passed."""
    if len(text) > MOST_BYTES:
        raise TooHostile(f"page has {len(text)} characters, more than {MOST_BYTES}")
    tags = text.count("<")
    if tags > MOST_TAGS:
        raise TooHostile(f"page has {tags} tags, more than {MOST_TAGS}")
    lower = text.lower()
    cells = lower.count("<td") + lower.count("<th")
    if cells > MOST_CELLS:
        raise TooHostile(f"page has {cells} table cells, more than {MOST_CELLS}")
    opened, closed = lower.count("<table"), lower.count("</table")
    if opened > 300 or lower.count("<div") - lower.count("</div") > MOST_DEPTH or tags > 50_000:
        depth = deepest = 0
        for match in OPENING.finditer(text):
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
        # Unclosed <p> and <td> do not nest; only a depth that no such page reaches is hostile.
        if lower.count("<table") - lower.count("</table") > 200 or deepest > 40_000:
            raise TooHostile(f"page is nested {deepest} deep")
    return Limits(tags, opened - closed)


def _tidy(text: str) -> str:
    return re.sub(r"[ \t\r\n\f\v\u00a0]+", " ", text).strip()


def _cell_text(element: "etree._Element") -> str:
    return "".join(map(str, element.itertext())).strip() if len(element) else (element.text or "").strip()


def _table_rows(table: "etree._Element", number: int) -> list[Row]:
    rows = []
    for at, tr in enumerate(table.iter("tr"), 1):
        cells = tuple(Cell(_cell_text(td), n) for n, td in enumerate(tr.iterchildren("td", "th"), 1))
        if cells:
            rows.append(Row(cells, number, at))
    return rows


def read_html(text: str) -> Page:
    """A page from decoded HTML. Raises TooHostile for what no report looks like."""
    limits = measure(text)
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, recover=True, no_network=True, huge_tree=False
    )
    root = etree.fromstring(text.encode("utf-8", "replace") or b"<p>", parser)
    page = Page(reader="lxml", truncated=limits.tables_open > 0)
    return page if root is None else page_of(root, page)


def page_of(root: "etree._Element", page: Page) -> Page:
    """Fills a page from a tree; the tree is used up."""
    for meta in root.iter("meta"):
        name, content = meta.get("name") or meta.get("property") or "", (meta.get("content") or "").strip()
        if not content:
            continue
        if NAMED.match(name):
            page.titles.append(content)
        elif DATED.match(name):
            page.published = content
        elif SOURCED.match(name):
            page.source = content
    titles = [_tidy("".join(map(str, t.itertext()))) for t in root.iter("title", "h1")]
    for dropped in list(root.iter(*DROPPED, "title")):
        dropped.text = None
        for child in list(dropped):
            dropped.remove(child)
    tables: list[list[Row]] = []
    for table in list(root.iter("table")):
        if next(table.iterdescendants("table"), None) is not None:
            continue
        tables.append(_table_rows(table, len(tables) + 1))
        tail = table.tail
        for child in list(table):
            table.remove(child)
        table.text, table.tail = f"\n{MARK}{len(tables) - 1}{MARK}\n", tail
    for block in root.iter(*BLOCKS):
        block.tail = "\n" + (block.tail or "")
        if block.text:
            block.text = "\n" + block.text
    for line in "".join(map(str, root.itertext())).split("\n"):
        if line.startswith(MARK) and line.endswith(MARK) and line[1:-1].isdecimal():
            page.items.extend(tables[int(line[1:-1])])
        elif tidy := _tidy(line):
            page.items.append(tidy)
    page.titles += [t for t in titles if t]
    return page
