"""One virtual host: from a request to a response, with validators, compression and the faults that are switched on."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape

from infra.simulator.challenges import challenge
from infra.simulator.page import Page, detail_frame, home_page, html_page, shell
from infra.simulator.portal import Portal
from infra.simulator.publication import Publication
from infra.simulator.reports.rendering import render
from infra.simulator.scripted import Script
from infra.simulator.wire import Delivery, Request, Response
from model.clock import Clock


class PageCache:
    """The articles rendered last, of all hosts together; bounded, for there may be thousands of hosts."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._pages: OrderedDict[tuple[str, str, int], Page] = OrderedDict()

    def get(self, key: tuple[str, str, int], make: Callable[[], Page]) -> Page:
        """The page under a key, made when it is not there."""
        page = self._pages.pop(key, None) or make()
        self._pages[key] = page
        if len(self._pages) > self._most:
            self._pages.popitem(last=False)
        return page


class Host:
    """Answers for one portal."""

    def __init__(
        self,
        portal: Portal,
        pages: PageCache | None = None,
        address_of: Callable[[str], str] = lambda _: "",
        now: Clock | None = None,
    ) -> None:
        """`address_of` gives the base address of a host by its name. `now`: what the web server's clock says."""
        self.portal = portal
        self.script = Script(portal, address_of)
        self.answered_since_switch = 0
        self._now = now or (lambda: self.portal.clock)
        self._pages = PageCache() if pages is None else pages

    def answer(self, request: Request) -> Response:
        """The response to one request; the caller serialises calls."""
        switches = self.portal.switches
        if request.path == "/robots.txt":
            return self._finish(request, self._robots())
        if not request.path.startswith(switches.faults_on):
            return self._scripted(request) or self._finish(request, self._page(request))
        self.answered_since_switch += 1
        if switches.protection != "none":
            return challenge(switches.protection)
        if switches.throttle_after is not None and self.answered_since_switch > switches.throttle_after:
            return self._throttled(request)
        response = self._scripted(request) or self._finish(request, self._page(request))
        delivery = Delivery(switches.slow_seconds, switches.drip_seconds, switches.sent_share, switches.reset)
        return replace(response, delivery=delivery)

    def _scripted(self, request: Request) -> Response | None:
        found = self.script.answer(request)
        if found is None:
            return None
        page, headers, encoding = found
        response = self._finish(request, page)
        return replace(response, headers={**response.headers, **headers}, header_encoding=encoding)

    def _robots(self) -> Page:
        kind = self.portal.switches.robots
        rules = {"allow": "User-agent: *\nDisallow: /admin/\n", "disallow": "User-agent: *\nDisallow: /\n"}
        if kind in rules:
            return Page(rules[kind].encode("ascii"), media_type="text/plain")
        if kind == "html":
            return html_page(self._said("页面找不到"))
        status = {"absent": 404, "403": 403, "500": 500}[kind]
        return Page(b"<html><body>error</body></html>", charset=None, status=status)

    def _throttled(self, request: Request) -> Response:
        switches = self.portal.switches
        if switches.throttle_with == "home":
            return self._finish(request, self._home())
        headers = {"Content-Type": "text/html"}
        if switches.throttle_with in {"429", "503"} and switches.retry_after_seconds is not None:
            headers["Retry-After"] = str(switches.retry_after_seconds)
        return Response(int(switches.throttle_with), b"<html><body>busy</body></html>", headers)

    def _page(self, request: Request) -> Page:
        portal = self.portal
        if (listed := portal.family.answer(portal, request)) is not None:
            return listed
        if request.path in {"/", "/index.html"}:
            return self._home()
        if (item := portal.at(request.path) or portal.at(request.target)) is not None:
            return self._article(item)
        if request.path == "/zwgk/":
            return html_page(shell(portal.config, self._entry(), "政务公开", "<div><h2>政务公开</h2></div>"))
        if (target := portal.moved.get(request.path)) is not None:
            return Page(b"", charset=None, status=301, location=target)
        return self._missing()

    def _entry(self) -> str:
        return self.portal.family.entry(self.portal.config)

    def _home(self) -> Page:
        return html_page(home_page(self.portal.config, self._entry()))

    def _said(self, words: str) -> str:
        return shell(self.portal.config, self._entry(), words, f'<div class="tip">{words}</div>')

    def _missing(self) -> Page:
        kind = self.portal.switches.gone
        if kind == "redirect_home":
            return Page(b"", charset=None, status=302, location="/")
        if kind == "text":
            return html_page(self._said("您访问的页面不存在或已删除"))
        if kind == "shell":
            return Page(b"<html><body>" + b" " * 1308 + b"</body></html>", charset=None)
        return Page(b"<html><head><title>404</title></head></html>", charset=None, status=int(kind))

    def _article(self, item: Publication) -> Page:
        return self._pages.get((self.portal.name, item.key, item.revision), lambda: self._render(item))

    def _render(self, item: Publication) -> Page:
        frame = detail_frame(self.portal.config, self._entry(), item)
        report = item.as_printed()
        if report is None:
            text = "".join(f"<p>{escape(line)}</p>" for line in item.text)
            return html_page(frame(text, "utf-8"), item.modified_at)
        rendered = render(report, item.layout, self.portal.config.seed, frame)
        return Page(rendered.content, charset=rendered.charset_declared, modified_at=item.modified_at)

    def _finish(self, request: Request, page: Page) -> Response:
        """Add the headers of a web server, and answer 304 where the client has the page."""
        switches = self.portal.switches
        charset = f"; charset={page.charset}" if page.charset and switches.charset_header else ""
        headers = {
            "Content-Type": f"{page.media_type}{charset}",
            "Date": _http_date(self._now()),
            "Server": "nginx",
        }
        if page.location is not None:
            headers["Location"] = page.location
        body = page.body
        packed = switches.gzip and len(body) > 256 and "gzip" in request.headers.get("accept-encoding", "")
        if page.modified_at is not None and switches.validators:
            etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            # nginx weakens the tag when it compresses, for the bytes are no longer those of the file.
            headers["ETag"] = f"W/{etag}" if packed else etag
            headers["Last-Modified"] = _http_date(page.modified_at)
            if _is_fresh(request, etag, page.modified_at):
                del headers["Content-Type"]
                return Response(304, b"", headers)
        if packed:
            body = gzip.compress(body, compresslevel=6, mtime=0)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(page.status, body, headers)


def _http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _is_fresh(request: Request, etag: str, modified_at: datetime) -> bool:
    """The client's copy is the present one; a tag beats a date, as RFC 9110 wants it."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        return modified_at.astimezone(UTC).replace(microsecond=0) <= parsedate_to_datetime(since)
    except ValueError:
        return False
