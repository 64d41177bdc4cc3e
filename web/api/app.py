"""`/api/v1`: the questions of the explorer for programs, in JSON and CSV."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import JSONResponse, Response

from model.document import Event
from model.report import Report
from model.vocabulary import EventKind
from web.api import shapes
from web.asked import Asked, words_of
from web.csv_files import lines_csv, reports_csv, values_csv
from web.library.comparison import FIRST, LAST, compare
from web.library.one_report import Shown
from web.pages.versions import text_changes
from web.refusals import answer_errors
from web.site import Site, place_name

Limit = Annotated[int, Query(ge=1, le=200, description="Items of a page")]
After = Annotated[str | None, Query(max_length=80, description="The cursor `next` of the page before")]
Id = Annotated[str, Path(max_length=120, pattern=r"^[A-Za-z0-9_-]+$")]
Number = Annotated[int, Path(ge=1, le=100_000)]
Format = Annotated[shapes.Format, Query(description="json or csv")]
CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
TROUBLE: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.Failed, "description": told}
    for status, told in (
        (400, "The question can't be answered"), (404, "There is no such thing"),
        (422, "A parameter is not as described"),
        (429, "Too many requests; see Retry-After"), (451, "Withheld by a recorded decision"),
        (500, "An object of the archive is damaged"), (503, "The archive can't be read now"),
    )
}  # fmt: skip


def create_api(site: Site) -> FastAPI:
    """The API as an application of its own, with its own OpenAPI."""
    api = FastAPI(
        title="gongkai",
        version="1",
        description="China's annual reports on open government information: every version, every figure. Read-only. "
        "Cursors: give `next` back as `after`. Every answer has an ETag. CSV where `format` is a parameter.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=TROUBLE,
        license_info={"name": "Apache-2.0 (software)"},
    )
    library = site.library

    @api.middleware("http")
    async def not_too_often(request: Request, call_next: Any) -> Response:
        wait = site.rate.wait(request.client.host if request.client else "")
        if wait:
            return _trouble(429, "Too many requests", {"retry-after": str(int(wait) + 1)})
        answer: Response = await call_next(request)
        return answer

    @api.get("/", include_in_schema=False)
    def documentation(request: Request) -> Response:
        paths = [(path, next(iter(told.values()))) for path, told in api.openapi()["paths"].items()]
        return site.page(request, "api.html", paths=paths)

    @api.get("/reports", tags=["reports"], responses=CSV)
    def reports(asked: Asked, after: After = None, limit: Limit = 50, format: Format = "json") -> shapes.Counted:
        """Reports by words and facets, newest year first, with counts."""
        found = library.search(asked, after, limit)
        if format == "csv":
            headers = {"x-next-cursor": found.cursor} if found.cursor else {}
            told = reports_csv(found.rows)
            return Response(told, media_type="text/csv; charset=utf-8", headers=headers)  # type: ignore[return-value]
        return shapes.Counted(
            items=found.rows, next=found.cursor, total=found.total, exact=found.exact, facets=found.facets,
            findings=found.findings,
        )  # fmt: skip

    @api.get("/reports/{report_id}", tags=["reports"])
    def report(report_id: Id) -> shapes.ReportDetail:
        """One report: its versions and what was decided."""
        return _detail(library.report(report_id))

    @api.get("/reports/{report_id}/versions/{n}", tags=["reports"], response_model=Report,
             response_model_exclude_unset=True, responses=CSV)  # fmt: skip
    def version(report_id: Id, n: Number, format: Format = "json") -> Any:
        """The public JSON of one version: values, cells, checks, findings; `csv`: one line for each value."""
        told = library.public_json(library.report(report_id, n))
        if format == "csv":
            return Response(values_csv(told), media_type="text/csv; charset=utf-8")
        return JSONResponse(told)

    @api.get("/reports/{report_id}/diff", tags=["reports"], response_model_by_alias=True)
    def diff(
        report_id: Id,
        a: Annotated[int, Query(ge=1, le=100_000, description="One version")],
        b: Annotated[int, Query(ge=1, le=100_000, description="The other version")],
    ) -> shapes.Difference:
        """Cells and sentences in which two versions differ."""
        old, new = library.report(report_id, a), library.report(report_id, b)
        cells = [
            shapes.ChangedCell(id=c.id, label=c.label, before=c.before, after=c.after)
            for c in library.changes(old, new)
        ]
        text = [
            {side: "".join(words for words, _ in change[side]) for side in ("before", "after")}
            for change in text_changes(old.parsed, new.parsed)
        ]
        return shapes.Difference(a=a, b=b, cells=cells, text=text)

    @api.get("/agencies", tags=["agencies"])
    def agencies(q: Annotated[str, Query(max_length=100)], limit: Limit = 50) -> shapes.Page[shapes.AgencyFound]:
        """Agencies with reports, by words of their names."""
        words = words_of(q)
        found = library.agencies_named(words, limit) if words else []
        return shapes.Page(items=[shapes.AgencyFound(id=i, name=name, years=years) for i, name, years in found])

    @api.get("/compare", tags=["figures"], responses=CSV)
    def compared(
        request: Request,
        agency: Annotated[list[str], Query(min_length=1, max_length=8)],
        figure: Annotated[list[str], Query(min_length=1, max_length=6, description="Dotted id of a value")],
        first: Annotated[int, Query(alias="from", ge=FIRST, le=LAST)] = FIRST,
        last: Annotated[int, Query(alias="to", ge=FIRST, le=LAST)] = LAST,
        format: Format = "json",
    ) -> shapes.Comparison:
        """Values of agencies over the years, each with the report it is from."""
        lines = compare(library, tuple(dict.fromkeys(agency)), tuple(dict.fromkeys(figure)), first, last)
        if format == "csv":
            base = site.asking(request).base
            return Response(lines_csv(lines, base), media_type="text/csv; charset=utf-8")  # type: ignore[return-value]
        return shapes.Comparison(
            lines=[
                shapes.ComparedLine(
                    figure=line.figure.id, label=line.figure.zh, label_en=line.figure.en, unit=line.figure.unit,
                    agency=line.agency, agency_name=line.agency_name,
                    points=[shapes.ComparedPoint(**p._asdict()) for p in line.points],
                )
                for line in lines
            ]
        )  # fmt: skip

    @api.get("/coverage", tags=["coverage"])
    def coverage(
        region: Annotated[
            str, Query(max_length=6, pattern=r"^\d*$", description="Division code or its beginning")
        ] = "",
    ) -> shapes.Page[shapes.PlaceCovered]:
        """How many reports are held by place and year: provinces, or the places one level below a region."""
        found, known = library.coverage(region)
        return shapes.Page(
            items=[
                shapes.PlaceCovered(
                    region=code, name=place_name(code) if code else None, agencies=known.get(code, 0),
                    years={str(year): number for year, number in sorted(years.items())},
                )
                for code, years in sorted(found.items())
            ]
        )  # fmt: skip

    @api.get("/events", tags=["events"])
    def events(
        asked: Asked,
        event: Annotated[list[EventKind], Query(max_length=20)] = [],  # noqa: B006
        baseline: Annotated[bool, Query(description="Also what first crawls of portals found")] = False,
        after: After = None,
        limit: Limit = 50,
    ) -> shapes.Page[Event]:
        """What happened, newest first."""
        found, cursor = library.events(asked, tuple(k.value for k in event), after=after, limit=limit, silent=baseline)
        return shapes.Page(items=found, next=cursor)

    @api.get("/portals", tags=["portals"])
    def portals(
        q: Annotated[str, Query(max_length=200, description="Words of the portal's id, title or region code")] = "",
        after: After = None,
        limit: Limit = 50,
    ) -> shapes.Page[shapes.PortalSeen]:
        """What the last run saw of each portal; those never visited last."""
        found = library.portals(words_of(q), after, limit)
        waiting = [shapes.PortalSeen(portal=p.id, runs=0, last=None) for p in found.waiting]
        return shapes.Page(
            items=[shapes.PortalSeen(portal=p.portal, runs=p.runs, last=p.last) for p in found.visited] + waiting,
            next=found.cursor,
        )

    answer_errors(api, lambda _, *told: _trouble(*told), invalid=422)
    return api


def _trouble(status: int, message: str, headers: Mapping[str, str]) -> Response:
    return JSONResponse({"error": {"status": status, "message": message}}, status, dict(headers))


def _detail(shown: Shown) -> shapes.ReportDetail:
    return shapes.ReportDetail(
        report=shown.row,
        versions=[
            shapes.VersionOfReport(
                n=v.n, reason=v.reason.value, corrects=v.corrects, captured_at=v.captured_at,
                published_on=v.published_on, title=v.title, url=v.url, manifest=v.manifest.digest,
                parts=[p.model_dump(mode="json", include={"role", "sha256", "size", "media_type", "url", "name"})
                       for p in v.manifest.parts],
            )
            for v in shown.chain
        ],
        adjudications=list(shown.decided.values()),
        against_last_year=shown.years.checks if shown.years else [],
        findings_against_last_year=shown.years.findings if shown.years else [],
    )  # fmt: skip
