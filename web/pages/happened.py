"""Events and their feeds, and portals with what runs saw of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, Response

from model.vocabulary import EventKind
from storage.catalogue.browsing import Question
from web.asked import Asked, words_of
from web.charts import Dot, Series, line_chart
from web.feeds import atom, json_feed
from web.site import Site

PAGE = 50
FED = 100
Kinds = Annotated[list[EventKind], Query(alias="event", max_length=20, description="Kind of event; may be repeated")]
VISITS = 40


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    library = site.library

    @router.get("/events", response_class=HTMLResponse)
    def events(
        request: Request,
        asked: Asked,
        event: Kinds = [],  # noqa: B006
        all_: Annotated[bool, Query(alias="all")] = False,
        after: Annotated[str | None, Query(max_length=80)] = None,
    ) -> HTMLResponse:
        kinds = tuple(kind.value for kind in event)
        found, cursor = library.events(asked, kinds, after=after, limit=PAGE, silent=all_)
        return site.page(
            request, "events.html", events=found, cursor=cursor, chosen=kinds, kinds=[k.value for k in EventKind],
            everything=all_, after=after, asked=asked, q=request.query_params.get("q", ""),
        )  # fmt: skip

    @router.get("/events.atom")
    def feed(request: Request, asked: Asked, event: Kinds = []) -> Response:  # noqa: B006
        told, _ = library.events(asked, tuple(kind.value for kind in event), limit=FED)
        address = f"{site.asking(request).base}{request.url.path}?{request.url.query}".rstrip("?")
        return Response(atom(told, site.settings.title, address, address), media_type="application/atom+xml")

    @router.get("/events.json")
    def feed_json(request: Request, asked: Asked, event: Kinds = []) -> Response:  # noqa: B006
        told, _ = library.events(asked, tuple(kind.value for kind in event), limit=FED)
        address = f"{site.asking(request).base}{request.url.path}?{request.url.query}".rstrip("?")
        return Response(json_feed(told, site.settings.title, address), media_type="application/feed+json")

    @router.get("/portals", response_class=HTMLResponse)
    def portals(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        after: Annotated[str | None, Query(max_length=80)] = None,
    ) -> HTMLResponse:
        found = library.portals(words_of(q), after, PAGE)
        return site.page(request, "portals.html", found=found, q=q, after=after)

    @router.get("/portals/{name}", response_class=HTMLResponse)
    def portal(request: Request, name: str) -> HTMLResponse:
        waiting = library.registry.get(name)
        if waiting is not None and name not in library.visited_runs():
            return site.page(request, "waiting.html", portal=waiting)
        state = library.portal(name, VISITS)
        ask = site.asking(request)
        visits = state.visits[::-1]
        points = [(at, float(visit.reports)) for at, visit in enumerate(visits)]
        chart = None
        if len(points) > 1:
            labels = [f"{visit.checked_at:%m-%d}" for visit in visits]
            chart = line_chart(
                [Series(site.portal_title(name), [Dot(float(x), y, not visits[x].complete) for x, y in points])],
                [float(x) for x, _ in points], labels, y_title=ask.t("reports"), x_title=ask.t("checked"), breaks={},
                source=ask.t("trend"), title=ask.t("trend"),
            )  # fmt: skip
        told, _ = library.events(Question(portal=(name,)), limit=20)
        held = library.search(Question(portal=(name,)), limit=1)
        years = sorted({year for visit in state.visits for year in visit.years} - {"none"})
        return site.page(
            request, "portal.html", state=state, chart=chart, events=told, held=held, years=years,
            held_years=held.facets["year"],
        )  # fmt: skip

    return router
