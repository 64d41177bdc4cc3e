"""Names to addresses, with one question more: an answer inside a private network is no answer.

A name may be given another address between two requests (rebinding); so the check stands where the address comes from
that is connected to, and answers are kept for the whole crawl.
"""

import logging
from collections.abc import Sequence
from typing import Any

from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from spiders.hosts import is_loopback, is_private, literal_address

log = logging.getLogger(__name__)

NAMES = "GONGKAI_NAMES"
"""Scrapy setting: name → address, given instead of asking the system, as a hosts file does."""


class GuardedResolver(CachingThreadedResolver):
    """Refuses private answers, except for names of this machine; those never ask the system (RFC 6761)."""

    def __init__(self, reactor: Any, cache_size: int, timeout: float, names: dict[str, str] | None = None) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.names = names or {}
        self.refused: dict[str, str] = {}
        """Name to the private address that it was answered with."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        settings = crawler.settings
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), settings.getfloat("DNS_TIMEOUT"), settings.getdict(NAMES))

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":
        if name in self.names:
            answer: Deferred[str] = defer.succeed(self.names[name])
        elif is_loopback(name) and literal_address(name) is None:
            return defer.succeed("127.0.0.1")
        else:
            answer = super().getHostByName(name, timeout)
        return answer.addCallback(self._checked, name)

    def _checked(self, found: str, name: str) -> str:
        address = literal_address(found)
        if address is not None and is_private(address) and not is_loopback(name):
            log.warning("the name %s leads to the private address %s and is not asked", name, found)
            self.refused[name] = found
            raise DNSLookupError(f"{name} leads to the private address {found}")
        return found
