"""The openness module: each agency (`branch`) of a site has its own list of annual reports."""

import re

from model.capture import Row
from spiders.families import static
from spiders.families.family import Family
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import Link, linked_rows

NAME = "openness"

BRANCH = re.compile(r"/OpennessAnnualReport/?\?[^\"'<>]*\bbranch_id=[0-9a-f]{24}", re.IGNORECASE)


def marked(page: Page) -> bool:
    return page.holds("/opennessannualreport/") or "/opennessannualreport/" in page.url.lower()


def rows(page: Page) -> list[Row]:
    """Reports of the branch; the links to other branches are columns."""
    return [row for row in linked_rows(page) if not BRANCH.search(row.url)]


def next_request(page: Page, reading: Reading) -> Ask | None:
    return static.next_request(page, reading)


def columns(page: Page) -> list[Link]:
    """The lists of the branches: the roster of the site's agencies."""
    found: dict[str, Link] = {}
    for anchor in page.soup.find_all("a", href=BRANCH):
        url = page.resolve(str(anchor["href"]))
        # A pager's links name the same branch with a page number.
        if url and url != page.url and not re.search(r"[?&]page=", url):
            found.setdefault(url, Link(url, anchor.get_text(strip=True)))
    return list(found.values())


FAMILY = Family(
    NAME, marked, rows=rows, next_request=next_request, columns=columns, containers=(".content", "#content", ".article")
)
