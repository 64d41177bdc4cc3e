"""Opening a PDF: honest states for what is locked, damaged or empty."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from parsers.readers.cannot_read import CannotRead
from parsers.readers.limits import TooHostile
from parsers.readers.pdf.frame import Frame

MOST_PAGES = 400
PASSWORD, SECURITY = pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY
# What a reader sees as if it stood on the page: fields of forms, typed notes, stamps, what strikes out or covers.
DRAWN = frozenset({
    pdfium_c.FPDF_ANNOT_WIDGET, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_STAMP, pdfium_c.FPDF_ANNOT_STRIKEOUT,
    pdfium_c.FPDF_ANNOT_LINE, pdfium_c.FPDF_ANNOT_INK, pdfium_c.FPDF_ANNOT_SQUARE, pdfium_c.FPDF_ANNOT_POLYGON,
    pdfium_c.FPDF_ANNOT_REDACT,
})  # fmt: skip


@contextmanager
def opened(content: bytes) -> Iterator[pdfium.PdfDocument]:
    """The document. Raises CannotRead (`encrypted`, `damaged`, `empty`) and TooHostile.

    A file that is locked only against printing or copying opens, as in every viewer.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        raise _refusal(getattr(error, "err_code", None)) from None
    try:
        pages = len(document)
        if pages == 0:
            raise CannotRead("empty", "the PDF has no page")
        if pages > MOST_PAGES:
            raise TooHostile(f"document has {pages} pages, more than {MOST_PAGES}")
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            document.init_forms()  # draws the fields that the file holds only as values
        yield document
    finally:
        document.close()


@contextmanager
def opened_page(document: pdfium.PdfDocument, number: int) -> Iterator[pdfium.PdfPage]:
    """A page by its number from 0, its annotations made part of it. Raises CannotRead (`damaged`)."""
    page = _load(document, number)
    try:
        if _has_drawn_notes(page):
            pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
            page.close()
            page = _load(document, number)
        yield page
    finally:
        page.close()


def frame_of(page: pdfium.PdfPage) -> Frame:
    """The page as viewers show it."""
    left, bottom, right, top = page.get_cropbox(fallback_ok=True)
    return Frame(min(left, right), min(bottom, top), max(left, right), max(bottom, top), page.get_rotation() // 90 % 4)


def _load(document: pdfium.PdfDocument, number: int) -> pdfium.PdfPage:
    try:
        return document[number]
    except pdfium.PdfiumError:
        raise CannotRead("damaged", f"page {number + 1} of the PDF is damaged") from None


def _refusal(code: int | None) -> CannotRead:
    if code in (PASSWORD, SECURITY):
        return CannotRead("encrypted", "the PDF is locked with a password")
    return CannotRead("damaged", "the PDF is damaged or was cut off")


def _has_drawn_notes(page: pdfium.PdfPage) -> bool:
    for at in range(pdfium_c.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium_c.FPDFPage_GetAnnot(page.raw, at)
        if not note:
            continue
        kind, flags = pdfium_c.FPDFAnnot_GetSubtype(note), pdfium_c.FPDFAnnot_GetFlags(note)
        pdfium_c.FPDFPage_CloseAnnot(note)
        if kind in DRAWN and not flags & pdfium_c.FPDF_ANNOT_FLAG_HIDDEN:
            return True
    return False


def handle(pointer: object) -> int:
    """The address behind a handle of pdfium, to know an object again."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0  # type: ignore[arg-type]
