"""Layouts that write the same words with other characters, or number them otherwise."""

import re
import unicodedata
from functools import cache
from random import Random

from infra.simulator.reports.article import Article, Text
from infra.simulator.reports.draft import Draft, Registry
from infra.simulator.reports.html import write_html

LAYOUTS = Registry()

_HALF = "0123456789.,()+-:/"
_FULL = str.maketrans(_HALF, "".join(chr(ord(char) + 0xFEE0) for char in _HALF))


@LAYOUTS.add("fullwidth")
def fullwidth(article: Article, _chance: Random) -> Draft:
    """Digits and signs in full width, in numbers and labels."""
    for cell in article.cells():
        cell.text = cell.text.translate(_FULL)
    return Draft(write_html(article))


_SUPPLEMENT = dict(
    zip("民见长门风鱼齐车马飞青页食西角贝黄龙鸟齿虎骨母", "⺠⻅⻓⻔⻛⻥⻬⻋⻢⻜⻘⻚⻝⻄⻆⻉⻩⻰⻦⻮⻁⻣⺟", strict=True)
)
"""CJK Radicals Supplement: no normalisation turns these back."""


@cache
def _radicals() -> dict[int, str]:
    kangxi = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x2F00, 0x2FD6)}
    return str.maketrans(kangxi | _SUPPLEMENT)


@LAYOUTS.add("radicals")
def radicals(article: Article, _chance: Random) -> Draft:
    """Characters replaced by the radicals that look the same, as browser-made PDF files have them."""
    for cell in article.cells():
        cell.text = cell.text.translate(_radicals())
    for block in article.blocks:
        if isinstance(block, Text):
            block.text = block.text.translate(_radicals())
    return Draft(write_html(article))


@LAYOUTS.add("nbsp_zerowidth")
def nbsp_zerowidth(article: Article, chance: Random) -> Draft:
    """Invisible characters inside words and numbers, no-break spaces around them."""
    for cell in article.cells():
        if len(cell.text) > 1:
            at = chance.randint(1, len(cell.text) - 1)
            cell.text = cell.text[:at] + chance.choice("\u200b\u200c\ufeff\u00ad") + cell.text[at:]
        cell.text = chance.choice(["{}", "\u00a0{}", "{}\u00a0\u00a0", "\u3000{}"]).format(cell.text)
    return Draft(write_html(article))


# 三、本年度办理结果 — （一）予以公开 — 1.属于国家秘密
_ENUMERATOR = re.compile(r"^(?:([一二三四])、|（([一二三四五六七])）|(\d)\.)")
_NUMERALS = "一二三四五六七"


def _renumber(article: Article, spell: dict[str, str]) -> None:
    def written(match: re.Match[str]) -> str:
        if match[1]:
            return spell["chapter"].format(match[1])
        if match[2]:
            at = _NUMERALS.index(match[2])
            return spell["group"].format(match[2], chr(0x3220 + at))
        number = int(match[3])
        return spell["item"].format(number, chr(0x2460 + number - 1))

    for cell in article.cells():
        if cell.role == "label":
            cell.text = _ENUMERATOR.sub(written, cell.text)


@LAYOUTS.add("other_enumerators")
def other_enumerators(article: Article, chance: Random) -> Draft:
    """Labels numbered in other styles: ㈠ for （一）, ① or 1） for 1."""
    _renumber(article, {
        "chapter": chance.choice(["{}.", "{}．", "{}，", "（{}）"]),
        "group": chance.choice(["({0})", "{1}", "{0}、", "{0}."]),
        "item": chance.choice(["{0}、", "{0}．", "({0})", "（{0}）", "{1}", "{0})", "{0} "]),
    })  # fmt: skip
    return Draft(write_html(article))


@LAYOUTS.add("no_enumerators")
def no_enumerators(article: Article, _chance: Random) -> Draft:
    """Labels without numbers."""
    _renumber(article, {"chapter": "", "group": "", "item": ""})
    return Draft(write_html(article))
