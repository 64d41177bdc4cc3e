"""Guangdong's directory of open information: a shell with the tree of columns in `_CONFIG`, rows from its own API.

The column is found by its name in the tree and never by its number. `total` is smaller than `post_count` where items
are hidden; past the end the answer may be no JSON at all; one report has a twin for mobile phones.
"""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from model.capture import Row
from model.titles import COLUMN_NAME
from spiders.families.answers import at, item_rows, number, objects
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import assigned, read_json
from spiders.page import Page
from spiders.rows import Link, linked_rows

NAME = "gkmlpt"

ADDRESS = re.compile(r"/gkmlpt/(?:index|content/\d+/\d+/m?post_\d+\.html)")
MOBILE = re.compile(r"/mpost_(?=\d+\.html)")
PLATFORM = re.compile(r"^(.*?/gkmlpt)/")


def marked(page: Page) -> bool:
    return page.holds("window._config") and page.holds("sid") and page.holds("tree")


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url))


def rows(page: Page) -> list[Row]:
    """Items of an answer; the twin for phones and addresses with a noise parameter stand for the article itself."""
    if page.shell is None:
        return [] if _nodes(page) else linked_rows(page)
    listed: dict[str, Row] = {}
    for row in item_rows(page, objects(read_json(page.text), "articles")):
        url = plain_address(row.url)
        listed.setdefault(url, row.model_copy(update={"url": url}))
    return list(listed.values())


def next_request(page: Page, reading: Reading) -> Ask | None:
    nodes = [str(node["id"]) for node in _nodes(reading.first) if not node.get("jump_url")]
    if not nodes:
        reading.end("the tree names no column of reports", whole=not _nodes(reading.first))
        return None
    if reading.last == "rows":
        _count(page, reading)
    for node in nodes:
        own = [outcome for ask, outcome in reading.steps if f"/api/all/{node}?" in ask.url]
        read, total = reading.tally.get(node, (0, 0))
        # Past its end a column repeats itself, is empty, or answers with something else than JSON.
        if not own or (own[-1] == "rows" and read < total):
            return _ask(reading, node, len(own) + 1)
    reading.announced = sum(total for _, total in reading.tally.values())
    short = any(read < total for read, total in reading.tally.values())
    failed = any(outcome in {"gone", "failed"} for _, outcome in reading.steps)
    reading.end("announced total not reached" if short else "announced total reached", whole=not (short or failed),
                browser=not reading.tally and failed)  # fmt: skip
    return None


def columns(page: Page) -> list[Link]:
    """Columns of reports that lead elsewhere."""
    found = ((page.resolve(str(node["jump_url"])), str(node["name"])) for node in _nodes(page) if node.get("jump_url"))
    return [Link(url, name) for url, name in found if url]


def files(page: Page) -> list[Link]:
    """Attachments that the settings of an article's page list."""
    detail = at(assigned(page.text, "_CONFIG"), "DETAIL")
    found = []
    for item in objects(detail, "attachment"):
        url = page.resolve(str(item.get("url") or item.get("path") or "")) if isinstance(item, dict) else None
        if url:
            found.append(Link(url, str(item.get("name") or item.get("title") or "")))
    return found


def plain_address(url: str) -> str:
    """The one address of an article: `mpost_` is its twin, `?jump=true` is noise."""
    parts = urlsplit(url)
    if not ADDRESS.search(parts.path):
        return url
    return urlunsplit(parts._replace(path=MOBILE.sub("/post_", parts.path), query=""))


def _nodes(page: Page) -> list[dict[str, Any]]:
    """Nodes of the tree that are columns of annual reports, by name."""
    found: list[dict[str, Any]] = []
    waiting = objects(assigned(page.text, "_CONFIG"), "TREE")
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, dict):
            continue
        if COLUMN_NAME.search(str(node.get("name", ""))) and number(node.get("id")) is not None:
            found.append(node)
        waiting += objects(node, "children")
    return found


def _ask(reading: Reading, node: str, count: int) -> Ask:
    platform = PLATFORM.match(urlsplit(reading.first.url).path)
    root = platform[1] if platform else "/gkmlpt"
    site = at(assigned(reading.first.text, "_CONFIG"), "SID")
    address = urljoin(reading.first.url, f"{root}/api/all/{node}?sid={site}&page={count}")
    return Ask(address, referer=reading.first.url, data=True, optional=True)


def _count(page: Page, reading: Reading) -> None:
    """Note how many items of a column the latest answer has brought, and how many there are to be."""
    answer = read_json(page.text)
    node = str(at(answer, "classify", "id"))
    read = reading.tally.get(node, (0, 0))[0] + len(objects(answer, "articles"))
    reading.tally[node] = (read, number(at(answer, "total")) or read)


FAMILY = Family(
    NAME, marked, hinted, rows, next_request, columns=columns, files=files, containers=(".article-content", "#zoomcon")
)
