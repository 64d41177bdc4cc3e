"""The reader of PDF, on pdfium: characters and lines with their places, put together to cells by what divides them.

Measured against pdfplumber in `docs/documents.md`.
"""

from parsers.readers.pdf.document import read_pdf

__all__ = ["read_pdf"]
