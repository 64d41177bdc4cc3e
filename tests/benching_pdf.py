"""PDF, for `bench_documents`: seconds against the library's raw text and against pdfplumber, how many values
each gives right, and memory."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pdfplumber
import pypdfium2 as pdfium

from infra.simulator.reports import Rendered, invent
from infra.simulator.reports.paper import STYLES, render_pdf
from parsers.page import Cell, Page, Row
from parsers.page_report import Given, report_of
from parsers.readers.pdf import read_pdf
from tests.benching import Comparison, Figures, Item
from tests.parse_answers import silent_errors

ROOT = str(Path(__file__).parents[1])
# What the process itself had at most; its parent's peak does not count.
PEAK = """
import re, sys
from pathlib import Path
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000
{load}
before = peak()
{read}
print(peak() - before)
"""
WAYS = {
    "ours": ("from parsers.readers.pdf import read_pdf", "read_pdf(Path(sys.argv[1]).read_bytes())"),
    "raw text of pdfium": (
        "import pypdfium2",
        "[page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(sys.argv[1])]",
    ),
    "tables of pdfplumber": (
        "import pdfplumber",
        "[page.extract_tables() for page in pdfplumber.open(sys.argv[1]).pages]",
    ),
}


def raw_text(content: bytes) -> str:
    """All that pdfium says without any understanding."""
    return "\n".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(content))


def by_pdfplumber(content: bytes) -> Page:
    """The tables and the text of pdfplumber, with its own settings, for the same parser behind."""
    page = Page(reader="pdfplumber")
    number = 0
    with pdfplumber.open(io.BytesIO(content)) as document:
        for leaf in document.pages:
            for line in (leaf.extract_text() or "").splitlines():
                page.items.append(line)
            for table in leaf.extract_tables():
                number += 1
                for at, cells in enumerate(table, 1):
                    # None: covered by a cell above or beside it
                    shown = [cell for cell in cells if cell is not None]
                    page.items.append(Row(tuple(Cell(c, n) for n, c in enumerate(shown, 1)), number, at))
    return page


def items() -> Iterator[Item]:
    """What is measured of PDF."""
    (invented,) = invent(1, "form2021", 7)
    content = render_pdf(invented, "split_tables").content
    pages = len(pdfium.PdfDocument(content))
    yield Comparison(f"PDF of {pages} pages to cells", lambda: read_pdf(content), lambda: raw_text(content),
                     against="raw text of pdfium", clock="cpu")  # fmt: skip
    yield Comparison(f"PDF of {pages} pages to cells, again", lambda: read_pdf(content),
                     lambda: by_pdfplumber(content), against="tables of pdfplumber", clock="cpu")  # fmt: skip
    yield _right()
    yield _memory(content)


def _right() -> Figures:
    rows = []
    for layout in STYLES:
        documents = [render_pdf(r, layout) for era in ("form2021", "form2019") for r in invent(2, era, 7)]
        rows.append((layout, *_share(documents, read_pdf), *_share(documents, by_pdfplumber)))
    heads = ("layout", "ours: % right", "silent", "s", "pdfplumber: % right", "silent", "s")
    return Figures("PDF: values read right of those printed, by layout, the same parser behind both", heads, rows)


def _share(documents: list[Rendered], read: Callable[[bytes], Page]) -> tuple[str, str, str]:
    right = printed = silent = 0
    spent = 0.0
    for document in documents:
        started = time.process_time()
        page = read(document.content)
        spent += time.process_time() - started
        report = report_of(page, Given())
        right += sum(report.values.get(i, "") == v and i not in report.suspect for i, v in document.values.items())
        printed += len(document.values)
        silent += len(silent_errors(report, document.values))
    return f"{100 * right / printed:.1f}", str(silent), f"{spent / len(documents):.2f}"


def _memory(content: bytes) -> Figures:
    import tempfile

    rows = []
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        for name, (load, read) in WAYS.items():
            program = PEAK.format(load=load, read=read)
            command = [sys.executable, "-c", program, file.name]
            environment = os.environ | {"PYTHONPATH": ROOT}
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            rows.append((name, f"{float(done.stdout):.0f}"))
    return Figures("PDF: peak of memory above that of the loaded library", ("reader", "MB"), rows)
