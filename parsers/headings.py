"""Where does a part of the report begin? Numbers and keywords, in lines of their own or inside a text without lines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from model.forms import Section
from model.normal_text import bare_label, fold, label_key

NUMERALS = "一二三四五六七八九十"
LONGEST = 60
LONGEST_UNNUMBERED = 26
LONG_LINE = 120
# Does a line begin with a word that is no number? Folding leaves such a character as it is.
begins_plainly = re.compile(f"(?![{NUMERALS}第])[\u4e00-\u9fff]").match
# The ways to number the parts, most usual first; the first that finds two parts is the one of the document.
STYLES = (
    re.compile(rf"^(?P<n>[{NUMERALS}]{{1,2}})(?:[、.,:)]|(?=\s))"),
    re.compile(rf"^第(?P<n>[{NUMERALS}]{{1,2}})(?:部分|章|节)[、.,:]?"),
    re.compile(rf"^[(](?P<n>[{NUMERALS}]{{1,2}})[)][、.,]?"),
    re.compile(r"^(?P<n>\d{1,2})[、.,](?!\d)"),
)
# …提供便利。二、主动公开政府信息情况（一）数量 2016年
INLINE = re.compile(
    rf"(?<![{NUMERALS}第(（])(?P<n>[{NUMERALS}]{{1,2}})[、.．]\s*(?=\S)|(?<=[\s。])(?P<annex>附[表件]?\s*(?=[:：]))"
)
# 附:政府信息公开情况统计表(2016年度)
ANNEX = re.compile(r"^附(?:[表件]\d{0,2}[:、.]?|[:])")
ANNEX_WORD = "附表"
ANNEX_TITLE = re.compile(r"[:：]\s*[^。;；,，:：\s]{0,36}?统计表(?:[（(][^（）()]{0,12}[)）])?")
SENTENCE_ENDS = re.compile(r"[。；;！!？?\s)）>”\"]")
STOP = re.compile(r"[\s。，；：,;:（(\d\[【]")
TAIL = re.compile(r"情况|措施|事项|概述|概况|工作|问题|改进|打算|统计表|附表|建议")
YEAR = re.compile(r"20\d\d年度?")
SENTENCE = re.compile("[。;；]")
NO_HEADING = re.compile(r"[。;；,，:\d]")
LONGEST_INLINE = 40
LONGEST_RUN = 26
MOST_CANDIDATES = 5_000
MOST_BETWEEN = 14

Patterns = list[tuple[Section, re.Pattern[str]]]


@dataclass(frozen=True)
class Heading:
    """The part that begins here, and the words of the document that say so (empty where it only has a place)."""

    section: Section
    words: str
    number: int = 0


def headings_in(
    lines: Iterable[str], patterns: Patterns, corner: str = "", printed: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Heading | None]]:
    """The text in pieces, each with the heading that it begins under, or None where the part before goes on.

    `corner`: the first words of a table whose groups are numbered like parts; behind it the labels that the table
    prints (`printed`) are no headings.
    """
    everything = list(lines)
    numbered = _numbered_lines(everything, patterns)
    seen: set[str] = set()
    last = 0
    inside = False
    for line in everything:
        if corner and not inside:
            inside = corner in line and len(line) <= LONG_LINE
        heading = numbered.get(line)
        if heading is None:
            key = _key_of_heading(line)
            if key is not None:
                heading = _unnumbered(line, key, patterns, seen)
            elif len(line) <= LONG_LINE:
                yield line, None
                continue
        if heading is not None and inside and bare_label(label_key(heading.words)) in printed:
            heading = None
        if heading is not None:
            seen.add(heading.section.id)
            last = heading.number or last
            yield "", heading
            continue
        if len(line) <= LONG_LINE:
            yield line, None
            continue
        for piece, inline in _split(line, patterns, last, 0 if inside else line.find(corner) if corner else -1):
            if inline is not None:
                seen.add(inline.section.id)
                last = inline.number
            yield piece, inline


def _numbered_lines(lines: list[str], patterns: Patterns) -> dict[str, Heading]:
    """The lines that are headings by their number, in the way that this document numbers its parts."""
    may_be = [line for line in lines if len(line) <= LONGEST and not begins_plainly(line)]
    first: dict[str, Heading] | None = None
    for style in STYLES:
        found = {line: h for line in may_be if (h := _numbered(line, patterns, style)) is not None}
        if len({heading.section.id for heading in found.values()}) >= 2:
            return found
        first = found if first is None else first
    return first or {}


def _numbered(line: str, patterns: Patterns, style: re.Pattern[str]) -> Heading | None:
    folded = fold(line).lstrip()
    match = style.match(folded)
    if match is None:
        return None
    key = label_key(folded[match.end() :])
    if not key or SENTENCE.search(key):
        return None
    section = next((s for s, p in patterns if p.search(key)), None)
    return Heading(section, line, number_of(match["n"])) if section is not None else None


@lru_cache(maxsize=4096)
def _key_of_heading(line: str) -> str | None:
    """The key of a line that may be a heading without a number. Most lines are none, and the same on each page."""
    if len(line) > LONGEST:
        return None
    key = label_key(line)
    if ANNEX.match(key):
        return key
    short = 3 < len(key) <= LONGEST_UNNUMBERED
    return key if short and not NO_HEADING.search(key) and bare_label(key) == key else None


def _unnumbered(line: str, key: str, patterns: Patterns, seen: set[str]) -> Heading | None:
    """A heading that lost its number: a short line that is little else than the keyword of a part not yet met."""
    if annex := ANNEX.match(key):
        words = key[annex.end() :] or ANNEX_WORD
        section = next((s for s, p in patterns if p.search(ANNEX_WORD) and p.search(words)), None)
        return Heading(section, line) if section is not None else None
    if not _any_of(tuple(s.match for s, _ in patterns)).search(key):
        return None
    for section, pattern in patterns:
        if section.id in seen:
            continue
        if key == label_key(section.heading) or ((m := pattern.search(key)) and len(m[0]) * 2 > len(key)):
            return Heading(section, line)
    return None


@lru_cache(maxsize=16)
def _any_of(keywords: tuple[str, ...]) -> re.Pattern[str]:
    """One look for all keywords: most lines have none."""
    return re.compile("|".join(f"(?:{k})" for k in keywords))


def _split(line: str, patterns: Patterns, last: int, table_at: int) -> Iterator[tuple[str, Heading | None]]:
    """A text that lost its lines: cut where the next number of the count stands before a keyword.

    `table_at`: where a table begins whose groups are numbered, or -1. Where no sentence has ended before it, only the
    very next number is one: 三、 and 四、 are rows of the tables too.
    """
    start, open_heading = 0, None
    for match in islice(INLINE.finditer(line), MOST_CANDIDATES):
        if 0 <= table_at <= match.start():
            break
        number = number_of(match["n"]) if match["n"] else last
        after_sentence = match.start() == 0 or SENTENCE_ENDS.match(line[match.start() - 1])
        if match["n"] and (number <= last or not (after_sentence or number == last + 1)):
            continue
        heading = _inline(line, match, patterns, number)
        if heading is None:
            continue
        before = line[start : match.start()].strip()
        if before or open_heading:
            yield before, open_heading
        start, open_heading, last = match.start() + len(heading.words), heading, number
    yield line[start:].strip(), open_heading


def _inline(line: str, match: re.Match[str], patterns: Patterns, number: int) -> Heading | None:
    if match["annex"]:
        return _inline_annex(line, match, patterns, number)
    begin = match.end()
    if year := YEAR.match(line, begin):
        begin = year.end()
    rest = line[begin : begin + LONGEST_INLINE]
    stop = STOP.search(rest)
    run = rest[: stop.start()] if stop else rest
    section, keyword = next(((s, m) for s, p in patterns if (m := p.search(run))), (None, None))
    if section is None or keyword is None:
        return None
    official = len(section.heading) if run.startswith(section.heading) else 0
    end = official or _end_of_heading(run, keyword.end(), stop is not None)
    return Heading(section, line[match.start() : begin + end], number)


def _inline_annex(line: str, match: re.Match[str], patterns: Patterns, number: int) -> Heading | None:
    """附：…统计表（2016年度）, or 附表： alone."""
    section = next((s for s, p in patterns if p.search(ANNEX_WORD)), None)
    title = ANNEX_TITLE.match(line, match.end())
    if section is None or (title is None and match["annex"].strip() != ANNEX_WORD):
        return None
    return Heading(section, line[match.start() : title.end() if title else match.end()], number)


def _end_of_heading(run: str, keyword: int, stopped: bool) -> int:
    """Where the heading ends in words that run on: with the last of the words that headings end with."""
    tails = [m.end() for m in TAIL.finditer(run) if m.end() >= keyword and m.start() <= keyword + MOST_BETWEEN]
    if stopped and len(run) <= LONGEST_RUN and (len(run) in tails or not tails):
        return len(run)
    return tails[-1] if tails else keyword


def number_of(numeral: str) -> int:
    """一 is 1, 十 is 10, 十一 is 11; digits are themselves."""
    if numeral.isdecimal():
        return int(numeral)
    if numeral[0] == "十":
        return 10 + (NUMERALS.index(numeral[1]) + 1 if len(numeral) > 1 else 0)
    return NUMERALS.index(numeral[0]) + 1
