"""Agencies, figures and years beside one another; both the page and the API ask here."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

import yaml

from model.errors import BadQuery
from model.forms import load_forms
from model.forms_printed import value_labels
from storage.catalogue.figures import ReportFigures
from web.library.library import Library

BREAKS = {2018.5: "break_2019", 2020.5: "break_2021"}
"""Between these years the form changed: the statistics of 2014 ended with 2018, the form of 2019 with 2020."""
FIRST, LAST = 2008, 2049
MOST_AGENCIES = 8
MOST_FIGURES = 6


class Figure(NamedTuple):
    """What is compared. `before`: ids of the statistics of 2014 to 2018 that counted something like it."""

    id: str
    zh: str
    en: str
    unit: str
    before: tuple[str, ...] = ()


class Point(NamedTuple):
    """One value of one year. `value` is None where none is printed; then `printed` is what stands there instead.

    `scope`: whose figures the report tells. Years of different scope are not directly comparable.
    """

    year: int
    value: float | int | None
    printed: str | None
    suspect: bool
    report_id: str
    version: int
    id: str
    scope: str


class Line(NamedTuple):
    figure: Figure
    agency: str
    agency_name: str
    points: tuple[Point, ...]


@lru_cache(maxsize=1)
def usual_figures() -> tuple[Figure, ...]:
    """Those that are offered; any id of a form can be asked for."""
    told = yaml.safe_load(resources.files("web").joinpath("figures.yml").read_text(encoding="utf-8"))
    return tuple(Figure(e["id"], e["zh"], e["en"], e["unit"], tuple(e.get("before", ()))) for e in told)


def figure_of(name: str) -> Figure:
    """A figure by its id; BadQuery for an id that no form has."""
    for usual in usual_figures():
        if usual.id == name:
            return usual
    label = value_labels().get(name)
    if label is None:
        raise BadQuery(f"no form has a value {name[:120]!r}")
    unit = next((f.unit for form in load_forms().values() for f in form.fields if f.id == name and f.unit), "")
    return Figure(name, label, label, unit or "")


def compare(library: Library, agencies: tuple[str, ...], figures: tuple[str, ...], first: int, last: int) -> list[Line]:
    """A line for each figure and agency, in that order; BadQuery for too much or what does not exist."""
    if len(agencies) > MOST_AGENCIES or len(figures) > MOST_FIGURES:
        raise BadQuery(f"at most {MOST_AGENCIES} agencies and {MOST_FIGURES} figures at once")
    if not FIRST <= first <= last <= LAST:
        raise BadQuery(f"years from {FIRST} to {LAST}, the first not after the last")
    named = library.agency_names(agencies)
    if lost := [name for name in agencies if name not in named]:
        raise BadQuery(f"no agency {', '.join(lost)[:200]}")
    asked = [figure_of(name) for name in figures]
    ids = list(dict.fromkeys(name for figure in asked for name in (figure.id, *figure.before)))
    read = library.figures(list(named), range(first, last + 1), ids)
    return [
        Line(figure, agency, name, tuple(_points(figure, read[agency])))
        for figure in asked
        for agency, name in named.items()
    ]


def _points(figure: Figure, read: Mapping[int, ReportFigures]) -> list[Point]:
    points = []
    for year, held in sorted(read.items()):
        name = next((one for one in (figure.id, *figure.before) if one in held.figures), None)
        if name is None:
            continue
        told = held.figures[name]
        printed = None if told.value is not None else "?" if told.printed is None else told.printed
        points.append(Point(year, told.value, printed, told.suspect, held.report_id, held.n, name, held.scope))
    return points
