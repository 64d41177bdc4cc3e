"""TRS WCM: static HTML lists; the page's own script names the further pages, from 0 or from 1 by site.

Some lists are results of the product's search, wholly or beyond their first page (`trs_search`).
"""

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from model.capture import Row
from spiders.families import static, trs_search
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import Link, linked_rows

NAME = "trs"

# ./202501/t20250122_6841200.html, and without a date: /2024n/t1008631.shtml
DETAIL = re.compile(r"/t(?:\d{8}_\d+(?:_\d+)?|\d{6,9})\.s?html?(?:$|[?#\"'])")

# createPageHTML(5, 0, "index", "html"), createPageHTML('paging', 5, 1, 'index', 'html', 93), createPage(5, 0, …)
CALL = re.compile(r"\bcreatePage(?:HTML)?\s*\(([^()]*)\)")
ARGUMENTS = re.compile(
    r"""(?:^|,)\s*(?P<total>\d+)\s*,\s*(?P<current>\d+)\s*(?:,\s*["'](?P<stem>[^"']*)["']\s*)?(?:,\s*["'](?P<ending>\w+)["'])?"""
)
# $(".page").pagination("setPage", 1, 321)
SET_PAGE = re.compile(r"""pagination\(\s*["']setPage["']\s*,\s*(\d+)\s*,\s*(\d+)""")
# var countPage = 5; var currentPage = 0;
COUNT = re.compile(r"\bcountPage\s*=\s*[\"']?(\d+)")
CURRENT = re.compile(r"\bcurrentPage\s*=\s*[\"']?(\d+)")
ENDING = re.compile(r"""["'](?:\.)?(s?html?)\\?["']""")


class Pager(NamedTuple):
    """`base`: what the script counts its first page as; page k of a list is `stem_{k-1}` from 0, `stem_{k}` from 1."""

    total: int
    base: int
    stem: str
    ending: str

    def name(self, page_number: int, base: int) -> str:
        """File name of a page; page numbers count from 1."""
        return f"{self.stem}_{page_number - 1 + base}.{self.ending}"


def marked(page: Page) -> bool:
    return page.holds(
        "createpagehtml(",
        "createpagehtml (",
        "trs_editor",
        "trs_ueditor",
        "//wcm置标",
        "custom_unionstyle",
    ) or (page.holds("countpage", "was5/web/search", "/igs/front/search/", "/govsearch/jsonp/") and _named(page))


def hinted(page: Page) -> bool:
    return bool(DETAIL.search(page.text))


def _named(page: Page) -> bool:
    """Marks that are words of others too, unless they stand together: two counters, or a search that gives rows."""
    counted = COUNT.search(page.text) is not None and CURRENT.search(page.text) is not None
    return counted or trs_search.search_of(page) is not None


def rows(page: Page) -> list[Row]:
    return trs_search.rows(page) if page.shell else linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    pager = read_pager(reading.first)
    if pager is None and (search := trs_search.search_of(reading.first)):
        return trs_search.next_request(page, reading, search)
    if pager is None:
        # Articles have the product's addresses, but the list has not its script: the way on is a link, if anything.
        return static.next_request(page, reading)
    if pager.total <= 1:
        reading.end("one page", whole=True)
        return None
    base = pager.base if reading.offset is None else reading.offset
    number = reading.pages + 1

    if reading.last in {"repeat", "gone"}:
        other = _ask(reading, pager, number, 1 - base)
        if reading.pages == 1 and reading.offset is None:
            # The script promised a name that brings nothing new: the site counts the other way.
            reading.offset = 1 - base
            return other
        if base == 1 and not reading.asked(first := _ask(reading, pager, 1, 1)):
            # Counting from 1, `_1` was never asked; when the last page is absent it may be the true second one.
            return first
        known_end = number >= pager.total
        reading.end(
            "last advertised page is absent" if known_end else f"page {number} of {pager.total} brought nothing new",
            whole=known_end,
        )
        return None

    if number > pager.total:
        reading.end("last page", whole=True)
        return None
    return _ask(reading, pager, number, base)


def parts(page: Page) -> list[str]:
    """`t20250122_1_1.html`, `…_2.html` when the script of the article counts more than one page."""
    pager, (own, ending) = read_pager(page), _own_name(page)
    if pager is None or pager.total <= 1 or not DETAIL.search(f"/{own}.{ending}") or pager.stem != own:
        return []
    return [urljoin(page.url, pager.name(n, pager.base)) for n in range(2, pager.total + 1)]


def files(page: Page) -> list[Link]:
    """Attachments by the editor's own attribute; OLDSRC is a path of the editor's and no address."""
    found: dict[str, Link] = {}
    if not page.holds("appendix"):
        return []
    for anchor in page.tree.xpath("//a[@appendix and @href]"):
        if url := page.resolve(anchor.get("href")):
            found.setdefault(url, Link(url, "".join(anchor.itertext()).strip()))
    return list(found.values())


def read_pager(page: Page) -> Pager | None:
    """The pager that the page's script describes, whichever of the known calls it makes."""
    if not page.holds("createpage", "setpage", "countpage"):
        return None
    stem, ending = _own_name(page)
    for call in CALL.finditer(page.text):
        if found := ARGUMENTS.search(call[1]):
            return Pager(
                int(found["total"]), min(int(found["current"]), 1), found["stem"] or stem, found["ending"] or ending
            )
    if found := SET_PAGE.search(page.text):
        return Pager(int(found[2]), 1, stem, ending)
    if count := COUNT.search(page.text):
        current = CURRENT.search(page.text)
        written = ENDING.search(page.text, count.start())
        return Pager(int(count[1]), min(int(current[1]), 1) if current else 0, stem, written[1] if written else ending)
    return None


def _own_name(page: Page) -> tuple[str, str]:
    stem, dot, ending = urlsplit(page.url).path.rpartition("/")[2].rpartition(".")
    return (stem, ending) if dot and stem else ("index", "html")


def _ask(reading: Reading, pager: Pager, page_number: int, base: int) -> Ask:
    return Ask(urljoin(reading.first.url, pager.name(page_number, base)), referer=reading.first.url)


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    parts=parts,
    files=files,
    containers=(
        ".TRS_Editor",
        ".TRS_UEDITOR",
        ".trs_editor_view",
        ".Custom_UnionStyle",
        ".TRS_PreAppend",
        "#zoom",
        "#mainText",
        ".xl_content",
        "#xlrllt",
    ),
)
