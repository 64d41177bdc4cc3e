"""Hanweb jpage: the first rows lie as XML in a script of the page, the further ones come from `dataproxy.jsp`.

How many display pages are embedded differs; `startrecord` is ignored on some sites and `perpage` is cut on others. So
no counter is trusted: an answer without a new row is a repeat, and two of them in a row are the end.
"""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from model.capture import Row
from spiders.families import static
from spiders.families.answers import RECORD, record_rows
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "hanweb"

ADDRESS = re.compile(r"/col/col\d+/index\.html|/col/\d+_\d+/|/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html")
NEXT_GROUP = re.compile(r"<nextgroup>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</nextgroup>", re.DOTALL | re.IGNORECASE)
PROXY = re.compile(r"""proxyUrl\s*:\s*['"]([^'"]+)['"]""")
TOTAL = re.compile(r"totalCount\s*:\s*['\"]?(\d+)|<totalrecord>\s*(\d+)", re.IGNORECASE)
UNIT = re.compile(r"""unitid\s*:\s*['"]?(\w+)""", re.IGNORECASE)
# A setting of the list in the page: columnid=20551 in a link, columnid:'20551' in a script, webname=%E9%9D%92
SETTING = r"""\b{name}\s*[:=]\s*['"]?([\w%]+)"""
PAGE_NUMBER = re.compile(r"([?&]page=)(\d+)")
# More rows in one request are cut silently on some sites.
GROUP = 100


def marked(page: Page) -> bool:
    return page.holds("<datastore>", "dataproxy.jsp") or page.holds("proxyurl:", "proxyurl :", sharing="proxyurl")


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url))


def rows(page: Page) -> list[Row]:
    """Rows of the embedded or the answered XML."""
    return record_rows(page, page.text) if RECORD.search(page.text) else linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    if not page.holds("<recordset>") and _group_link(reading.first) is None and not PROXY.search(reading.first.text):
        # Articles keep the product's addresses when another one shows their list.
        return static.next_request(page, reading)
    if found := TOTAL.search(page.text) or TOTAL.search(reading.first.text):
        reading.announced = int(found[1] or found[2])
    if reading.all_seen:
        reading.end("announced total reached", whole=True)
        return None
    if reading.last in {"repeat", "gone"} and reading.vain >= 2:
        reading.end("no new rows", whole=reading.announced is None)
        return None
    ask = _next_group(page, reading) or _proxy_request(reading)
    if ask is None:
        whole = reading.announced is None
        stop = "no further group" if whole else "the page names no address for its further rows"
        reading.end(stop, whole=whole, browser=not whole)
    return ask


def _next_group(page: Page, reading: Reading) -> Ask | None:
    """The link that the data itself gives, replayed as it is; its parameters are encrypted on some sites.

    It may bring rows that were already embedded in the first page; then the number that must follow them is tried.
    """
    group = _group_link(page) or _group_link(reading.first)
    if group is None:
        return None
    ask = Ask(group, referer=reading.first.url, data=True)
    while reading.asked(ask):
        counted = PAGE_NUMBER.search(ask.url)
        if counted is None:
            return None
        # What was embedded spans several of the endpoint's pages: skip those already read.
        number = max(int(counted[2]) + 1, reading.rows_seen // max(reading.batch, 1) + 1 if reading.batch else 0)
        further = PAGE_NUMBER.sub(rf"\g<1>{number}", ask.url, count=1)
        ask = Ask(further, referer=reading.first.url, data=True)
    return ask


def _group_link(page: Page) -> str | None:
    found = NEXT_GROUP.search(page.text)
    if found is None:
        return None
    anchor = BeautifulSoup(found[1], "lxml").find("a", href=True)
    address = str(anchor["href"]) if isinstance(anchor, Tag) else found[1].strip()
    return page.resolve(address) if address and not address.startswith("<") else None


def _proxy_request(reading: Reading) -> Ask | None:
    """The POST that the page's own script would make for the rows after those already read.

    It names the rows in both ways, by `startrecord` and by `page`: sites look at one of the two.
    """
    text = reading.first.text
    proxy, unit = PROXY.search(text), UNIT.search(text)
    if proxy is None or unit is None:
        return None
    start = reading.rows_seen + 1
    end = min(reading.announced or start + GROUP - 1, start + GROUP - 1)
    asked_before = bool(reading.steps)
    # After an answer it is known how many rows a page of the endpoint really has.
    size = min(reading.batch, GROUP) if asked_before and reading.batch else GROUP
    number = reading.rows_seen // size + 1
    span = {"startrecord": str(start), "endrecord": str(end), "perpage": str(GROUP), "page": str(number)}
    settings = dict(parse_qsl(urlsplit(proxy[1]).query))
    for name in ("appid", "webid", "columnid", "sourceContentType", "webname", "permissiontype"):
        if found := re.search(SETTING.format(name=name), text, re.IGNORECASE):
            settings[name] = unquote(found[1])
    form = {"col": "1", "path": "/", "unitid": unit[1], **settings}
    address = urljoin(reading.first.url, proxy[1].partition("?")[0])
    ask = Ask(f"{address}?{urlencode(span)}", form=tuple(form.items()), referer=reading.first.url, data=True)
    return None if reading.asked(ask) else ask


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    containers=("#zoom", ".main-txt", ".bt_content", "#con_con"),
)
