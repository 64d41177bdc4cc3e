"""Text as pairs of neighbouring characters: words of two are found without knowing where a word ends."""

import re
from operator import add

from storage.search_words import plain

# What separates phrases; a pair across it is no word.
BREAK = re.compile(r"[^\w]+")


def grams(text: str) -> str:
    """The distinct pairs of a text, and each run's last character: 公开年报 → 公开 开年 年报 报."""
    found: dict[str, None] = {}
    for run in BREAK.split(plain_lines(text)):
        found.update(dict.fromkeys(map(add, run, run[1:])))
        if run:
            found[run[-1]] = None
    return " ".join(found)


def query(word: str) -> str | None:
    """The FTS5 query of texts that may hold a word; None when the word has nothing to look for."""
    runs = [run for run in BREAK.split(plain_lines(word)) if run]
    asked = [f'"{run[i : i + 2]}"' for run in runs for i in range(len(run) - 1)]
    asked += [f'"{run}" *' for run in runs if len(run) == 1]
    return " AND ".join(dict.fromkeys(asked)) or None


def year_word(year: int) -> str:
    """The word that a text of this report year has beside its pairs; longer than any of them."""
    return f"y{year:04d}"


def plain_lines(text: str) -> str:
    """As `plain`, with the ends of lines kept as breaks."""
    return "\n".join(plain(line) for line in text.splitlines())
