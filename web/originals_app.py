"""The application of the originals, on an origin of its own: no cookies, no scripts, no way out."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from storage.content_coding import decoded
from web.drawing import Cannot, Picture, Sparing
from web.drawn import Original, laid_page, picture_page
from web.guarding import Guarded
from web.originals import POLICY, harmless, is_page, plain
from web.refusals import Refused, answer_errors
from web.site import Site
from web.words import preferred, say

# Frames of the pages may embed it; nothing else may read it.
EMBEDDED = {"cross-origin-resource-policy": "cross-origin", "cross-origin-opener-policy": "unsafe-none"}
MOST_PAGE = 400
MOST_DRAWN = 30_000_000
LEADS_BACK = "sandbox allow-top-navigation-by-user-activation"


def create_originals_app(site: Site, pages: Callable[[Scope], str]) -> FastAPI:
    """Originals for the frames of the explorer, which `pages` names by its origin."""
    library = site.library
    drawing = Sparing(site.drawing) if site.drawing is not None else None

    def policy(scope: Scope) -> str:
        return POLICY.format(sandbox="sandbox", ancestors=pages(scope))

    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(site.settings.hosts)),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
            Middleware(Guarded, policy=policy),
        ],
    )

    @app.get("/{report_id}/{n}/{place}")
    def original(
        request: Request,
        report_id: str,
        n: int,
        place: int,
        pass_: Annotated[str, Query(alias="pass", max_length=300)] = "",
        within: Annotated[str, Query(alias="in", max_length=500)] = "",
        page: Annotated[int, Query(ge=1, le=MOST_PAGE)] = 1,
        lang: Annotated[str | None, Query(max_length=5)] = None,
    ) -> Response:
        if site.login is not None and not site.login.lets(f"/{report_id}/{n}/{place}", pass_):
            raise Refused(403, "Open it from the report's page")
        version, place, payload = library.part(report_id, n, place)
        ref = version.manifest.parts[place]
        content = decoded(payload, ref.coding)
        shown = library.report(report_id, n)
        cells = (shown.parsed or {}).get("cells", {})
        if is_page(content, ref.media_type):
            return HTMLResponse(harmless(content, cells), headers=EMBEDDED)
        words = preferred(lang, request.headers.get("accept-language", ""))
        if drawing is not None and (len(content) <= MOST_DRAWN):
            # Of the other parts only what they are matters: attachments are counted.
            parts = [(one.role, content if at == place else b"") for at, one in enumerate(version.manifest.parts)]
            drawn = drawing.show(version.manifest.digest, parts, place, within, page)
            if not isinstance(drawn, Cannot):
                base, chosen = pages(request.scope), f"&lang={lang}" if lang in ("zh", "en") else ""
                asked = {key: value for key, value in request.query_params.items() if key != "page"}
                about = Original(f"{base}/reports/{report_id}?v={n}{chosen}", asked, within, page, cells, words)
                made = picture_page(drawn, about) if isinstance(drawn, Picture) else laid_page(drawn, about)
                # Nothing here is a stranger's markup, so it may lead back to the form.
                ours = POLICY.format(sandbox=LEADS_BACK, ancestors=base)
                return HTMLResponse(made, headers={**EMBEDDED, "content-security-policy": ours})
        if b"\0" not in content[:4096] and (ref.media_type or "text/plain").startswith("text/"):
            return HTMLResponse(plain(content), headers=EMBEDDED)
        told = say(words, "original_file", type=f"{ref.media_type or '?'}, {ref.size:,} B")
        return HTMLResponse(plain(told.encode()), headers=EMBEDDED)

    def told(_: Request, status: int, message: str, headers: Mapping[str, str]) -> Response:
        content = plain(f"{status}  {message}".encode())
        return HTMLResponse(content, status, {**headers, "cross-origin-resource-policy": "cross-origin"})

    answer_errors(app, told)
    return app
