"""Hanweb jpage: the first rows lie as XML in a script of the page, the further ones come from `dataproxy.jsp`."""

import html
import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from model.capture import Row
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "hanweb"

MARKS = re.compile(r"<datastore>|dataproxy\.jsp|proxyUrl\s*:", re.IGNORECASE)
ADDRESS = re.compile(r"/col/col\d+/index\.html|/art/\d{4}/\d{1,2}/\d{1,2}/art_\d+_\d+\.html")
RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL | re.IGNORECASE)
NEXT_GROUP = re.compile(r"<nextgroup>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</nextgroup>", re.DOTALL | re.IGNORECASE)
PROXY = re.compile(r"""proxyUrl\s*:\s*['"]([^'"]+)['"]""")
TOTAL = re.compile(r"totalCount\s*:\s*['\"]?(\d+)|<totalrecord>\s*(\d+)", re.IGNORECASE)
UNIT = re.compile(r"""unitid\s*:\s*['"]?(\w+)""", re.IGNORECASE)
# A setting of the list in the page: columnid=20551 in a link, columnid:'20551' in a script
SETTING = r"""\b{name}\s*[:=]\s*['"]?(\w+)"""
PAGE_NUMBER = re.compile(r"([?&]page=)(\d+)")
# More rows in one request are cut silently on some sites.
GROUP = 100


def matches(page: Page) -> int:
    if MARKS.search(page.text):
        return 3
    return 2 if ADDRESS.search(page.url) else 0


def rows(page: Page) -> list[Row]:
    """Rows of the embedded or the answered XML; each record is an HTML fragment of its own."""
    fragments = [found[1] for found in RECORD.finditer(page.text)]
    if not fragments:
        return linked_rows(page)
    listed: dict[str, Row] = {}
    for fragment in fragments:
        # Records are escaped twice on some sites.
        plain = html.unescape(fragment) if "&lt;a" in fragment else fragment
        for row in linked_rows(page, BeautifulSoup(plain, "lxml")):
            listed.setdefault(row.url, row)
    return list(listed.values())


def next_request(page: Page, reading: Reading) -> Ask | None:
    if found := TOTAL.search(page.text) or TOTAL.search(reading.first.text):
        reading.announced = int(found[1] or found[2])
    if reading.announced is not None and reading.rows_seen >= reading.announced:
        reading.end("announced total reached", whole=True)
        return None
    if reading.last in {"repeat", "gone"} and _repeats(reading) >= 2:
        reached = reading.announced is None
        reading.end("no new rows", whole=reached)
        return None
    ask = _next_group(page, reading) or _proxy_request(reading)
    if ask is None:
        whole = reading.announced is None
        reading.end("no further group" if whole else "the page names no address for its further rows", whole=whole)
    return ask


def parts(page: Page) -> list[str]:  # noqa: ARG001 -- the protocol's signature; this family writes articles in one page
    return []


def _repeats(reading: Reading) -> int:
    """Requests in a row, at the end, that brought nothing new."""
    count = 0
    for _, outcome in reversed(reading.steps):
        if outcome == "rows":
            break
        count += 1
    return count


def _next_group(page: Page, reading: Reading) -> Ask | None:
    """The link that the data itself gives, replayed as it is; its parameters are encrypted on some sites.

    It may bring rows that were already embedded in the first page; then the number that must follow them is tried.
    """
    group = _group_link(page) or _group_link(reading.first)
    if group is None:
        return None
    ask = Ask(group, referer=reading.first.url)
    while reading.asked(ask):
        counted = PAGE_NUMBER.search(ask.url)
        if counted is None:
            return None
        # What was embedded spans several of the endpoint's pages: skip those already read.
        number = max(int(counted[2]) + 1, reading.rows_seen // max(reading.batch, 1) + 1 if reading.batch else 0)
        ask = Ask(PAGE_NUMBER.sub(rf"\g<1>{number}", ask.url, count=1), referer=reading.first.url)
    return ask


def _group_link(page: Page) -> str | None:
    found = NEXT_GROUP.search(page.text)
    if found is None:
        return None
    anchor = BeautifulSoup(found[1], "lxml").find("a", href=True)
    address = str(anchor["href"]) if isinstance(anchor, Tag) else found[1].strip()
    return page.resolve(address) if address and not address.startswith("<") else None


def _proxy_request(reading: Reading) -> Ask | None:
    """The POST that the page's own script would make for the rows after those already read."""
    text = reading.first.text
    proxy, unit = PROXY.search(text), UNIT.search(text)
    if proxy is None or unit is None:
        return None
    start = reading.rows_seen + 1
    end = min(reading.announced or start + GROUP - 1, start + GROUP - 1)
    span = {"startrecord": str(start), "endrecord": str(end), "perpage": str(GROUP)}
    settings = dict(parse_qsl(urlsplit(proxy[1]).query))
    for name in ("appid", "webid", "columnid", "sourceContentType", "webname", "permissiontype"):
        if found := re.search(SETTING.format(name=name), text, re.IGNORECASE):
            settings[name] = found[1]
    form = {"col": "1", "path": "/", "unitid": unit[1], **settings}
    address = urljoin(reading.first.url, proxy[1].partition("?")[0])
    ask = Ask(f"{address}?{urlencode(span)}", form=tuple(form.items()), referer=reading.first.url)
    return None if reading.asked(ask) else ask
