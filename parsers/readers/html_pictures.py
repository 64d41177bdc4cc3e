"""Pictures between the lines of a page of HTML: a table may stand in one."""

import re

from lxml import etree

from parsers.page import Page, Row
from parsers.readers.html_shown import PICTURE

PICTURES = ("img", "v:imagedata", "canvas")
# What the site puts on every page holds no table.
OF_THE_SITE = re.compile(
    r"logo|icon|\bico\b|qr|ewm|erweima|wei[xb]|wechat|share|banner|btn|button|arrow|beian|gongan|jiucuo|bszs|conac|"
    r"(?:red|blue|foot|top|close|print|line|dot|bg)\w{0,3}\.(?:png|gif|jpe?g|svg)|\.svg", re.IGNORECASE,
)  # fmt: skip
SMALLEST = 120  # pixels wide


def mark_pictures(root: "etree._Element") -> bool:
    """Writes a sign into each picture that may hold a table."""
    found = False
    for picture in root.iter(*PICTURES):
        width = (picture.get("width") or "").removesuffix("px")
        if not (width.isdecimal() and int(width) < SMALLEST) and not OF_THE_SITE.search(
            (picture.get("src") or "")[-80:]
        ):
            picture.text, found = PICTURE, True
    return found


def take_pictures(page: Page, marked: bool) -> None:
    """Notes where the signs stand, and takes them out."""
    if not marked:
        return
    items: list[str | Row] = []
    for item in page.items:
        if item == PICTURE:
            page.pictures.append(len(items))
        else:
            items.append(item)
    page.items = items
