"""Lists whose rows no request of ours gives: read from the document that a browser made of the page.

Never chosen by marks: a page is rendered when it is a shell, and only then. Its further pages are turned by the
reader's own button, in the browser.
"""

from model.capture import Row
from spiders.families.reading import Ask, Reading
from spiders.page import Page
from spiders.rows import linked_rows

NAME = "rendered"


def matches(page: Page) -> int:  # noqa: ARG001 -- no page asks for a browser by its marks
    return 0


def rows(page: Page) -> list[Row]:
    return linked_rows(page)


def next_request(page: Page, reading: Reading) -> Ask | None:  # noqa: ARG001 -- turned in the browser, not by a request
    return None


def parts(page: Page) -> list[str]:  # noqa: ARG001 -- articles are ordinary pages
    return []
