"""Which links lead to the column, how promising each is, and whether a page is the column already."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from model.titles import COLUMN_NAME, COLUMN_SLUG, classify_title, normal_title
from spiders.columns import LEVEL_NAME, YEAR_NAME, is_column
from spiders.discovery.tree import Role
from spiders.hosts import host_of
from spiders.page import Page
from spiders.rows import full_title, is_file, make_row

# What stands between a home page and the column; the four columns of 国办公开办函〔2019〕61号 hang below 政府信息公开.
NEAR = re.compile(r"^(?:法定主动公开|政府信息(?:主动)?公开|信息公开)(?:专栏|平台|目录|内容|基本目录|网)?$")
FAR = re.compile(r"^(?:政务|政府)?公开(?:专栏|平台)?$|^政务公开")
# 政府网站工作年度报表, 法治政府建设年度报告: other duties that stand beside ours
OTHER = re.compile(r"网站|法治|统计|财政|公积金|企业|依申请")
LONGEST_NAME = 30


class Lead(NamedTuple):
    """A link worth following. `rank`: smaller first."""

    rank: int
    url: str
    title: str
    role: Role
    via: str


def leads(page: Page) -> list[Lead]:
    """Links of a page outside of any column, best first, each address once. The caller minds their hosts."""
    found: dict[str, Lead] = {}
    for url, title in links(page):
        lead = _lead(url, title)
        if lead and (url not in found or lead.rank < found[url].rank):
            found[url] = lead
    return sorted(found.values(), key=lambda lead: lead.rank)


def links(page: Page) -> Iterator[tuple[str, str]]:
    """Address and name of every link that is a plain address and not this page."""
    for anchor in page.soup.find_all("a", href=True):
        url = page.resolve(str(anchor["href"]))
        if url and url != page.url and not is_file(url):
            yield url, full_title(anchor)


def _lead(url: str, title: str) -> Lead | None:
    name = normal_title(title)
    if not name or len(name) > LONGEST_NAME or OTHER.search(name):
        return None
    reading = classify_title(title)
    one_report = reading.kind == "report" and reading.year and not is_column(make_row(url, title, None, ""))
    if COLUMN_NAME.search(name) and not one_report and reading.kind != "explainer":
        return Lead(0, url, title, "column", "its name")
    if COLUMN_SLUG.search(urlsplit(url).path) and not one_report:
        return Lead(2, url, title, "column", "its address")
    if NEAR.match(name):
        return Lead(3, url, title, "step", "its name")
    return Lead(4, url, title, "step", "its name") if FAR.match(name) else None


def names_column(page: Page) -> bool:
    """Does the page call itself the column: in its mandated meta tag, or in its title?"""
    return bool(COLUMN_NAME.search(normal_title(meta(page, "ColumnName") or page.title.partition("_")[0])))


def meta(page: Page, name: str) -> str:
    """Content of a meta tag that government pages must carry, the first that is not empty; names in any case."""
    tags = (t for t in page.soup.find_all("meta") if str(t.get("name", "")).lower() == name.lower())
    return next((text for tag in tags if (text := str(tag.get("content") or "").strip())), "")


def role_below(title: str) -> Role:
    """What a list below the column is, by the name of the link to it."""
    name = normal_title(title)
    if YEAR_NAME.match(name) or (classify_title(title).kind == "collection"):
        return "year"
    return "level" if LEVEL_NAME.search(name) else "list"


def year_in(title: str, url: str) -> int:
    """The newest year that name or address bear, so that new columns are read first; 0 without one."""
    return max((int(y) for y in re.findall(r"(?<!\d)20[0-4]\d(?!\d)", f"{title} {url}")), default=0)


def off_host(page: Page, hosts: frozenset[str]) -> dict[str, str]:
    """Hosts of others that a column leads to, each with the name of the first link: cities, departments."""
    found: dict[str, str] = {}
    for url, title in links(page):
        if host_of(url) not in hosts and 2 <= len(title) <= LONGEST_NAME:
            found.setdefault(host_of(url), title)
    return found
