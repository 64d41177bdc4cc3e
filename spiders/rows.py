"""Rows of list pages: which links are rows, what they are called, how they are dated."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from model.capture import Row
from model.titles import classify_title, normal_title
from spiders.page import Page, remembered

# 2025-01-22, 2025/1/22, 2025年1月22日
DATE = re.compile(r"(?<!\d)20\d\d(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日?)(?!\d)")
EMPTY = re.compile(r"[\[(（【]\s*[\])）】]")
SHORTENED = re.compile(r"(?:\.{2,}|…+)$")
# Where a row begins and ends; the nearest one with few links around the anchor is the row.
ROW_ELEMENTS = ("li", "tr", "dd", "dl", "p", "div")
FILE = re.compile(r"\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar)$", re.IGNORECASE)
DOWNLOAD = re.compile(r"/(?:downfile|download)\.jsp", re.IGNORECASE)


class Link(NamedTuple):
    """An address and what the page calls it."""

    url: str
    title: str


def is_file(url: str) -> bool:
    """Does the address lead to a document file and not to a page?"""
    parts = urlsplit(url)
    return bool(FILE.search(parts.path) or DOWNLOAD.search(parts.path))


def make_row(url: str, title: str, date: str | None, list_url: str) -> Row:
    """A row with what its title says about it."""
    reading = classify_title(title)
    return Row(
        url=url,
        title=title,
        date=date,
        kind=reading.kind,
        year=reading.year,
        agency=reading.agency,
        flags=tuple(sorted(reading.flags)),
        list_url=list_url,
    )


def linked_rows(page: Page, scope: Tag | BeautifulSoup | None = None) -> list[Row]:
    """Every link that has a date beside it or a title of our kind, in page order, each address once.

    Of the whole page, or of a part of it.
    """
    return list(_all_rows(page) if scope is None else _rows_in(page, scope))


@remembered
def _all_rows(page: Page) -> list[Row]:
    return _rows_in(page, page.soup)


def _rows_in(page: Page, scope: Tag | BeautifulSoup) -> list[Row]:
    rows: dict[str, Row] = {}
    for anchor in scope.find_all("a", href=True):
        url = page.resolve(str(anchor["href"]))
        title = full_title(anchor)
        if url is None or len(title) < 4 or url == page.url:
            continue
        row = make_row(url, title, date_beside(anchor), page.url)
        # "Read more" links repeat an address with a poorer title.
        if (row.date or row.kind != "not_report") and (url not in rows or rows[url].kind == "not_report"):
            rows[url] = row
    return list(rows.values())


def full_title(anchor: Tag) -> str:
    """The title attribute where the list shows a shortened text, else the text without the date in it."""
    # A date leaves its brackets behind; brackets of the title's own stay.
    shown = EMPTY.sub("", " ".join(DATE.sub("", anchor.get_text(" ", strip=True)).split())).strip("·•◆ ")
    attribute = " ".join(str(anchor.get("title") or "").split())
    if not attribute:
        return shown
    beginning = normal_title(SHORTENED.sub("", shown))
    says_more = normal_title(attribute).startswith(beginning) or classify_title(attribute).kind != "not_report"
    return attribute if says_more else shown


def date_beside(anchor: Tag) -> str | None:
    """The date in the smallest row-like element around the anchor, as the list prints it."""
    if found := DATE.search(anchor.get_text(" ")):
        return found[0]
    for around in anchor.find_parents(ROW_ELEMENTS, limit=3):
        if len({str(a["href"]) for a in around.find_all("a", href=True, limit=4)}) > 2:
            return None
        text = around.get_text(" ")
        if len(text) > 400:
            return None
        title = anchor.get_text(" ")
        if found := DATE.search(text.replace(title, " ", 1)):
            return found[0]
    return None


def fresh(rows: Iterable[Row], seen: set[str]) -> list[Row]:
    """Rows whose address is not in `seen`."""
    return [row for row in rows if row.url not in seen]
