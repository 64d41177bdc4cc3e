"""Generated PDFs in the ways of Word, WPS and print shops: read whole, and never wrong where something is damaged."""

import io
from itertools import count

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from infra.simulator.reports import Era, Rendered, invent
from infra.simulator.reports.paper import STYLES, render_pdf
from model.report import Report
from model.vocabulary import ReportVerdict, TableVerdict
from parsers import Part, parse_document
from parsers.page import Cell, Page, Row
from parsers.page_report import Given, report_of
from parsers.readers.cannot_read import CannotRead
from parsers.readers.pdf import read_pdf
from parsers.readers.pdf.characters import DOUBT, Raw, placed
from parsers.readers.pdf.frame import Box, Frame
from parsers.readers.pdf.grids import Area
from parsers.readers.pdf.over_pages import mend
from parsers.readers.pdf.sheets import SheetCell, SheetTable
from parsers.readers.pieces import pieces_of
from tests.parse_answers import silent_errors

# Tables without lines between their columns: some labels cannot be told from what stands beside them.
WITHOUT_WALLS = ("lines_across", "borderless")
WHOLE = [name for name in STYLES if name not in WITHOUT_WALLS]
ERAS: tuple[Era, ...] = ("form2021", "form2019")
CELL = "applications.results.disclosed.natural_person"


def _read(content: bytes) -> Report:
    """As in the child process, without one."""
    return report_of(read_pdf(content), Given())


def _is_whole(report: Report, document: Rendered) -> bool:
    states = {i: cell.state for i, cell in report.cells.items()}
    return report.verdict is ReportVerdict.VERIFIED and report.values == document.values and states == document.states


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("layout", WHOLE)
def test_a_generated_pdf_is_read_whole(layout: str, era: Era) -> None:
    (report,) = invent(1, era, 11)
    document = render_pdf(report, layout)
    read = _read(document.content)
    assert silent_errors(read, document.values) == []
    assert _is_whole(read, document), (read.reasons, read.suspect[:5])
    assert (read.title, read.report_year) == (report.title, report.year)


@pytest.mark.documents
@pytest.mark.parametrize("layout", STYLES)
def test_hundreds_of_generated_pdfs_are_read_whole(layout: str) -> None:
    for era in ERAS:
        for seed, report in zip(count(), invent(14, era, 3), strict=False):
            document = render_pdf(report, layout, seed)
            read = _read(document.content)
            assert silent_errors(read, document.values) == []
            assert _is_whole(read, document) or layout in WITHOUT_WALLS, (layout, era, seed, read.reasons)


@pytest.mark.parametrize("layout", WITHOUT_WALLS)
def test_a_table_without_walls_is_read_or_doubted(layout: str) -> None:
    for era in ERAS:
        for report in invent(3, era, 5):
            document = render_pdf(report, layout)
            assert silent_errors(_read(document.content), document.values) == []


def _pages(content: bytes, *numbers: int) -> bytes:
    """Another document of these pages of the first."""
    new, old = pdfium.PdfDocument.new(), pdfium.PdfDocument(content)
    new.import_pages(old, list(numbers))
    out = io.BytesIO()
    new.save(out)
    return out.getvalue()


@pytest.mark.parametrize("layout", ["plain", "split_tables", "split_labels", "landscape", "open_sides"])
def test_missing_and_swapped_pages_are_never_wrong_in_silence(layout: str) -> None:
    for era in ERAS:
        (report,) = invent(1, era, 17)
        document = render_pdf(report, layout)
        number = len(pdfium.PdfDocument(document.content))
        everything = list(range(number))
        orders = [[n for n in everything if n != out] for out in everything if number > 1]
        orders += [[*everything[:n], everything[n + 1], everything[n], *everything[n + 2 :]] for n in range(number - 1)]
        for order in orders:
            read = _read(_pages(document.content, *order))
            assert silent_errors(read, document.values) == [], order


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_page_break_anywhere_moves_no_figure(seed: int) -> None:
    (report,) = invent(1, "form2021", 31)
    for layout in ("plain", "split_labels"):
        document = render_pdf(report, layout, seed)
        read = _read(document.content)
        assert silent_errors(read, document.values) == []
        assert _is_whole(read, document), (layout, read.reasons)


