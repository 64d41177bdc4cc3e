"""What a cell shows beside, inside or instead of its digits: never read as other digits, never as a blank."""

import pytest

from infra.simulator.reports import invent
from infra.simulator.reports.grid import article_of
from infra.simulator.reports.html import Markup, plain, write_html
from infra.simulator.reports.rendering import bare_page
from model.report import Report
from parsers import Part, parse_document

# Nothing adds this value up.
FIELD = "proactive.art20_1.regulations.repealed"


def _read(markup: str) -> Report:
    (invented,) = invent(1, "form2021", 5)
    article = article_of(invented)
    how = Markup(cell=lambda c: markup if c.id == FIELD else plain(c))
    page = bare_page(invented.title)(write_html(article, how), "utf-8")
    return parse_document([Part("page", page.encode())])


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("<span style='text-decoration: line-through'>12</span>23", 23),
        ("23<sup><a href='#n'>1</a></sup>", 23),
        ("23<span style='vertical-align: super'>1</span>", 23),
        ("23<sub>1</sub>", 23),
        ("2<span style='font-size:0'>9</span>3", 23),
        ("2<span style='opacity:0'>9</span>3", 23),
        ("<span style='Display:None'>1</span>23", 23),
        ("<span HIDDEN>1</span>23", 23),
        ("<input type=button value=23>", 23),
        ("12㊱", 12),
    ],
)
def test_only_what_is_shown_is_read(markup: str, value: int) -> None:
    report = _read(markup)
    assert report.values[FIELD] == value
    assert FIELD not in report.suspect


@pytest.mark.parametrize(
    "markup",
    [
        "2<img alt=3>", "<img src=2.gif>3", "2<svg><text>3</text></svg>", "<svg><text>23</text></svg>",
        "<select><option>1<option selected>23</select>", "<script>document.write(23)</script>",
        "<object data=x></object>",
        "<iframe src=x></iframe>", "<input type=image src=x>", "<meter value=23>", "3万", "3千元", "3元", "23万元",
        "5（3）", "23(32件)", "&#8238;32&#8236;", "2&#8232;3",
    ],
)  # fmt: skip
def test_what_is_no_plain_count_is_suspect(markup: str) -> None:
    report = _read(markup)
    assert report.suspect == [FIELD]
