"""Generated reports in every layout: whole, verified, each value and each state of a cell as printed."""

import pytest

from infra.simulator.reports import LAYOUTS, invent, render
from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from tests.parse_answers import silent_errors


def _hold(layout: str, form: str, count: int, seed: int) -> None:
    for number, invented in enumerate(invent(count, form, seed)):
        document = render(invented, layout, seed + number)
        report = parse_document([Part("page", document.content)])
        assert report.verdict is ReportVerdict.VERIFIED, (number, report.reasons, report.suspect[:3])
        assert silent_errors(report, dict(document.values)) == []
        assert report.values == document.values
        assert {i: c.state for i, c in report.cells.items()} == document.states
        extras = [(e.label, tuple(e.values)) for e in report.extras]
        assert all((e.label, tuple(e.values)) in extras for e in document.extras)
        assert report.report_year == invented.year
        assert report.format_era == form


@pytest.mark.parametrize("form", ["form2021", "form2019"])
@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_layout_is_read_whole(layout: str, form: str) -> None:
    _hold(layout, form, 4, 11)


@pytest.mark.deep
@pytest.mark.parametrize("form", ["form2021", "form2019"])
@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_a_hundred_reports_of_each_layout(layout: str, form: str) -> None:
    _hold(layout, form, 100, 500)
