"""A site's own search as a second way to the column: single reports, and through their breadcrumbs the list.

Search is dearer for a server than a page and often forbidden in robots.txt, which is obeyed: one query, two articles.
Its index keeps deleted pages and misses new ones, so nothing is concluded from what it does not show.
"""

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from model.portal import Portal
from model.titles import COLUMN_SLUG, classify_title
from model.vocabulary import FetchState
from spiders.captures import Wanted
from spiders.discovery.signs import leads
from spiders.families.script_text import read_json
from spiders.fetch import Fetcher, HostRefused
from spiders.judge import Verdict
from spiders.page import Page
from spiders.rows import Link, is_file

WORDS = "政府信息公开工作年度报告"
RESULTS = 20
MOST_ARTICLES = 2
SITE_CODE = re.compile(r"^(?:\d{10}|bm\d{8})$")
# /irs-c-web/search.shtml?code=17d1…&dataTypeId=259 and /igs/front/search.jhtml?code=<32 hex>&siteId=7
IRS = re.compile(r"""["']([^"']*/irs[^"']*\bcode=[^"']+)["']""")
IGS = re.compile(r"""["']([^"']*/igs/front/search[^"']*\bcode=[^"']+)["']""")
HIGHLIGHT = re.compile(r"<[^<>]*>")


def query_of(page: Page) -> Wanted | None:
    """The one query that a page's search form allows, by the engine that it names; None when it names none we know."""
    if found := IRS.search(page.text):
        return _irs(page, html.unescape(found[1]))
    if found := IGS.search(page.text):
        return _igs(page, html.unescape(found[1]))
    return _ucap(page)


def _ucap(page: Page) -> Wanted | None:
    """Kaipuyun: a form with the ten digits of the site in a hidden field."""
    for form in page.soup.find_all("form"):
        field = form.find("input", attrs={"name": "siteCode"})
        code = str(field.get("value") or "") if field else ""
        action = page.resolve(str(form.get("action") or "/search5/search/s"))
        if SITE_CODE.match(code) and action:
            asked = {"siteCode": code, "searchWord": WORDS, "column": "", "uc": "1", "left_right_index": ""}
            fields = (*asked.items(), ("pageSize", str(RESULTS)), ("pageNum", "1"))
            return Wanted(action.partition("?")[0], "data", form=fields, referer=page.url)
    return None


def _irs(page: Page, link: str) -> Wanted | None:
    """TRS, newer: JSON. Without orderBy and searchBy it refuses in well-formed words."""
    url = page.resolve(link)
    if url is None:
        return None
    given = dict(parse_qsl(urlsplit(url).query))
    asked: dict[str, Any] = {"code": given.get("code", ""), "dataTypeId": given.get("dataTypeId", "")}
    asked |= {"searchWord": WORDS, "pageNo": 1, "pageSize": RESULTS, "searchBy": "title", "orderBy": "relevance"}
    payload = json.dumps(asked, ensure_ascii=False).encode()
    address = urljoin(url, "/irs/front/search")
    return Wanted(address, "data", posted=True, payload=payload, content_type="application/json", referer=page.url)


def _igs(page: Page, link: str) -> Wanted | None:
    """TRS, older: GET; titles only, for the text finds ten times as much of other things."""
    url = page.resolve(link)
    if url is None:
        return None
    given = dict(parse_qsl(urlsplit(url).query))
    asked = {"code": given.get("code", ""), "siteId": given.get("siteId", ""), "searchWord": WORDS}
    asked |= {"pageSize": str(RESULTS), "pageNumber": "1", "position": "TITLE"}
    return Wanted(f"{url.partition('?')[0]}?{urlencode(asked)}", "data", referer=page.url)


def results(text: str, page: Page) -> list[Link]:
    """Titles and addresses in an answer of any of the engines, highlighting taken off; reports only."""
    found: dict[str, Link] = {}
    for entry in _entries(read_json(text)):
        title = html.unescape(HIGHLIGHT.sub("", str(entry["title"]))).strip()
        url = page.resolve(str(entry["url"]))
        if url and classify_title(title).kind == "report":
            found.setdefault(url, Link(url, title))
    return list(found.values())


def _entries(value: Any) -> list[dict[str, Any]]:
    """Every object with a title and an address, wherever the engine put it."""
    if isinstance(value, dict):
        mine = [value] if value.get("title") and value.get("url") else []
        return mine + [entry for inner in value.values() for entry in _entries(inner)]
    return [entry for inner in value for entry in _entries(inner)] if isinstance(value, list) else []


async def search_site(
    page: Page, portal: Portal, fetcher: Fetcher, admit: Callable[[str], bool], budget: int
) -> tuple[list[Link], list[str]]:
    """Columns that the site's search leads to, and what to say of it; nothing to say when the page has no search."""
    wanted = query_of(page)
    if wanted is None or budget <= 0:
        return [], []
    if not admit(wanted.url):
        return [], [f"{wanted.url} stands on a host of others and was not asked"]
    try:
        fetched = await fetcher.fetch(portal, wanted, lambda _: Verdict(FetchState.OK))
    except HostRefused as refused:
        return [], [str(refused)]
    if fetched.page is None:
        return [], [f"{wanted.url}: {fetched.state.value} ({'; '.join(fetched.capture.signals)})"]
    reports = results(fetched.page.text, page)
    columns: dict[str, Link] = {}
    articles = [link for link in reports if admit(link.url) and not is_file(link.url)][:MOST_ARTICLES]
    for link in articles[: max(0, budget - 1)]:
        for column in await _columns_of(link, portal, fetcher):
            columns.setdefault(column.url, column)
    return list(columns.values()), [f"{wanted.url}: {len(reports)} reports for {WORDS}, {len(columns)} columns"]


async def _columns_of(link: Link, portal: Portal, fetcher: Fetcher) -> list[Link]:
    """The lists that a report's page names in its breadcrumb, else the folder whose name is a column's."""
    try:
        fetched = await fetcher.fetch(portal, Wanted(link.url, "list"), lambda _: Verdict(FetchState.OK))
    except HostRefused:
        return []
    named = [Link(lead.url, lead.title) for lead in leads(fetched.page) if lead.rank == 0] if fetched.page else []
    folder = COLUMN_SLUG.search(urlsplit(link.url).path)
    if named or folder is None:
        return named
    return [Link(urljoin(link.url, f"{urlsplit(link.url).path[: folder.end()]}/"), "")]
