"""Hubs: which links of a page lead to a list of reports below it, and what a page without rows is."""

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from model.capture import Row
from model.titles import COLUMN_NAME, COLUMN_SLUG, classify_title, normal_title
from model.vocabulary import FetchState
from spiders.article import is_report
from spiders.families import Reading, detect, trs
from spiders.families.answers import is_refusal
from spiders.families.family import Family
from spiders.families.script_text import read_json
from spiders.hosts import host_of, queue_of
from spiders.judge import NOTHING_HERE, Verdict
from spiders.page import Page
from spiders.rows import date_beside, full_title, is_file

MOST_DEPTH = 3
MOST_COLUMNS = 60
"""Sub-columns followed from one page: a year page of a province names its bureaus, and no more than these."""

# 2024年, 2024, 2024年度, 2024年年报
YEAR_NAME = re.compile(r"^20\d\d(?:年度?)?(?:年报|年度报告)?$")
# 市本级, 部门年报, 乡镇街道, 区县政府
LEVEL_NAME = re.compile(r"本级|部门|乡镇|街道|镇街|区县|县区|县\(市、区\)|各区|直属|派出机构|委办局|市直|区直|县直")
# A document in a folder of its own: /2025010809434322074/index.html
STAMPED = re.compile(r"/\d{10,}/(?:index\.\w+)?$")
# t20250122_6841200.html, 88012.htm, 0a1b….shtml
ARTICLE_LEAF = re.compile(r"(?:\d{4,}|[0-9a-f]{24,})[^/]*$", re.IGNORECASE)
# The same with a shorter number, which columns have too: /302249/2480148/index.html; a date beside it tells
NUMBERED = re.compile(r"/(?!20\d{4}/)\d{6,}/(?:index\.\w+)?$")
# Folders, index pages and lists; anything else is an article
COLUMN_LIKE = re.compile(
    r"(?:/|/(?:index|list|common_list|xxgk_list|newxxgk_list|rlist)\.\w+)$|/col/col\d+(?:/index\.html)?$"
)
LIST_PLACE = re.compile(
    r"""\b(?:class|id)\s*=\s*(?:["'][^"']*|[\w-]*)(?:list|liebiao|news|rows|container|app)""", re.IGNORECASE
)


class SubColumn(NamedTuple):
    """A link to a list below a hub."""

    url: str
    title: str


def is_column(row: Row) -> bool:
    """A link with a report's title may lead to the list of that year; its address tells.

    A link that is called as the column is, with neither date nor year nor agency, is the navigation's to the column.
    """
    path = urlsplit(row.url).path
    bare = row.date is None and row.year is None and row.agency is None
    if bare and _is_named_column(normal_title(row.title), path):
        return True
    of_its_own = STAMPED.search(path) or (row.date and NUMBERED.search(path))
    return bool(COLUMN_LIKE.search(path)) and not of_its_own and not is_file(row.url)


def sub_columns(page: Page, hosts: frozenset[str], *, has_rows: bool) -> list[SubColumn]:
    """Lists that this page leads to: years and levels below it, and the report column itself from a page without rows.

    Columns of others that the navigation names are not followed from a list that has rows.
    """
    here = urljoin(page.url, ".")
    found: dict[str, SubColumn] = {}
    for anchor in page.soup.find_all("a", href=True):
        url = page.resolve(str(anchor["href"]))
        if url is None or host_of(url) not in hosts or _same_page(url, page.url):
            continue
        # A tab is the same path with another query, and a list of its own; any other ancestor is no column below.
        if here.startswith(urljoin(url, ".")) and not _is_tab(url, page.url):
            continue
        title = full_title(anchor)
        path = urlsplit(url).path
        named = not has_rows and _is_named_column(normal_title(title), path)
        if not (named or COLUMN_LIKE.search(path)) or STAMPED.search(path):
            continue
        if NUMBERED.search(path) and date_beside(anchor):
            continue
        if _leads_below(normal_title(title), url, here, has_rows=has_rows):
            found.setdefault(url, SubColumn(url, title))
    family = detect(page)
    for link in family.columns(page) if family else []:
        if host_of(link.url) in hosts and not _same_page(link.url, page.url):
            found.setdefault(link.url, SubColumn(*link))
    frames = [] if has_rows or found else _frames(page, hosts)
    return [*found.values(), *frames]


