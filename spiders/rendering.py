"""Reading a list in the browser: every request of the page goes through the fetcher, every answer into the ledger."""

import logging
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from model.portal import Portal
from model.vocabulary import FetchState
from spiders.browser import Browser
from spiders.captures import Wanted
from spiders.fetch import Fetcher, HostRefused
from spiders.hosts import host_of
from spiders.judge import Verdict
from spiders.page import Page

log = logging.getLogger(__name__)

# What a list needs to show its rows; images, fonts, styles, media and sockets are not asked for.
NEEDED = {"document", "script", "xhr", "fetch", "other"}
DOCUMENTS = {"document"}
ROWS_COME_BY = {"document", "xhr", "fetch"}
ANSWERED = {FetchState.OK, FetchState.OK_EMPTY, FetchState.MOVED}
NO_FONT = "no Chinese font on this machine: its characters are boxes"
# What a picture needs to look like the page. Each is a polite request like any other.
LOOKS = {"stylesheet", "image"}


class RenderingBlocked(Exception):
    """A protection page appeared among the answers: the page was closed at once."""


class Turned(NamedTuple):
    """The document after a turn, and the requests for data or documents since the turn before that brought nothing."""

    page: Page
    failed: tuple[str, ...] = ()


async def rendered_pages(portal: Portal, fetcher: Fetcher, browser: Browser, url: str) -> AsyncIterator[Turned]:
    """The document after each turn of the list, as long as its button for the next rows can be pressed.

    Where the portal wants pictures, each document is kept as one, as evidence. Raises BrowserMissing, RenderingBlocked.
    """
    needed = NEEDED | LOOKS if portal.screenshots else NEEDED
    blocked: list[str] = []
    failures: list[BaseException] = []
    failed: list[str] = []

    async def answer(request: Any) -> tuple[int, str, bytes] | None:
        wanted = _wanted(request, url, needed)
        if wanted is None or host_of(wanted.url) not in portal.start_hosts or blocked or failures:
            return None
        try:
            fetched = await fetcher.fetch(portal, wanted, lambda _: Verdict(FetchState.OK, signals=("rendered",)))
        except HostRefused as refused:
            log.info("the page of %s asked in vain: %s", portal.id, refused)
            failed.append(wanted.url)
            return None
        except Exception as error:  # noqa: BLE001 -- raised again below, where the reader waits
            failures.append(error)
            return None
        if fetched.state is FetchState.BLOCKED:
            blocked.append(wanted.url)
            return None
        if fetched.state not in ANSWERED and request.resource_type in ROWS_COME_BY:
            failed.append(wanted.url)
        if fetched.capture.status is None:
            return None
        declared = fetched.capture.header("content-type") or "text/html; charset=utf-8"
        return fetched.capture.status, declared, fetched.plain

    async with browser.show(url, fetcher.user_agent, answer) as shown:
        while True:
            if failures:
                raise failures[0]
            if blocked:
                raise RenderingBlocked(f"{blocked[0]} answered with a protection page while {url} was rendered")
            if portal.screenshots:
                lacking = () if await shown.writes_chinese() else (NO_FONT,)
                await fetcher.recorder.picture(portal, url, await shown.picture(), lacking)
            yield Turned(Page(url, await shown.html()), tuple(failed))
            failed.clear()
            if not await shown.turn():
                return


def _wanted(request: Any, url: str, needed: set[str]) -> Wanted | None:
    """The fetch behind a request of the page, or None for what a list does not need."""
    kind = request.resource_type
    if kind not in needed or not request.url.startswith(("http://", "https://")):
        return None
    body = request.post_data_buffer if request.method == "POST" else None
    if request.method not in {"GET", "POST"}:
        return None
    return Wanted(
        request.url,
        "list" if kind in DOCUMENTS else "data",
        payload=body,
        content_type=request.headers.get("content-type") if body is not None else None,
        posted=request.method == "POST",
        referer=None if kind in DOCUMENTS and request.url == url else url,
        rendered=True,
    )
