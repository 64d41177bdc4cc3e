"""Boda VSB: the further pages of `zfxxgknb.htm` lie in `zfxxgknb/` and are numbered downwards, the oldest `1.htm`.

So the pages are followed by their links, never by a number; and where a page's way back does not lead to where we come
from, pages have moved in between, and the one that was skipped is read too.
"""

import re
from urllib.parse import urlsplit

from model.capture import Row
from spiders.families import static
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import Link, linked_rows

NAME = "vsb"

ADDRESS = re.compile(r"/info/\d+/\d+\.htm(?![\w])")
PREVIOUS = re.compile(r"^(?:上一?页|前一页|<|<<|‹|«)$")
NUMBERED = re.compile(r"/(\d+)\.(\w+)$")
PDF = re.compile(r"""showVsbpdfIframe\(\s*["']([^"']+)["']""")


def marked(page: Page) -> bool:
    return page.holds(
        "_newscontent_fromname",
        "vsb_content",
        "v_news_content",
        "showvsbpdfiframe",
        "/system/_content/download.jsp",
        "/system/resource/js/",
    )


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url) or ADDRESS.search(page.text))


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    numbers = [int(found[1]) for ask, _ in reading.steps if (found := NUMBERED.search(urlsplit(ask.url).path))]
    if not numbers or reading.last == "gone":
        return static.next_request(page, reading)
    skipped = _previous(page)
    if page.url != reading.first.url and skipped and skipped != reading.first.url:
        ask = Ask(skipped, referer=page.url)
        if not reading.asked(ask):
            return ask
    if min(numbers) <= 1:
        reading.end("last page", whole=True)
        return None
    # A page may bring nothing new, where its rows have moved down from one that was read before: the next may.
    name = NUMBERED.sub(rf"/{min(numbers) - 1}.\2", reading.steps[0][0].url)
    return Ask(name, referer=page.url)


def files(page: Page) -> list[Link]:
    """Attachments stand behind the article and not in it; a viewer shows others without a link."""
    found: dict[str, Link] = {}
    for anchor in page.soup.find_all("a", href=re.compile(r"/system/_content/download\.jsp")):
        if url := page.resolve(str(anchor["href"])):
            found.setdefault(url, Link(url, anchor.get_text(strip=True)))
    for viewer in PDF.finditer(page.text):
        if url := page.resolve(viewer[1]):
            found.setdefault(url, Link(url, ""))
    return list(found.values())


def _previous(page: Page) -> str | None:
    for anchor in page.soup.find_all("a", href=True):
        if PREVIOUS.match("".join(anchor.get_text().split())):
            return page.resolve(str(anchor["href"]))
    return None


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    files=files,
    containers=("#vsb_content", "#vsb_content_2", "#vsb_content_4", ".v_news_content"),
)
