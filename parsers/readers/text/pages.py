"""The numbers of printed pages that run through a text with pipes, each on a line of its own."""

from collections.abc import Sequence

from parsers.readers.text.marks import BARE_NUMBER

NEAR = 4


def page_numbers(lines: Sequence[str]) -> frozenset[int]:
    """Lines that hold nothing but a number, where these numbers count up by one through the whole text.

    A single one may as well be the end of a row.
    """
    bare = [n for n, line in enumerate(lines) if BARE_NUMBER.match(line.strip()) and is_among_pipes(lines, n)]
    numbers = [int(lines[n]) for n in bare]
    runs_on = len(bare) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return frozenset(bare) if runs_on else frozenset()


def is_among_pipes(lines: Sequence[str], at: int) -> bool:
    """Does a line with pipes stand before and behind?"""
    before = next((lines[n] for n in range(at - 1, max(at - NEAR, -1), -1) if lines[n].strip()), "")
    behind = next((lines[n] for n in range(at + 1, min(at + NEAR, len(lines))) if lines[n].strip()), "")
    return _piped(before) and _piped(behind)


def _piped(line: str) -> bool:
    return "|" in line and line.strip() != "|"
