"""Epoint: a shell whose rows come as JSON from `getgovinfolist`, with a site number that stands in a script.

Sites count their pages from 0 or from 1, and some wrap the question in `{"params": …}`: what brings rows is kept.
"""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

from model.capture import Row
from spiders.families.answers import at, item_rows, number, objects
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.families.script_text import read_json
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "epoint"

ADDRESS = re.compile(r"[?&]categorynum=\d+")
PROGRAM = re.compile(r"""["']([^"']*/rest/lightfrontaction/getgovinfolist)["']""", re.IGNORECASE)
PROJECT = re.compile(r"""["']?(?:projectName|project)["']?\s*[:=]\s*["']/?([\w-]+)""", re.IGNORECASE)
SITE = re.compile(r"""["']?siteGuid["']?\s*[:=]\s*["']([0-9a-fA-F-]{8,})""")
SCRIPT = re.compile(r"""["']([^"']*webBuilderCommon\.js[^"']*)["']""")
CATEGORY = re.compile(r"""["']?categorynum["']?\s*[:=]\s*["']?(\d{3,})""", re.IGNORECASE)
PAGE_SIZE = 15


def marked(page: Page) -> bool:
    return page.holds("lightfrontaction/getgovinfolist", "webbuildercommon.js", "siteguid")


def hinted(page: Page) -> bool:
    return bool(ADDRESS.search(page.url))


def rows(page: Page) -> list[Row]:
    """Items of an answer. A shell's own links are not its rows."""
    if page.shell is None:
        return [] if _category(page) else linked_rows(page)
    answer = read_json(page.text)
    return item_rows(page, objects(answer, "custom", "data") or objects(answer, "custom", "infodata"))


def next_request(page: Page, reading: Reading) -> Ask | None:
    if page.shell and (total := number(at(read_json(page.text), "custom", "total"))) is not None:
        reading.announced = total
    if reading.all_seen:
        reading.end("announced total reached", whole=True)
        return None
    if (script := _script(reading)) is not None:
        return script
    category = _category(reading.first)
    if category is None:
        reading.end("the page names no category", whole=False, browser=True)
        return None
    asked = [(ask, outcome) for ask, outcome in reading.steps if ask.data]
    brought = [at(read_json(ask.payload), *(["params"] if "params" in ask.payload else [])) for ask, o in asked
               if o == "rows"]  # fmt: skip
    if brought:
        if reading.vain >= 2 or (reading.vain and len(brought) > 1):
            reading.end_of_data()
            return None
        wrapped = any("params" in ask.payload for ask, outcome in asked if outcome == "rows")
        # From 0 or from 1: where the second page repeats the first, the first was asked under a number too low.
        return _ask(reading, category, brought[-1]["pageIndex"] + 1 + reading.vain, wrapped=wrapped)
    # (page number, wrapped) in the order in which they are likely
    ways = [(0, False), (0, True), (1, False), (1, True)]
    if '"params"' in reading.first.text or "params:" in reading.first.text:
        ways = [(0, True), (1, True), (0, False), (1, False)]
    if len(asked) >= len(ways):
        reading.end("the program for the rows gives none", whole=reading.announced == 0, browser=True)
        return None
    index, wrapped = ways[len(asked)]
    return _ask(reading, category, index, wrapped=wrapped)


def _script(reading: Reading) -> Ask | None:
    """The script with the site's number, where the page itself does not hold it."""
    if SITE.search(reading.first.text) or any(ask.script for ask, _ in reading.steps):
        return None
    found = SCRIPT.search(reading.first.text)
    address = reading.first.resolve(found[1]) if found else urljoin(reading.first.url, "/js/webBuilderCommon.js")
    return Ask(address, referer=reading.first.url, script=True, optional=True) if address else None


def _ask(reading: Reading, category: str, index: int, *, wrapped: bool) -> Ask:
    known = "\n".join([reading.first.text, *reading.scripts.values()])
    program, project, site = PROGRAM.search(known), PROJECT.search(known), SITE.search(known)
    name = project[1] if project else "EWB-FRONT"
    address = reading.first.resolve(program[1] if program else f"/{name}/rest/lightfrontaction/getgovinfolist")
    question = {
        "deptcode": parse_qs(urlsplit(reading.first.url).query).get("deptcode", [""])[0],
        "categorynum": category,
        "pageIndex": index,
        "pageSize": PAGE_SIZE,
        "siteGuid": site[1] if site else "",
    }
    content = {"params": question} if wrapped else question
    return Ask.json(address or "", content, referer=reading.first.url, data=True, optional=True)


def _category(page: Page) -> str | None:
    named = parse_qs(urlsplit(page.url).query).get("categorynum", [""])[0]
    found = CATEGORY.search(page.text)
    return named or (found[1] if found else None)


FAMILY = Family(NAME, marked, hinted, rows, next_request, containers=("#zoom", ".ewb-article-info", ".article-content"))
