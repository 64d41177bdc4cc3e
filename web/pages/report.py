"""A report: its form, the original beside it, one value's story."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from model.errors import ObjectMissing
from model.forms_printed import value_labels
from web.library.one_report import Shown
from web.pages.form_view import SHOWN_STATE, Dress, beside_checks, number, story, views
from web.places import Place, first_of, part_of, places_in
from web.sent import Version
from web.site import Site

MOST_HISTORY = 14


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    library = site.library

    @router.get("/reports/{report_id}", response_class=HTMLResponse)
    def report(
        request: Request,
        report_id: str,
        v: Version = None,
        cell: Annotated[str | None, Query(max_length=200)] = None,
        part: bool = False,
        sent: bool = False,
    ) -> HTMLResponse:
        shown = library.report(report_id, v)
        told = story(cell, shown.parsed, shown.decided) if cell and shown.parsed else None
        if cell and told is None:
            raise ObjectMissing(f"{report_id} has no value {cell}")
        facts: dict[str, Any] = {
            "shown": shown,
            "cell": told,
            "sent": sent,
            "original": _original(site, request, shown, told.id if told else None),
        }
        if told is not None:
            facts["history"] = _history(site, shown, told.id)
        if part:
            return site.page(request, "cell.html", **facts)
        parsed = shown.parsed
        ask = site.asking(request)
        titles = {mark: ask.t(mark) for mark in ("suspect", "failed", "decided")}
        dress = Dress(shown.version.n, ask.lang if ask.explicit else None, told.id if told else None, titles)
        failed = [c for c in parsed["checks"] if not c["passed"]] if parsed else []
        return site.page(
            request,
            "report.html",
            tables=views(parsed, shown.decided, dress) if parsed else [],
            failed=failed,
            findings=beside_checks(parsed) if parsed else [],
            labels=value_labels(),
            **facts,
        )

    return router


def _original(site: Site, request: Request, shown: Shown, cell: str | None) -> dict[str, Any]:
    """The parts with their addresses, and of the frame: where it begins and, for a value, the place in it.

    `leads_back`: is there a part in which links of ours lead to the form? Pages of HTML have none.
    """
    base, ask = site.originals_origin(request), site.asking(request)
    manifest = shown.version.manifest.parts
    places = places_in((shown.parsed or {}).get("cells", {}))
    first = places.get(cell) if cell else None
    place = first or first_of(places.values()) or Place("", None, None)
    begins = part_of(manifest, place.within)
    if cell and "html" in (manifest[begins].media_type or ""):
        begins = site.library.page_of(shown, begins, cell)
    parts: list[dict[str, Any]] = []
    for at, ref in enumerate(manifest):
        path = f"/{shown.row.report_id}/{shown.version.n}/{at}"
        there = place if at == begins else Place("", None, None)
        asked = {
            "in": there.within,
            "page": there.page,
            "lang": ask.lang if ask.explicit else None,
            "pass": site.login.pass_for(path) if site.login else None,
        }
        query = urlencode({key: value for key, value in asked.items() if value})
        parts.append({"ref": ref, "place": at, "address": f"{base}{path}{'?' if query else ''}{query}"})
    frame = str(parts[begins]["address"]) + (f"#c-{cell}" if cell else "")
    html = place.page is None and all("html" in (ref.media_type or "") for ref in manifest)
    return {"parts": parts, "frame": frame, "begins": begins, "origin": base, "leads_back": not html}


def _history(site: Site, shown: Shown, cell: str) -> list[tuple[int, str, str, bool]]:
    """(year, report id, what stands there, suspect) of the same value in the agency's other years."""
    year = shown.row.report_year
    agency, years = shown.row.agency_id, range(year - MOST_HISTORY, year + MOST_HISTORY)
    told = []
    for other, found in site.library.figures([agency], years, [cell])[agency].items():
        if (figure := found.figures.get(cell)) is None:
            continue
        if figure.value is not None:
            printed = number(figure.value)
        else:
            printed = SHOWN_STATE.get(figure.state or "", (figure.printed or "")[:24] or "?")
        told.append((other, found.report_id, printed, figure.suspect))
    return told
