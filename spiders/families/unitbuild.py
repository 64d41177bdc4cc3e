"""Hanweb JPaaS: each unit of a page is built by a request that stands in the page as `queryData`, which is no JSON.

Pages turn only inside `paramJson`: a bare `pageNo` is ignored, and page 1 would be read for ever.
"""

import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag

from model.capture import Row
from spiders.families import static
from spiders.families.answers import at
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import read_json, read_literal
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "unitbuild"

ADDRESS = re.compile(r"/art/\d{4}/art_[0-9a-f]{32}\.html")
DEFAULT_ADDRESS = "/api-gateway/jpaas-publish-server/front/page/build/unit"
LIST_UNIT = re.compile(r"list|列表", re.IGNORECASE)
COUNT = re.compile(r"""\bcount\s*=\s*\\?["']?(\d+)""")
PAGE_SIZE = 15
# As the product's own script writes them; spelled wrongly on some sites, so values are always the page's own.
ORDER = ("parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId")


def marked(page: Page) -> bool:
    return page.holds("/api-gateway/jpaas-publish-server/") or (page.holds("unitbuild.js") and page.holds("querydata"))


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url) or ADDRESS.search(page.text))


def rows(page: Page) -> list[Row]:
    """Rows of the built fragment; of a page those that stand beside the unit's script already."""
    if page.shell is not None:
        return linked_rows(page, BeautifulSoup(_fragment(page), "lxml"))
    unit = _unit(page)
    return linked_rows(page, unit.script.parent if unit else None)


def next_request(page: Page, reading: Reading) -> Ask | None:
    unit = _unit(reading.first)
    if unit is None:
        return static.next_request(page, reading)
    if found := COUNT.search(_fragment(page) if page.shell else page.text):
        reading.announced = int(found[1])
    if reading.all_seen or reading.last in {"repeat", "gone"}:
        reading.end_of_data()
        return None
    if not reading.steps:
        # Rows that stand in the page already are page 1.
        reading.offset = 1 if reading.rows_seen else 0
    number = len(reading.steps) + 1 + (reading.offset or 0)
    settings = {name: str(unit.query.get(name, "null")) for name in ORDER}
    settings["paramJson"] = json.dumps({"pageNo": number, "pageSize": _size(unit.query)}, separators=(",", ":"))
    # The answer differs by who asks: without the page as Referer some sites refuse.
    return Ask(f"{unit.address}?{urlencode(settings)}", referer=reading.first.url, data=True)


class Unit(NamedTuple):
    """A part of the page that the product builds by a request of its own."""

    script: Tag
    address: str
    query: dict[str, Any]


def _unit(page: Page) -> Unit | None:
    """The unit that is the list: named so, else the last one of the page."""
    found = []
    for script in page.soup.find_all(attrs={"querydata": True}):
        query = read_literal(str(script["querydata"]))
        address = page.resolve(str(script.get("url") or DEFAULT_ADDRESS))
        if isinstance(query, dict) and address:
            found.append(Unit(script, address, query))
    lists = [unit for unit in found if LIST_UNIT.search(str(unit.query.get("tagId", "")))]
    return next(iter(lists or found[-1:]), None)


def _size(query: dict[str, Any]) -> int:
    given = str(query.get("pageSize") or query.get("rows") or "")
    return int(given) if given.isdigit() and int(given) > 0 else PAGE_SIZE


def _fragment(page: Page) -> str:
    return str(at(read_json(page.text), "data", "html") or "")


FAMILY = Family(
    NAME,
    marked,
    hinted,
    rows,
    next_request,
    containers=("#con_con", "#zoom", ".main-txt", ".article-content"),
)
