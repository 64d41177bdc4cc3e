"""A payload, read once: unpacked, and as a page where it is one."""

import asyncio
from dataclasses import dataclass

from spiders.captures import Exchange, Wanted, is_text
from spiders.decode import Undecodable, decode, unpack
from spiders.page import Page

MOST_PAGE = 10_000_000
"""Bytes of a page or of data; files may be as large as the portal's `max_body_bytes`."""

LARGE = 150_000
"""Bytes of a payload whose parsing would keep the other hosts waiting. A smaller one costs more in a thread: the two
take turns, dozens of times a page."""


@dataclass(frozen=True)
class Payload:
    """`page`: none for files and empty answers. `plain`: after content decoding, or `trouble`: why there is none."""

    page: Page | None = None
    plain: bytes = b""
    trouble: Undecodable | None = None


def read_payload(wanted: Wanted, exchange: Exchange, limit: int) -> Payload:
    """What an answer holds, unpacked to at most `limit` bytes."""
    if not exchange.payload:
        return Payload()
    try:
        plain = unpack(exchange.payload, exchange.header("content-encoding"), limit)
        # robots.txt counts whatever it is declared as.
        if wanted.kind != "robots" and not is_text(exchange, plain):
            return Payload(plain=plain)
        if len(plain) > MOST_PAGE:
            raise Undecodable(f"a page of more than {MOST_PAGE} bytes", too_large=True)
        return Payload(Page(exchange.url, decode(plain, exchange.header("content-type")).text), plain)
    except Undecodable as trouble:
        return Payload(trouble=trouble)


async def read_beside(wanted: Wanted, exchange: Exchange, limit: int) -> Payload:
    """The same, a large page in a thread, where its parser keeps nobody waiting."""
    if len(exchange.payload) < LARGE:
        return read_payload(wanted, exchange, limit)
    return await asyncio.to_thread(_read_ahead, wanted, exchange, limit)


def _read_ahead(wanted: Wanted, exchange: Exchange, limit: int) -> Payload:
    payload = read_payload(wanted, exchange, limit)
    if payload.page is not None:
        payload.page.read_ahead()
    return payload
