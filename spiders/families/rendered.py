"""Lists whose rows no request of ours gives: read from the document that a browser made of the page.

Never chosen by marks: a page is rendered when it is a shell, or when only a script turns it, and only then. Its further
pages are turned by the reader's own button, in the browser.
"""

from model.capture import Row
from spiders.families.family import Family, never
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "rendered"


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:  # noqa: ARG001 -- turned in the browser, not by a request
    return None


FAMILY = Family(NAME, never, rows=rows, next_request=next_request)
