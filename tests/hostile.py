"""Documents that nobody means well with, by name; built only when asked for."""

from collections.abc import Callable
from itertools import pairwise

MILLION = 1_000_000
LINE = 990_000
ROW = "<tr><td>规章</td><td>1</td><td>2</td><td>3</td></tr>"
HEAD = "第二十条第（一）项"


def _html(body: str) -> bytes:
    return f"<html><body><p>某局2023年政府信息公开工作年度报告</p>{body}</body></html>".encode()


def _section(line: str) -> bytes:
    return f"某局2023年政府信息公开工作年度报告\n一、总体情况\n{line}\n二、主动公开政府信息情况\n".encode()


HTML: dict[str, Callable[[], bytes]] = {
    "100,000 divisions deep": lambda: b"<div>" * 100_000 + b"x" + b"</div>" * 100_000,
    "100,000 spans deep, unclosed": lambda: _html("<span>" * 100_000 + "1"),
    "20,000 tables deep": lambda: b"<table><tr><td>" * 20_000,
    "190 tables deep, closed": lambda: b"<table><tr><td>" * 190 + b"1" + b"</td></tr></table>" * 190,
    "250 tables deep, each with rows": lambda: _html(
        ("<table>" + ROW * 20 + "<tr><td>") * 250 + "</td></tr></table>" * 250
    ),
    "a million cells in a row": lambda: _html("<table><tr>" + "<td>1" * MILLION + "</table>"),
    "29,000 cells in a row": lambda: _html("<table><tr>" + "<td>1" * 29_000 + "</table>"),
    "7,000 rows of four cells": lambda: _html("<table>" + ROW * 7_000 + "</table>"),
    "7,000 tables": lambda: _html(f"<table>{ROW}</table>" * 7_000),
    "colspan and rowspan 99,999,999": lambda: _html(
        f'<table><tr><td colspan="99999999" rowspan="99999999">{HEAD}</td></tr>{ROW}</table>' * 100
    ),
    "a paragraph of 3.9 MB of digits": lambda: _html("<p>" + "9" * 3_900_000 + "</p>"),
    "a cell of 3.9 MB of digits": lambda: _html(
        "<table><tr><td>规章</td><td>" + "9" * 3_900_000 + "</td></tr></table>"
    ),
    "a paragraph of 990,000 characters": lambda: _html("<p>一、总体情况</p><p>" + "政" * 990_000 + "</p>"),
    "a title of 3.9 MB": lambda: (
        "<html><head><title>" + "政府信息公开" * 215_000 + "年度报告</title></head></html>"
    ).encode(),
    "20 MB in one text": lambda: _html("<p>" + "9" * 20 * MILLION + "</p>"),
    "nothing": lambda: b"",
    "an attribute of 20 MB": lambda: _html(f'<p class="{"a" * 20 * MILLION}">1</p>'),
    "300,000 attributes": lambda: _html("<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">1</p>"),
    "90,000 styles": lambda: _html('<p style="display:none;color:red;display:block">1</p>' * 90_000),
    "20 MB of null bytes": lambda: b"\x00" * 20 * MILLION,
    "null bytes between all letters": lambda: b"\x00".join(bytes([b]) for b in _html(f"<table>{ROW * 2000}</table>")),
    "UTF-16 with a mark": lambda: _html(f"<table>{ROW * 2000}</table>").decode().encode("utf-16"),
    "UTF-16 without a mark": lambda: _html(f"<table>{ROW * 2000}</table>").decode().encode("utf-16-be"),
    "GB18030 cut in a character": lambda: _html(f"<table>{ROW * 2000}</table>").decode().encode("gb18030")[:-41],
    "UTF-8 and GB18030 mixed": lambda: _html(ROW * 500) + _html(ROW * 500).decode().encode("gb18030"),
    "entities in entities": lambda: (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f"<!ENTITY {b} '" + f"&{a};" * 10 + "'>" for a, b in pairwise("abcdefghi"))
        + "]><p>&i;</p><table><tr><td>&i;</td></tr></table>"
    ).encode(),
    "entities out of range": lambda: _html("<p>&#0;&#xFFFFFF;&#12345678901;&#xD800;&#65534;</p>" * 40_000),
    "500,000 entities": lambda: _html("<table><tr><td>" + "&nbsp;" * 500_000 + "</td></tr></table>"),
    "a comment never closed": lambda: _html("<p>1</p><!--" + "x" * 20 * MILLION),
    "90,000 comments begun": lambda: _html("<!-- <p>" * 90_000),
    "100,000 sections of CDATA": lambda: _html("<![CDATA[ <td>1 ]]>" * 100_000),
    "90,000 processing instructions": lambda: _html("<?xml version='1'?><?php x" * 45_000),
    "190,000 angle brackets": lambda: _html("<" * 190_000),
    "tags begun in tags": lambda: _html("<td <tr <table " * 19_000),
    "misnested formatting": lambda: _html("<b><i><p>" * 10_000 + ROW),
    "misnested formatting, flagged": lambda: _html("<table>" + ROW + "</table>" + "<b><i><p>1" * 8_000),
    "39,000 forms": lambda: _html("<form><select><option>1" * 39_000),
    "190,000 line breaks": lambda: _html("<p>一、总体情况</p>" + "收到申请<br>" * 190_000),
}  # fmt: skip

