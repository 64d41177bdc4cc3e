"""The data behind a shell: an article as a string of HTML inside JSON, as a program of the site answers it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape

from parsers.parts import Part
from parsers.readers.decode import decode

# callback({...});
WRAPPED = re.compile(r"^\s*[\w$.]+\s*\(\s*(.*?)\s*\)\s*;?\s*$", re.DOTALL)
TITLE = re.compile(r"title|name|biaoti", re.IGNORECASE)
MOST_DEPTH = 20


def unwrapped(part: Part) -> Part:
    """The article of a data part as a page: its longest string of markup, below the title that stands beside it.

    Any other part, and data without such a string, as it is.
    """
    if part.role != "data":
        return part
    strings = list(_strings(_value(decode(part.content))))
    marked = [text for _, text in strings if "<" in text]
    if not marked:
        return part
    titles = [text for key, text in strings if TITLE.search(key) and "<" not in text and 4 < len(text) < 100]
    heading = f"<h1>{escape(max(titles, key=len))}</h1>" if titles else ""
    page = f"<html><body>{heading}<div>{max(marked, key=len)}</div></body></html>"
    return replace(part, content=page.encode())


def _value(text: str) -> object:
    plain = text.strip()
    wrapped = WRAPPED.match(plain)
    for candidate in (plain, wrapped[1] if wrapped else ""):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _strings(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every string with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, (dict, list)) and depth < MOST_DEPTH:
        pairs = value.items() if isinstance(value, dict) else ((key, item) for item in value)
        for name, item in pairs:
            yield from _strings(item, str(name), depth + 1)