def test_rows_at_the_page_break_are_joined_only_where_they_are_one() -> None:
    def table(texts: list[str], y: float, rows: int) -> SheetTable:
        cells = [
            SheetCell(t, Area(Box(60 * n, y, 60 * n + 60, y + 20 * rows), 0, rows, n, 1)) for n, t in enumerate(texts)
        ]
        return SheetTable(Box(0, y, 60 * len(texts), y + 20 * rows), cells, rows, len(texts))

    above, below = (
        table(["", "自然人", "总计"], 700, 2),
        table(["一、本年新收政府信息公开申请数量", "11678", "14497"], 40, 1),
    )
    mend(above, below, 0)
    assert [cell.text for cell in above.cells] == ["", "自然人", "总计"]
    assert [cell.text for cell in below.cells][1:] == ["11678", "14497"]
    # A figure in two lines that the break has cut is neither 20 nor 3.
    above, below = table(["2.", "20", "28"], 700, 1), table(["没有现成信息需要另行制作", "3", ""], 40, 1)
    mend(above, below, 0)
    assert [cell.text for cell in above.cells] == ["2.\n没有现成信息需要另行制作", "20\n3", "28"]
    assert below.cells == []
    above, below = table(["1.属于国家秘密", "20", "28"], 700, 1), table(["2.重复申请", "3", "4"], 40, 1)
    mend(above, below, 0)
    assert [cell.text for cell in above.cells + below.cells] == ["1.属于国家秘密", "20", "28", "2.重复申请", "3", "4"]


@pytest.mark.parametrize("era", ERAS)
def test_labels_cut_by_the_page_break_are_put_together(era: Era) -> None:
    def labels(content: bytes) -> set[str]:
        return {"".join(cell.text.split()) for row in read_pdf(content).rows for cell in row.cells}

    for report in invent(3, era, 11):
        assert labels(render_pdf(report, "split_labels").content) == labels(render_pdf(report, "plain").content)


def test_radicals_of_the_text_layer_are_characters() -> None:
    (report,) = invent(1, "form2021", 11)
    document = render_pdf(report, "radicals")
    assert "⾏" in pdfium.PdfDocument(document.content)[0].get_textpage().get_text_range()
    read = _read(document.content)
    assert read.title == report.title
    assert "⾏" not in "".join(section.text for section in read.sections.values())


def test_the_place_of_a_value_is_its_page_and_box_as_viewers_show_it() -> None:
    (report,) = invent(1, "form2021", 11)
    straight, turned = (_read(render_pdf(report, name).content) for name in ("vertical_labels", "rotated"))
    where = straight.cells[CELL].where
    page, _, box = where.partition(", box ")
    assert page == "page 2"
    left, top, right, bottom = map(int, box.split())
    assert 290 < left < right < 340
    assert 0 < top < bottom < 842
    turned_box = [int(n) for n in turned.cells[CELL].where.partition(", box ")[2].split()]
    assert abs(turned_box[0] - left) < 3  # /Rotate changes nothing for who looks at it


@pytest.mark.parametrize("quarter", range(4))
@given(x=st.floats(0, 500), y=st.floats(0, 800))
@settings(max_examples=30)
def test_a_point_is_found_again_from_each_side(quarter: int, x: float, y: float) -> None:
    frame = Frame(10, 20, 605, 862, quarter)
    assert frame.back(*frame.point(x, y)) == pytest.approx((x, y))
    assert frame.box_in(frame, Box(1, 2, 3, 4)) == pytest.approx(Box(1, 2, 3, 4))


def _canvas(size: float = 12) -> tuple[Canvas, io.BytesIO]:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas.setFont("STSong-Light", size)
    return canvas, out