def list_verdict(page: Page, hosts: frozenset[str]) -> Verdict:
    """Is this a list? Positive test: rows, columns below it, a redirect of its own, or words that there is nothing."""
    family = detect(page)
    rows = family.rows(page) if family else []
    if rows or sub_columns(page, hosts, has_rows=False) or page.redirect_in_page():
        return Verdict(FetchState.OK)
    if family and has_data_behind(page, family):
        return Verdict(FetchState.OK, signals=("a shell that names the program of its rows",))
    if is_report(page):
        return Verdict(FetchState.OK, signals=("a report under the address of a column",))
    if NOTHING_HERE.search(page.visible_text):
        return Verdict(FetchState.OK_EMPTY, signals=("the page says that there is nothing",))
    # Lists of these products stand in the page itself: without rows they are empty, and a browser would see no more.
    if trs.read_pager(page) or "<datastore" in page.text:
        return Verdict(FetchState.OK_EMPTY, signals=("a list without rows",))
    looks_like_one = LIST_PLACE.search(page.text) or "年报" in page.title or COLUMN_NAME.search(page.title)
    if page.soup.find("script") is not None and looks_like_one:
        return Verdict(FetchState.NEEDS_JS, signals=("a place for a list, scripts, and no row",))
    return Verdict(FetchState.OK_EMPTY, signals=("neither rows nor columns",))


def has_data_behind(page: Page, family: Family) -> bool:
    """Does the page name the program that its rows come from, so that no browser is needed to ask it?"""
    ask = family.next_request(page, Reading(page))
    return ask is not None and (ask.data or ask.script)


def data_verdict(page: Page, family: Family) -> Verdict:
    """Is this an answer with rows? Well-formed refusals are told from answers in which there is nothing (more)."""
    if family.rows(page):
        return Verdict(FetchState.OK)
    answer = read_json(page.text)
    if is_refusal(answer):
        return Verdict(FetchState.UNREACHABLE, signals=("the program answered with an error",))
    shaped = answer is not None or page.text.lstrip()[:1] == "<" or not page.text.strip()
    return Verdict(FetchState.OK_EMPTY, signals=("no row in the answer" if shaped else "no rows and no data",))


def _leads_below(title: str, url: str, here: str, *, has_rows: bool) -> bool:
    below = url.startswith(here)
    ours = bool(COLUMN_SLUG.search(urlsplit(url).path))
    reading = classify_title(title)
    if YEAR_NAME.match(title) or (len(title) <= 20 and LEVEL_NAME.search(title)):
        return below or ours
    if reading.kind == "collection" or (reading.kind == "report" and reading.year):
        return below or ours
    return not has_rows and bool(COLUMN_NAME.search(title))


def _frames(page: Page, hosts: frozenset[str]) -> list[SubColumn]:
    """Lists in a frame, one level: the shells of some city columns hold nothing else.

    Of the portal's hosts or of their registrable domain, where service hosts stand; never a stranger's.
    """
    urls = (page.resolve(str(frame["src"])) for frame in page.soup.find_all(["iframe", "frame"], src=True))
    own = {queue_of(host) for host in hosts}
    ours = (url for url in urls if url and (host_of(url) in hosts or queue_of(host_of(url)) in own))
    return [SubColumn(url, "frame") for url in ours if not _same_page(url, page.url)]


def _is_named_column(title: str, path: str) -> bool:
    """Is a link called as the column is, and no article by its address, which would end in a number?"""
    return bool(COLUMN_NAME.fullmatch(title)) and not ARTICLE_LEAF.search(path)


def _is_tab(url: str, page_url: str) -> bool:
    one, other = urlsplit(url), urlsplit(page_url)
    return bool(one.query) and one.query != other.query and _same_page(one._replace(query="").geturl(),
                                                                      other._replace(query="").geturl())  # fmt: skip


def _same_page(one: str, other: str) -> bool:
    def plain(url: str) -> str:
        return re.sub(r"/index\.\w+$", "/", url)

    return plain(one) == plain(other)
