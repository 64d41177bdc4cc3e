"""TrueCMS: records as a string of XML inside JSONP from `getMessage.do`, the first sixty also in a hidden `#initData`.

How many rows may be asked for at once differs by site: more than that brings nothing, or an error.
"""

import html
import re
from urllib.parse import urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

from model.capture import Row
from spiders.families.answers import RECORD, at, number, record_rows
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import read_json
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "truecms"

PROGRAM = re.compile(r"""["']([^"']*/messageController/getMessage\.do)(?:\?([^"']*))?["']""", re.IGNORECASE)
COLUMN = re.compile(r"""\bcolumnId\s*['"]?\s*[:=]\s*['"]?([0-9a-fA-F-]{8,36})""")
TOTAL = re.compile(r"""\b(?:totalCount|totalRecord|total)['"]?\s*[:=]\s*['"]?(\d+)""", re.IGNORECASE)
SIZES = (50, 15)
"""Rows asked for at once: 50 works on most sites, where it brings nothing, a display page does."""


def marked(page: Page) -> bool:
    return page.holds("messagecontroller/getmessage.do") or page.holds(
        'id="initdata"', "id='initdata'", "id=initdata", sharing="initdata"
    )


def rows(page: Page) -> list[Row]:
    """Records of an answer, or those of `#initData`; the rows that a page shows where it has neither."""
    if page.shell is not None:
        return record_rows(page, str(at(read_json(page.text), "result") or ""))
    hidden = page.soup.find(id="initData")
    text = html.unescape(hidden.decode_contents()) if isinstance(hidden, Tag) else ""
    if RECORD.search(text):
        return record_rows(page, text)
    return linked_rows(page, BeautifulSoup(text, "lxml") if text.strip() else None)


def next_request(page: Page, reading: Reading) -> Ask | None:
    answer = read_json(page.text) if page.shell else None
    if isinstance(answer, dict) and (count := number(answer.get("total", answer.get("totalRecord")))) is not None:
        reading.announced = count
    elif found := TOTAL.search(reading.first.text):
        reading.announced = int(found[1])
    if reading.all_seen:
        reading.end("announced total reached", whole=True)
        return None
    program, column = PROGRAM.search(reading.first.text), COLUMN.search(reading.first.text)
    address = reading.first.resolve(program[1]) if program else None
    if address is None or column is None:
        reading.end("the embedded rows are all", whole=reading.announced is None)
        return None
    if reading.last == "repeat" and any(outcome == "rows" for _, outcome in reading.steps):
        reading.end_of_data()
        return None
    # A size that brought nothing is one size too large, and the next one is tried from the same row on.
    vain = reading.vain
    if vain >= len(SIZES):
        reading.end("the program for further rows is dead", whole=False, browser=reading.rows_seen == 0)
        return None
    size = SIZES[max(vain, _size_in_use(reading))]
    span = {"startrecord": reading.rows_seen + 1, "endrecord": reading.rows_seen + size, "perpage": size}
    query = urlencode({**span, "columnId": column[1], "callback": "cb"})
    return Ask(f"{address}?{query}", referer=reading.first.url, data=True, optional=True)


def _size_in_use(reading: Reading) -> int:
    """Index of the size that has worked; 0 while none was asked for."""
    worked = [ask.url for ask, outcome in reading.steps if outcome == "rows"]
    return next((i for i, s in enumerate(SIZES) if worked and f"perpage={s}&" in urlsplit(worked[-1]).query), 0)


FAMILY = Family(
    NAME, marked, rows=rows, next_request=next_request, containers=("#zoom", ".article-content", "#content")
)
