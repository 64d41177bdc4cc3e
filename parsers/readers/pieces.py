"""What one file holds: one document, or, in a zip archive, several."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead
from parsers.readers.containers import Container, name_of
from parsers.readers.kinds import IN_PLACE, kind_of, reader_of
from parsers.readers.limits import TooHostile

MOST_DEPTH = 2
MOST_MEMBERS = 100
# What packers add by themselves
BESIDE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Piece:
    """One document of a file: its page, or its bytes where HTML or text is read later, or why there is neither.

    `name`: of a member of a zip archive, without folders.
    """

    kind: str
    page: Page | None = None
    content: bytes | None = None
    problem: CannotRead | TooHostile | None = None
    name: str | None = None


def pieces_of(content: bytes, name: str | None = None, depth: int = 0) -> list[Piece]:
    """The documents of a file in the order of the archive. Never raises for what the file holds."""
    kind = "unknown"
    try:
        kind = kind_of(content)
        if kind in IN_PLACE:
            return [Piece(kind, content=content, name=name)]
        if kind == "zip":
            return list(_members(content, name, depth))
        return [Piece(kind, page=reader_of(kind)(content), name=name)]
    except (CannotRead, TooHostile) as problem:
        return [Piece(kind, problem=problem, name=name)]
    except MemoryError:
        fault = CannotRead("too_much_memory", "reading it takes more memory than a reader may have")
    except Exception as error:  # noqa: BLE001  # a reader that fails on a document must not fail on the others
        fault = CannotRead("reader_failed", f"the reader of {kind} failed on it ({type(error).__name__}: {error})")
    return [Piece(kind, problem=fault, name=name)]


def member(content: bytes, name: str, depth: int = 0) -> bytes | None:
    """The bytes of the first file of that name in an archive, or in an archive in it."""
    try:
        if depth >= MOST_DEPTH or kind_of(content) != "zip":
            return None
        container = Container(content)
        inner = [(name_of(entry), container.unpack(entry)) for entry in container.entries if entry.file_size]
    except (CannotRead, TooHostile):
        return None
    deeper = (member(one, name, depth + 1) for _, one in inner)
    return next((one for called, one in inner if called == name), None) or next((d for d in deeper if d), None)


def _members(content: bytes, archive: str | None, depth: int) -> Iterator[Piece]:
    if depth >= MOST_DEPTH:
        raise CannotRead("nested_archives", f"archives are packed into one another more than {MOST_DEPTH} deep")
    container = Container(content)
    members = [e for e in container.entries if not any(word in e.filename for word in BESIDE) and e.file_size]
    if not members:
        raise CannotRead("empty", "the archive holds no file")
    if len(members) > MOST_MEMBERS:
        raise TooHostile(f"archive has {len(members)} files, more than {MOST_MEMBERS}")
    for entry in members:
        # The name is only told, never opened: ../../etc/passwd is the name passwd.
        name = name_of(entry) or posixpath.basename(archive or "")
        try:
            inner = container.unpack(entry)
        except (CannotRead, TooHostile) as problem:
            yield Piece("unknown", problem=problem, name=name)
            continue
        yield from pieces_of(inner, name, depth + 1)
