"""TRS lists that are search results: the page is static or a shell, its rows come from WAS, IGS or `govsearch`.

The page names the search with its channel; only the number of the result page changes.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bs4 import BeautifulSoup

from model.capture import Row
from spiders.families.answers import at, item_rows, number, objects
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import read_json
from spiders.page import Page
from spiders.rows import linked_rows

# '/was5/web/search?channelid=278090', "/igs/front/search/list.html?index=…&siteId=…", '…/zf_jd_list.jsp?lb=134657'
SEARCH = re.compile(
    r"""["']([^"'\s]*(?:/was\d+/web/search\?[^"'\s]*channelid=|/igs/front/search/list\.html\?|/govsearch/jsonp/\w+\.jsp\?)"""
    r"""[^"'\s]*)["']"""
)
NUMBER_NAMES = (("/igs/", "pageNumber"), ("/was", "page"), ("/govsearch/", "page"))
LISTS = (("page", "content"), ("data",), ("docs",), ("results",), ("list",), ("rows",))
TOTALS = (("page", "totalElements"), ("total",), ("count",), ("num",), ("page", "total"))
PRINTED_TOTAL = re.compile(r"共\s*(\d+)\s*条")


def search_of(page: Page) -> str | None:
    """The search whose results are the list's rows; a box in which readers search the site is none."""
    for found in SEARCH.finditer(page.text):
        before = page.text[max(0, found.start() - 200) : found.start()].lower()
        if re.search(r"""action\s*=\s*$|window\.open\(\s*$""", before):
            continue
        return page.resolve(found[1].replace("&amp;", "&"))
    return None


def rows(page: Page) -> list[Row]:
    """Rows of an answer, which is JSON, JSONP or a fragment of HTML."""
    answer = read_json(page.text)
    if answer is None:
        return linked_rows(page, BeautifulSoup(page.text, "lxml"))
    for path in LISTS:
        if found := objects(answer, *path):
            return item_rows(page, found)
    return item_rows(page, answer) if isinstance(answer, list) else []


def next_request(page: Page, reading: Reading, address: str) -> Ask | None:
    """The next result page; the first may repeat what stands in the list page already."""
    if page.shell is not None:
        answer = read_json(page.text)
        totals = (number(at(answer, *path)) for path in TOTALS)
        printed = PRINTED_TOTAL.search(page.text) if answer is None else None
        total = next((t for t in totals if t is not None), int(printed[1]) if printed else None)
        reading.announced = reading.announced if total is None else total
    if reading.announced is not None and len(reading.answered) >= reading.announced:
        reading.end("announced total reached", whole=True)
        return None
    brought = any(outcome == "rows" for _, outcome in reading.steps)
    if reading.last in {"gone", "failed"} or reading.vain > (0 if brought else 1):
        reading.end("no new rows", whole=reading.announced is None and reading.last == "repeat",
                    browser=not reading.answered)  # fmt: skip
        return None
    name = next(name for part, name in NUMBER_NAMES if part in address)
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {name: str(len(reading.steps) + 1)}
    url = urlunsplit(parts._replace(query=urlencode(query)))
    return Ask(url, referer=reading.first.url, data=True, optional=True)
