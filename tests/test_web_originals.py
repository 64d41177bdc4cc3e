"""Originals: nothing of a stranger's page runs, loads or leads away, and a place is marked only where it was read."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from parsers import Part, parse_document
from tests.exploring import EVIL, LABOUR, page_of
from web.originals import KEPT_ATTRIBUTES, KEPT_TAGS, harmless, is_page, plain, text_of_bytes

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


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES, max_size=25))
def test_whatever_is_sent_comes_out_harmless(pieces: list[str]) -> None:
    assert_harmless(harmless("".join(pieces).encode(), {}))


@settings(deadline=None, max_examples=100)
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