def _table_2(draw: "dict[int, tuple[str, float]]", *, walls: bool = True) -> Report:
    """规章 with three figures, each drawn as text at an offset within its cell: {column: (text, offset)}."""
    canvas, out = _canvas()
    canvas.drawString(72, 780, "青禾市财政局2024年政府信息公开工作年度报告")
    edges = [72, 200, 260, 320, 380]
    for y in (600, 620, 640, 660):
        canvas.line(72, y, 380, y)
    for x in edges if walls else (72, 380):
        canvas.line(x, 600, x, 640 if x not in (72, 380) else 660)
    canvas.drawString(90, 645, "第二十条第（一）项")
    for n, word in enumerate(("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")):
        canvas.setFont("STSong-Light", 8)
        canvas.drawString(edges[n] + 4, 625, word)
    canvas.setFont("STSong-Light", 12)
    canvas.drawString(76, 605, "规章")
    for column, (text, offset) in draw.items():
        canvas.drawString(edges[column] + offset, 605, text)
    canvas.showPage()
    canvas.save()
    return _read(out.getvalue())


REGULATIONS = [f"proactive.art20_1.regulations.{name}" for name in ("issued", "repealed", "in_force")]


def test_figures_in_their_cells_are_read() -> None:
    read = _table_2({1: ("12", 20), 2: ("345", 20), 3: ("6", 20)})
    assert [read.values[i] for i in REGULATIONS] == [12, 345, 6]
    assert not set(REGULATIONS) & set(read.suspect)


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param({1: ("123456789012", 20), 3: ("6", 20)}, id="a number that runs over into the next cell"),
        pytest.param({1: ("12", 48.0), 2: ("345", 0.0), 3: ("6", 20)}, id="two numbers that touch at the wall"),
        pytest.param({1: ("12", 20), 2: ("34", 47), 3: ("56", -1)}, id="glued across the wall"),
    ],
)
def test_digits_that_run_over_a_wall_belong_to_nobody(draw: "dict[int, tuple[str, float]]") -> None:
    read = _table_2(draw)
    hit = [i for i in REGULATIONS if read.values.get(i) is not None and i not in read.suspect]
    printed = {REGULATIONS[column - 1]: int(text) for column, (text, offset) in draw.items() if 0 < offset < 30}
    assert all(read.values[i] == printed.get(i) for i in hit)
    assert len(hit) < 3


def test_a_table_without_walls_is_refused() -> None:
    # A figure may go on in the next line or end in the next column, and nothing drawn tells.
    read = _table_2({1: ("1", 20), 2: ("234", 20), 3: ("6", 20)}, walls=False)
    assert read.tables["proactive"].verdict is TableVerdict.REFUSED
    assert [read.values.get(i) for i in REGULATIONS] == [None, None, None]


def test_a_locked_pdf_says_so() -> None:
    canvas = Canvas(out := io.BytesIO(), encrypt=StandardEncryption("geheim", canPrint=0))
    canvas.drawString(72, 700, "x" * 60)
    canvas.save()
    with pytest.raises(CannotRead, match="password") as caught:
        read_pdf(out.getvalue())
    assert caught.value.reason == "encrypted"
    assert parse_document([Part("page", out.getvalue())]).reasons == ["encrypted"]


def test_a_pdf_locked_only_against_printing_is_read() -> None:
    canvas = Canvas(out := io.BytesIO(), encrypt=StandardEncryption("", "owner", canPrint=0, canCopy=0))
    canvas.drawString(72, 700, "x" * 60)
    canvas.save()
    assert read_pdf(out.getvalue()).lines == ["x" * 60]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_pdf_that_was_cut_off_is_damaged_or_read_right(share: float) -> None:
    (report,) = invent(1, "form2021", 11)
    document = render_pdf(report, "plain")
    cut = document.content[: int(len(document.content) * share)]
    pieces = pieces_of(cut)
    assert [piece.kind for piece in pieces] == ["pdf"]
    problem, page = pieces[0].problem, pieces[0].page
    assert (problem is None) == (page is not None)
    if page is not None:
        assert silent_errors(report_of(page, Given()), document.values) == []
    else:
        assert isinstance(problem, CannotRead)
        assert problem.reason in ("damaged", "empty")


