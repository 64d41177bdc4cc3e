"""Agencies, years and figures as charts and a table; the address is the question."""

from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import HTMLResponse, Response

from model.errors import BadQuery
from web.asked import words_of
from web.charts import Dot, Series, line_chart
from web.csv_files import lines_csv
from web.library.comparison import BREAKS, FIRST, LAST, MOST_FIGURES, Line, Point, compare, usual_figures
from web.pages.form_view import number
from web.site import Asking, Site

MOST_VALUES = 400  # on one page: some 130 KB with the longest names
USUAL = "applications.new_received.total"
Agencies = Annotated[list[str], Query(max_length=8)]
Figures = Annotated[list[str], Query(max_length=6)]


class Question(NamedTuple):
    """What an address asks for; no `first` where nobody asked for years."""

    agencies: tuple[str, ...]
    figures: tuple[str, ...]
    first: int | None
    last: int | None


class Asked(NamedTuple):
    """A comparison as its address asks for it."""

    question: Question
    lines: list[Line]
    start: int
    end: int


class Cell(NamedTuple):
    """A value of one year in the table as it is shown, with the address of its place in its report."""

    point: Point
    shown: str
    address: str


class Row(NamedTuple):
    """A line of the table; None for years without a value."""

    line: Line
    cells: list[Cell | None]


async def _question(
    agency: Agencies = [],  # noqa: B006
    figure: Figures = [],  # noqa: B006
    first: Annotated[int | None, Query(alias="from", ge=FIRST, le=LAST)] = None,
    last: Annotated[int | None, Query(alias="to", ge=FIRST, le=LAST)] = None,
) -> Question:
    # Asynchronous because it waits for nothing: a thread of its own would cost more than it does.
    return Question(tuple(dict.fromkeys(agency)), tuple(dict.fromkeys(figure or [USUAL])), first, last)


Questioned = Annotated[Question, Depends(_question)]


def routes(site: Site) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    def answered(question: Question) -> Asked:
        agencies, figures, first, last = question
        start, end = first or FIRST, last or max(first or FIRST, min(datetime.now(UTC).year - 1, LAST))
        lines = compare(site.library, agencies, figures, start, end)
        if first is None:  # nobody asked for years in which there is nothing
            start = min((p.year for line in lines for p in line.points), default=max(start, end - 6))
        return Asked(question, lines, start, end)

    @router.get("/compare", response_class=HTMLResponse)
    def page(
        request: Request,
        question: Questioned,
        add: Annotated[str, Query(max_length=100)] = "",
        part: Annotated[int, Query(ge=1, le=MOST_FIGURES)] = 1,
    ) -> HTMLResponse:
        _, lines, start, end = answered(question)
        ask, years = site.asking(request), range(start, end + 1)
        parts = in_parts(lines, len(years))
        part = min(part, len(parts))
        lines = [line for figure in parts[part - 1] for line in figure]
        charts = [chart(ask, figure, start, end) for figure in parts[part - 1]]
        words = words_of(add)
        found = site.library.agencies_named(words, 12) if words else []
        usual = usual_figures()
        return site.page(
            request, "compare.html", rows=rows_of(ask, lines, years), charts=charts, years=years, start=start, end=end,
            chosen=question.figures, named=site.library.agency_names(question.agencies), usual=usual,
            others=[name for name in question.figures if all(name != one.id for one in usual)], add=add, found=found,
            marks=[" break" if year - 0.5 in BREAKS and year > start else "" for year in years],
            part=part, parts=len(parts),
            scopes={scope: ask.word("scope", scope) for scope in {p.scope for line in lines for p in line.points}},
        )  # fmt: skip

    @router.get("/compare.csv")
    def as_csv(
        request: Request,
        question: Questioned,
    ) -> Response:
        asked = answered(question)
        headers = {"content-disposition": 'attachment; filename="gongkai-compare.csv"'}
        return Response(
            lines_csv(asked.lines, site.asking(request).base), media_type="text/csv; charset=utf-8", headers=headers
        )

    @router.get("/compare.svg")
    def as_svg(
        request: Request,
        question: Questioned,
    ) -> Response:
        _, lines, start, end = answered(question)
        if not lines:
            raise BadQuery("name at least one agency")
        one = [line for line in lines if line.figure.id == lines[0].figure.id]
        drawn = chart(site.asking(request), one, start, end)
        headers = {"content-disposition": 'attachment; filename="gongkai-compare.svg"'}
        return Response(drawn, media_type="image/svg+xml", headers=headers)

    return router


def in_parts(lines: list[Line], years: int) -> list[list[list[Line]]]:
    """The lines by figure, in parts that each make a page of bearable size; one empty part of none."""
    figures = [list(group) for _, group in groupby(lines, key=lambda line: line.figure.id)]
    at_once = max(1, MOST_VALUES // (years * max((len(figure) for figure in figures), default=1)))
    return [figures[at : at + at_once] for at in range(0, len(figures), at_once)] or [[]]


def rows_of(ask: Asking, lines: list[Line], years: range) -> list[Row]:
    """The table: a row for each line, a cell for each year."""
    cells = {name: ask.link("", cell=name) + "#cell" for name in {p.id for line in lines for p in line.points}}
    rows = []
    for line in lines:
        by_year = {
            p.year: Cell(
                p,
                number(p.value) if p.value is not None else p.printed or "·",
                quote(f"/reports/{p.report_id}") + cells[p.id],
            )
            for p in line.points
        }
        rows.append(Row(line, [by_year.get(year) for year in years]))
    return rows


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
                [Dot(float(p.year), float(p.value), p.suspect, p.scope) for p in line.points if p.value is not None],
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
