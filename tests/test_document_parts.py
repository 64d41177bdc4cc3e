"""Which part of a publication is the report: cover, rendition, annex, explainer, last year's; or one that is broken."""

import io

import pytest

from infra.simulator.reports import GeneratedReport, Office, Rendered, make_report, render
from infra.simulator.reports.files import render_file
from infra.simulator.reports.files.archive import pack
from infra.simulator.reports.paper import render_pdf
from infra.simulator.reports.stat2014 import make_old_report, render_old
from model.report import Report
from model.vocabulary import ReportVerdict, TableVerdict
from parsers import Part, parse_document
from tests.test_documents import LIBREOFFICE

OFFICE = Office(name="青禾市水务局")
COVER = "<html><head><title>{title}</title></head><body><div><p>{title}</p><p>报告见附件。</p></div></body></html>"


def report_of(year: int = 2024, seed: int = 4) -> GeneratedReport:
    return make_report(seed, OFFICE, year, "form2021")


def as_file(report: GeneratedReport, kind: str = "docx") -> Rendered:
    return render_file(report, kind, habit="clean")


def cover_of(report: GeneratedReport) -> Part:
    return Part("page", COVER.format(title=report.title).encode())


def read(*parts: Part) -> Report:
    return parse_document(parts)


def attached(content: bytes) -> Part:
    return Part("attachment", content)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def test_a_page_is_the_cover_of_its_attachment() -> None:
    document = as_file(report_of())
    report = read(cover_of(report_of()), attached(document.content))
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == document.values
    assert report.title == document.report.title
    assert report.cells["applications.total.total"].where.startswith("attachment 1, table 2, row ")


@pytest.mark.parametrize("first", ["this", "last"])
def test_last_years_report_is_left_aside(first: str) -> None:
    now, before = as_file(report_of(2024)), as_file(report_of(2023))
    files = [now, before] if first == "this" else [before, now]
    report = read(cover_of(report_of()), *(attached(f.content) for f in files))
    assert (report.report_year, report.values) == (2024, now.values)
    told = [f for f in report.findings if f.code == "PART-OTHER-REPORT"]
    assert [f.place for f in told] == [f"attachment {2 if first == 'this' else 1}"]
    assert "2023" in told[0].message


def test_a_rendition_with_the_same_figures_says_nothing() -> None:
    report = report_of()
    parsed = read(Part("page", render(report, "clean").content), attached(as_file(report).content))
    assert parsed.verdict is ReportVerdict.VERIFIED
    assert "RENDITION-DIFFERS" not in codes(parsed)
    assert parsed.cells["applications.total.total"].where.startswith("table ")


def test_a_rendition_with_other_figures_is_a_finding_and_a_suspect() -> None:
    report = report_of()
    field = "proactive.art20_6.penalties.decisions"
    other = report.with_values({field: report.values[field] + 7})
    parsed = read(Part("page", render(report, "clean").content), attached(as_file(other).content))
    assert parsed.values[field] == report.values[field]
    assert parsed.suspect == [field]
    assert parsed.tables["proactive"].verdict is TableVerdict.FLAGGED
    assert parsed.tables["proactive"].reasons == ["renditions_differ"]
    assert parsed.tables["applications"].verdict is TableVerdict.VERIFIED
    found = next(f for f in parsed.findings if f.code == "RENDITION-DIFFERS")
    assert (found.place, found.fault.value) == (field, "source")
    assert f"{report.values[field]} here, {other.values[field]} in the same report at attachment 1" in found.message


def test_an_annex_gives_the_text_its_table() -> None:
    old = make_old_report(3, OFFICE, 2016)
    document = render_old(old, "clean")
    whole = document.content.decode()
    start, end = whole.index("<table"), whole.rindex("</table>") + len("</table>")
    text, table = whole[:start] + whole[end:], whole[start:end]
    parsed = read(Part("page", text.encode()), attached(f"<html><body><p>附件</p>{table}</body></html>".encode()))
    assert parsed.tables["stat2014"].verdict is TableVerdict.VERIFIED
    assert parsed.values == document.values
    assert parsed.report_year == 2016
    assert all(cell.where.startswith("attachment 1, ") for cell in parsed.cells.values())


def test_an_explainer_beside_the_report_is_none() -> None:
    document = as_file(report_of())
    explainer = (
        "<html><head><title>一图读懂2024年政府信息公开工作年度报告</title></head><body><p>图解</p></body></html>"
    )
    report = read(cover_of(report_of()), attached(explainer.encode()), attached(document.content))
    assert report.values == document.values