def test_pages_without_text_are_empty() -> None:
    canvas, out = _canvas()
    canvas.showPage()
    canvas.save()
    with pytest.raises(CannotRead, match="no text") as caught:
        read_pdf(out.getvalue())
    assert caught.value.reason == "empty"


@given(start=st.floats(20, 500), wider=st.floats(1, 1.4), shift=st.floats(0, 0.2))
@settings(max_examples=300)
def test_only_what_lies_on_the_same_spot_was_drawn_twice(start: float, wider: float, shift: float) -> None:
    x, row = start, []
    for text, width in [("4", 6.0), ("1", 6.0), ("3", 6 * wider), ("4", 6 * wider), ("4", 6 * wider)]:
        row.append(Raw(text, x, 700, x + width, 712, x, 703, 0))
        x += width
    again = [char._replace(left=char.left + shift * 6, right=char.right + shift * 6) for char in row]
    page = Frame(0, 0, 595, 842)
    assert [char.text for char in placed([*row, *again], page)] == ["4", "1", "3", "4", "4"]


@pytest.mark.parametrize("way", ["line", "rectangle", "sideways"])
def test_a_figure_that_is_struck_out_is_not_read_on_into_the_next(way: str) -> None:
    canvas, out = _canvas()
    canvas.setFont("Times-Roman", 12)
    if way == "sideways":
        canvas.translate(595, 0)
        canvas.rotate(90)
    canvas.drawString(72, 500, "98189" + "x" * 20)
    if way == "line":
        canvas.line(72, 503, 84, 503)
    else:
        canvas.rect(72, 502.6, 12, 0.7, stroke=0, fill=1)
    canvas.line(84, 498.6, 102, 498.6)  # underlined, as programs show what was inserted
    canvas.showPage()
    canvas.save()
    assert read_pdf(out.getvalue()).lines == [f"{DOUBT}{DOUBT}189{'x' * 20}"]


@pytest.mark.parametrize("how", ["invisible", "white", "outside", "covered"])
def test_what_is_written_and_not_shown_is_no_figure(how: str) -> None:
    canvas, out = _canvas()
    canvas.drawString(72, 700, "这一行字看得见" * 4)
    text = canvas.beginText(72 if how != "outside" else 900, 600)
    text.setTextRenderMode(3 if how == "invisible" else 0)
    text.setFillColorRGB(*((1, 1, 1) if how == "white" else (0, 0, 0)))
    text.textOut("4711")
    canvas.drawText(text)
    if how == "covered":
        canvas.setFillColorRGB(1, 1, 1)
        canvas.rect(60, 590, 200, 30, stroke=0, fill=1)
    canvas.showPage()
    canvas.save()
    words = "\n".join(read_pdf(out.getvalue()).lines)
    assert "看得见" in words
    assert "4711" not in words


@pytest.mark.parametrize("reader", ["pdf", "ofd"])
def test_a_row_that_no_line_divides_is_refused_whoever_read_it(reader: str) -> None:
    cells = tuple(Cell(text, n) for n, text in enumerate(("规章", "12", "3", "45"), 1))
    head = Row(
        (Cell("信息内容", 1), Cell("本年制发件数", 2), Cell("本年废止件数", 3), Cell("现行有效件数", 4)),
        1,
        1,
        loose=True,
    )
    page = Page(items=["青禾市财政局2024年政府信息公开工作年度报告", head, Row(cells, 1, 2, loose=True)], reader=reader)
    read = report_of(page, Given())
    assert read.tables["proactive"].verdict is TableVerdict.REFUSED
    assert [read.values.get(i) for i in REGULATIONS] == [None, None, None]
