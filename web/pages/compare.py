"""Agencies, years and figures as charts and a table; the address is the question."""

import csv
import io
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from model.errors import BadQuery
from web.asked import words_of
from web.charts import Series, line_chart
from web.library.comparison import BREAKS, FIRST, LAST, Line, compare, usual_figures
from web.pages.form_view import number
from web.pages.report import csv_text
from web.site import Asking, Site

USUAL = "applications.new_received.total"
Agencies = Annotated[list[str], Query(max_length=8)]
Figures = Annotated[list[str], Query(max_length=6)]


class Asked(NamedTuple):
    """A comparison as its address asks for it."""

    agencies: tuple[str, ...]
    figures: tuple[str, ...]
    lines: list[Line]
    start: int
    end: int


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def asked_for(
        agency: Agencies = [],  # noqa: B006
        figure: Figures = [],  # noqa: B006
        first: Annotated[int | None, Query(alias="from", ge=FIRST, le=LAST)] = None,
        last: Annotated[int | None, Query(alias="to", ge=FIRST, le=LAST)] = None,
    ) -> Asked:
        start, end = first or FIRST, last or max(first or FIRST, min(datetime.now(UTC).year - 1, LAST))
        agencies, figures = tuple(dict.fromkeys(agency)), tuple(dict.fromkeys(figure or [USUAL]))
        lines = compare(site.library, agencies, figures, start, end)
        if first is None:  # nobody asked for years in which there is nothing
            start = min((p.year for line in lines for p in line.points), default=max(start, end - 6))
        return Asked(agencies, figures, lines, start, end)

    @router.get("/compare", response_class=HTMLResponse)
    def page(
        request: Request,
        asked: Annotated[Asked, Depends(asked_for)],
        add: Annotated[str, Query(max_length=100)] = "",
    ) -> HTMLResponse:
        lines, start, end = asked.lines, asked.start, asked.end
        ask = site.asking(request)
        charts = [chart(ask, [line for line in lines if line.figure.id == name], start, end)
                  for name in dict.fromkeys(line.figure.id for line in lines)]  # fmt: skip
        words = words_of(add)
        found = site.library.agencies_named(words, 12) if words else []
        return site.page(
            request, "compare.html", lines=lines, charts=charts, years=list(range(start, end + 1)), start=start,
            end=end,
            chosen=asked.figures, named=site.library.agency_names(asked.agencies),
            usual=usual_figures(), add=add, found=found, number=number,
        )  # fmt: skip

    @router.get("/compare.csv")
    def as_csv(
        request: Request,
        asked: Annotated[Asked, Depends(asked_for)],
    ) -> Response:
        headers = {"content-disposition": 'attachment; filename="gongkai-compare.csv"'}
        return Response(
            lines_csv(asked.lines, site.asking(request).base), media_type="text/csv; charset=utf-8", headers=headers
        )

    @router.get("/compare.svg")
    def as_svg(
        request: Request,
        asked: Annotated[Asked, Depends(asked_for)],
    ) -> Response:
        lines, start, end = asked.lines, asked.start, asked.end
        if not lines:
            raise BadQuery("name at least one agency")
        one = [line for line in lines if line.figure.id == lines[0].figure.id]
        drawn = chart(site.asking(request), one, start, end)
        headers = {"content-disposition": 'attachment; filename="gongkai-compare.svg"'}
        return Response(drawn, media_type="image/svg+xml", headers=headers)

    return router


def chart(ask: Asking, lines: list[Line], start: int, end: int) -> str:
    """One figure of all agencies, year by year."""
    what = lines[0].figure
    name = what.zh if ask.lang == "zh" else what.en
    unit = what.unit
    years = list(range(start, end + 1))
    return line_chart(
        [
            Series(
                line.agency_name,
                [(float(p.year), float(p.value), p.suspect) for p in line.points if p.value is not None],
            )
            for line in lines
        ],
        [float(year) for year in years],
        [str(year) for year in years],
        title=name,
        y_title=f"{ask.t('unit')}: {ask.word('unit', unit)}" if unit else "",
        x_title=ask.t("axis_year"),
        breaks={place: ask.t(word) for place, word in BREAKS.items()},
        source=ask.t("chart_source", title=ask.site.settings.title),
    )


def lines_csv(lines: list[Line], base: str) -> bytes:
    """One line for each value, with where it is from."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "agency_id",
            "agency",
            "figure",
            "label",
            "unit",
            "year",
            "value",
            "printed",
            "suspect",
            "id",
            "report",
            "version",
        ]
    )
    for line in lines:
        for p in line.points:
            writer.writerow(
                [
                    line.agency, csv_text(line.agency_name), line.figure.id, line.figure.zh, line.figure.unit, p.year,
                    "" if p.value is None else p.value, csv_text(p.printed or ""), int(p.suspect), p.id,
                    f"{base}/reports/{p.report_id}", p.version,
                ]
            )  # fmt: skip
    return out.getvalue().encode()
