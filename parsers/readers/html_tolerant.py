"""The tolerant reader of HTML: markup mended as browsers do (html5lib, by way of Beautiful Soup), then read as ever."""

from parsers.page import Page
from parsers.readers.html import read_html
from parsers.readers.limits import measure, worth_mending


def read_tolerant(content: bytes, *, hidden_tables: bool = False) -> Page | None:
    """The same page through another parser, or None where it would take too long to be worth it."""
    limits = measure(content)
    if not worth_mending(content):
        return None
    # Here and not above: it takes a seventh of a second to load, and hardly any page needs it.
    from bs4 import BeautifulSoup

    mended = BeautifulSoup(content.decode("utf-8", "replace"), "html5lib").encode("utf-8", formatter="minimal")
    page = read_html(mended, hidden_tables=hidden_tables)
    page.reader, page.truncated = "html5lib", limits.tables_open > 0
    return page
