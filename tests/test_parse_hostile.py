"""Hostile input gets an answer or a clear refusal, in bounded time."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from tests.hostile import HOSTILE, QUICK
from tests.reading_holds import holds

BROKE = sorted((Path(__file__).parent / "broke").glob("*"))


def _answered(content: bytes) -> None:
    report = parse_document([Part("page", content)])
    assert report.verdict is not ReportVerdict.VERIFIED
    holds(report)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", QUICK)
def test_hostile_input_is_answered(name: str) -> None:
    _answered(HOSTILE[name]())


@pytest.mark.deep
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", [n for n in HOSTILE if n not in QUICK])
def test_large_hostile_input_is_answered(name: str) -> None:
    _answered(HOSTILE[name]())


@pytest.mark.timeout(60)
@pytest.mark.parametrize("path", BROKE, ids=lambda p: p.name)
def test_what_broke_once_holds(path: Path) -> None:
    holds(parse_document([Part("page", path.read_bytes())]))


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("HTML: a million cells in a row", "1000000 table cells, more than 30000"),
        ("HTML: 100,000 divisions deep", "nested 100000 deep"),
        ("HTML: 300,000 attributes", "300001 attributes, more than 1000"),
        ("HTML: 20 MB in one text", "bytes, more than 4000000"),
        ("text: a line of a million pipes", "1000000 pipes and tabs, more than 30000"),
    ],
)
def test_a_refusal_names_the_limit(name: str, limit: str) -> None:
    report = parse_document([Part("page", HOSTILE[name]())])
    assert report.verdict is ReportVerdict.UNREADABLE
    assert report.reasons[0] == "too_hostile"
    assert limit in report.reasons[1]


def test_a_broken_picture_waits_or_is_damaged_and_a_broken_pdf_says_what_it_is() -> None:
    picture = parse_document([Part("page", b"\x89PNG\r\n\x1a\n")])
    assert picture.verdict in (ReportVerdict.NEEDS_OCR, ReportVerdict.UNREADABLE)
    assert picture.values == {}
    assert parse_document([Part("page", b"%PDF-1.7")]).reasons == ["damaged"]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_a_table_is_read_in_any_encoding(encoding: str) -> None:
    table = "<table><tr><td>规章</td><td>1</td><td>2</td><td>3</td></tr></table>"
    page = f"<html><body><p>某局2023年政府信息公开工作年度报告</p><p>第二十条第（一）项</p>{table}</body></html>"
    report = parse_document([Part("page", page.encode(encoding))])
    assert report.values["proactive.art20_1.regulations.issued"] in (1, None)
    assert report.tables["proactive"].verdict.value in ("flagged", "refused")


WORDS = ["规章", "行政许可", "行政规范性文件", "0", "12", "1 234", "一、总体情况", "总计", "其他", "结果维持",
         "第二十条第（一）项", "本年新收政府信息公开申请数量", "（七）总计", "1.属于国家秘密", "—", "/",
         "无", "收到申请12件", "2023年"]  # fmt: skip
MARKS = ["|", "\n", "\t", "| --- |", "---", "------- ----", "+---+---+", "┌──┐", "└──┘", "│", "├──┤", "**", "\\", "\\|",
         "<<", ">>", "- 3 -", "3", "||", "|\n", "\n\n", "\u200b", "\u0301", "\ufeff", "　",
         "&#0;", "&nbsp;"]  # fmt: skip
TAGS = ["<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<th>", "<p>", "</p>", "<div>", "</div>", "<b>", "<i>",
        '<td colspan="99999999">', "<td rowspan=99999999>", "<!--", "-->", "<![CDATA[", "]]>", "<?xml", "<!DOCTYPE x [",
        "<script>", "</script>", "<style>", "<select>", "<svg>", "<template>", "<br>", "<a href='", '"', "<", ">", "&",
        "&amp", "&#x110000;", "\x00", "<td style='display:none'>", "<textarea>",
        "<math>", "<body>", "</html>"]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.sampled_from(WORDS + TAGS), max_size=80))
def test_any_mixture_of_tags_is_answered(pieces: list[str]) -> None:
    _answered("".join(pieces).encode())


@settings(max_examples=150)
@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=80))
def test_any_mixture_of_drawings_is_answered(pieces: list[str]) -> None:
    _answered("".join(pieces).encode())


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(WORDS + MARKS), st.integers(1, 400)), max_size=12))
def test_any_repetition_is_answered(runs: list[tuple[str, int]]) -> None:
    _answered("".join(piece * times for piece, times in runs).encode())


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS + TAGS), max_size=40), st.sampled_from(["utf-16", "utf-16-be", "gb18030"]),
       st.integers(0, 60))  # fmt: skip
def test_any_encoding_cut_anywhere_is_answered(pieces: list[str], encoding: str, cut: int) -> None:
    content = "".join(pieces).encode(encoding)
    _answered(content[: len(content) - cut])


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content: bytes) -> None:
    assert parse_document([Part("page", content)]).values == {}
