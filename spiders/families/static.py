"""Any list whose rows and whose way to the next page are plain links."""

import re

from bs4 import Tag

from model.capture import Row
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "static"

NEXT = re.compile(r"^(?:下一页|下页|后一页|下一頁|next|>|>>|»|›)[>»›]*$", re.IGNORECASE)
# 共5页, 1/5页, 共 63 条
TOTAL_ROWS = re.compile(r"共\s*(\d+)\s*条")
CONTINUATION = re.compile(r"^(?:下一页|余下全文|下页)[>»›]*$")
OTHER_PAGE = re.compile(r"上一篇|下一篇")


def matches(page: Page) -> int:
    return 1 if any(row.kind == "report" for row in rows(page)) else 0


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:
    if found := TOTAL_ROWS.search(page.visible_text):
        reading.announced = int(found[1])
    if reading.last == "gone":
        reading.end("next page is absent", whole=False)
        return None
    if reading.last == "repeat":
        reading.end("no new link", whole=True)
        return None
    target = _next_link(page) or _numbered_link(page, reading.pages + 1)
    if target is None:
        script_pager = any(NEXT.match(_label(a)) for a in page.soup.find_all("a") if _by_script(a))
        reading.end(
            "the next page is only reachable by script" if script_pager else "last page", whole=not script_pager
        )
        return None
    ask = Ask(target, referer=page.url)
    if target == reading.first.url or reading.asked(ask):
        reading.end("last page", whole=True)
        return None
    return ask


def parts(page: Page) -> list[str]:
    """The next page of an article in parts: its address begins like the article's own."""
    stem = page.url.rpartition(".")[0]
    found = [
        url
        for anchor in page.soup.find_all("a", href=True)
        if CONTINUATION.match(_label(anchor)) or _label(anchor).isdigit()
        if (url := page.resolve(str(anchor["href"]))) and url != page.url and url.startswith(stem + "_")
    ]
    return list(dict.fromkeys(found))


def _next_link(page: Page) -> str | None:
    for anchor in page.soup.find_all("a", href=True):
        if NEXT.match(_label(anchor)) and not _by_script(anchor):
            return page.resolve(str(anchor["href"]))
    link = page.soup.find("link", rel="next", href=True)
    return page.resolve(str(link["href"])) if isinstance(link, Tag) else None


def _numbered_link(page: Page, number: int) -> str | None:
    """A link labelled with the next number, in a row of numbers: a lone number may be anything."""
    numbers = {_label(a): a for a in page.soup.find_all("a", href=True) if _label(a).isdigit() and not _by_script(a)}
    anchor = numbers.get(str(number))
    return page.resolve(str(anchor["href"])) if anchor is not None and (len(numbers) > 1 or number == 2) else None


def _label(anchor: Tag) -> str:
    return "".join(anchor.get_text().split())


def _by_script(anchor: Tag) -> bool:
    href = str(anchor.get("href") or "").strip().lower()
    return href.startswith("javascript:") or href in {"", "#"}
