"""Which sentences differ between two texts, with what stands before and after."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

# After 。 ！ ？ ； and what closes a quotation behind them.
END = re.compile(r"(?<=[。！？；!?;])(?![”’」』）)])")


@dataclass(frozen=True, slots=True)
class TextChange:
    """Sentences that were there, those in their place now, and the unchanged ones around (None: begin or end)."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    preceding: str | None = None
    following: str | None = None

    def as_detail(self) -> dict[str, JsonValue]:
        """The shape of `gongkai diff --json`."""
        return {
            "before": list(self.before),
            "after": list(self.after),
            "preceding": self.preceding,
            "following": self.following,
        }


def sentences(lines: Sequence[str]) -> list[str]:
    """Lines of text cut after each full stop, semicolon, question and exclamation mark."""
    return [piece for line in lines for piece in END.split(line) if piece]


def changed_sentences(old: Sequence[str], new: Sequence[str]) -> list[TextChange]:
    """What differs between two sequences of sentences (or of table rows), in the order of the text."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        TextChange(
            before=tuple(old[a:b]),
            after=tuple(new[c:d]),
            preceding=new[c - 1] if c else None,
            following=new[d] if d < len(new) else None,
        )
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
    ]


def changed_spans(old: str, new: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where two sentences differ, as (begin, end) in each, for marking."""
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    left = [(a, b) for kind, a, b, _, _ in codes if kind != "equal" and b > a]
    right = [(c, d) for kind, _, _, c, d in codes if kind != "equal" and d > c]
    return left, right
