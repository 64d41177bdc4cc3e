"""Figures in running text: where they stand, what they count, and whether they are exact.

White space is taken out first, since converters break lines anywhere; `Words.span` leads back to the text as it is.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from model.normal_text import fold

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
TENS = {"十": 10, "百": 100, "千": 1000}
UNITS = "件次|人次|件|宗|份|条|起|例|项|部|次|个|篇|笔|场|期|万元|亿元|元|%"
# Words for none, and what has to follow: 无法, 无锡 and 未来 are none.
NONE = (
    "未(?=收到|接到|发生|产生|出现|有|受理|制定|制发|出台|收取|发出|向|因|被申请|被提起|结转|废止)|没有(?!现成|正当)"
    "|无(?![法正偿效需论锡障故线人关异疑能缝形])|零(?=申请|复议|诉讼|行政)"
)
FIGURE = re.compile(
    r"(?<![\d.A-Za-z])(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|(?:0|[1-9]\d{0,11})(?:\.\d{1,6})?)(?!\d)"
    rf"(?P<scale>万|亿)?(?P<vague>余|多|以上)?(?P<unit>{UNITS})?(?![\d年月日时:点号]|学年|\.\d)"
    rf"|(?P<words>(?<![第每同统唯划之任进])[〇零一二两三四五六七八九十百千]{{1,7}})(?P<wunit>{UNITS})(?![事体条窗旦])"
    rf"|(?P<none>{NONE})|(?P<all>均(?:获|被|予以|得到|依法|判决)?维持)"
)
# What a figure can begin with: a first look, so that the pattern is tried at few places.
FIRST = re.compile("[0-9〇零一二两三四五六七八九十百千未没无均]")
STRONG = re.compile(r"[。;!?]")
SPACE = re.compile(r"\s")
NEAREST = 60
# 约200件, 近百件, 3至5件
VAGUE = re.compile(r"(?:约|近|超|超过|逾|多达|不足|至少|不少于|达到?近|大约|[\d件][-~—至到])$")


@dataclass(frozen=True)
class Words:
    """Text without white space, in half-width signs, with the way back."""

    source: str

    @cached_property
    def folded(self) -> str:
        return fold(self.source)

    @cached_property
    def text(self) -> str:
        return SPACE.sub("", self.folded)

    @cached_property
    def _starts(self) -> list[int] | None:
        """Place in the source of each character of `text`; None where nothing but white space was taken out."""
        if len(self.folded) == len(self.source):
            return None
        places = []
        for at, char in enumerate(self.source):
            places += [at] * len(SPACE.sub("", fold(char)))
        return places if len(places) == len(self.text) else []

    @cached_property
    def _gaps(self) -> list[int]:
        """For the n-th white space: how many characters of `text` stand before it."""
        return [match.start() - n for n, match in enumerate(SPACE.finditer(self.folded))]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the source of `text[start:end]`."""
        if self._starts:
            return self._starts[start], self._starts[end - 1] + 1
        if self._starts is not None:
            return 0, len(self.source)  # a character that folds otherwise alone than in its word: the whole text
        return start + bisect_right(self._gaps, start), end + bisect_right(self._gaps, end - 1)


@dataclass(frozen=True)
class Figure:
    """`number` with `slack`, half of what the last printed digit stands for; `kind` none: a word for none.

    `before`: the words up to it, back to the figure before or the end of a sentence; `after`: those behind its unit.
    """

    kind: str
    number: float
    slack: float
    unit: str
    start: int
    end: int
    before: str
    after: str
    sentence: int


def figures(text: str) -> Iterator[Figure]:
    """Every exact figure of squeezed text, in order. Takes time in proportion to its length."""
    sentence = last = 0
    ends = STRONG.finditer(text)
    stop = next(ends, None)
    reached = 0
    for first in FIRST.finditer(text):
        if first.start() < reached or (match := FIGURE.match(text, first.start())) is None:
            continue
        reached = match.end()
        while stop is not None and stop.start() < match.start():
            sentence = last = stop.end()
            stop = next(ends, None)
        before = text[max(last, match.start() - NEAREST) : match.start()]
        after = STRONG.split(text[match.end() : match.end() + 40], maxsplit=1)[0]
        kind, number, slack, unit = _value(match)
        if kind == "number" and not unit and not _bare(before, after, number):
            continue
        if kind == "number":
            last = match.end()
            if match["vague"] or VAGUE.search(before):
                continue
        yield Figure(kind, number, slack, unit, match.start(), match.end(), before, after, sentence)


def _value(match: re.Match[str]) -> tuple[str, float, float, str]:
    if match["none"]:
        return "none", 0, 0, ""
    if match["all"]:
        return "all", 0, 0, ""
    if match["words"]:
        number = chinese_number(match["words"])
        return ("number", number, 0, match["wunit"]) if number is not None else ("word", 0, 0, "")
    digits = match["digits"].replace(",", "")
    scale = {"万": 10_000, "亿": 100_000_000}.get(match["scale"] or "", 1)
    decimals = len(digits.partition(".")[2])
    unit = match["unit"] or ""
    if unit == "元" and match["scale"]:
        unit, scale = match["scale"] + unit, 1
    return "number", float(digits) * scale, scale * 0.5 / 10**decimals if scale > 1 else 0, unit


def _bare(before: str, after: str, number: float) -> bool:
    """A number without a unit is a figure at the end of its clause only: 均为0, 共计212, 行政复议0、行政诉讼0."""
    return not after or after[0] in ",、)" or (number == 0 and before.endswith(("为", "共", "计")))


@lru_cache(maxsize=1024)
def chinese_number(words: str) -> int | None:
    """十二 is 12, 一百零二 102, 二〇 20; None for what is none."""
    if not any(sign in TENS for sign in words):
        return int("".join(str(DIGITS[sign]) for sign in words)) if len(words) == 1 or "〇" in words else None
    total, digit = 0, None
    for sign in words:
        if sign in TENS:
            total += (1 if digit is None or digit == 0 else digit) * TENS[sign]
            digit = None
        elif digit not in (None, 0):
            return None
        else:
            digit = DIGITS[sign]
    return total + (digit or 0)
