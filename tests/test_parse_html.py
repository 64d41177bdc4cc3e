"""The reader of HTML: what a page shows is read and nothing else; lines of a cell stay apart, runs of words do not."""

import pytest

from infra.simulator.reports import invent, render
from model.vocabulary import TableVerdict
from parsers import Part, parse_document
from parsers.page import Page
from parsers.readers.html import PICTURE, read_html
from parsers.readers.html_tolerant import read_tolerant


def cells(page: Page) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in page.rows]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<span>2</span><span>1</span><b>3</b>", "213"),
        ("<p><span>2</span><o:p></o:p></p><p>&nbsp;</p>", "2"),
        ("2<!-- 1 -->3", "23"),
        ("12<br>13", "12\n13"),
        ("<p>12</p><p>（其中修订3件）</p>", "12\n（其中修订3件）"),
        ("12<sup>1</sup>", "12¹"),
        ("<del>12</del>13", "13"),
        ('12<span style="DISPLAY: none">99</span>', "12"),
        ("<div><div>\n   12 </div>\n</div>", "12"),
        ('<input type="text" value="12">', "12"),
        ('<input type="hidden" value="99">12', "12"),
        ("<textarea>12</textarea>", "12"),
        ('<img src="0.png">', PICTURE),
        ("<st1:chmetcnv>1</st1:chmetcnv>2件", "12件"),
        ("<script>99</script>12<style>p{}</style>", "12"),
        ("&#49;&#x32;", "12"),
    ],
)  # fmt: skip
def test_what_a_cell_shows(markup: str, text: str) -> None:
    page = f"<html><body><table><tr><td>规章</td><td>{markup}</td></tr></table></body></html>".encode()
    assert cells(read_html(page)) == [["规章", text]]
    tolerant = read_tolerant(page)
    assert tolerant is not None
    assert cells(tolerant) == [["规章", text]]


def test_hidden_rows_and_cells_are_no_rows_and_cells() -> None:
    page = read_html(
        '<table><tr style="display:none"><td>规章</td><td>9</td></tr>'
        '<tr><td>规章</td><td hidden>8</td><td>1</td><td style="visibility: hidden">7</td></tr></table>'.encode()
    )
    assert cells(page) == [["规章", "1"]]


def test_hidden_tables_are_read_only_when_asked_for() -> None:
    markup = '<div style="display:none"><table><tr><td>a</td></tr></table></div><table><tr><td>b</td></tr></table>'
    shown = read_html(markup.encode())
    assert (cells(shown), shown.hidden) == ([["b"]], True)
    whole = read_html(markup.encode(), hidden_tables=True)
    assert (cells(whole), whole.hidden) == ([["a"], ["b"]], False)


def test_a_hidden_article_keeps_its_words() -> None:
    words = "本机关认真贯彻条例。" * 40
    page = read_html(f'<table><tr><td style="display:none"><p>{words}</p></td><td>x</td></tr></table>'.encode())
    assert cells(page) == [[words, "x"]]


def test_paragraphs_and_line_breaks_begin_lines_and_line_feeds_of_the_source_do_not() -> None:
    page = read_html(
        "<div>一、总体情况<p>全年公开\n   信息<b>12</b>条。</p>其他<br>说明</div><table><tr><td>x</table>".encode()
    )
    assert page.lines == ["一、总体情况", "全年公开 信息12条。", "其他", "说明"]


def test_line_feeds_divide_where_nothing_else_does() -> None:
    assert read_html("<html><body><pre>规章\n3\n0</pre></body></html>".encode()).lines == ["规章", "3", "0"]


def test_only_tables_without_a_table_inside_hold_figures() -> None:
    page = read_html(
        "<table><tr><td>导航</td><td><table><tr><td>规章</td><td>1</td></tr></table></td></tr></table>".encode()
    )
    assert cells(page) == [["规章", "1"]]
    assert page.lines == ["导航"]


def test_a_picture_of_a_figure_is_no_blank() -> None:
    (invented,) = invent(1, "form2021", 4)
    page = render(invented, "clean").content.decode()
    first = "<td>规章</td><td>"
    at = page.index(first) + len(first)
    damaged = page[:at] + '<img src="1.png">' + page[page.index("</td>", at) :]
    report = parse_document([Part("page", damaged.encode())])
    field_id = "proactive.art20_1.regulations.issued"
    assert report.tables["proactive"].verdict is TableVerdict.FLAGGED
    assert (report.values[field_id], report.suspect) == (None, [field_id])
