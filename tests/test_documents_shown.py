"""What files hold and do not show is no figure, and what they show is read as it is shown."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Color, Font, PatternFill

from infra.simulator.reports.files.by_libreoffice import made_by_libreoffice
from parsers.page import Page
from parsers.readers.docx import read_docx
from parsers.readers.sheet import read_xls, read_xlsx
from tests.test_documents import LIBREOFFICE, written
from tests.test_documents_hostile import sheet

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
V = 'xmlns:v="urn:schemas-microsoft-com:vml"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def cells(page: Page) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in page.rows]


def word(body: str) -> Page:
    """A document whose body is this XML."""
    document = Document()
    for element in parse_xml(f"<w:body {W} {V} {MC}>{body}</w:body>"):
        document.element.body.append(element)
    out = io.BytesIO()
    document.save(out)
    return read_docx(out.getvalue())


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr>{properties}{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr>"


def paragraph(runs: str) -> str:
    return f"<w:p>{runs}</w:p>"


def run(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>"


def one_cell(runs: str) -> str:
    page = word(f"<w:tbl>{row(paragraph(run('数')), paragraph(runs))}</w:tbl>")
    return cells(page)[0][1]


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        (run("1") + run("2"), "12"),
        (run("99", "<w:vanish/>") + run("12"), "12"),
        (run("12", '<w:vanish w:val="0"/>'), "12"),
        (run("99", "<w:strike/>") + run("12"), "12"),
        (run("12") + run("1", '<w:vertAlign w:val="superscript"/>'), "12¹"),
        ('<w:del w:id="1" w:author="a"><w:r><w:delText>99</w:delText></w:r></w:del>' + run("12"), "12"),
        (f'<w:ins w:id="1" w:author="a">{run("12")}</w:ins>', "12"),
        (f'<w:moveFrom w:id="1" w:author="a">{run("99")}</w:moveFrom>' + run("12"), "12"),
        (f"<w:sdt><w:sdtContent>{run('12')}</w:sdtContent></w:sdt>", "12"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=SUM(1,99)</w:instrText></w:r>'
            f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("12")}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "12",
        ),
        ("<w:r><w:t>1</w:t><w:br/><w:t>2</w:t></w:r>", "1\n2"),
        ("<w:r><w:pict><v:shape/></w:pict></w:r>", "\ufffc"),
        (run("12") + run("1", '<w:position w:val="12"/>'), "12¹"),
        (run("12") + '<w:r><w:footnoteReference w:id="2"/></w:r>', "12"),
        (run("1") + '<w:r><w:sym w:font="Wingdings" w:char="F032"/></w:r>', "1\ufffc"),
        (
            "<w:r><mc:AlternateContent><mc:Choice><w:t>12</w:t></mc:Choice><mc:Fallback><w:t>12</w:t></mc:Fallback>"
            "</mc:AlternateContent></w:r>",
            "12",
        ),
        (
            "<w:r><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>12</w:t></w:r></w:p></w:txbxContent>"
            "</v:textbox></v:shape></w:pict></w:r>",
            "12",
        ),
    ],
)
def test_a_cell_of_word_reads_as_it_is_shown(runs: str, shown: str) -> None:
    assert one_cell(runs) == shown


FRACTION = (
    f"<m:oMath {M}><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
)


def field(instruction: str, inside: str = "") -> str:
    """A field whose result is not in the file."""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{inside}</w:fldChar></w:r>'
        f'<w:r><w:instrText>{instruction}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


CHOICE = (
    '<w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="3"/><w:listEntry w:val="7"/></w:ddList></w:ffData>'
)


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(run("99", '<w:color w:val="FFFFFF"/>') + run("12"), id="white on paper"),
        pytest.param(run("99", '<w:sz w:val="2"/>') + run("12"), id="of a size that nobody can read"),
        pytest.param(f'<w:bdo w:val="rtl">{run("21")}</w:bdo>', id="from right to left"),
        pytest.param(field(" FORMDROPDOWN ", CHOICE), id="chosen from a list"),
        pytest.param(field(r"EQ \o\ac(○,1)"), id="in a circle"),
        pytest.param(field("=SUM(LEFT)"), id="a sum that Word has yet to make"),
        pytest.param(FRACTION, id="a half is not 12"),
    ],
)
def test_figures_that_word_may_show_otherwise_are_not_read(runs: str) -> None:
    assert one_cell(runs).endswith("\ufffc")


def test_white_words_on_a_dark_ground_are_shown() -> None:
    white = run("12", '<w:color w:val="FFFFFF"/>')
    dark = '<w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr>' + paragraph(white)
    assert cells(word(f"<w:tbl>{row(paragraph(run('数')), dark)}</w:tbl>")) == [["数", "12"]]


def test_a_document_taken_into_another_that_is_no_page_may_be_a_table() -> None:
    assert word(paragraph(run("三、收到和处理政府信息公开申请情况")) + "<w:altChunk/>").pictures == [1]


def test_merged_cells_are_one() -> None:
    first = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + paragraph(run("三"))
    rest = "<w:tcPr><w:vMerge/></w:tcPr>" + paragraph(run("99"))
    wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph(run("宽"))
    page = word(
        f"<w:tbl>{row(first, paragraph(run('1')), paragraph(run('2')))}{row(rest, wide)}"
        f"{row(paragraph(run('四')), paragraph(run('3')), paragraph(run('4')))}</w:tbl>"
    )
    assert cells(page) == [["三", "1", "2"], ["宽"], ["四", "3", "4"]]


def test_rows_and_cells_that_are_gone() -> None:
    gone = '<w:trPr><w:del w:id="1" w:author="a"/></w:trPr>'
    hidden = "<w:trPr><w:hidden/></w:trPr>"
    deleted = '<w:tcPr><w:cellDel w:id="2" w:author="a"/></w:tcPr>' + paragraph(run("99"))
    page = word(
        f"<w:tbl>{row(paragraph(run('1')), properties=gone)}{row(paragraph(run('2')), properties=hidden)}"
        f"{row(paragraph(run('3')), deleted)}</w:tbl>"
    )
    assert cells(page) == [["3"]]


def test_a_table_in_a_table_and_a_frame_of_one_cell() -> None:
    inner = f"<w:tbl>{row(paragraph(run('1')), paragraph(run('2')))}</w:tbl>"
    page = word(f"<w:tbl>{row(paragraph(run('一、总体情况')) + inner + paragraph(''))}</w:tbl>")
    assert page.items[0] == "一、总体情况"
    assert cells(page) == [["1", "2"]]
    frame = f"<w:tbl>{row(paragraph(run('5')))}</w:tbl>" + paragraph("")
    assert cells(word(f"<w:tbl>{row(paragraph(run('数')), frame)}</w:tbl>")) == [["数", "5"]]


def book(fill: Callable[[Any, Workbook], None]) -> Page:
    workbook = Workbook()
    fill(workbook.active, workbook)
    out = io.BytesIO()
    workbook.save(out)
    return read_xlsx(out.getvalue())


ACCOUNTS = '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ '


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (12.0, "General", "12"),
        (12.5, "General", "12.5"),
        (0.1 + 0.2, "General", "0.3"),
        (12.4, "0", "12"),
        (1234.5, "#,##0.00", "1234.50"),
        (0.5, "0%", "50%"),
        (59237.2449, "0.0000_ ", "59237.2449"),
        (45660, "yyyy/m/d", "2025-01-03"),
        ("12", "@", "12"),
        ("=1/0", "General", "\ufffc"),
        (True, "General", "TRUE"),
        (2.5, "0", "3"),
        (0, ACCOUNTS, "-"),
        (5, ACCOUNTS, "5"),
        (0, "0;-0;;@", ""),
        (0, "#,###", ""),
        (7, ";;;", ""),
        ("7", ";;;", ""),
        (-5, "0;(0)", "(5)"),
        (12, '0"件"', "12件"),
        (12, '"无"', "无"),
        (12, "G/通用格式", "12"),
        # Another figure than the cell holds, or one of which the format does not tell how it looks
        (12345, "#,##0,", "\ufffc"),
        (1234500, "0.0,,", "\ufffc"),
        (5, "0;0", "5"),
        (-5, "0;0", "\ufffc"),
        (5, '[>=10]0;[<10]"无"', "\ufffc"),
        (12, '"1"0', "\ufffc"),
        (0.5, "# ?/?", "\ufffc"),
        (12345, "0.00E+00", "\ufffc"),
    ],
)
def test_a_cell_of_a_sheet_reads_as_it_is_shown(value: object, form: str, shown: str) -> None:
    def fill(sheet: Any, _: Workbook) -> None:
        sheet["A1"], sheet["B1"], sheet["C1"] = "数", value, "末"
        sheet["B1"].number_format = form

    assert cells(book(fill)) == [["数", shown, "末"]]


def test_noughts_that_a_sheet_does_not_show() -> None:
    def fill(sheet: Any, _: Workbook) -> None:
        sheet.append(["数", 0, 10])
        sheet.sheet_view.showZeros = False

    assert cells(book(fill)) == [["数", "", "10"]]


STRUCK = CellRichText(TextBlock(InlineFont(strike=True), "99"), TextBlock(InlineFont(), "12"))
NOTED = CellRichText("12", TextBlock(InlineFont(vertAlign="superscript"), "1"))
GREEN = PatternFill("solid", fgColor="FF006100")
PAPER = PatternFill("solid", fgColor="FFFFFFFF")


@pytest.mark.parametrize(
    ("value", "font", "fill", "shown"),
    [
        (99, Font(strike=True), None, "\ufffc"),
        (99, Font(color="FFFFFFFF"), None, "\ufffc"),
        (99, Font(color=Color(theme=0)), PAPER, "\ufffc"),
        (12, Font(color="FFFFFFFF"), GREEN, "12"),
        (STRUCK, Font(), None, "\ufffc"),
        (NOTED, Font(), None, "\ufffc"),
        ("附注1", Font(strike=True), None, "附注1"),
    ],
)
def test_figures_that_a_sheet_strikes_out_raises_or_hides_in_white(
    value: object, font: Font, fill: PatternFill | None, shown: str
) -> None:
    def write(sheet: Any, _: Workbook) -> None:
        sheet.append(["数", value])
        sheet["B1"].font = font
        if fill:
            sheet["B1"].fill = fill

    assert cells(book(write)) == [["数", shown]]


@LIBREOFFICE
def test_the_same_in_the_older_kind_of_workbook() -> None:
    """As XLS, which LibreOffice writes."""

    def fill(sheet: Any, _: Workbook) -> None:
        sheet.append(["数", 99, 98, 0, 12, NOTED, STRUCK, "12", "末"])
        for number in range(2, 600):  # strings that go on over several records
            sheet.append([f"第{number}行的文字" * 9, CellRichText("甲", TextBlock(InlineFont(b=True), "乙" * number))])
        sheet.append(["末", CellRichText("13", TextBlock(InlineFont(vertAlign="superscript"), "2")), "132"])
        sheet["B1"].font, sheet["C1"].font = Font(strike=True), Font(color="FFFFFFFF")
        sheet.sheet_view.showZeros = False

    workbook = Workbook()
    fill(workbook.active, workbook)
    workbook.save(out := io.BytesIO())
    (book,) = made_by_libreoffice([replace(next(written("xlsx", 2, 3)), content=out.getvalue())], "xls")
    read = cells(read_xls(book.content))
    assert read[0] == ["数", "\ufffc", "\ufffc", "", "12", "\ufffc", "\ufffc", "12", "末"]
    assert read[-1][:3] == ["末", "\ufffc", "132"]


def test_hidden_rows_columns_and_sheets_are_not_shown() -> None:
    def fill(sheet: Any, workbook: Workbook) -> None:
        for line in (["一", 1, 99, 2], ["九", 9, 99, 9], ["二", 3, 99, 4]):
            sheet.append(line)
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True
        other = workbook.create_sheet("旧")
        other.append(["三", 5])
        other.sheet_state = "veryHidden"

    page = book(fill)
    assert cells(page) == [["一", "1", "2"], ["二", "3", "4"]]
    assert page.rows[1].where(3) == "sheet Sheet, cell D3"


def test_rows_and_columns_of_no_size_are_hidden() -> None:
    cell = "<c><v>{}</v></c>".format
    rows = f'<row r="1">{cell(1)}{cell(99)}{cell(2)}</row><row r="2" ht="0">{cell(9) * 3}</row>'
    columns = '<cols><col min="2" max="2" width="0" customWidth="1"/></cols>'
    assert cells(read_xlsx(sheet(rows, before=columns))) == [["1", "2"]]


def test_a_title_stands_above_a_table_and_merged_cells_are_one() -> None:
    def fill(sheet: Any, _: Workbook) -> None:
        sheet["A1"] = "政府信息公开年度报告"
        sheet["A3"], sheet["B3"], sheet["C3"] = "三", "（一）", 1
        sheet["B4"], sheet["C4"] = "（二）", 2
        sheet.merge_cells("A3:A4")

    page = book(fill)
    assert page.lines == ["政府信息公开年度报告"]
    assert cells(page) == [["三", "（一）", "1"], ["（二）", "2"]]


def test_a_narrow_table_above_a_wide_one_has_no_cells_of_its_width() -> None:
    def fill(sheet: Any, _: Workbook) -> None:
        for line in (["其一", "甲", "乙"], ["收费", 9, 7], ["罚款", 9], ["三、申请情况"], ["", "一", "二", "三", "四"],
                     ["新收", 1, 2, 3, 6], ["结转"], ["办结", 1]):  # fmt: skip
            sheet.append(line)

    assert cells(book(fill))[:3] == [["其一", "甲", "乙"], ["收费", "9", "7"], ["罚款", "9", ""]]
    assert cells(book(fill))[4:] == [["", "一", "二", "三", "四"], ["新收", "1", "2", "3", "6"],
                                     ["结转", "", "", "", ""], ["办结", "1", "", "", ""]]  # fmt: skip
