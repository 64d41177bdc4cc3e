"""Pictures in the place of tables, of pages and of whole reports: they wait for OCR, and nothing in them is absent."""

import io
import re
from itertools import count

import docx
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from infra.simulator.reports import GeneratedReport, Office, make_report, render
from infra.simulator.reports.files import render_file
from infra.simulator.reports.paper import render_pdf, write_scan
from model.report import Report
from model.vocabulary import ReportVerdict, TableVerdict
from parsers import Part, parse_document
from parsers.page_report import Given, report_of
from parsers.readers.pdf import read_pdf
from tests.parse_answers import silent_errors
from tests.test_parse_scans import needs_engines

TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
TABLES = ("proactive", "applications", "review_litigation")


def written(seed: int = 4) -> GeneratedReport:
    return make_report(seed, Office(name="青禾市水务局"), 2024, "form2021")


def page_with(*replaced: int, by: str = '<p><img src="/files/P02024{}.png"></p>') -> bytes:
    """The report as a page, with some of its tables, counted from 0, as something else."""
    number = count()

    def one(found: re.Match[str]) -> str:
        at = next(number)
        return by.format(at) if at in replaced else found[0]

    return TABLE.sub(one, render(written(), "clean").content.decode()).encode()


def read(*contents: bytes) -> Report:
    return parse_document([Part("attachment" if n else "page", content) for n, content in enumerate(contents)])


def verdicts(report: Report) -> list[str]:
    return [report.tables[name].verdict.value for name in TABLES]


def picture(pixels: np.ndarray, kind: str = "PNG") -> bytes:  # type: ignore[type-arg]
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, kind)
    return out.getvalue()


def dirt() -> "np.ndarray":  # type: ignore[type-arg]
    """A page with specks, blots and lines, and not one letter."""
    chance = np.random.default_rng(1)
    page = np.where(chance.random((900, 700)) < 0.02, 0, 255)
    for _ in range(60):
        y, x = chance.integers(0, 880), chance.integers(0, 680)
        page[y : y + chance.integers(2, 18), x : x + chance.integers(2, 18)] = 0
    page[::150] = 0
    return page


def test_a_page_whose_tables_are_pictures_waits() -> None:
    report = read(page_with(0, 1, 2))
    assert (report.verdict, report.reasons) == (ReportVerdict.NEEDS_OCR, ["image"])
    assert (report.report_year, verdicts(report)) == (2024, ["refused"] * 3)
    assert set(report.values.values()) == {None}
    assert "problems_and_improvements" in report.sections
    assert [(f.code, f.message) for f in report.findings if f.code == "PART-UNREAD"] == [
        ("PART-UNREAD", "image: tables stand in pictures")
    ]


def test_one_table_that_is_a_picture_is_refused_and_not_absent() -> None:
    report = read(page_with(0))
    assert (report.verdict, report.reasons) == (ReportVerdict.REFUSED, ["image"])
    assert verdicts(report) == ["refused", "verified", "verified"]
    assert report.values["applications.total.total"] == written().values["applications.total.total"]
    assert {v for i, v in report.values.items() if i.startswith("proactive.")} == {None}


@pytest.mark.parametrize("by", ["", '<img src="/images/logo.png">', '<img width="16" src="/files/a.png">'])
def test_what_a_site_puts_on_every_page_is_no_table(by: str) -> None:
    report = read(page_with(0, by=by))
    assert (report.verdict, report.tables["proactive"].verdict) == (ReportVerdict.VERIFIED, TableVerdict.ABSENT)


@pytest.mark.parametrize(("image", "verdict"), [("/files/1.jpg", "needs_ocr"), ("/images/logo_1.jpg", "not_a_report")])
def test_a_title_over_pictures_waits(image: str, verdict: str) -> None:
    title = "青禾市水务局2024年政府信息公开工作年度报告"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p><img src='{image}'></p></body></html>"
    report = read(page.encode())
    assert (report.verdict.value, report.report_year) == (verdict, 2024)
    # The file behind it is the report, whatever is drawn above the link.
    document = render_file(written(), "docx", habit="clean")
    assert read(page.encode(), document.content).values == document.values
    assert read(page.encode(), document.content[:5_000]).verdict is ReportVerdict.UNREADABLE


