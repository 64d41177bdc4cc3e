"""The overview: what is covered, what is new, changed, gone or overdue."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, PlainTextResponse

from model.errors import BadQuery
from storage.catalogue.browsing import Question
from web.site import Site, place_name

FIRST_YEAR = 2008
STEPS = (0.15, 0.35, 0.6, 0.85)
TOLD = 6


class Heat(NamedTuple):
    """One cell of the table: how many reports, and how dark (0: none, 5: of all agencies known)."""

    year: int
    number: int
    shade: int


class Place(NamedTuple):
    """One line of the table."""

    code: str
    name: str
    agencies: int
    cells: list[Heat]
    total: int


def shade(number: int, agencies: int) -> int:
    """0 to 5 by the share of the agencies."""
    if not number:
        return 0
    return 1 + sum(number / max(agencies, 1) > step for step in STEPS)


def heat(site: Site, region: str) -> tuple[list[int], list[Place]]:
    """The years that occur, with none left out between them, and a line for each place that has reports."""
    found, agencies = site.library.coverage(region)
    years = sorted({year for counts in found.values() for year in counts})
    span = list(range(years[0], years[-1] + 1)) if years else []
    places = []
    for code in sorted(found, key=lambda code: (code == "", code)):
        counts, known = found[code], agencies.get(code, 0)
        cells = [Heat(year, counts.get(year, 0), shade(counts.get(year, 0), known)) for year in span]
        places.append(Place(code, place_name(code) or code, known, cells, sum(counts.values())))
    return span, places


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/", response_class=HTMLResponse)
    def home(request: Request, region: Annotated[str, Query(max_length=6)] = "") -> HTMLResponse:
        if region and not (region.isascii() and region.isdigit()):
            raise BadQuery(f"{region!r} is no beginning of a division code; write digits, as 12 for Tianjin")
        years, places = heat(site, region)
        library, anything = site.library, Question()
        told = {
            "new": library.events(anything, ("published", "late", "reappeared"), limit=TOLD)[0],
            "changed": library.events(anything, ("revised", "corrected", "edited"), limit=TOLD)[0],
            "gone": library.events(anything, ("disappeared", "withdrawn"), limit=TOLD)[0],
            "overdue": library.events(anything, ("overdue",), limit=TOLD)[0],
        }
        return site.page(
            request, "home.html", years=years, places=places, region=region, counts=library.counts(), told=told,
            latest=library.newest(TOLD),
        )  # fmt: skip

    @router.get("/about", response_class=HTMLResponse)
    def about(request: Request) -> HTMLResponse:
        return site.page(request, "about.html")

    @router.get("/robots.txt")
    def robots() -> PlainTextResponse:
        return PlainTextResponse(
            "User-agent: *\nDisallow: /search\nDisallow: /compare\nDisallow: /api/\nCrawl-delay: 5\n"
        )

    return router
