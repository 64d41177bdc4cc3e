"""EasySite eportal: `/eportal/ui?pageId=…`, where the pager's links hold the whole address in a script."""

import re
from urllib.parse import parse_qs, urlsplit

from model.capture import Row
from spiders.families import static
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "eportal"

ADDRESS = re.compile(r"/eportal/ui\?|/columns/[0-9a-f-]{36}/")
# queryArticleByCondition(this,'/eportal/ui?pageId=302249&currentPage=2&moduleId=…&staticRequest=yes')
TURN = re.compile(r"""["']([^"'<>\s]*/eportal/ui\?[^"'<>\s]*\bcurrentPage=\d+[^"'<>\s]*)["']""")
PAGES = re.compile(r"(?:共|/)\s*(\d+)\s*页|totalPages?['\"]?\s*[:=]\s*['\"]?(\d+)")


def marked(page: Page) -> bool:
    return page.holds("eportalcurrentcolumnid") or (page.holds("/eportal/ui?") and page.holds("pageid="))


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url) or ADDRESS.search(page.text))


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    turns = {_number(url): url for found in TURN.finditer(page.text) if (url := page.resolve(_plain(found[1])))}
    number = reading.pages + 1
    pattern = turns.get(number)
    if pattern is None:
        if not turns and reading.pages == 1:
            return static.next_request(page, reading)
        pages = PAGES.search(page.visible_text)
        told = int(pages[1] or pages[2]) if pages else None
        reading.end("last page", whole=told is None or told < number)
        return None
    if reading.last in {"repeat", "gone"}:
        reading.end(f"page {number} brought nothing new", whole=False)
        return None
    return Ask(pattern, referer=reading.first.url)


def _plain(address: str) -> str:
    return address.replace("&amp;", "&")


def _number(url: str) -> int:
    return int(parse_qs(urlsplit(url).query)["currentPage"][0])


FAMILY = Family(NAME, marked, hinted, rows, next_request, containers=("#zoom", ".easysite-news-text", "#easysiteText"))
