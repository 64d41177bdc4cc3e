"""Hostile input gets an answer or a clear refusal, in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.vocabulary import ReportVerdict
from parsers import Part, parse_document

HOSTILE = {
    "nothing": b"",
    "null bytes": b"\x00" * 10_000 + "<table><tr><td>规章</td><td>1</td></tr></table>".encode(),
    "deep divisions": b"<div>" * 30_000 + b"x" + b"</div>" * 30_000,
    "deep tables": b"<table><tr><td>" * 2_000,
    "many cells": b"<table><tr>" + b"<td>1</td>" * 100_000 + b"</tr></table>",
    "wide span": '<table><tr><td colspan="99999999" rowspan=99999999>规章</td><td>1</td></tr></table>'.encode(),
    "one huge node": b"<p>" + b"9" * 3_000_000 + b"</p>",
    "digits in text": ("行政许可" + "1" * 500_000).encode(),
    "entities": b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><p>&b;&#0;&#xFFFFFF;&#12345678901;</p><td><td>",
    "broken encoding": "<table><td>规章</td>".encode("gb18030") + bytes(range(128, 256)) * 40,
    "pipes": b"|" * 200_000,
    "a pdf": b"%PDF-1.7\n",
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", list(HOSTILE))
def test_hostile_input_is_answered(name: str) -> None:
    report = parse_document([Part("page", HOSTILE[name])])
    assert report.verdict is not ReportVerdict.VERIFIED
    assert report.verdict is not ReportVerdict.NARRATIVE


def test_a_page_of_too_many_cells_is_refused_with_the_limit() -> None:
    report = parse_document([Part("page", HOSTILE["many cells"])])
    assert report.verdict is ReportVerdict.UNREADABLE
    assert "100000 table cells" in report.reasons[1]


def test_a_picture_needs_ocr_and_a_pdf_says_why_not() -> None:
    assert parse_document([Part("page", b"\x89PNG\r\n\x1a\n")]).verdict is ReportVerdict.NEEDS_OCR
    assert parse_document([Part("page", b"%PDF-1.7")]).reasons == ["pdf_not_supported_yet"]


PIECES = st.sampled_from(
    ["<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<th>", "规章", "行政许可", "0", "12", "一、总体情况",
     "总计", "|", "\n", "\t", "本年新收政府信息公开申请数量", "其他", "第二十条第（一）项",
     "<p>", "&nbsp;", "结果维持", "\x00", "<!--"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_any_mixture_of_pieces_is_answered(pieces: list[str]) -> None:
    report = parse_document([Part("page", "".join(pieces).encode())])
    assert report.verdict is not ReportVerdict.VERIFIED


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_answered(content: bytes) -> None:
    assert parse_document([Part("page", content)]).values == {}
