"""What one cell prints: a number, or one of the things that are not zero (report-format 3.4)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from model.normal_text import fold
from model.vocabulary import CellState

Number = int | float

# 1,234 and 1 234 and 59237.2449; a group of other than three digits is no thousands separator
PLAIN = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
UNIT = r"万元|亿元|千元|万|元|件次|件|项|条|次|笔|批次|批|份|篇|个|人次|人|宗|起|家"
# 22(其中修订16件). No note, but something that makes the figure another one: 5(3), 12(上年), 12(截至9月), 12(万件),
# 12(约数), 12(应为15)
UNTIL = r"截[至止](?!.{0,8}12月|.{0,5}年[底末])"
OTHERWISE = (
    r"[\d.,件条项次 ]*\)|(?:单位:?)?[十百千万亿]+\w?\)"
    r"|(?:(?:上|去|前)一?年度?|20\d\d年度?|[上下]半年|第?[一二三四1-4]季度|(?:\d{1,2}月?[-~至到])?\d{1,2}月份?)(?:数据?|度)?\)"
    rf"|{UNTIL}|(?:大约|约)数?\)|左右|估计|预[估计]|暂[定估]|[^()]*(?:应[为是]|更[正改]|[订勘修]正|有误|错误)|原[为数]?:?\d"
)
NOTE = rf"(?:\( ?(?!{OTHERWISE})[^()]*\))?"
NUMBER = re.compile(
    rf"^(?P<sign>[+\-]|增加?|减少?)?\s*(?P<number>{PLAIN})\s*(?:(?P<unit>{UNIT})|\( ?(?:单位:?)?(?P<noted>{UNIT}) ?\))?"
    rf"\s*{NOTE}$"
)
DASH = re.compile(r"^[-—–―─]+$")
NONE_WORDS = frozenset({"无", "暂无", "不涉及", "未涉及", "没有"})
ZERO_LETTERS = frozenset({"O", "o", "〇", "○", "零"})
# 12①, 12¹, 12*: a mark behind a number points to a note. Folded, ① and ¹ would be digits.
RAISED = "¹²³⁰⁴-⁹₀-₉①-⓿❶-➓㈠-㊉⑴-⒛㉑-㉟㊱-㊿"
# The same as 12[1], 12注1
MARK = re.compile(
    rf"(?<=[\d０-９])\s*(?:[{RAISED}*＊※]+|[\[［〔【]\^?[{RAISED}\d]{{1,2}}[\]］〕】]|注[{RAISED}\d]{{0,2}})\s*$"
)
NO_DIGIT = re.compile(f"[{RAISED}]")
# Two lines of a cell are not one number: 12 over 13 is not 1213.
TWO_LINES = re.compile(r"\d[\d.,]*\s*\n\s*[\d.,]")
# U+202E turns digits round, U+2028 and U+2029 end a line: folded, they would be nothing. The others turn the pieces of
# a number round that is written in pieces (12 345).
TURNED = re.compile("[\u202e\u2028\u2029]|[\u200f\u202b\u2067\u061c](?=.*\\d\\D+\\d)", re.DOTALL)
# 3万 files are no 3 files; 5(3) may be either
NO_COUNT = frozenset({"万元", "亿元", "千元", "万", "元"})
LONGEST = 18
SHORT = 60  # prose is not worth remembering
SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Content:
    """The reading of a cell. `value` is None unless the state is `number`; `doubtful`: a letter typed for a digit.

    `pointed`: printed with decimals, if only zeros: 5.0 is no plain count.
    `is_value`: could this stand in a value cell of the form (a number, or a sign of none)?
    """

    state: CellState
    value: Number | None = None
    unit: str | None = None
    signed: bool = False
    doubtful: bool = False
    is_value: bool = True
    pointed: bool = False


BLANK = Content(CellState.BLANK)
UNPARSED = Content(CellState.UNPARSED, is_value=False)


def read_cell(raw: str) -> Content:
    """Reads a cell's words. Money keeps its number; the unit is told apart."""
    return _read_short(raw) if len(raw) <= SHORT else _read(raw)


def _read(raw: str) -> Content:
    if raw.isdecimal() and raw.isascii():
        return Content(CellState.NUMBER, int(raw)) if len(raw) <= LONGEST else UNPARSED
    if MARK.search(raw):
        raw = MARK.sub("", raw)
    folded = fold(raw)
    text = SPACES.sub(" ", folded).strip()
    if not text:
        return BLANK
    if "\n" in raw and TWO_LINES.search(folded):
        return Content(CellState.TEXT, is_value=False)
    if (NO_DIGIT.search(raw) or TURNED.search(raw)) and any(c.isdecimal() for c in text):
        return Content(CellState.TEXT, is_value=False)
    if len(text) > 60:
        return UNPARSED
    if text.isdecimal():
        if len(text) > LONGEST:
            return UNPARSED
        return Content(CellState.NUMBER, int(text))
    if DASH.match(text):
        return Content(CellState.DASH)
    if text in ("/", "\\"):
        return Content(CellState.SLASH)
    if text.rstrip("。.") in NONE_WORDS:
        return Content(CellState.NONE_WORD)
    if text in ZERO_LETTERS:
        return Content(CellState.NUMBER, 0, doubtful=True)
    if match := NUMBER.match(text):
        digits = match["number"].replace(",", "").replace(" ", "")
        value: Number = float(digits) if "." in digits else int(digits)
        if isinstance(value, float) and value.is_integer() and value < 2**53:
            value = int(value)
        sign = match["sign"] or ""
        value = -value if sign[:1] in ("-", "减") else value
        return Content(
            CellState.NUMBER, value, match["unit"] or match["noted"], signed=bool(sign), pointed="." in digits
        )
    return Content(CellState.TEXT if any(c.isdecimal() for c in text) else CellState.UNPARSED, is_value=False)


# Only short words are remembered: a few long ones would fill the memory.
_read_short = lru_cache(maxsize=4096)(_read)
