"""What one file holds: one document, or, in a zip archive, several."""

import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from zipfile import ZipInfo

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead
from parsers.readers.containers import MOST_UNPACKED, Container, name_of
from parsers.readers.kinds import IN_PLACE, kind_of, reader_of
from parsers.readers.limits import TooHostile

MOST_DEPTH = 2
MOST_MEMBERS = 100
# What packers add by themselves
BESIDE = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Piece:
    """One document of a file: its page, or its bytes where HTML or text is read later, or why there is neither.

    `name`: of a member of a zip archive, without folders; the second one of the same name is `name (2)`.
    """

    kind: str
    page: Page | None = None
    content: bytes | None = None
    problem: CannotRead | TooHostile | None = None
    name: str | None = None


@dataclass
class _Unpacking:
    """What one file has unpacked so far, however deep its archives are packed into one another."""

    files: int = 0
    size: int = 0
    names: Counter[str] = field(default_factory=Counter)
    over: TooHostile | None = None

    def take(self, entry: ZipInfo, archive: str | None) -> str:
        """The name of the next member. Raises TooHostile when there are too many, or too much in them."""
        self.files += 1
        self.size += entry.file_size
        if self.files > MOST_MEMBERS:
            self.over = TooHostile(f"archive has more than {MOST_MEMBERS} files")
        elif self.size > MOST_UNPACKED:
            self.over = TooHostile(f"archive has more than {MOST_UNPACKED} bytes unpacked")
        if self.over is not None:
            raise self.over
        # The name is only told, never opened: ../../etc/passwd is the name passwd.
        name = name_of(entry) or posixpath.basename(archive or "")
        self.names[name] += 1
        return name if self.names[name] == 1 else f"{name} ({self.names[name]})"


def pieces_of(
    content: bytes, name: str | None = None, depth: int = 0, unpacking: _Unpacking | None = None
) -> list[Piece]:
    """The documents of a file in the order of the archive. Never raises for what the file holds."""
    kind = "unknown"
    try:
        kind = kind_of(content)
        if kind in IN_PLACE:
            return [Piece(kind, content=content, name=name)]
        if kind == "zip":
            unpacking = unpacking or _Unpacking()
            pieces = list(_pieces_within(content, name, depth, unpacking))
            # What an archive in it has too much of, the whole file has.
            return [Piece(kind, problem=unpacking.over, name=name)] if unpacking.over else pieces
        return [Piece(kind, page=reader_of(kind)(content), name=name)]
    except (CannotRead, TooHostile) as problem:
        return [Piece(kind, problem=problem, name=name)]
    except MemoryError:
        fault = CannotRead("too_much_memory", "reading it takes more memory than a reader may have")
    except Exception as error:  # noqa: BLE001  # a reader that fails on a document must not fail on the others
        fault = CannotRead("reader_failed", f"the reader of {kind} failed on it ({type(error).__name__}: {error})")
    return [Piece(kind, problem=fault, name=name)]


def member(content: bytes, name: str) -> bytes | None:
    """The bytes of the file that a piece of that name was read from; None where there is none."""
    return next((inner for called, inner in _members_within(content, None, 0, _Unpacking()) if called == name), None)


def _pieces_within(content: bytes, archive: str | None, depth: int, unpacking: _Unpacking) -> Iterator[Piece]:
    if depth >= MOST_DEPTH:
        raise CannotRead("nested_archives", f"archives are packed into one another more than {MOST_DEPTH} deep")
    members = _members(content)
    if not members:
        raise CannotRead("empty", "the archive holds no file")
    if len(members) > MOST_MEMBERS:
        raise TooHostile(f"archive has {len(members)} files, more than {MOST_MEMBERS}")
    for container, entry in members:
        name = unpacking.take(entry, archive)
        try:
            inner = container.unpack(entry)
        except (CannotRead, TooHostile) as problem:
            yield Piece("unknown", problem=problem, name=name)
            continue
        yield from pieces_of(inner, name, depth + 1, unpacking)


def _members_within(
    content: bytes, archive: str | None, depth: int, unpacking: _Unpacking
) -> Iterator[tuple[str, bytes]]:
    """Names and bytes in the order in which pieces are made of them, as far as they can be unpacked."""
    try:
        for container, entry in _members(content) if depth < MOST_DEPTH and kind_of(content) == "zip" else ():
            name = unpacking.take(entry, archive)
            try:
                inner = container.unpack(entry)
            except (CannotRead, TooHostile):
                continue
            yield name, inner
            yield from _members_within(inner, name, depth + 1, unpacking)
    except (CannotRead, TooHostile):
        return


def _members(content: bytes) -> list[tuple[Container, ZipInfo]]:
    container = Container(content)
    shown = [e for e in container.entries if not any(word in e.filename for word in BESIDE) and e.file_size]
    return [(container, entry) for entry in shown]
