"""Pages that answer in another's stead: a shell shared by many addresses, the home page deep in the site."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from model.canonical import sha256_hex
from spiders.article import is_report, shows_home
from spiders.captures import Exchange, Wanted
from spiders.hosts import host_of
from spiders.judge import leads_home
from spiders.page import Page

SHELL_SIZE = 5000
"""Bytes; what is larger is no shell."""


@dataclass
class Shells:
    """Small pages met before, by host and digest."""

    _first: dict[tuple[str, str], str] = field(default_factory=dict)

    def shared(self, wanted: Wanted, exchange: Exchange, page: Page | None) -> bool:
        """The same small page under two addresses of a host is nobody's document; a report may stand under two."""
        whole = exchange.status == 200 and not exchange.lost
        if wanted.kind != "page" or not whole or not 0 < len(exchange.payload) < SHELL_SIZE:
            return False
        first = self._first.setdefault((host_of(exchange.url), sha256_hex(exchange.payload)), wanted.url)
        return first != wanted.url and not (page is not None and is_report(page))


def home_stands_in(wanted: Wanted, exchange: Exchange, page: Page) -> bool:
    """Does the home page answer for a page deep in the site, with status 200 and at that page's own address?"""
    deep = leads_home(wanted.url, urljoin(wanted.url, "/"))
    return exchange.status == 200 and wanted.kind in {"page", "list", "continuation"} and deep and shows_home(page)