def test_a_broken_attachment_is_a_finding_beside_a_page_that_is_whole() -> None:
    report = report_of()
    parsed = read(Part("page", render(report, "clean").content), attached(as_file(report).content[:5_000]))
    assert parsed.verdict is ReportVerdict.VERIFIED
    found = next(f for f in parsed.findings if f.code == "PART-UNREAD")
    assert (found.place, found.severity.value) == ("attachment 1", "info")
    assert found.message.startswith("damaged: ")


def test_behind_a_cover_the_state_of_the_attachment_is_that_of_the_document() -> None:
    parsed = read(cover_of(report_of()), attached(as_file(report_of()).content[:5_000]))
    assert (parsed.verdict, parsed.reasons) == (ReportVerdict.UNREADABLE, ["damaged"])
    assert parsed.report_year == 2024
    picture = read(cover_of(report_of()), attached(b"\x89PNG\r\n\x1a\n" + bytes(64)))
    assert picture.verdict in {ReportVerdict.NEEDS_OCR, ReportVerdict.UNREADABLE}


def test_reports_of_several_offices_in_one_archive_are_not_guessed_at() -> None:
    other = make_report(4, Office(name="松原台市教育局"), 2024, "form2021")
    packed = pack({"水务局.docx": as_file(report_of()).content, "教育局.docx": as_file(other).content})
    parsed = read(Part("page", packed))
    assert (parsed.verdict, parsed.reasons) == (ReportVerdict.UNREADABLE, ["several_reports"])
    # A page that names one of them says which is meant.
    assert read(cover_of(other), attached(packed)).values == other.values


def test_names_in_an_archive_are_told_and_lead_nowhere() -> None:
    document = as_file(report_of())
    packed = pack({"../../../etc/年度报告.docx": document.content}, in_gbk=True)
    parsed = read(Part("page", packed))
    assert parsed.values == document.values
    assert parsed.cells["applications.total.total"].where.startswith("年度报告.docx, table 2, ")


def test_archives_in_archives_end_at_the_second() -> None:
    inner = as_file(report_of()).content
    twice = pack({"b.zip": pack({"c.docx": inner})})
    assert read(Part("page", twice)).verdict is ReportVerdict.VERIFIED
    thrice = read(Part("page", pack({"a.zip": twice})))
    assert (thrice.verdict, thrice.reasons) == (ReportVerdict.UNREADABLE, ["nested_archives"])


def test_a_wrong_ending_and_an_error_page_under_the_name_of_a_pdf() -> None:
    document = as_file(report_of())
    assert parse_document([Part("page", document.content, "application/pdf", "年报.pdf")]).values == document.values
    error = parse_document(
        [Part("page", b"<html><head><title>404</title></head><body>404</body></html>", None, "a.pdf")]
    )
    assert error.verdict is ReportVerdict.NOT_A_REPORT


def named(content: bytes, name: str, media_type: str | None = None) -> Part:
    return Part("attachment", content, media_type, name)


ERROR = b"<html><head><title>404</title></head><body>404</body></html>"


