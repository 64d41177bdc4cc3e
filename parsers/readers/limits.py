"""What no report is: counted in the bytes or the text of a document before anything is built from it.

Spans need no limit: no reader lays cells out on a grid, so colspan=99999999 is a word like any other.
"""

import re
from dataclasses import dataclass

from model.errors import NeedsReview

MOST_BYTES = 30_000_000
MOST_TAGS = 200_000
MOST_CELLS = 30_000
MOST_DEPTH = 40_000
# A tag has three letters at least: shorter pages need no counting.
FEWEST_BYTES = 3 * MOST_DEPTH
MOST_TABLES_OPEN = 200
MOST_RUN = 4_000_000
MOST_ATTRIBUTES = 1_000
LONG_TAG = 4_000
MOST_TAGS_MENDED = 15_000
MOST_CHARACTERS = 1_000_000
MOST_LINES = 100_000
MOST_BOXES = 500
# U+FDFA, a formula of eighteen letters in one sign: folding unfolds it each time.
MOST_FORMULAS = 100
FORMULA = "\ufdfa".encode()
FORMULA_REFERENCES = (b"&#xfdfa", b"&#65018")

OPENING = re.compile(rb"<(/?)(?:div|span|table|font|b|p|section|ul|li|td|tr|a|i|em|strong|center|blockquote)\b", re.I)
QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")


class TooHostile(NeedsReview):
    """A document is larger or deeper than any report is."""


@dataclass(frozen=True)
class Limits:
    """What was counted in a page; `tags` is 0 for one too short to have many. `small`: the page in small letters."""

    tags: int
    tables_open: int
    small: bytes


def measure(content: bytes) -> Limits:
    """Counts in a page of HTML. Raises TooHostile with the limit that was passed."""
    _refuse("page", "bytes", len(content), MOST_BYTES)
    tags = content.count(b"<") if len(content) > FEWEST_BYTES else 0
    lower = content.lower()
    if tags > MOST_CELLS:
        _refuse("page", "table cells", lower.count(b"<td") + lower.count(b"<th"), MOST_CELLS)
    _refuse("page", "tags", tags, MOST_TAGS)
    formulas = lower.count(FORMULA)
    if has_references(lower):
        formulas += sum(map(lower.count, FORMULA_REFERENCES))
    _refuse("page", "formulas of eighteen letters", formulas, MOST_FORMULAS)
    tables_open = lower.count(b"<table") - lower.count(b"</table")
    if tables_open > MOST_TABLES_OPEN or tags > MOST_DEPTH:
        depth = deepest = 0
        for match in OPENING.finditer(content):
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
        # Unclosed <p> and <td> do not nest; only a depth that no such page reaches is hostile.
        if tables_open > MOST_TABLES_OPEN or deepest > MOST_DEPTH:
            raise TooHostile(f"page is nested {deepest} deep")
    if len(content) > FEWEST_BYTES:
        _measure_runs(content)
    return Limits(tags, tables_open, lower)


def has_references(content: bytes) -> bool:
    """Are there numbers for characters (&#65018;)? One letter is found much faster than two."""
    return b"&" in content and b"&#" in content


def _measure_runs(content: bytes) -> None:
    """The longest text and the tag with the most attributes; the parser compares each attribute with all before it."""
    half = LONG_TAG // 2
    if all(content.find(b"<", at, at + half) >= 0 for at in range(0, len(content) - half + 1, half)):
        return  # a piece of that length would fill one of the halves
    for piece in content.split(b"<"):
        if len(piece) < LONG_TAG:
            continue
        tag, _, text = QUOTED.sub(b"", piece).partition(b">")
        _refuse("a tag", "attributes", len(tag.split()), MOST_ATTRIBUTES)
        _refuse("a text", "bytes", len(text), MOST_RUN)


def worth_mending(content: bytes) -> bool:
    """Is a page small enough for the reader that mends markup as browsers do, a hundred times slower?"""
    return content.count(b"<") <= MOST_TAGS_MENDED


def measure_text(text: str) -> None:
    """Counts in a text. Raises TooHostile with the limit that was passed."""
    _refuse("text", "characters", len(text), MOST_CHARACTERS)
    _refuse("text", "lines", text.count("\n"), MOST_LINES)
    _refuse("text", "pipes and tabs", text.count("|") + text.count("\t"), MOST_CELLS)
    _refuse("text", "formulas of eighteen letters", text.count("\ufdfa"), MOST_FORMULAS)
    _refuse("text", "corners of boxes", text.count("┌"), MOST_BOXES)


def _refuse(whose: str, what: str, count: int, most: int) -> None:
    if count > most:
        raise TooHostile(f"{whose} has {count} {what}, more than {most}")
