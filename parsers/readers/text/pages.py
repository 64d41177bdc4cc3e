"""The numbers of printed pages that run through a text with pipes or tabs, each on a line of its own."""

from collections.abc import Sequence

from parsers.readers.text.marks import BARE_NUMBER, PAGE_NUMBER

NEAR = 4


def page_numbers(lines: Sequence[str]) -> frozenset[int]:
    """Lines that hold nothing but a number, where these numbers count up by one through the whole text.

    A single one may as well be the end of a row.
    """
    bare = [n for n, line in enumerate(lines) if BARE_NUMBER.match(line.strip()) and is_below_pipes(lines, n)]
    numbers = [int(lines[n]) for n in bare]
    runs_on = len(bare) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return frozenset(bare) if runs_on else frozenset()


def is_below_pipes(lines: Sequence[str], at: int) -> bool:
    """Is the last line with words before this one a line of a table with pipes or tabs?"""
    before = (lines[n].strip() for n in range(at - 1, max(at - NEAR, -1), -1))
    line = next((b for b in before if b and not PAGE_NUMBER.match(b)), "")
    return ("|" in line and line != "|") or "\t" in line
