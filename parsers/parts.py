"""One part of a document, and the reader that fits its content."""

from dataclasses import dataclass
from typing import Literal

from parsers.page import Page
from parsers.readers.decode import decode, kind_of, utf8
from parsers.readers.html import read_html
from parsers.readers.text import read_text


@dataclass(frozen=True)
class Part:
    """Bytes as published, content coding undone. `name`: what the file or link is called."""

    role: Literal["page", "continuation", "attachment", "data"] | str
    content: bytes
    media_type: str | None = None
    name: str | None = None


def read_part(part: Part, *, hidden_tables: bool = False) -> Page | None:
    """The page of an HTML or text part, or None for other kinds. Raises TooHostile."""
    kind = kind_of(part.content)
    if kind == "html":
        return read_html(utf8(part.content), hidden_tables=hidden_tables)
    return read_text(decode(part.content)) if kind == "text" else None
