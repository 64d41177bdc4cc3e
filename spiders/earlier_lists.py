"""List pages of earlier crawls: asked for conditionally, and read from what was kept when they have not changed."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from model.capture import Capture, CrawlJob
from model.portal import Portal
from spiders.captures import Wanted
from spiders.decode import decode, unpack
from spiders.page import Page


@dataclass(frozen=True)
class EarlierLists:
    """`body` gives the payload of an earlier capture; without it no list is asked for conditionally."""

    job: CrawlJob
    body: Callable[[Capture], bytes] | None = None

    def before(self, portal: Portal, wanted: Wanted) -> Capture | None:
        """The earlier capture of a plain list page, if its payload can be had again."""
        if self.body is None or wanted.kind != "list" or wanted.method != "GET" or wanted.rendered:
            return None
        return next((c for c in self.job.lists.get(portal.id, ()) if c.requested_url == wanted.url), None)

    async def page(self, portal: Portal, before: Capture, url: str) -> tuple[Page, bytes]:
        """The page as it was kept, at the address that answers now, and its payload after content decoding.

        Raises Undecodable, or what the store raises.
        """
        assert self.body is not None
        payload = await asyncio.to_thread(self.body, before)
        plain = unpack(payload, before.header("content-encoding"), portal.max_body_bytes)
        return Page(url, decode(plain, before.header("content-type")).text), plain
