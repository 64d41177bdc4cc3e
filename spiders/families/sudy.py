"""Sudy WebPlus, at universities: `list.htm`, `list2.htm`; attachments by attribute, PDF in a player."""

import re
from urllib.parse import urljoin

from model.capture import Row
from spiders.families import static
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import Link, linked_rows

NAME = "sudy"

ADDRESS = re.compile(r"/\d{4}/\d{4}/c\d+a\d+/page\.(?:htm|psp)|/list\d*\.(?:htm|psp)$")
LIST = re.compile(r"/list(\d*)\.(htm|psp)$")
# <em class="all_pages">5</em>, <em class="all_count">63</em>
PAGES = re.compile(r"""class=["']all_pages["'][^<>]*>\s*(\d+)""")
TOTAL = re.compile(r"""class=["']all_count["'][^<>]*>\s*(\d+)""")


def marked(page: Page) -> bool:
    return page.holds("sudyfile-attr", "wp_articlecontent", "_visitcount", "wp_pdf_player", "wp_paging", "wp_news_w")


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url) or ADDRESS.search(page.text))


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    listed, pages = LIST.search(reading.first.url), PAGES.search(reading.first.text)
    if listed is None or pages is None:
        return static.next_request(page, reading)
    if total := TOTAL.search(reading.first.text):
        reading.announced = int(total[1])
    number = reading.pages + 1
    if reading.last in {"repeat", "gone"}:
        reading.end(f"page {number} of {pages[1]} brought nothing new", whole=False)
        return None
    if number > int(pages[1]):
        reading.end("last page", whole=True)
        return None
    return Ask(urljoin(reading.first.url, f"list{number}.{listed[2]}"), referer=page.url)


def files(page: Page) -> list[Link]:
    """Files by the product's own attribute, and those that its player shows."""
    found: dict[str, Link] = {}
    for element in page.soup.find_all(attrs={"sudyfile-attr": True}):
        if url := page.resolve(str(element.get("href") or element.get("src") or "")):
            found.setdefault(url, Link(url, element.get_text(strip=True)))
    for player in page.soup.find_all(attrs={"pdfsrc": True}):
        if url := page.resolve(str(player["pdfsrc"])):
            found.setdefault(url, Link(url, str(player.get("sudyfile-name") or "")))
    return list(found.values())


FAMILY = Family(
    NAME, marked, hinted, rows, next_request, files=files, containers=(".wp_articlecontent", ".read", ".article")
)
