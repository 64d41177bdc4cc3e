"""Articles whose page is a shell: a script names the address of the data, and in it the article's own number."""

import re
from urllib.parse import urlsplit

from spiders.page import Page
from spiders.rows import is_file

LITERAL = re.compile(r"""["']([^"'\s<>]{4,300})["']""")
DATA = re.compile(r"\.json(?:\?|$)|/api/|/rest/|/front/|get(?:Content|Article|Detail|Info)\b", re.IGNORECASE)
# 8812345, 5f0c…, as in /zwgk/2025/8812345.html
NUMBER = re.compile(r"[0-9a-f]{24,32}|\d{4,}", re.IGNORECASE)
MOST = 5


def data_behind(page: Page) -> list[str]:
    """Addresses of the data of this article that its page names; empty where the page is no such shell."""
    numbers = NUMBER.findall(urlsplit(page.url).path.rpartition("/")[2] or urlsplit(page.url).path)
    if not numbers:
        return []
    found: dict[str, None] = {}
    for script in page.soup.find_all("script"):
        for literal in LITERAL.findall(script.get_text()):
            if numbers[-1] not in literal or not DATA.search(literal):
                continue
            url = page.resolve(literal)
            if url and url != page.url and not is_file(url):
                found[url] = None
    return list(found)[:MOST]
