"""The application of the pages and the API; `web.originals_app` is the other one."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web import api, mcp
from web.drawing import Drawing
from web.guarding import PAGE_POLICY, Guarded
from web.library import Library
from web.login import COOKIE, DAYS, Login
from web.pages import compare, downloads, erratum, happened, home, releases, report, search, versions
from web.refusals import Refused, answer_errors
from web.sent import form
from web.settings import WebSettings
from web.site import Site

OPEN_PATHS = ("/login", "/static/", "/robots.txt")


class Kept(StaticFiles):
    """Our own files; their addresses hold a digest, so they may be kept for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        found = super().file_response(*args, **kwargs)
        found.headers["cache-control"] = "public, max-age=31536000, immutable"
        return found


def create_app(
    library: Library,
    settings: WebSettings,
    *,
    originals_port: int,
    errata: bool,
    drawing: Drawing | None = None,
    on_start: Callable[[], None] | None = None,
) -> FastAPI:
    """The explorer over a library. `errata`: may readers report wrong cells? `on_start` is called once it runs.

    `drawing`: who reads originals that are files; without one they are for downloading.
    """
    login = Login(settings.password.get_secret_value()) if settings.password else None
    site = Site(library, settings, originals_port, errata, login, drawing)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        if on_start is not None:
            on_start()
        yield

    def policy(scope: Scope) -> str:
        return PAGE_POLICY.format(frames=site.originals_origin(Request(scope)))

    app = FastAPI(
        title=settings.title,
        lifespan=life,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts)),
            Middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5),
            Middleware(Guarded, policy=policy),
        ],
    )
    app.state.site = site
    folder = resources.files("web") / "static"
    app.mount("/static", Kept(directory=str(folder)), name="static")
    interface = api.create_api(site)
    app.mount("/api/v1", interface)
    app.include_router(mcp.routes(interface))
    for pages in (home, search, report, versions, downloads, erratum, compare, happened, releases):
        app.include_router(pages.routes(site))
    _login_pages(app, site)
    _refusals(app, site)
    return app


def _login_pages(app: FastAPI, site: Site) -> None:
    login = site.login
    if login is None:
        return

    @app.middleware("http")
    async def ask_who(request: Request, call_next: Callable[[Request], Any]) -> Response:
        path = request.url.path
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if (
            path.startswith(OPEN_PATHS)
            or login.holds(request.cookies.get(COOKIE))
            or (bearer and login.is_password(bearer))
        ):
            answer: Response = await call_next(request)
            return answer
        if path.startswith(("/api/", "/mcp")):
            return JSONResponse({"error": {"status": 401, "message": "Send the password as a bearer token"}}, 401,
                                {"www-authenticate": "Bearer"})  # fmt: skip
        return RedirectResponse(site.asking(request).link("/login"), 303)

    @app.get("/login", response_class=HTMLResponse)
    def ask(request: Request) -> HTMLResponse:
        return site.page(request, "login.html", wrong=False)

    @app.post("/login")
    async def enter(request: Request) -> Response:
        given = await form(request)
        reader = request.client.host if request.client else ""
        if wait := site.errata_rate.wait(f"login {reader}"):
            raise Refused(429, "Too many tries", wait)
        if not login.is_password(given.get("password", "")):
            return site.page(request, "login.html", 403, wrong=True)
        answer = RedirectResponse(site.asking(request).link("/"), 303)
        answer.set_cookie(
            COOKIE,
            login.cookie(),
            max_age=DAYS * 86400,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer


def _refusals(app: FastAPI, site: Site) -> None:
    def told(request: Request, status: int, message: str, headers: Mapping[str, str]) -> Response:
        answer = site.page(request, "error.html", status, status=status, message=message)
        answer.headers.update(headers)
        return answer

    answer_errors(app, told)
