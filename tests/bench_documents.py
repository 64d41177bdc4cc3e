"""Files: each kind to checked JSON, against the raw reading of the same bytes by a library; and what a reader takes.

A reader works in a child process. The comparisons run it here, so that only reading counts; `apart` is the whole way.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
from lxml import etree
from python_calamine import CalamineWorkbook

from infra.simulator.reports import invent
from infra.simulator.reports.files import render_file
from infra.simulator.reports.files.by_libreoffice import libreoffice
from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from parsers.readers.apart import Apart
from parsers.readers.pieces import pieces_of
from tests import benching_pdf
from tests.benching import Comparison, Figures, Item

MANY = 40
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


def file_of(kind: str, seed: int = 7) -> bytes:
    """A generated report as a file."""
    (report,) = invent(1, "form2021", seed)
    return render_file(report, kind, seed, habit="clean").content


def words_of_docx(content: bytes) -> list[list[list[str]]]:
    """The tables as python-docx gives them."""
    tables = docx.Document(io.BytesIO(content)).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in tables]


def cells_of_xlsx(content: bytes) -> list[list[list[object]]]:
    """The sheets as calamine gives them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def trees_of_ofd(content: bytes) -> list[object]:
    """The bare trees of all parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [etree.fromstring(package.read(name)) for name in package.namelist()]


RAW: dict[str, tuple[Callable[[bytes], object], str]] = {
    "docx": (words_of_docx, "python-docx"),
    "xlsx": (cells_of_xlsx, "python-calamine"),
    "ofd": (trees_of_ofd, "lxml, bare trees"),
}


def to_json(content: bytes) -> str:
    """The whole way of `gongkai parse`, through the child process; a document that was read before is read again."""
    report = parse_document([Part("page", content)])
    assert report.verdict is ReportVerdict.VERIFIED
    return report.model_dump_json()


def again(content: bytes) -> Callable[[], str]:
    """`to_json` of bytes that differ each time in what no reader looks at, so that none is remembered."""
    count = iter(range(1_000_000))
    return lambda: to_json(content + b" " * next(count))


def memory(kind: str) -> tuple[str, ...]:
    """Documents, bytes of one, and the most memory that the child ever had."""
    apart, content = Apart(), file_of(kind)
    try:
        for number in range(MANY):
            assert apart.pieces(content + b" " * number)[0].page is not None
        child = apart.waiting[0].process.pid
        peak = PEAK.search(Path(f"/proc/{child}/status").read_text(encoding="ascii"))
    finally:
        apart.end()
    return kind, f"{len(content):,}", str(MANY), f"{int(peak[1]) // 1000 if peak else 0}"


def bench() -> Iterator[Item]:
    for kind, (raw, name) in RAW.items():
        content = file_of(kind)
        yield Comparison(f"{kind}, {len(content) // 1000} KB: the reader / raw", lambda c=content: pieces_of(c),  # type: ignore[misc]
                         lambda c=content, r=raw: r(c), against=name, clock="cpu")  # type: ignore[misc]  # fmt: skip
        yield Comparison(f"{kind}: bytes to JSON, apart", again(content))
    if libreoffice():
        yield Comparison("rtf: bytes to JSON, by LibreOffice", again(file_of("rtf")), rounds=5)
    yield Figures("memory of the child", ("kind", "bytes", "documents", "MB"), [memory(kind) for kind in RAW])
    yield from benching_pdf.items()
