"""The parts of a document, opened: each piece with the reader that fits its content."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from parsers.page import Page, Row
from parsers.readers.apart import APART
from parsers.readers.cannot_read import CannotRead
from parsers.readers.decode import decode, kind_of, utf8
from parsers.readers.html import read_html
from parsers.readers.html_tolerant import read_tolerant
from parsers.readers.kinds import is_in_place
from parsers.readers.pieces import Piece, member
from parsers.readers.text import read_text

BODY = ("page", "continuation", "data")
REMEMBERED = 16


@dataclass(frozen=True)
class Part:
    """Bytes as published, content coding undone. `name`: what the file or link is called."""

    role: Literal["page", "continuation", "attachment", "data"] | str
    content: bytes
    media_type: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Opened:
    """One document of a part: the part itself, or a member of the archive that the part is.

    `within`: what stands before the places of its cells: `attachment 2, `, `年报.docx, `.
    """

    role: str
    piece: Piece
    name: str | None = None
    within: str = ""

    @property
    def in_body(self) -> bool:
        """Does it belong to the text that a reader comes to first? A file in an archive never does."""
        return self.role in BODY and self.piece.name is None

    def read(self, *, hidden_tables: bool = False, tolerant: bool = False) -> Page | None:
        """A page of its own, or None where none can be had. Raises TooHostile for HTML and text."""
        page = (
            _read_in_place(self.piece, hidden_tables, tolerant) if self.piece.content is not None else self.piece.page
        )
        if page is None:
            return None
        items = page.items
        if self.within:
            items = [item._replace(within=self.within) if isinstance(item, Row) else item for item in items]
        return replace(page, items=list(items), titles=list(page.titles), pictures=list(page.pictures))


def open_parts(parts: Sequence[Part]) -> list[Opened]:
    """All documents of all parts, in their order; empty parts are left out."""
    parts = [part for part in parts if part.role != "screenshot"]  # evidence of what a page looked like
    opened: list[Opened] = []
    number = 0
    for part in parts:
        number += part.role not in BODY
        if not part.content.strip():
            continue
        here = f"attachment {number}, " if part.role not in BODY and len(parts) > 1 else ""
        for piece in pieces_in(part.content):
            within = here + (f"{piece.name}, " if piece.name else "")
            opened.append(Opened(part.role, piece, piece.name or part.name, within))
    return opened


def member_of(parts: Sequence[Part], within: str) -> bytes | None:
    """The bytes of the file in which cells stand whose place begins with `within`; None where there is none."""
    parts = [part for part in parts if part.role != "screenshot"]
    number = 0
    for part in parts:
        number += part.role not in BODY
        here = f"attachment {number}, " if part.role not in BODY and len(parts) > 1 else ""
        if within == here:
            return part.content
        name = within.removeprefix(here).removesuffix(", ")
        if within.startswith(here) and (found := member(part.content, name)) is not None:
            return found
    return None


def read_part(part: Part, *, hidden_tables: bool = False) -> Page | None:
    """The page of a part, or None where it has none. Raises TooHostile for HTML and text."""
    found = (opened.read(hidden_tables=hidden_tables) for opened in open_parts([part]))
    return next((page for page in found if page is not None), None)


def pieces_in(content: bytes) -> list[Piece]:
    """HTML and text as they are; everything else is read apart, once as long as it is remembered."""
    if is_in_place(content):
        return [Piece(kind_of(content), content=content)]
    key = hashlib.sha256(content).digest()
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    pieces = APART.pieces(content)
    if not any(isinstance(piece.problem, CannotRead) and piece.problem.passing for piece in pieces):
        with _lock:
            _known[key] = pieces
            while len(_known) > REMEMBERED:
                _known.popitem(last=False)
    return pieces


# A document is read for its figures, and again for its words.
_known: OrderedDict[bytes, list[Piece]] = OrderedDict()
_lock = threading.Lock()


def _read_in_place(piece: Piece, hidden_tables: bool, tolerant: bool) -> Page | None:
    assert piece.content is not None
    if piece.kind != "html":
        return read_text(decode(piece.content))
    if tolerant:
        return read_tolerant(utf8(piece.content), hidden_tables=hidden_tables)
    return read_html(utf8(piece.content), hidden_tables=hidden_tables)
