"""Cookies as a reader's browser keeps them, and not more of them than a browser would."""

from typing import Any

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware

MOST_BYTES = 16_000
"""Names and values of one portal's cookies together; a site that piles up more starts again without any."""


class BoundedCookies(CookiesMiddleware):
    """Scrapy's cookies, with a bound on each jar; the jar's name is the request's `cookiejar`."""

    def process_request(self, request: Any, spider: Any = None) -> Any:
        if len(self.jars[request.meta.get("cookiejar")]):
            super().process_request(request, spider)

    def process_response(self, request: Any, response: Any, spider: Any = None) -> Any:
        if b"Set-Cookie" not in response.headers:
            return response
        response = super().process_response(request, response, spider)
        jar = self.jars[request.meta.get("cookiejar")]
        if sum(len(cookie.name) + len(cookie.value or "") for cookie in jar) > MOST_BYTES:
            jar.clear()
        return response
