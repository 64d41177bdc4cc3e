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
from parsers.readers.containers import Container
from parsers.readers.decode import kind_of as kind_of_bytes
from parsers.readers.mhtml import is_mhtml

LOCKED = 0x1  # of the second byte of the flags, [MS-DOC] 2.5.2

Reader = Callable[[bytes], Page]

# Read where they are: fast, and safe after what `limits` counts.
IN_PLACE = frozenset({"html", "text"})
# Kind to `module:function`, imported when the first document of that kind comes: pages of HTML pay for none of them.
READERS: dict[str, str] = {
    "doc": "parsers.readers.external.office:read_doc",
    "docx": "parsers.readers.docx:read_docx",
    "pdf": "parsers.readers.pdf:read_pdf",
    "image": "parsers.readers.scan:read_image",
    "mhtml": "parsers.readers.mhtml:read_mhtml",
    "ods": "parsers.readers.external.office:read_ods",
    "odt": "parsers.readers.external.office:read_odt",
    "ofd": "parsers.readers.ofd:read_ofd",
    "rtf": "parsers.readers.external.office:read_rtf",
    "sheet_xml": "parsers.readers.external.office:read_sheet_xml",
    "word_xml": "parsers.readers.external.office:read_word_xml",
    "xls": "parsers.readers.sheet:read_xls",
    "xlsb": "parsers.readers.external.office:read_xlsb",
    "xlsx": "parsers.readers.sheet:read_xlsx",
}
# Kinds that are known and have no reader: the code for `reasons`, and what it is.
WITHOUT = {
    "encrypted": ("encrypted", "a file locked with a password"),
    "slides": ("no_reader", "a presentation"),
    "rar": ("no_reader", "a RAR archive"),
    "7z": ("no_reader", "a 7-Zip archive"),
    "media": ("no_reader", "a film or a sound"),
    "unknown": ("no_reader", "a file of a kind that is not known"),
    "ole": ("no_reader", "a file of an old Office program that is neither a text nor a spreadsheet"),
}
# What a zip archive is by an entry that it has.
BY_ENTRY = (
    ("OFD.xml", "ofd"),
    ("word/document.xml", "docx"),
    ("word/document2.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("xl/workbook.bin", "xlsb"),
    ("ppt/presentation.xml", "slides"),
)
# Office files as one XML file: what stands in their first lines
BY_HEAD = (
    (b"<w:wordDocument", "word_xml"),
    (b'progid="Word.Document"', "word_xml"),
    (b"<pkg:package", "word_xml"),
    (b'progid="Excel.Sheet"', "sheet_xml"),
    (b"urn:schemas-microsoft-com:office:spreadsheet", "sheet_xml"),
)
BY_MIMETYPE = ((b"opendocument.text", "odt"), (b"opendocument.spreadsheet", "ods"))
# What an OLE file is by a stream that its root has: Word and WPS Writer, Excel and ET.
BY_STREAM = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "slides"),
)


def is_in_place(content: bytes) -> bool:
    """Is it a page or a text, to be read without a child process? The quick question that comes before `kind_of`."""
    return kind_of_bytes(content) in IN_PLACE and _kind_of_text(content) is None


def kind_of(content: bytes) -> str:
    """The kind of a document: html, text, pdf, image, docx, doc, xlsx, ofd, rtf, zip, … Raises CannotRead, TooHostile.

    It opens containers, so it belongs where readers run.
    """
    kind = kind_of_bytes(content)
    if kind == "zip":
        return _kind_of_zip(content)
    if kind == "ole":
        return _kind_of_ole(content)
    return (_kind_of_text(content) or kind) if kind in IN_PLACE else kind


def _kind_of_text(content: bytes) -> str | None:
    """What begins like a text and is a file of an office program; None for what is a text or a page."""
    head = content[:2_000]
    if b"<?xml" in head[:100]:
        return next((kind for mark, kind in BY_HEAD if mark in head), None)
    return "mhtml" if is_mhtml(content) else None


def _kind_of_zip(content: bytes) -> str:
    container = Container(content)
    kind = next((kind for entry, kind in BY_ENTRY if entry in container), None)
    if kind is None and "mimetype" in container:
        mimetype = container.read("mimetype")[:200]
        kind = next((kind for word, kind in BY_MIMETYPE if word in mimetype), None)
    return kind or "zip"


def _kind_of_ole(content: bytes) -> str:
    from olefile import OleFileIO

    try:
        with OleFileIO(content) as ole:
            kind = next((kind for stream, kind in BY_STREAM if ole.exists(stream)), "ole")
            if kind == "doc":
                head = ole.openstream("WordDocument").read(12)
                return "encrypted" if head[11:12] and head[11] & LOCKED else "doc"
            return kind
    except (OSError, ValueError, IndexError) as error:
        raise CannotRead("damaged", f"the old Office file is damaged or was cut off ({error})") from None


def reader_of(kind: str) -> Reader:
    """The reader of a kind. Raises CannotRead for a kind without one."""
    if kind not in READERS:
        reason, words = WITHOUT.get(kind, ("no_reader", f"a file of the kind {kind}"))
        raise CannotRead(reason, f"it is {words}, which gongkai does not read")
    module, _, function = READERS[kind].partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader
