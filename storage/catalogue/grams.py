"""Text as pairs of neighbouring characters: words of two are found without knowing where a word ends."""

import re

from storage.search_words import plain

# What separates phrases; a pair across it is no word.
BREAK = re.compile(r"[^\w]+")


def grams(text: str) -> str:
    """The distinct pairs of a text with a space between them: 公开年报 → 公开 开年 年报."""
    found: dict[str, None] = {}
    for run in BREAK.split(plain_lines(text)):
        if len(run) == 1:
            found[run] = None
        found.update(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))
    return " ".join(found)


def query(word: str) -> str | None:
    """The FTS5 query of texts that may hold a word; None when the word has nothing to look for."""
    pairs = grams(word).split()
    if not pairs:
        return None
    if len(pairs) == 1 and len(pairs[0]) == 1:
        return f'"{pairs[0]}" OR "{pairs[0]}" *'
    return " AND ".join(f'"{pair}"' for pair in pairs)


def plain_lines(text: str) -> str:
    """As `plain`, with the ends of lines kept as breaks."""
    return "\n".join(plain(line) for line in text.splitlines())
