"""The article on a detail page: its container, its text, the files that belong to it."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from model.vocabulary import FetchState
from spiders.families import detect
from spiders.judge import Verdict
from spiders.page import Page, remembered
from spiders.rows import Link, is_file
from spiders.shells import data_behind

# Empty ones stand beside the real one on many pages, so the first with text is taken, not the first.
CONTAINERS = (
    "#zoom",
    "#Zoom",
    ".TRS_Editor",
    ".TRS_UEDITOR",
    ".trs_editor_view",
    ".Custom_UnionStyle",
    ".TRS_PreAppend",
    "#UCAP-CONTENT",
    "ucapcontent",
    "#zoomcon",
    ".pages_content",
    ".article-content",
    "#ivs_content",
    "#vsb_content",
    "#vsb_content_2",
    ".v_news_content",
    ".wp_articlecontent",
    "#con_con",
    ".main-txt",
    ".bt_content",
    "#mainText",
    ".xxgk_content",
    "#NewsContent",
    ".gknb_content",
    "#content",
    ".article",
    ".content",
    "article",
)
# The six headings of a report and the sentence on its period
HEADINGS = re.compile(
    r"总体情况|主动公开政府信息|政府信息公开申请情况|行政复议、?行政诉讼|存在的主要问题|其他需要报告的事项|统计期限"
)
# viewer.html?file=/upload/2024.pdf#page=1, /upload/2024.pdf
VIEWED = re.compile(r"(?:^|[?&]file=)([^?&#]+\.(?:pdf|docx?|ofd))(?:[&#?]|$)", re.IGNORECASE)
# 首页_青禾市人民政府, 青禾市人民政府门户网站-首页
HOME_TITLE = re.compile(r"^(?:网站)?首页(?:$|[_\-—|\s])|[_\-—|\s](?:网站)?首页$")
MOST_ATTACHMENTS = 30
ENOUGH_TEXT = 200
"""Characters of body text below which a page has to have a file to be a document (title-only pages exist)."""


@dataclass(frozen=True)
class Scope:
    """An element of a page and the text in it."""

    element: Any
    text: str

    @classmethod
    def of(cls, element: Any) -> "Scope":
        return cls(element, etree.tostring(element, method="text", encoding="unicode", with_tail=False))

    @cached_property
    def length(self) -> int:
        """Characters, blanks not counted."""
        return len("".join(self.text.split()))

    @cached_property
    def headings(self) -> int:
        """How many of a report's headings stand in it."""
        return len(set(HEADINGS.findall(self.text)))


@remembered
def container(page: Page) -> Scope | None:
    """The smallest known container with most of the headings, else the first with text; None when there is none.

    The containers of the page's product come first: the others may be its navigation.
    """
    family = detect(page)
    full: list[Scope] = []
    own: list[Scope] = []
    for selectors in (family.containers if family else (), CONTAINERS):
        full += [scope for scope in map(Scope.of, page.elements(*selectors)) if scope.length >= 20]
        most = max((scope.headings for scope in full), default=0)
        if most >= 2:
            return min((scope for scope in full if scope.headings == most), key=lambda scope: scope.length)
        own = own or [scope for scope in full if scope.length >= ENOUGH_TEXT]
    return max(own or full, key=lambda scope: scope.length) if full else None


@remembered
def scope_of(page: Page) -> Scope | None:
    """The container, or the whole body where there is none."""
    body = page.tree.find("body")
    return container(page) or (Scope.of(body) if body is not None else None)


@remembered
def attachments(page: Page) -> tuple[Link, ...]:
    """Document files linked in the article; beside it too, where the article is only a cover; each address once.

    No more than MOST_ATTACHMENTS: a page with more is a list of files.
    """
    family = detect(page)
    found = {link.url: link for link in (family.files(page) if family else ())}
    scope = scope_of(page)
    if scope is not None:
        inside = _files(page, scope.element)
        for around in islice(scope.element.iterancestors(), 2):
            # Some products put the list of files behind the container; a page with its text needs none from outside.
            if inside or found or scope.length >= 3 * ENOUGH_TEXT or around.tag == "html":
                break
            inside = _files(page, around)
        found = {link.url: link for link in inside} | found
    return tuple(found.values())[:MOST_ATTACHMENTS]


def is_report(page: Page) -> bool:
    """Has the page the headings of a report, four of the six or more?"""
    scope = scope_of(page)
    return scope is not None and scope.headings >= 4


def shows_home(page: Page) -> bool:
    """Is this a site's home page? Two signs: it calls itself one or by the site's name, and it has no article.

    Home pages carry the tags of the site and none of a column or an article.
    """
    tags = {(meta.get("name") or "").lower(): meta.get("content") or "" for meta in page.tree.iter("meta")}
    called_so = HOME_TITLE.search(page.title) or (page.title and page.title == tags.get("sitename"))
    of_openness = "公开" in page.title or "年报" in page.title
    return (
        bool(called_so) and not of_openness and not set(tags) & {"columnname", "articletitle"} and not is_report(page)
    )


def page_verdict(page: Page) -> Verdict:
    """Is this the page of a document? Positive test: enough text, or a file."""
    scope = scope_of(page)
    text = scope.length if scope else 0
    if text >= ENOUGH_TEXT or attachments(page) or _is_picture_series(scope):
        return Verdict(FetchState.OK)
    if data_behind(page):
        return Verdict(FetchState.OK, signals=("a shell that names the data of its article",))
    return Verdict(FetchState.OK_EMPTY, signals=(f"{text} characters of text and no file",))


def lacks_text(page: Page) -> bool:
    """Is there less text than any document has, and no file in its stead?"""
    scope = scope_of(page)
    return (scope.length if scope else 0) < ENOUGH_TEXT and not attachments(page)


def _files(page: Page, scope: Any) -> list[Link]:
    own = urlsplit(page.url).path
    found: dict[str, Link] = {}
    for anchor in scope.iter("a"):
        url = page.resolve(href) if (href := anchor.get("href")) else None
        if url and (is_file(url) or anchor.get("appendix")) and urlsplit(url).path != own:
            found.setdefault(url, Link(url, " ".join(" ".join(anchor.itertext()).split())))
    for place in scope.xpath(".//@pdfsrc") if page.holds("pdfsrc") else ():
        if url := page.resolve(str(place)):
            found.setdefault(url, Link(url, ""))
    for frame in scope.iter("iframe", "embed", "object"):
        # A viewer of the site's own: viewer.html?file=/upload/report.pdf, or the file itself.
        shown = VIEWED.search(frame.get("src") or frame.get("data") or "")
        url = page.resolve(unquote(shown[1])) if shown else None
        if url and is_file(url):
            found.setdefault(url, Link(url, ""))
    return list(found.values())


def _is_picture_series(scope: Scope | None) -> bool:
    return scope is not None and len(list(islice(scope.element.iter("img"), 2))) >= 2
