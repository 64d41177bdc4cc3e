"""Damaged text: lines lost, cut, repeated or doubled; no value is wrong in silence."""

import re
from random import Random

import pytest

from infra.simulator.reports import TEXT_LAYOUTS, Rendered, invent, render
from parsers import Part, parse_document
from tests.parse_answers import silent_errors

SIGNS = "0123456789"


def _vouched_errors(text: str, printed: dict[str, object]) -> list[str]:
    report = parse_document([Part("page", text.encode())])
    return [
        f"{i}: {v} for {printed[i]}"
        for i, v in report.values.items()
        if v is not None and i not in report.suspect and i in printed and v != printed[i]
    ]


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
def test_a_lost_line_shifts_nothing(layout: str) -> None:
    for number, invented in enumerate(invent(2, "form2021", 21)):
        document = render(invented, layout, number)
        lines = document.content.decode().split("\n")
        dice = Random(number)
        first = next(n for n, line in enumerate(lines) if "第二十条" in line)
        last = next(n for n, line in enumerate(lines) if "存在的主要问题及改进" in line and n > first)
        for at in dice.sample(range(first, last), 25):
            damaged = "\n".join(lines[:at] + lines[at + 1 :])
            assert _vouched_errors(damaged, dict(document.values)) == [], (number, at, lines[at])


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
def test_a_cut_text_vouches_for_no_cut_value(layout: str) -> None:
    for number, invented in enumerate(invent(2, "form2019", 5)):
        document = render(invented, layout, number)
        text = document.content.decode()
        dice = Random(number)
        for _ in range(25):
            at = dice.randrange(len(text) // 4, len(text))
            assert _vouched_errors(text[:at], dict(document.values)) == [], (number, at, text[at - 30 : at])


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
def test_a_number_split_by_a_blank_is_not_read_as_two(layout: str) -> None:
    (invented,) = invent(1, "form2021", 77)
    document = render(invented, layout)
    text = document.content.decode()
    start = text.index("第二十条")
    places = [n for n in range(start, len(text) - 1) if text[n] in SIGNS and text[n + 1] in SIGNS]
    for at in Random(1).sample(places, min(20, len(places))):
        damaged = text[: at + 1] + " " + text[at + 1 :]
        assert _vouched_errors(damaged, dict(document.values)) == [], text[at - 20 : at + 20]


# A value of the tables with what parts it from the next cell
VALUE = re.compile(r"(?<![\d.,])\d+(?:\.\d+)?(?![\d.,])(?:[^\S\n]*\||\t|\n+|[^\S\n]+)")


def _values(text: str) -> list[re.Match[str]]:
    start, end = text.index("第二十条"), text.rindex("存在的主要问题")
    return list(VALUE.finditer(text, start, end))


def _silent(text: str, document: Rendered) -> list[str]:
    return silent_errors(parse_document([Part("page", text.encode())]), dict(document.values))


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
def test_a_lost_cell_is_not_read_as_a_blank(layout: str) -> None:
    (invented,) = invent(1, "form2021", 33)
    document = render(invented, layout)
    text = document.content.decode()
    for lost in Random(3).sample(_values(text), 15):
        damaged = text[: lost.start()] + text[lost.end() :]
        assert _silent(damaged, document) == [], text[lost.start() - 40 : lost.end() + 20]


@pytest.mark.parametrize("layout", ["pipes", "markdown_padded", "tabs", "page_numbers"])
def test_the_number_of_a_page_completes_no_row(layout: str) -> None:
    (invented,) = invent(1, "form2019", 34)
    document = render(invented, layout)
    text = document.content.decode()
    for lost in Random(4).sample(_values(text), 15):
        ends = text.find("\n", lost.end())
        for page in ("3", "- 3 -"):
            damaged = text[: lost.start()] + text[lost.end() : ends] + f"\n{page}" + text[ends:]
            assert _silent(damaged, document) == [], text[lost.start() - 40 : lost.end() + 20]


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
def test_a_number_broken_over_lines_is_not_read_by_its_first_half(layout: str) -> None:
    (invented,) = invent(1, "form2019", 35)
    document = render(invented, layout)
    text = document.content.decode()
    long = [m for m in _values(text) if m[0][:2].isdecimal()]
    for number in Random(5).sample(long, min(15, len(long))):
        at = number.start() + 1
        assert _silent(text[:at] + "\n" + text[at:], document) == [], text[at - 40 : at + 20]


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
def test_a_row_broken_anywhere_is_read_or_doubted(layout: str) -> None:
    (invented,) = invent(1, "form2021", 36)
    document = render(invented, layout)
    text = document.content.decode()
    for at in Random(6).sample(range(text.index("第二十条"), text.rindex("存在的主要问题")), 20):
        assert _silent(text[:at] + "\n" + text[at:], document) == [], text[at - 40 : at + 20]


@pytest.mark.parametrize("layout", TEXT_LAYOUTS)
@pytest.mark.parametrize(("lost", "left"), [(r"[^\S\n]+", ""), (r"\n+", ""), (r"\n+", " "), (r"\s+", "")])
def test_text_that_lost_its_blanks_or_lines_vouches_for_nothing_wrong(layout: str, lost: str, left: str) -> None:
    for form in ("form2021", "form2019"):
        for number, invented in enumerate(invent(2, form, 37)):
            document = render(invented, layout, number)
            assert _silent(re.sub(lost, left, document.content.decode()), document) == []


def test_a_label_broken_before_its_values_is_read() -> None:
    (invented,) = invent(1, "form2021", 38)
    document = render(invented, "pipes")
    text = document.content.decode()
    for label in ("属于国家秘密", "行政规范性文件", "缴纳费用", "结转下年度"):
        at = text.rindex(label) + 2
        report = parse_document([Part("page", (text[:at] + "\n" + text[at:]).encode())])
        assert report.values == document.values, label
        assert report.verdict.value == "verified"


def test_two_rows_that_run_together_are_not_read_as_one() -> None:
    rows = "| 规章 | 1 | 2 | 1 |\n|  |  |  |  |\n| 行政规范性文件 | 187 | 305 | 4 |\n"
    head = "某局2023年政府信息公开工作年度报告\n二、主动公开政府信息情况\n| 第二十条第（一）项 | | | |\n"
    report = parse_document(
        [Part("page", (head + "| 信息内容\\\\\\\\ | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n" + rows).encode())]
    )
    assert not [i for i, v in report.values.items() if v in (1187, 2305, 14) and i not in report.suspect]


def _paged(lines: list[str], every: int, first: int) -> tuple[str, list[int]]:
    """The lines with the numbers of printed pages, each on a line of its own; where these are."""
    paged: list[str] = []
    places = []
    for n, line in enumerate(lines):
        if n % every == first and n > 5:
            places.append(len(paged))
            paged.append(str(len(places)))
        paged.append(line)
    return "\n".join(paged), places


@pytest.mark.parametrize("layout", ["cell_per_line", "cell_per_line_blank", "lone_pipes"])
def test_the_number_of_a_page_is_no_figure_between_cells_on_lines_of_their_own(layout: str) -> None:
    verified = 0
    for form in ("form2021", "form2019"):
        for number, invented in enumerate(invent(3, form, 91)):
            document = render(invented, layout, number)
            lines = document.content.decode().split("\n")
            every = 34 if layout == "cell_per_line" else 68
            whole, _ = _paged(lines, every, number)
            report = parse_document([Part("page", whole.encode())])
            assert silent_errors(report, dict(document.values)) == []
            verified += report.verdict.value == "verified"
            table = range(next(n for n, line in enumerate(lines) if "第二十条" in line), len(lines))
            figures = [n for n in table if lines[n].strip().isdecimal()][1:7:2]
            for at in figures:  # this one is lost, and the page ends right there
                whole, places = _paged(lines, every, at % every)
                text = whole.split("\n")
                lost = next(p for p in places if text[p + 1] == lines[at] and p > at - 3)
                report = parse_document([Part("page", "\n".join(text[: lost + 1] + text[lost + 2 :]).encode())])
                assert silent_errors(report, dict(document.values)) == [], (number, at)
    assert verified >= 3
