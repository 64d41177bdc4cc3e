"""Originals: nothing of a stranger's page runs, loads or leads away, and a place is marked only where it was read."""

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from flows.drawing import ChildDrawing
from infra.simulator.reports import Office, make_report
from infra.simulator.reports.paper import render_pdf
from model.document import PartRef
from parsers import Part, parse_document
from tests.exploring import EVIL, LABOUR, page_of
from web.drawing import Cannot, LaidCell, Picture
from web.drawn import Original, laid_page, picture_page
from web.originals import KEPT_ATTRIBUTES, KEPT_TAGS, harmless, is_page, plain, text_of_bytes
from web.places import part_of, place_of

ALLOWED = KEPT_ATTRIBUTES | {"id", "data-gongkai", "src", "charset", "http-equiv", "content"}
TAGS = """<table> <tr><td> </td> </table> <p> <!-- --> <![CDATA[ ]]> <style> </style> <title> </title> <script>
</script> <svg> <math> <xmp> <textarea> &#0; words <template> <img/src=data:image/svg+xml,x> " '
<a/href=javascript:x> <x-y/onfoo=1>"""
PIECES = st.sampled_from([*re.findall(r"<[^<>]*>", EVIL), *TAGS.split(), "\x00"])


def parsed(content: bytes) -> dict[str, dict[str, str]]:
    return dict(parse_document([Part("page", content)]).model_dump(mode="json")["cells"])


def assert_harmless(page: bytes) -> None:
    root = html.fromstring(page)
    for element in root.iter():
        tag = str(element.tag)
        assert tag in KEPT_TAGS | {"meta"}, tag
        for name, value in element.attrib.items():
            assert name in ALLOWED, name
            assert name != "src" or str(value).lower().startswith("data:image/"), value
            assert name != "content" or "url" not in str(value).lower(), value
    assert b"javascript:" not in re.sub(rb">[^<]*<", b"><", page).lower()


def test_a_hostile_page_is_shown_without_its_weapons_and_with_its_words() -> None:
    page = page_of(LABOUR, 2022, extra=EVIL)
    cells = parsed(page)
    shown = harmless(page, cells)
    assert_harmless(shown)
    assert "一、本年新收政府信息公开申请数量".encode() in shown
    assert b"evil.example" not in re.sub(rb"<style>.*?</style>", b"", shown, flags=re.DOTALL)


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=25))
def test_whatever_is_sent_comes_out_harmless(pieces: list[str]) -> None:
    assert_harmless(harmless("".join(pieces).encode(), {}))


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_make_some_page(content: bytes) -> None:
    assert_harmless(harmless(content, {}))
    assert_harmless(plain(content))
    is_page(content, None)


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2024])
def test_every_cell_that_was_read_is_marked_at_its_own_words(year: int) -> None:
    page = page_of(LABOUR, year)
    cells = parsed(page)
    root = html.fromstring(harmless(page, cells))
    for name, cell in cells.items():
        (place,) = root.xpath("//*[@id=$name]", name=f"c-{name}")
        assert "".join("".join(place.itertext()).split()) == "".join(cell["raw"].split()), name


def test_a_cell_whose_words_are_others_now_is_not_marked() -> None:
    page = page_of(LABOUR, 2022)
    cells = parsed(page)
    name = next(iter(cells))
    root = html.fromstring(harmless(page, {**cells, name: {**cells[name], "raw": "77777"}}))
    assert not root.xpath("//*[@id=$name]", name=f"c-{name}")


def test_a_table_before_the_others_that_the_page_hides_misleads_nobody() -> None:
    page = page_of(LABOUR, 2022)
    cells = parsed(page)
    shifted = re.sub(rb"<body[^>]*>", rb"\g<0><table style='display:none'><tr><td>5<td>6</tr></table>", page, count=1)
    root = html.fromstring(harmless(shifted, cells))
    marked = root.xpath("//*[@data-gongkai]")
    assert len(marked) == len(cells)


def test_text_is_read_as_what_it_is() -> None:
    assert text_of_bytes("年报".encode("gb18030")) == "年报"
    assert text_of_bytes(b"\xef\xbb\xbf" + "年报".encode()) == "年报"
    assert text_of_bytes("年报".encode("utf-16")) == "年报"
    assert "年报" in plain("年报 <script>".encode()).decode()
    assert b"<script>" not in plain(b"<script>")


PARTS = [PartRef(role=role, sha256="0" * 64, size=1, url="http://a.gov.cn/", capture="c") for role in
         ("page", "screenshot", "attachment", "attachment")]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "part", "within", "page"),
    [
        ("table 2, row 3, column 4", 0, "", None),
        ("attachment 2, 年报, 附件.pdf, page 12, box -1 2 30 44", 3, "attachment 2, 年报, 附件.pdf, ", 12),
        ("attachment 1, sheet 附表, 二, cell C5", 2, "attachment 1, ", None),
    ],
)
def test_a_place_tells_its_file_and_page(where: str, part: int, within: str, page: int | None) -> None:
    place = place_of(where)
    assert place is not None
    assert (part_of(PARTS, place.within), place.within, place.page) == (part, within, page)


@settings(max_examples=25)
@given(st.text(max_size=60))
def test_words_that_tell_no_place_are_no_place(where: str) -> None:
    place = place_of(where)
    assert place is None or where.startswith(place.within)


def test_a_file_that_calls_itself_a_page_is_none() -> None:
    assert not is_page(b"%PDF-1.7 <table>", "text/html")
    assert is_page(b"<!doctype html>", "application/pdf")


def test_a_drawn_page_holds_nothing_of_the_files_markup() -> None:
    cells = {"a.b": {"raw": '"><script>', "where": "table 1, row 1, column 1"}}
    about = Original("http://localhost/reports/x?v=1", {"in": '"><b>'}, '"><b>', 1, cells, "zh")
    laid = laid_page(["<script>x</script>", [[LaidCell("<img src=x>", "table 1, row 1, column 1")]]], about).decode()
    drawn = picture_page(Picture(b"png", 3, 10, 10), about).decode()
    for page in (laid, drawn):
        assert "<script" not in page
        assert "<b>1" not in page.replace("<b>1</b>", "")
        assert "<img src=x" not in page
    assert 'id="c-a.b"' in laid


def test_a_file_within_an_archive_behind_a_page_is_drawn() -> None:
    packed = io.BytesIO()
    of = make_report(1, Office(name=LABOUR), 2024, "form2021")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("年报.pdf", render_pdf(of, "plain").content)
        archive.writestr("说明.txt", "文字说明")
    parts = [("page", b""), ("attachment", packed.getvalue())]
    drawn = ChildDrawing().show(parts, 1, "attachment 1, 年报.pdf, ", 2)
    assert isinstance(drawn, Picture)
    assert (drawn.pages, round(drawn.width), round(drawn.height)) == (3, 595, 842)
    assert drawn.png.startswith(b"\x89PNG")
    assert len(drawn.png) < 150_000
    assert isinstance(ChildDrawing().show(parts, 1, "attachment 1, 年报.pdf, ", 9), Cannot)
