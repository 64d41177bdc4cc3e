"""Small files of the kinds that portals attach: each with the bytes by which its kind is told, and little in it."""

import io
import struct
import zipfile
import zlib
from typing import Literal

from infra.simulator.reports.office import Office
from infra.simulator.reports.report import make_report

FileKind = Literal["pdf", "scan", "docx", "ofd", "zip", "wps", "png", "jpg"]


def make_file(kind: FileKind) -> bytes:
    """The same bytes for the same kind."""
    match kind:
        case "pdf":
            return _pdf(b"BT /F1 12 Tf 72 720 Td (annual report) Tj ET")
        case "scan":
            return _pdf(b"q 595 0 0 842 0 0 cm /Im1 Do Q", _picture_object())
        case "docx":
            return _packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
        case "ofd":
            return _packed({"OFD.xml": "<ofd:OFD/>", "Doc_0/Document.xml": "<ofd:Document/>"})
        case "zip":
            return _packed({"年报.txt": "一、总体情况"})
        case "wps":
            return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
        case "png":
            return _png()
        case "jpg":
            return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\0" * 64 + b"\xff\xd9"


def report_file(kind: FileKind, office: str, year: int = 2024) -> bytes:
    """The report of an office as a file of that kind; the same bytes each time. Needs the packages that write it."""
    # Only scripted pages with files need them.
    from infra.simulator.reports.files import render_file
    from infra.simulator.reports.paper import STYLES, render_pdf

    report = make_report(0, Office(name=office, level="county"), year, "form2021")
    rendered = render_pdf(report, next(iter(STYLES))) if kind == "pdf" else render_file(report, kind, habit="clean")
    return rendered.content


def _packed(entries: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, text in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 20, 9, 0, 0)), text)
    return out.getvalue()


def _pdf(drawing: bytes, *further: bytes) -> bytes:
    """One page; the objects after the font are resources named Im1, Im2 …"""
    pictures = b"".join(b"/Im%d %d 0 R " % (n, 5 + n) for n, _ in enumerate(further, start=1))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> /XObject << %s>> >> >>" % pictures,
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *further,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _picture_object() -> bytes:
    pixels = zlib.compress(bytes(range(0, 250)) * 10)
    return (
        b"<< /Type /XObject /Subtype /Image /Width 50 /Height 50 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(pixels), pixels)
    )


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 72)) + chunk(b"IEND", b"")
