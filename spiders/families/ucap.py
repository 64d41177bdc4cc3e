"""UCAP: static lists `common_list_2.shtml`, or rows as JSON from `common/search/<channel>`.

Articles hold their breaks (`#PAGE_BREAK#`) in one page: the page as received is whole, the one in a browser is not.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from model.capture import Row
from spiders.families import static, trs
from spiders.families.answers import at, item_rows, number, objects
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import read_json
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "ucap"

ADDRESS = re.compile(
    r"/\d{6}/(?:[0-9a-f]{32}|c\d+_\d+)\.shtml|/(?:common_\w+|(?:new)?xxgk_lists?|zfxxgk(?:_\w+)?|navs|jump)\.shtml"
)
# A literal of the page: "/common/search/b92a…?_isAgg=true&_isJson=true&_pageSize=20&_template=index&page=1"
SEARCH = re.compile(r"""["']([^"'\s]*/(?:common/)?search(?:List)?/\w{4,}(?:\?[^"']*)?)["']""")
# The tax offices' own: POST /getFileListByCodeId
FILES = re.compile(r"""["']([^"']*/getFileListByCodeId)["']""")
CHANNEL = re.compile(r"""\bchannelId\b['"]?\s*[:=]\s*['"]([0-9a-zA-Z]{8,})""")
PAGE_SIZE = "20"


def marked(page: Page) -> bool:
    return page.holds("/common/search/", "_isagg=", "getfilelistbycodeid") or page.holds(
        "ucap-content", "<ucapcontent", "<ucaptitle", sharing="ucap"
    )


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url) or ADDRESS.search(page.text))


def rows(page: Page) -> list[Row]:
    if page.shell is None:
        return linked_rows(page)
    answer = read_json(page.text)
    return item_rows(page, objects(answer, "data", "results") or objects(answer, "results", "data", "results"))


def next_request(page: Page, reading: Reading) -> Ask | None:
    first = reading.first
    program, tax = SEARCH.search(first.text), FILES.search(first.text)
    if program is None and tax is None:
        return trs.next_request(page, reading) if trs.read_pager(first) else static.next_request(page, reading)
    answer = read_json(page.text) if page.shell else None
    total = number(at(answer, "data", "total")) or number(at(answer, "results", "data", "total"))
    reading.announced = reading.announced if total is None else total
    if reading.announced is not None and len(reading.answered) >= reading.announced:
        reading.end("announced total reached", whole=True)
        return None
    # What stands in the page already may be what the program gives first: one repeat is no end.
    if reading.last in {"gone", "failed"} or reading.vain > (1 if not reading.offset else 0):
        reading.end(
            "no new rows", whole=reading.announced is None and reading.last == "repeat", browser=not reading.answered
        )
        return None
    reading.offset = sum(outcome == "rows" for _, outcome in reading.steps)
    count = len(reading.steps) + 1
    if program is not None:
        address = first.resolve(program[1].replace("&amp;", "&"))
        return Ask(_page_of(address or "", count), referer=first.url, data=True, optional=True)
    channel = CHANNEL.search(first.text)
    assert tax is not None
    form = (("channelId", channel[1] if channel else ""), ("page", str(count)), ("size", PAGE_SIZE),
            ("relateSubChannels", "true"))  # fmt: skip
    return Ask(first.resolve(tax[1]) or "", form=form, referer=first.url, data=True, optional=True)


def _page_of(address: str, count: int) -> str:
    parts = urlsplit(address)
    query = {"_isJson": "true", "_pageSize": PAGE_SIZE} | dict(parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit(parts._replace(query=urlencode(query | {"page": str(count)})))


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    containers=("#UCAP-CONTENT", "ucapcontent", "#zoomcon", ".pages_content", ".detail-news", "#allContent"),
)
