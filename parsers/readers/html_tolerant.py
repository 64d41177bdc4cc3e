"""The tolerant reader of HTML: the algorithm of browsers (html5lib) by way of Beautiful Soup."""

from bs4 import BeautifulSoup
from bs4.element import Comment, NavigableString, PreformattedString, Tag

from parsers.page import Cell, Page, Row
from parsers.readers.html import BLOCKS, DATED, DROPPED, MARK, NAMED, SOURCED, measure

MOST_TAGS = 40_000
MOST_NESTING = 900


def _text(element: Tag) -> str:
    parts = [
        str(s) for s in element.descendants
        if isinstance(s, NavigableString) and not isinstance(s, PreformattedString | Comment)
    ]  # fmt: skip
    return "".join(parts).strip()


def read_tolerant(text: str) -> Page | None:
    """The same page through another parser, or None where it would take too long to be worth it."""
    limits = measure(text)
    if limits.tags > MOST_TAGS or text.lower().count("<div") > MOST_NESTING * 5:
        return None
    soup = BeautifulSoup(text, "html5lib")
    page = Page(reader="html5lib", truncated=limits.tables_open > 0)
    for meta in soup.find_all("meta"):
        name, content = str(meta.get("name") or meta.get("property") or ""), str(meta.get("content") or "").strip()
        if content and NAMED.match(name):
            page.titles.append(content)
        elif content and DATED.match(name):
            page.published = content
        elif content and SOURCED.match(name):
            page.source = content
    titles = [" ".join(_text(t).split()) for t in soup.find_all(["title", "h1"])]
    for dropped in soup.find_all([*DROPPED, "title"]):
        dropped.extract()
    tables: list[list[Row]] = []
    for table in soup.find_all("table"):
        if table.find("table") is not None:
            continue
        rows = []
        for at, tr in enumerate(table.find_all("tr"), 1):
            found = tr.find_all(["td", "th"], recursive=False)
            cells = tuple(Cell(_text(td), n) for n, td in enumerate(found, 1))
            if cells:
                rows.append(Row(cells, len(tables) + 1, at))
        table.replace_with(NavigableString(f"\n{MARK}{len(tables)}{MARK}\n"))
        tables.append(rows)
    for block in soup.find_all(list(BLOCKS)):
        block.insert_before("\n")
        block.append("\n")
    for line in _text(soup).split("\n"):
        if line.startswith(MARK) and line.endswith(MARK) and line[1:-1].isdecimal():
            page.items.extend(tables[int(line[1:-1])])
        elif tidy := " ".join(line.split()):
            page.items.append(tidy)
    page.titles += [t for t in titles if t]
    return page
