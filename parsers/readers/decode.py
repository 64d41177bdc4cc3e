"""Bytes to text. What a page declares is not believed: bytes that are valid UTF-8 are UTF-8."""

import codecs
import re
from itertools import islice

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(content: bytes) -> str:
    """The text of a document, without NUL characters. Never fails: what cannot be read becomes U+FFFD."""
    for bom, encoding in BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding, "replace").replace("\x00", "")
    content = content.replace(b"\x00", b"")
    for encoding in ("utf-8", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        try:
            # Not final: a document cut in the middle of a character is still that encoding.
            return decoder.decode(content)
        except UnicodeDecodeError:
            continue
    tries = [content.decode(encoding, "replace") for encoding in ("utf-8", "gb18030")]
    return min(tries, key=lambda text: text.count("\ufffd"))


def utf8(content: bytes) -> bytes:
    """The same text as `decode`, as UTF-8: the bytes themselves where they are that already."""
    if b"\x00" not in content and not content.startswith(tuple(bom for bom, _ in BOMS)):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return content
    return decode(content).encode("utf-8", "replace")


# %PDF-1.7, PK.. (zip: DOCX, WPS, OFD), D0CF11E0 (OLE: DOC, WPS, XLS)
SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # without a single file
    (b"PK\x07\x08", "zip"),  # of several volumes
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
)
BEFORE_PDF = 1_024
SAMPLE = 8_192
CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\0\t\n\v\f\r\x1b"})
FEWEST, MOST_CONTROLS = 16, 0.04
MARKUP = re.compile(rb"<\s*(?:!doctype|html|head|body|meta|div|table|tr|td|p|span|title|h\d)\b", re.IGNORECASE)


def kind_of(content: bytes) -> str:
    """html, text, pdf, zip, ole, image, rtf, rar, 7z, media or unknown: by content, whatever the name says."""
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    if content[4:8] == b"ftyp":
        return "media"
    if content[:4] == b"RIFF":
        return "image" if content[8:12] == b"WEBP" else "media"
    head = content[:200_000].replace(b"\x00", b"")
    if len(list(islice(MARKUP.finditer(head), 2))) == 2:
        return "html"
    if b"%PDF-" in content[:BEFORE_PDF]:  # blank lines, or the rest of an answer, before it: readers of PDF allow that
        return "pdf"
    return "unknown" if _is_binary(content[:SAMPLE]) else "text"


def _is_binary(sample: bytes) -> bool:
    """Has it more control characters than a damaged text? NUL is none: UTF-16 is full of it."""
    return len(sample) - len(sample.translate(None, CONTROLS)) > max(FEWEST, MOST_CONTROLS * len(sample))
