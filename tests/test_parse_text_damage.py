"""Damaged text: lines lost, cut, repeated or doubled; no value is wrong in silence."""

from random import Random

import pytest

from infra.simulator.reports import TEXT_LAYOUTS, invent, render
from parsers import Part, parse_document

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
