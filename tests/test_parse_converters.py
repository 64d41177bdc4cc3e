"""Generated HTML through the converters that people use: values and states as printed, or suspect, or refused.

The converters that are programs of their own run in `make converters`.
"""

from collections import Counter

import pytest

from infra.simulator.reports import invent, render
from infra.simulator.reports.article import Text
from infra.simulator.reports.grid import article_of
from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from tests.converting import CONVERTED, IN_PROCESS, PRINTED_OTHERWISE, outcome, outcomes

# Layouts of which a converter leaves less than these shares; the others are verified whole.
LOST = {
    # Nested tables become one line of text, unclosed cells one cell.
    ("markdownify", "layout_tables"): 0.0,
    ("markdownify", "sloppy_markup"): 0.0,
    # Cells that Word broke into pieces.
    ("markdownify", "word_fragments"): 0.0,
    ("trafilatura, Markdown", "word_fragments"): 0.7,
    # A Table 4 of nothing but blanks is cut away, or ends the text.
    ("trafilatura, text", "layout_tables"): 0.9,
    ("trafilatura, Markdown", "layout_tables"): 0.9,
}


@pytest.mark.parametrize("layout", CONVERTED)
@pytest.mark.parametrize("name", list(IN_PROCESS))
def test_a_converted_page_is_read_right_or_not_vouched_for(name: str, layout: str) -> None:
    ends: Counter[str] = Counter()
    for form in ("form2021", "form2019"):
        for number, invented in enumerate(invent(2, form, 31)):
            document = render(invented, layout, number)
            report = parse_document([Part("page", IN_PROCESS[name](document.content))])
            wrong = [i for i in document.values if outcome(report, document, i) == "wrong"]
            assert wrong == [], (form, number, wrong[:5])
            ends += outcomes(report, document)
    assert ends["verified"] >= LOST.get((name, layout), 1.0) * ends.total(), ends


@pytest.mark.parametrize("layout", sorted(PRINTED_OTHERWISE))
@pytest.mark.parametrize("name", list(IN_PROCESS))
def test_where_a_converter_prints_other_figures_only_those_that_nothing_binds_are_taken(name: str, layout: str) -> None:
    """A hidden figure or a mark glued behind a figure of Table 2 is printed as one number: 12¹ as 121."""
    for form in ("form2021", "form2019"):
        for number, invented in enumerate(invent(2, form, 31)):
            document = render(invented, layout, number)
            report = parse_document([Part("page", IN_PROCESS[name](document.content))])
            wrong = {i for i in document.values if outcome(report, document, i) == "wrong"}
            assert all(i.startswith("proactive.") for i in wrong), (form, number, sorted(wrong)[:5])
            assert all(str(report.values[i]).startswith(str(document.values[i] or "")) for i in wrong)
            assert len(wrong) <= 3


@pytest.mark.parametrize("form", ["form2021", "form2019"])
def test_pipes_between_cells_as_html2text_writes_them_are_read_whole(form: str) -> None:
    """No pipe at the ends, a rule below the first row, nothing for cells covered from above, a blank line for none."""
    for invented in invent(4, form, 31):  # type: ignore[arg-type]
        lines = []
        for block in article_of(invented).blocks:
            if isinstance(block, Text):
                lines += [block.text, ""]
                continue
            rows = ["| ".join(cell.text for cell in row.cells) + "  " for row in block.rows]
            lines += [rows[0], "|".join(["---"] * len(block.rows[0].cells)) + "  ", *rows[1:], "  "]
        report = parse_document([Part("page", "\n".join(lines).encode())])
        assert report.verdict is ReportVerdict.VERIFIED
        assert report.values == invented.values