TEXT: dict[str, Callable[[], bytes]] = {
    "a line of a million pipes": lambda: b"|" * MILLION,
    "a line of 29,000 pipes": lambda: ("规章 | " + "1 | " * 29_000).encode(),
    "a drawn line of 29,000 pipes": lambda: ("| 规章 |" + " 1 |" * 29_000).encode(),
    "14,000 drawn lines": lambda: b"| 1 |\n" * 14_000,
    "14,000 rules": lambda: b"|---|\n" * 14_000,
    "99,000 lines of dashes": lambda: b"---- ----\n" * 99_000,
    "rulers of many widths": lambda: "\n".join("-" * (2 + n % 90) + " ---" for n in range(99_000)).encode(),
    "a ruler of 660,000 dashes": lambda: b"-- " * 330_000,
    "490 corners of boxes": lambda: ("┌" * 490 + "\n" + "│" * 490 + "\n").encode(),
    "480 small boxes": lambda: ("┌─┐" * 40 + "\n" + "│1│" * 40 + "\n" + "└─┘" * 40 + "\n").encode() * 12,
    "a box of 98,000 lines": lambda: ("┌──┐\n" + "│1 │\n" * 98_000 + "└──┘\n").encode(),
    "a grid of 9,000 lines": lambda: ("+--+--+\n" + "| 1| 2|\n" * 9_000).encode(),
    "a grid of 28,000 columns": lambda: ("+--" * 28_000 + "+\n" + "| 1" * 28_000 + "|\n").encode(),
    "99,000 figures, one per line": lambda: b"1\n" * 99_000,
    "99,000 labels, one per line": lambda: "规章\n".encode() * 99_000,
    "99,000 lines under a heading": lambda: _section("收到申请\n" * 99_000),
    "990,000 digits in a line": lambda: _section("收到申请" + "1" * LINE),
    "500,000 digits behind a label": lambda: ("行政许可" + "1" * 500_000).encode(),
    "receipts without a number": lambda: _section("收到申请" * (LINE // 4)),
    "a line without a stop": lambda: _section("年" * LINE),
    "addresses without an at": lambda: _section("a.b-" * (LINE // 4)),
    "brackets never closed": lambda: _section("（" * (LINE // 2)),
    "brackets of all kinds": lambda: _section("（【〔[(" * 190_000),
    "enumerators": lambda: _section("一、" * (LINE // 4)),
    "asterisks": lambda: _section("*" * LINE),
    "pairs of asterisks": lambda: _section("*a" * (LINE // 2)),
    "backslashes": lambda: _section("\\" * LINE),
    "anchors never closed": lambda: _section("<<" * (LINE // 2)),
    "marks above a letter": lambda: _section("a" + "\u0301\u0328" * 490_000),
    "marks above a letter in a cell": lambda: ("| 规章 | a" + "\u0301\u0328" * 490_000 + " |").encode(),
    "a ligature that unfolds": lambda: _section("\ufdfa" * 990_000),
    "years without end": lambda: ("2023年" * 190_000 + "政府信息公开年度报告").encode(),
    "glued digits": lambda: (
        "第二十条第（一）项规章" + "1" * 40 + "尚未审结总计" + "1" * 40 + "一、本年新收政府信息公开申请数量"
        + "1" * 60 + "0" + "x" * 400
    ).encode(),
    "spaces": lambda: _section(" " * LINE),
    "8 MB of lines of blanks": lambda: b"    \n" * 99_000,
    "broken encoding": lambda: "<table><td>规章</td>".encode("gb18030") + bytes(range(128, 256)) * 40_000,
}  # fmt: skip

HOSTILE = {f"HTML: {name}": make for name, make in HTML.items()} | {f"text: {n}": make for n, make in TEXT.items()}

# Those that take a second at most, for the suite; `make deep` reads them all.
QUICK = [
    n for n in HOSTILE
    if n.partition(": ")[2] in {
        "100,000 divisions deep", "100,000 spans deep, unclosed", "20,000 tables deep", "190 tables deep, closed",
        "29,000 cells in a row", "colspan and rowspan 99,999,999", "nothing", "UTF-16 without a mark",
        "UTF-8 and GB18030 mixed", "entities in entities", "100,000 comments begun", "100,000 sections of CDATA",
        "tags begun in tags", "a line of 29,000 pipes", "490 corners of boxes", "480 small boxes",
        "a grid of 9,000 lines", "glued digits", "spaces", "8 MB of lines of blanks",
    }
]  # fmt: skip
