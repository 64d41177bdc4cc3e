"""PDFs as people make them: web pages printed by a browser, Word files exported by LibreOffice."""

import os
from collections.abc import Iterator

import pytest

from infra.simulator.reports import GeneratedReport, Rendered, invent
from infra.simulator.reports.paper.printed import exported_by_libreoffice, printed_by_chromium
from model.vocabulary import ReportVerdict, TableVerdict
from parsers.page_report import Given, report_of
from parsers.readers.pdf import read_pdf
from spiders.browser import BrowserMissing, find_chromium
from tests.parse_answers import silent_errors
from tests.test_documents import LIBREOFFICE

LEAST_WHOLE = 0.2  # of the exported files


def reports(count: int, seed: int) -> list[GeneratedReport]:
    return [report for era in ("form2021", "form2019") for report in invent(count // 2, era, seed)]


def read(documents: list[Rendered]) -> Iterator[tuple[Rendered, bool]]:
    """Each document and whether it was read whole; nothing of it is wrong or lost in silence."""
    for document in documents:
        report = report_of(read_pdf(document.content), Given())
        assert silent_errors(report, document.values) == [], document.layout
        tables = {i.partition(".")[0] for i in document.values}
        assert all(report.tables[t].verdict is not TableVerdict.ABSENT for t in tables), document.layout
        yield document, report.verdict is ReportVerdict.VERIFIED and report.values == document.values


def chromium() -> str:
    try:
        return find_chromium()
    except BrowserMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.mark.timeout(300)
def test_fifty_pages_that_chromium_printed() -> None:
    partly = [d.layout for d, whole in read(printed_by_chromium(reports(50, 41), chromium())) if not whole]
    assert partly == []


@LIBREOFFICE
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [12, pytest.param(50, marks=pytest.mark.documents)])
def test_word_files_that_libreoffice_exported(count: int) -> None:
    # Its columns are so narrow that figures break in two, and what was struck out in the Word file is printed beside
    # what was written instead: neither is a figure.
    whole = [w for _, w in read(exported_by_libreoffice(reports(count, 43)))]
    assert whole.count(True) >= LEAST_WHOLE * count
