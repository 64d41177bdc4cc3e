"""Scrapy's HTTP handler, without requests that nobody asked for."""

from typing import Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

IDLE = 15
"""Seconds for which an unused connection is kept: servers close theirs soon after."""


class OnceHandler(HTTP11DownloadHandler):
    """Sends each request once.

    Twisted asks again by itself, and at once, when a kept connection breaks; a server that resets connections would
    see twice as many requests as we count and space.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool.retryAutomatically = False
        self._pool.cachedConnectionTimeout = IDLE
