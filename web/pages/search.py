"""Search: words and facets, as you type where scripts run."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from web.asked import Asked
from web.site import Asking, Site, place_name

PAGE = 25
MOST_VALUES = 40


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/search", response_class=HTMLResponse)
    def search(
        request: Request,
        asked: Asked,
        after: Annotated[str | None, Query(max_length=40)] = None,
        part: bool = False,
    ) -> HTMLResponse:
        found = site.library.search(asked, after, PAGE)
        ask = site.asking(request)
        facets = []
        for name, values in found.facets.items():
            # Years from the newest, places by code, the rest by number.
            if name == "year":
                ordered = sorted(values.items(), reverse=True)
            elif name == "region":
                ordered = sorted(values.items(), key=lambda pair: (pair[0] == "", pair[0]))
            else:
                ordered = sorted(values.items(), key=lambda pair: -pair[1])
            held = getattr(asked, name)
            named = [
                (value, _named(ask, name, value), number, value in held) for value, number in ordered[:MOST_VALUES]
            ]
            facets.append((name, named))
        findings = [
            (code, ask.word("finding", code), number, code in asked.finding) for code, number in found.findings.items()
        ]
        rows = [(row, site.library.snippet(row, asked.words)) for row in found.rows]
        template = "results.html" if part else "search.html"
        chosen = [
            (name, value, _named(ask, name, value))
            for name in ("year", "region", "level", "kind", "verdict", "finding", "portal", "scope")
            for value in getattr(asked, name)
        ]
        names = site.library.agency_names(asked.agency)
        chosen += [("agency", key, name) for key, name in names.items()]
        return site.page(
            request, template, asked=asked, found=found, facets=facets, findings=findings, rows=rows, chosen=chosen,
            q=request.query_params.get("q", ""), after=after,
        )  # fmt: skip

    return router


def _named(ask: Asking, facet: str, value: str) -> str:
    if facet == "region":
        return (place_name(value) or value) if value else ask.t("unknown_region")
    if facet == "portal":
        return ask.site.portal_title(value)
    return ask.word(facet, value) if facet in ("verdict", "level", "kind", "scope", "finding") else value
