"""Any list whose rows stand in the page, and whose way to the next page is a link or a rule that its script states."""

import re

from bs4 import Tag

from model.capture import Row
from spiders.families.answers import item_rows
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import assigned
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "static"

NEXT = re.compile(r"^(?:下一页|下页|后一页|下一頁|next|>|>>|»|›)[>»›]*$", re.IGNORECASE)
# 共5页, 1/5页, 共 63 条
TOTAL_ROWS = re.compile(r"共\s*(\d+)\s*条")
CONTINUATION = re.compile(r"^(?:下一页|余下全文|下页)[>»›]*$")
# javascript:next(2), javascript:turn('list', 2)
CALL = re.compile(r"^\s*javascript:\s*(?:void\s*)?\(?\s*([A-Za-z_$][\w$]*)\s*\(([^()]*)\)", re.IGNORECASE)
# location.href = "list_" + n + ".html", location = './page/' + n
RULE = re.compile(
    r"""location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*["']([^"']*)["']\s*\+\s*[\w$]+\s*(?:\+\s*["']([^"']*)["'])?"""
)
MORE = re.compile(r"^(?:加载更多|查看更多|点击加载更多|更多)$")


def is_list(page: Page) -> bool:
    """Are there rows of reports? Anyone could have written them."""
    return _names_reports(page) and any(row.kind == "report" for row in rows(page))


def _names_reports(page: Page) -> bool:
    """Could a row be a report's? Most pages of articles are told from lists by this, at a tenth of the work."""
    named = ("".join((anchor.get("title") or "", *anchor.itertext())) for anchor in page.tree.iter("a"))
    return page.holds("datalist") or any(sign in name for name in named for sign in "报况&")


def rows(page: Page) -> list[Row]:
    """Linked rows, else those that a script of the page holds as `dataList`."""
    return linked_rows(page) or item_rows(page, assigned(page.text, "dataList") or [])


def next_request(page: Page, reading: Reading) -> Ask | None:
    if found := TOTAL_ROWS.search(page.visible_text):
        reading.announced = int(found[1])
    if reading.last == "gone":
        reading.end("next page is absent", whole=False)
        return None
    if reading.last == "repeat":
        reading.end("no new link", whole=True)
        return None
    number = reading.pages + 1
    target = _next_link(page) or _numbered_link(page, number) or _by_rule(page, number)
    if target is None:
        script_pager = any(_turns(a) for a in page.soup.find_all(["a", "button"]) if _by_script(a))
        reading.end(
            "the next page is only reachable by script" if script_pager else "last page",
            whole=not script_pager,
            browser=script_pager,
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
    name = stem.rpartition("/")[2]
    if f"{name}_" not in page.text and f"{name}-" not in page.text:
        return []
    labelled = ((anchor, "".join("".join(anchor.itertext()).split())) for anchor in page.tree.iter("a"))
    found = [
        url
        for anchor, label in labelled
        if CONTINUATION.match(label) or label.isdigit()
        if (url := page.resolve(anchor.get("href") or ""))
        and url != page.url
        and url.startswith((stem + "_", stem + "-"))
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


def _by_rule(page: Page, number: int) -> str | None:
    """The address that the function behind a `javascript:` link would go to, where it only joins a number to words."""
    for anchor in page.soup.find_all("a", href=CALL):
        call = CALL.match(str(anchor["href"]))
        labelled = NEXT.match(_label(anchor)) or _label(anchor) == str(number)
        if call is None or not labelled or str(number) not in re.findall(r"\d+", call[2]):
            continue
        body = re.search(rf"function\s+{re.escape(call[1])}\s*\([^()]*\)\s*\{{(.{{0,600}}?)\}}", page.text, re.DOTALL)
        rule = RULE.search(body[1]) if body else None
        if rule is not None:
            return page.resolve(f"{rule[1]}{number}{rule[2] or ''}")
    return None


def _turns(element: Tag) -> bool:
    return bool(NEXT.match(_label(element)) or MORE.match(_label(element)))


def _label(anchor: Tag) -> str:
    return "".join(anchor.get_text().split())


def _by_script(anchor: Tag) -> bool:
    href = str(anchor.get("href") or "").strip().lower()
    return href.startswith("javascript:") or href in {"", "#"}