def annex() -> bytes:
    """A list of other things as a spreadsheet."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (["序号", "文件名称", "文号"], [1, "关于加强管理的通知", 12], [2, "关于公布目录的通知", 34]):
        book.active.append(row)
    book.save(out := io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_the_report_is_found_among_an_explainer_an_annex_and_last_years(order: tuple[int, ...]) -> None:
    now, before = as_file(report_of(2024)), as_file(report_of(2023, seed=9))
    explainer = "<title>图解：2024年政府信息公开工作年度报告</title><p>收到申请999件。</p>".encode()
    files = [
        (now.content, "年报.docx"),
        (explainer, "图解.html"),
        (annex(), "附表.xlsx"),
        (before.content, "上年.docx"),
    ]
    parsed = read(cover_of(report_of()), *(named(*files[n]) for n in order))
    assert (parsed.verdict, parsed.report_year, parsed.values) == (ReportVerdict.VERIFIED, 2024, now.values)
    place = f"attachment {order.index(0) + 1}, "
    assert {cell.where[: len(place)] for cell in parsed.cells.values()} == {place}
    assert [f.place for f in parsed.findings if f.code == "PART-OTHER-REPORT"] == [f"attachment {order.index(3) + 1}"]


def test_last_years_report_never_stands_in_for_one_that_cannot_be_read() -> None:
    broken, before = as_file(report_of(2024)).content[:5_000], as_file(report_of(2023)).content
    parsed = read(cover_of(report_of(2024)), named(before, "2023.docx"), named(broken, "2024.docx"))
    assert (parsed.verdict, parsed.reasons, parsed.report_year) == (ReportVerdict.UNREADABLE, ["damaged"], 2024)
    assert set(parsed.values.values()) <= {None}
    assert codes(parsed) >= {"PART-OTHER-REPORT", "PART-UNREAD"}


def test_under_a_page_without_a_year_the_last_one_is_meant_even_if_it_is_flagged() -> None:
    now = report_of(2024)
    total = "applications.total.total"
    wrong = as_file(now.with_values({total: (now.values[total] or 0) + 1}))
    cover = Part("page", "<title>政府信息公开年度报告</title><p>历年报告见附件。</p>".encode())
    parsed = read(cover, named(as_file(report_of(2023)).content, "a.docx"), named(wrong.content, "b.docx"))
    assert (parsed.report_year, parsed.verdict) == (2024, ReportVerdict.FLAGGED)
    assert parsed.values[total] == wrong.values[total]
    assert total in parsed.suspect
    assert [f.place for f in parsed.findings if f.code == "PART-OTHER-REPORT"] == ["attachment 1"]


def test_reports_of_two_years_in_one_archive_are_not_guessed_at() -> None:
    files = {"2023.docx": as_file(report_of(2023)).content, "2024.docx": as_file(report_of(2024)).content}
    parsed = read(Part("page", pack(files)))
    assert (parsed.verdict, parsed.reasons, parsed.values) == (ReportVerdict.UNREADABLE, ["several_reports"], {})
    assert read(cover_of(report_of(2023)), attached(pack(files))).values == as_file(report_of(2023)).values


def test_every_figure_that_differs_between_body_and_file_is_told() -> None:
    report = report_of()
    ids = ("proactive.art20_5.licensing.decisions", "applications.new_received.natural_person",
           "review_litigation.administrative_review.upheld")  # fmt: skip
    changed = {i: (report.values[i] or 0) + 5 for i in ids}
    other = as_file(report.with_values(changed))
    parsed = read(Part("page", render(report, "clean").content), attached(other.content))
    told = {f.place: f.message for f in parsed.findings if f.code == "RENDITION-DIFFERS"}
    # Where the file breaks a sum of its own, its figure is doubtful and says nothing against the page.
    assert "proactive.art20_5.licensing.decisions" in told
    assert set(told) <= set(changed)
    assert set(parsed.suspect) == set(told)
    assert all(parsed.values[i] == report.values[i] for i in changed)
    assert (parsed.verdict, parsed.values) == (ReportVerdict.FLAGGED, as_file(report).values)


@pytest.mark.parametrize("name", ["年报.pdf", "年报.doc", "年报.zip"])
def test_an_error_page_under_the_name_of_a_file_is_no_report_and_no_silence(name: str) -> None:
    parsed = read(cover_of(report_of()), named(ERROR, name, "application/pdf"))
    assert (parsed.verdict, parsed.reasons, parsed.report_year) == (ReportVerdict.UNREADABLE, ["error_page"], 2024)
    beside = read(Part("page", render(report_of(), "clean").content), named(ERROR, name))
    assert beside.verdict is ReportVerdict.VERIFIED
    assert [(f.code, f.place, f.severity.value) for f in beside.findings if f.code == "PART-UNREAD"] == [
        ("PART-UNREAD", "attachment 1", "info")
    ]


@pytest.mark.parametrize(("kind", "name"), [("html", "年报.doc"), ("docx", "年报.doc"), ("pdf", "年报.doc"),
                                            ("docx", "年报.pdf"), ("zip", "年报.pdf"), ("xlsx", "年报.docx"),
                                            ("ofd", "年报.pdf"), ("pdf", "年报.zip")])  # fmt: skip
def test_the_content_decides_and_not_the_ending(kind: str, name: str) -> None:
    report = report_of()
    if kind == "html":
        document = render(report, "clean")
    else:
        document = render_pdf(report, "plain") if kind == "pdf" else render_file(report, kind, habit="clean")
    parsed = read(cover_of(report), named(document.content, name, "application/octet-stream"))
    assert (parsed.verdict, parsed.values) == (ReportVerdict.VERIFIED, document.values)


@LIBREOFFICE
def test_rich_text_under_the_name_of_a_word_file() -> None:
    document = render_file(report_of(), "rtf", habit="clean")
    assert document.content.startswith(b"{\\rtf")
    parsed = read(named(document.content, "年报.doc", "application/msword"))
    assert (parsed.verdict, parsed.values) == (ReportVerdict.VERIFIED, document.values)
