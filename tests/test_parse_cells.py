"""Cells, labels and splits: what is a number, what is none, and which cuts of glued digits are possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.normal_text import bare_label, fold, label_key
from model.vocabulary import CellState
from parsers.cells import read_cell
from parsers.glued import splits


@pytest.mark.parametrize(
    ("raw", "value"),
    [("0", 0), ("００", 0), ("0件", 0), ("1,234", 1234), ("1，234", 1234), ("1 234", 1234), ("59237.2449", 59237.2449),
     ("+19", 19), ("-8", -8), ("－8", -8), ("减8", -8), ("增5", 5), ("251000元", 251000), ("22（其中修订16件）", 22),
     ("12①", 12), ("12¹", 12), ("12*", 12), ("１２※", 12), ("22\n（其中修订16件）", 22)],
)  # fmt: skip
def test_numbers(raw: str, value: float) -> None:
    assert (read_cell(raw).state, read_cell(raw).value) == (CellState.NUMBER, value)


@pytest.mark.parametrize(
    ("raw", "state"),
    [("", CellState.BLANK), ("\u00a0", CellState.BLANK), ("—", CellState.DASH), ("--", CellState.DASH),
     ("/", CellState.SLASH), ("／", CellState.SLASH), ("无。", CellState.NONE_WORD), ("不涉及", CellState.NONE_WORD),
     ("约200", CellState.TEXT), ("若干", CellState.UNPARSED), ("1,23", CellState.TEXT),
     ("12\n13", CellState.TEXT), ("1\n234", CellState.TEXT), ("1²3", CellState.TEXT), ("①2", CellState.TEXT),
     ("21 3", CellState.TEXT), ("1l", CellState.TEXT), ("9" * 19, CellState.UNPARSED)],
)  # fmt: skip
def test_what_is_no_number_has_no_value(raw: str, state: CellState) -> None:
    assert (read_cell(raw).state, read_cell(raw).value) == (state, None)


@pytest.mark.parametrize(
    ("raw", "bare"),
    [("（一）予以公开", "予以公开"), ("㈠予以公开", "予以公开"), ("①属于国家秘密", "属于国家秘密"),
     ("1．重复申请", "重复申请"),
     ("三、本年度办理结果", "本年度办理结果"), ("三安全一稳定", "三安全一稳定"), ("⾏政许可", "行政许可")],
)  # fmt: skip
def test_labels_lose_their_enumerator_only(raw: str, bare: str) -> None:
    assert bare_label(label_key(raw)) == bare


@given(st.lists(st.integers(0, 9999), min_size=1, max_size=5))
def test_the_true_split_is_among_the_possible_ones(numbers: list[int]) -> None:
    assert tuple(numbers) in set(splits("".join(map(str, numbers)), len(numbers)))


@given(st.integers(0, 10**9))
def test_every_whole_number_reads_as_itself(number: int) -> None:
    assert read_cell(str(number)).value == number
    assert read_cell(f"{number:,}").value == number


@given(st.text(max_size=40))
def test_reading_never_fails_and_folding_is_stable(text: str) -> None:
    content = read_cell(text)
    assert (content.value is None) == (content.state is not CellState.NUMBER)
    assert fold(fold(text)) == fold(text)
