"""The reader of scans and pictures: walls from the picture, words by one engine, each figure by two that must agree.

Only where the extra `[ocr]` and Debian's tesseract are installed; else every picture waits (NeedsOcr).
"""

from parsers.page import Page
from parsers.readers.cannot_read import NeedsOcr
from parsers.readers.scan.installed import missing_engine


def read_image(content: bytes) -> Page:
    """The page of a picture. Raises NeedsOcr where an engine is missing, CannotRead and TooHostile."""
    _require_engines("it is a picture")
    from parsers.readers.scan.document import read_picture

    return read_picture(content)


def read_scanned_pdf(content: bytes) -> Page:
    """The page of a PDF of pictures. Raises as `read_image`."""
    _require_engines("the pages of the PDF are pictures without text")
    from parsers.readers.scan.document import read_pages

    return read_pages(content)


def _require_engines(what: str) -> None:
    if (missing := missing_engine()) is not None:
        raise NeedsOcr("image", f"{what}; reading it needs {missing}")
