"""Longsun: `/public/column/<organ>?type=3&action=list` is the list of annual reports of each organ of a site."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from model.capture import Row
from spiders.families import static
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import Link, linked_rows

NAME = "longsun"

ADDRESS = re.compile(r"/public/column/\d+|/public/\d+/\d+\.html|/site/tpl/\d+")
ORGAN = re.compile(r"/public/column/(\d+)$")
# 1 rules, 2 guide, 3 annual reports, 4 directory, 5 on request
ANNUAL_REPORTS = "3"
# Ls.pagination("#page", {pageIndex: 1, pageCount: 5, total: 63})
PAGES = re.compile(r"""\b(?:pageCount|totalPages?)['"]?\s*[:=]\s*['"]?(\d+)""")
TOTAL = re.compile(r"""\b(?:total|totalCount)['"]?\s*:\s*['"]?(\d+)""")
PAGINATION = re.compile(r"Ls\.pagination\s*\((.*?)\)\s*;?", re.DOTALL)


def marked(page: Page) -> bool:
    return page.holds("ls.pagination") or (page.holds("/public/column/") and page.holds("action=list"))


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url))


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    settings = PAGINATION.search(reading.first.text)
    if settings is None:
        return static.next_request(page, reading)
    pages, total = PAGES.search(settings[1]), TOTAL.search(settings[1])
    reading.announced = int(total[1]) if total else None
    number = reading.pages + 1
    if reading.last in {"repeat", "gone"}:
        reading.end("no new rows", whole=pages is None and reading.last == "repeat")
        return None
    if pages is not None and number > int(pages[1]):
        reading.end("last page", whole=True)
        return None
    parts = urlsplit(reading.first.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {"pageIndex": str(number)}
    return Ask(urlunsplit(parts._replace(query=urlencode(query))), referer=page.url)


def columns(page: Page) -> list[Link]:
    """The list of annual reports of each organ that the page links to, and of the organ whose other column it is."""
    found: dict[str, Link] = {}
    here = (page.url, page.title)
    anchors = ((page.resolve(str(a["href"])), a.get_text(strip=True)) for a in page.soup.find_all("a", href=True))
    for url, title in [*anchors, here]:
        parts = urlsplit(url or "")
        if not ORGAN.search(parts.path):
            continue
        query = parse_qs(parts.query)
        if url == page.url and query.get("type") == [ANNUAL_REPORTS]:
            continue
        own = urlunsplit(parts._replace(query=urlencode({"type": ANNUAL_REPORTS, "action": "list"})))
        found.setdefault(own, Link(own, title))
    listed = urlsplit(page.url)
    return [link for link in found.values() if urlsplit(link.url).path != listed.path or "type=3" not in listed.query]


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    columns=columns,
    containers=("#zoom", ".wzcon", ".j-fontContent", "#J_content"),
)
