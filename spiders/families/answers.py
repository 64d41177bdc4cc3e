"""Rows in the answers of a site's programs: items of JSON, records of XML, fragments of HTML."""

import html
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bs4 import BeautifulSoup

from model.capture import Row
from spiders.page import Page
from spiders.rows import DATE, linked_rows, make_row

RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL | re.IGNORECASE)
TAGS = re.compile(r"<[^<>]*>")
SHANGHAI = timezone(timedelta(hours=8))

URLS = ("url", "infourl", "docpuburl", "href", "link", "linkurl")
TITLES = ("realtitle", "title", "doctitle", "titlecnname", "name", "infotitle")
DATES = ("display_publish_time", "first_publish_time", "publishedTimeStr", "infodate", "pubDate", "publishTime", "date",
         "time", "create_time", "docreltime")  # fmt: skip
FAULTS = ("error", "fail", "failed", "failure")


def item_rows(page: Page, items: Iterable[Any]) -> list[Row]:
    """A row of each JSON object that has an address and a title; whatever the keys are called, in any case."""
    rows: dict[str, Row] = {}
    for item in items:
        if not isinstance(item, dict):
            continue
        values = {str(key).lower(): value for key, value in item.items()}
        url = page.resolve(str(_first(values, URLS) or ""))
        title = plain_title(str(_first(values, TITLES) or ""))
        if url and title:
            rows.setdefault(url, make_row(url, title, day_of(_first(values, DATES)), page.url))
    return list(rows.values())


def record_rows(page: Page, text: str) -> list[Row]:
    """Rows of `<record>` elements, each an HTML fragment of its own; escaped twice on some sites."""
    rows: dict[str, Row] = {}
    for found in RECORD.finditer(text):
        plain = html.unescape(found[1]) if "&lt;a" in found[1] else found[1]
        for row in linked_rows(page, BeautifulSoup(plain, "lxml")):
            rows.setdefault(row.url, row)
    return list(rows.values())


def objects(value: Any, *path: str) -> list[Any]:
    """The list under a path of keys; empty where the answer is shaped otherwise."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def at(value: Any, *path: str) -> Any:
    """The value under a path of keys; None where the answer is shaped otherwise."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def number(value: Any) -> int | None:
    """A count, given as a number or as a string of digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.strip().isdigit() else None


def is_refusal(value: Any) -> bool:
    """Does a well-formed answer say that something went wrong: `{"success": false}`, `{"ok": false, "code": 500}`?"""
    if not isinstance(value, dict):
        return False
    if value.get("success") is False or value.get("ok") is False:
        return True
    code = number(value.get("code", value.get("status")))
    return (code is not None and 400 <= code < 600) or str(value.get("status")).lower() in FAULTS


def plain_title(text: str) -> str:
    """A title without the tags that highlight words in it."""
    return " ".join(html.unescape(TAGS.sub("", text)).split())


def day_of(value: Any) -> str | None:
    """A date as the answer prints it, or from seconds (or milliseconds) since 1970, in Chinese time."""
    seconds = number(value)
    if seconds is None or len(str(seconds)) < 9:
        found = DATE.search(str(value)) if value else None
        return found[0] if found else None
    moment = datetime.fromtimestamp(seconds / 1000 if seconds > 100_000_000_000 else seconds, UTC)
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d}"


def _first(values: dict[str, Any], names: Sequence[str]) -> Any:
    return next((values[n.lower()] for n in names if values.get(n.lower())), None)