def test_a_table_that_is_a_picture_on_the_page_is_taken_from_the_file() -> None:
    document = render_file(written(), "docx", habit="clean")
    report = read(page_with(0, 1, 2), document.content)
    assert (report.verdict, report.values) == (ReportVerdict.VERIFIED, document.values)


def test_a_picture_in_a_word_file_in_the_place_of_a_table() -> None:
    word = docx.Document(io.BytesIO(render_file(written(), "docx", habit="clean").content))
    first = word.tables[0]._element
    paragraph = word.add_paragraph()
    paragraph.add_run().add_picture(io.BytesIO(picture(dirt())))
    first.getparent().replace(first, paragraph._element)
    word.save(out := io.BytesIO())
    report = read(out.getvalue())
    assert verdicts(report) == ["refused", "verified", "verified"]
    assert report.tables["proactive"].reasons == ["image"]


def _mixed(scanned: set[int]) -> tuple[bytes, dict[str, object]]:
    """A PDF of which some pages are scans, and what its report prints."""
    document = render_pdf(written(), "plain")
    whole, new = pdfium.PdfDocument(document.content), pdfium.PdfDocument.new()
    for number in range(len(whole)):
        if number in scanned:
            scan = pdfium.PdfDocument(write_scan([picture(dirt(), "JPEG")]))
            new.import_pages(scan, [0])
        else:
            new.import_pages(whole, [number])
    new.save(out := io.BytesIO())
    return out.getvalue(), dict(document.values)


def test_tables_on_the_scanned_pages_of_a_pdf_are_not_absent() -> None:
    pages = len(pdfium.PdfDocument(render_pdf(written(), "plain").content))
    for scanned in ({pages - 1}, set(range(1, pages))):
        content, values = _mixed(scanned)
        report = report_of(read_pdf(content), Given())
        assert silent_errors(report, values) == []  # type: ignore[arg-type]
        assert "absent" not in verdicts(report)
        assert report.tables["review_litigation"].reasons == ["image"]
        assert report.verdict is ReportVerdict.REFUSED


def test_a_pdf_with_words_on_one_page_and_pictures_on_the_others_waits() -> None:
    whole, new = pdfium.PdfDocument(render_pdf(written(), "plain").content), pdfium.PdfDocument.new()
    new.import_pages(whole, [len(whole) - 1])
    new.import_pages(pdfium.PdfDocument(write_scan([picture(dirt(), "JPEG")])), [0])
    new.save(out := io.BytesIO())
    report = report_of(read_pdf(out.getvalue()), Given())
    assert report.verdict is not ReportVerdict.NOT_A_REPORT
    assert "absent" not in verdicts(report)


@needs_engines
@pytest.mark.parametrize("kind", ["picture", "pdf"])
def test_a_scan_of_dirt_is_not_called_no_report(kind: str) -> None:
    content = picture(dirt()) if kind == "picture" else write_scan([picture(dirt(), "JPEG")])
    report = read(content)
    assert (report.verdict, report.reasons) == (ReportVerdict.NEEDS_OCR, ["image"])
    # Behind a cover it is the report that waits.
    title = "青禾市水务局2024年政府信息公开工作年度报告"
    covered = read(f"<html><title>{title}</title><body><p>{title}</p></body></html>".encode(), content)
    assert (covered.verdict, covered.report_year, covered.title) == (ReportVerdict.NEEDS_OCR, 2024, title)


@needs_engines
def test_a_scan_of_dirt_beside_a_report_leaves_it_alone() -> None:
    document = render_file(written(), "docx", habit="clean")
    assert read(page_with(), picture(dirt())).verdict is ReportVerdict.VERIFIED
    assert read(b"<p>1</p>", picture(dirt()), document.content).values == document.values


@pytest.mark.parametrize(("year", "verdict"), [(2024, "needs_ocr"), (2012, "narrative")])
def test_words_whose_tables_may_be_in_a_scan_behind_them(year: int, verdict: str) -> None:
    words = page_with(0, 1, 2, by="").decode().replace("2024", str(year)).encode()
    assert read(words).verdict is ReportVerdict.NARRATIVE
    report = read(words, picture(np.full((90, 90), 255)))
    assert report.verdict.value == verdict
    assert [(f.place, f.severity.value) for f in report.findings if f.code == "PART-UNREAD"] == [
        ("attachment 1", "info")
    ]
    assert report.sections
