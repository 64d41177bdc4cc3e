"""What a document is, by its first bytes and what its container holds, and the reader for it.

Neither the ending of a name nor a Content-Type decides: both are often wrong.

A reader is a pure function `read(content: bytes) -> Page`. It raises TooHostile (more than any report has), CannotRead
(damaged, locked, a program is missing) or NeedsOcr (a picture). All but HTML and text run in a child process, limited
in time and memory (`parsers.readers.apart`), so a reader may be slow, and may even crash.
"""

from collections.abc import Callable
from importlib import import_module

from parsers.page import Page
from parsers.readers.cannot_read import CannotRead
from parsers.readers.decode import kind_of as kind_of_bytes

Reader = Callable[[bytes], Page]

# Kind to `module:function`, imported when the first document of that kind comes: pages of HTML pay for none of them.
READERS: dict[str, str] = {}
# Kinds that are known and have no reader.
WITHOUT = {
    "pdf": ("pdf_not_supported_yet", "a PDF file"),
    "zip": ("office_file_not_supported_yet", "an Office file or a zip archive"),
    "ole": ("office_file_not_supported_yet", "an Office file"),
}


def kind_of(content: bytes) -> str:
    """html, text, pdf, image, zip …: by content, whatever the name says."""
    return kind_of_bytes(content)


def reader_of(kind: str) -> Reader:
    """The reader of a kind. Raises CannotRead for a kind without one."""
    if kind not in READERS:
        reason, words = WITHOUT.get(kind, ("no_reader", f"a file of the kind {kind}"))
        raise CannotRead(reason, f"{words}, which gongkai does not read")
    module, _, function = READERS[kind].partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader
