"""Readers report a wrong cell; it lands in `gongkai review`."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from model.errors import BadQuery
from web.refusals import Refused
from web.sent import form, require_same_site
from web.site import Site


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/reports/{report_id}/errata")
    async def erratum(request: Request, report_id: str) -> Response:
        if not site.errata:
            raise Refused(403, "This archive takes no reports of errors")
        require_same_site(request)
        wait = site.errata_rate.wait(request.client.host if request.client else "")
        if wait:
            raise Refused(429, "Too many reports of errors; try again later", wait)
        given = await form(request)
        return await run_in_threadpool(_report_erratum, site, request, report_id, given)

    return router


def _report_erratum(site: Site, request: Request, report_id: str, given: dict[str, str]) -> Response:
    try:
        n = int(given.get("v") or 0) or None
    except ValueError:
        n = None
    shown = site.library.report(report_id, n)
    cell = given.get("cell", "")
    if shown.parsed is None or cell not in shown.parsed["values"]:
        raise BadQuery(f"{report_id} has no value {cell[:100]!r}")
    should_be = given.get("should_be", "").strip()[:200]
    if not should_be:
        raise BadQuery(site.asking(request).t("erratum_no"))
    why, contact = given.get("why", "").strip()[:2000], given.get("contact", "").strip()[:200]
    site.library.add_erratum(shown, cell, should_be, why, contact, datetime.now(UTC))
    back = site.asking(request).link(f"/reports/{report_id}", v=n, cell=cell, sent="true") + "#cell"
    return RedirectResponse(back, 303)
