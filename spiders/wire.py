"""One request through Scrapy's HTTP handler, and what came back as it came back.

Queues, pace, redirects, retries and robots are ours, so Scrapy's engine, slots and middlewares would only pass a
request through: they take half a millisecond of each page and are left out.
"""

import asyncio
import re
import time
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import exceptions
from scrapy.crawler import Crawler
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

from spiders.captures import Exchange, Headers, Wanted
from spiders.cookies import BoundedCookies
from spiders.decode import CODINGS
from spiders.handler import OnceHandler
from spiders.hosts import host_of

FILES_TAKE = 3
"""Times the patience for a page that an attachment gets."""
MOST_HEADERS = 200_000
"""Bytes of an answer's headers that are kept; what sends more is no web site."""
AT_ONCE = 256
"""Requests under way in the whole process; each host still has one at most. So many that hosts which don't answer, and
are waited for, leave room for the others."""

FAILURES = (
    exceptions.DownloadConnectionRefusedError,
    exceptions.CannotResolveHostError,
    exceptions.DownloadTimeoutError,
    exceptions.DownloadCancelledError,
    exceptions.DownloadFailedError,
    exceptions.ResponseDataLossError,
    exceptions.UnsupportedURLSchemeError,
    ConnectError,
    ConnectionClosed,
    ResponseFailed,
    OSError,
)


class Wire:
    """Sends requests one by one; redirects and retries are nobody's business here."""

    def __init__(self, crawler: Crawler, user_agent: str, timeout: float = 60.0) -> None:
        """`timeout`: seconds from the request to the last byte of a page; who drips longer has not answered."""
        self._handler = OnceHandler(crawler)
        self._cookies = BoundedCookies()
        self._headers = {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
            "User-Agent": user_agent,
            "Accept-Encoding": CODINGS,
        }
        self._timeout = timeout
        self._room = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._handler.close()

    async def send(self, url: str, wanted: Wanted, *, limit: int, jar: str) -> Exchange:
        """Fetch `url` for `wanted`, at most `limit` bytes; cookies live in `jar`. Failures are values, not raised."""
        request = scrapy.Request(
            url,
            method=wanted.method,
            headers=self._headers | _headers(wanted, url),
            body=wanted.body,
            meta={
                "download_maxsize": limit,
                "download_timeout": self._timeout * (FILES_TAKE if wanted.kind == "attachment" else 1),
                "download_fail_on_dataloss": False,
                "cookiejar": jar,
            },
        )
        self._cookies.process_request(request)
        started = time.monotonic()
        try:
            async with self._room:
                # Waiting for room is our own affair: a host is judged by what it takes itself.
                started = time.monotonic()
                response = await self._handler.download_request(request)
        except FAILURES as error:
            return _failed(url, request, error, time.monotonic() - started, self._private_address(url))
        except Exception as error:
            # Twisted reports TLS trouble under several private names.
            if not _is_tls(error):
                raise
            return _failed(url, request, error, time.monotonic() - started)
        self._cookies.process_response(request, response)
        headers = _pairs(response.headers)
        if sum(len(name) + len(value) for name, value in headers) > MOST_HEADERS:
            failure = f"headers of more than {MOST_HEADERS} bytes"
            return Exchange(url, seconds=time.monotonic() - started, failure=failure, too_large=True)
        return Exchange(
            url=response.url,
            status=response.status,
            headers=headers,
            request_headers=_pairs(request.headers),
            payload=response.body,
            peer=str(response.ip_address) if response.ip_address else None,
            seconds=time.monotonic() - started,
            lost="dataloss" in response.flags or _ends_early(response),
        )

    @staticmethod
    def _private_address(url: str) -> str | None:
        """The private address that the resolver refused to connect to, if that is what went wrong."""
        from twisted.internet import reactor

        resolver = getattr(reactor, "resolver", None)
        return getattr(resolver, "refused", {}).get(urlsplit(url).hostname or "")


def _headers(wanted: Wanted, url: str) -> dict[str, str]:
    headers = {}
    # As a reader's browser does: the whole address within a host, nothing across hosts.
    if wanted.referer and host_of(wanted.referer) == host_of(url):
        headers["Referer"] = wanted.referer
    if wanted.etag:
        headers["If-None-Match"] = wanted.etag
    if wanted.last_modified:
        headers["If-Modified-Since"] = wanted.last_modified
    if wanted.form:
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    elif wanted.content_type:
        headers["Content-Type"] = wanted.content_type
    return headers


def _pairs(headers: Any) -> Headers:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )


def _ends_early(response: Any) -> bool:
    """Was an HTML page cut although the transfer looks whole?

    A payload that only the closing of the connection ends is whole when the page is; one with a length that was too
    short ends within a tag or a table.
    """
    if response.headers.get("Content-Encoding"):
        return False
    head, tail = response.body[:2000].lower(), response.body[-2000:].lower()
    if b"<html" not in head or b"</html" in tail or b"</body" in tail:
        return False
    within_tag = tail.rfind(b"<") > tail.rfind(b">")
    return "partial" in response.flags or within_tag or any(_open(tag, response.body) for tag in (b"table", b"div"))


def _open(tag: bytes, body: bytes) -> bool:
    """Are more elements of this name opened than closed?"""
    opened, closed = (len(re.findall(rb"<%s%s\b" % (slash, tag), body, re.IGNORECASE)) for slash in (b"", b"/"))
    return opened > closed


def _failed(
    url: str, request: Any, error: BaseException, seconds: float, private_address: str | None = None
) -> Exchange:
    too_large = isinstance(error, exceptions.DownloadCancelledError)
    return Exchange(
        url=url,
        request_headers=_pairs(request.headers),
        seconds=seconds,
        failure=f"its name leads to the private address {private_address}" if private_address else _words(error),
        private=private_address is not None,
        too_large=too_large,
        tls=_is_tls(error),
    )


def _words(error: BaseException) -> str:
    kinds = {
        exceptions.DownloadConnectionRefusedError: "connection refused",
        exceptions.CannotResolveHostError: "the host name has no address",
        exceptions.DownloadTimeoutError: "no answer in time",
        exceptions.DownloadCancelledError: "larger than the limit",
    }
    known = next((words for kind, words in kinds.items() if isinstance(error, kind)), None)
    detail = " ".join(str(error).split())[:200]
    return known if known else f"{type(error).__name__}: {detail}"


def _is_tls(error: BaseException | None) -> bool:
    """Does the chain of causes hold an error of OpenSSL or of certificate checking?"""
    seen: list[Any] = [error]
    for item in seen:
        if item is None or len(seen) > 30:
            continue
        module = type(item).__module__
        if module.startswith(("OpenSSL", "ssl", "service_identity")) or "Verification" in type(item).__name__:
            return True
        seen += [getattr(item, "__cause__", None), getattr(item, "__context__", None)]
        seen += [getattr(reason, "value", None) for reason in getattr(item, "reasons", None) or ()]
    return False
