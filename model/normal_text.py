"""One spelling for text that pages spell in many ways: width, radicals, invisible characters, enumerators."""

import re
import unicodedata
from functools import lru_cache

# CJK Radicals Supplement, which NFKC leaves alone: browser-made PDF text is full of them.
RADICALS = str.maketrans(
    "⺠⻅⻓⻔⻛⻥⻬⻋⻢⻜⻘⻚⻝⻄⻆⻉⻩⻰⻦⻮⻁⻣⺟", "民见长门风鱼齐车马飞青页食西角贝黄龙鸟齿虎骨母"
)
SUPPLEMENT = re.compile("[\u2e80-\u2eff]")
INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0e-\x1f]")
# What never joins the character before it
STANDS_ALONE = re.compile("[\x00-\x7f\u3000-\u3029\u4e00-\u9fff]")
SPACES = re.compile(r"\s+")
LINE = 120
MOST_ENUMERATORS = 4
MOST_UNFOLDING = 4
QUOTES = re.compile("[“”\"'‘’「」『』]")
BRACKETS = str.maketrans("〔〕﹝﹞【】", "[][][]")
# 一、 （一） 1. 1、 (1) ① (NFKC: 1) and a bare 1 before a word; 三类 and 三安全 stay, they have no separator.
ENUMERATOR = re.compile(
    r"^(?:\([一二三四五六七八九十]{1,2}\)|\(\d{1,2}\)|[一二三四五六七八九十]{1,2}[、.,)]|\d{1,2}[、.,)]?(?=\D))"
)


def fold(text: str) -> str:
    """NFKC, radicals as characters, nothing invisible; white space is kept."""
    return _fold_line(text) if len(text) <= LINE else _fold(text)


def _fold(text: str) -> str:
    if text.isascii():
        return INVISIBLE.sub("", text)
    plain = _compatible(text)
    if SUPPLEMENT.search(plain):
        plain = plain.translate(RADICALS)
    return INVISIBLE.sub("", plain)


def _compatible(text: str) -> str:
    """NFKC piece by piece: on a run of marks that combine it takes time by the square of the run's length.

    A piece that would unfold to many times its length holds no words (U+FDFA: eighteen characters) and stays.
    """
    if len(text) <= LINE:
        return unicodedata.normalize("NFKC", text)
    pieces, start = [], 0
    while start < len(text):
        end = start + LINE
        while end < min(len(text), start + 2 * LINE) and not STANDS_ALONE.match(text, end):
            end += 1
        piece = unicodedata.normalize("NFKC", text[start:end])
        pieces.append(piece if len(piece) <= MOST_UNFOLDING * (end - start) else text[start:end])
        start = end
    return "".join(pieces)


# A line is folded again for each thing that is looked for in it.
_fold_line = lru_cache(maxsize=4096)(_fold)


def squeeze(text: str) -> str:
    """Folded text without any white space."""
    return SPACES.sub("", fold(text))


def label_key(text: str) -> str:
    """A label for comparing: folded, no white space, no quotation marks, one kind of square bracket."""
    return _key_of_line(text) if len(text) <= LINE else _key(text)


def _key(text: str) -> str:
    return QUOTES.sub("", squeeze(text)).translate(BRACKETS)


# Only lines are remembered: a few long texts would fill the memory.
_key_of_line = lru_cache(maxsize=8192)(_key)


def bare_label(key: str) -> str:
    """A label key without the enumerators in front of it."""
    return _bare_line(key) if len(key) <= LINE else _bare(key)


def _bare(key: str) -> str:
    for _ in range(MOST_ENUMERATORS):
        match = ENUMERATOR.match(key)
        if match is None or match.end() >= len(key):
            break
        key = key[match.end() :]
    return key


_bare_line = lru_cache(maxsize=8192)(_bare)
