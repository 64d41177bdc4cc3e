"""One request through Scrapy's downloader, and what came back as it came back."""

import asyncio
import time
from typing import Any

import scrapy
from scrapy import exceptions
from scrapy.crawler import Crawler
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

from spiders.captures import Exchange, Headers, Wanted
from spiders.page import host_of

TIMEOUT = 60
FILE_TIMEOUT = 180
AT_ONCE = 64
"""Requests under way in the whole process; each host still has one at most."""

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
    """Sends requests one by one through the crawler's downloader; redirects and retries are nobody's business here."""

    def __init__(self, crawler: Crawler) -> None:
        self._engine: Any = crawler.engine
        self._room = asyncio.Semaphore(AT_ONCE)

    async def send(self, url: str, wanted: Wanted, *, limit: int, jar: str) -> Exchange:
        """Fetch `url` for `wanted`, at most `limit` bytes; cookies live in `jar`. Failures are values, not raised."""
        request = scrapy.Request(
            url,
            method=wanted.method,
            headers=_headers(wanted, url),
            body=wanted.body,
            meta={
                "download_slot": host_of(url),
                "download_maxsize": limit,
                "download_timeout": FILE_TIMEOUT if wanted.kind == "attachment" else TIMEOUT,
                "download_fail_on_dataloss": False,
                "cookiejar": jar,
            },
            dont_filter=True,
        )
        started = time.monotonic()
        try:
            async with self._room:
                response = await self._engine.download_async(request)
        except FAILURES as error:
            return _failed(url, request, error, time.monotonic() - started)
        except Exception as error:
            # Twisted reports TLS trouble under several private names.
            if not _is_tls(error):
                raise
            return _failed(url, request, error, time.monotonic() - started)
        return Exchange(
            url=response.url,
            status=response.status,
            headers=_pairs(response.headers),
            request_headers=_pairs(response.request.headers),
            payload=response.body,
            peer=str(response.ip_address) if response.ip_address else None,
            seconds=time.monotonic() - started,
            lost="dataloss" in response.flags or _ends_early(response),
        )


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
    """A payload that only the closing of the connection ends may have been cut: an HTML page without its end was."""
    if "partial" not in response.flags:
        return False
    return b"<html" in response.body[:2000].lower() and b"</html" not in response.body[-2000:].lower()


def _failed(url: str, request: Any, error: BaseException, seconds: float) -> Exchange:
    too_large = isinstance(error, exceptions.DownloadCancelledError)
    return Exchange(
        url=url,
        request_headers=_pairs(request.headers),
        seconds=seconds,
        failure=_words(error),
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
