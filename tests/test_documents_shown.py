"""What files hold and do not show is no figure, and what they show is read as it is shown."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from openpyxl import Workbook

from parsers.page import Page
from parsers.readers.docx import read_docx
from parsers.readers.sheet import read_xlsx

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
V = 'xmlns:v="urn:schemas-microsoft-com:vml"'
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
    ],
)
def test_a_cell_of_a_sheet_reads_as_it_is_shown(value: object, form: str, shown: str) -> None:
    def fill(sheet: Any, _: Workbook) -> None:
        sheet["A1"], sheet["B1"] = "数", value
        sheet["B1"].number_format = form

    assert cells(book(fill)) == [["数", shown]]


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
