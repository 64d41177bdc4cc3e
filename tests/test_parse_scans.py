"""Scans and pictures: read where both engines are installed, never vouched for where their readings differ."""

import io
import os
import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from infra.simulator.reports import Rendered, invent
from infra.simulator.reports.paper import render_pdf, write_scan
from model.vocabulary import ReportVerdict
from parsers.page_report import Given, report_of
from parsers.readers.cannot_read import CannotRead, NeedsOcr
from parsers.readers.pdf import read_pdf
from parsers.readers.pdf.characters import DOUBT
from parsers.readers.scan import document as scan_document
from parsers.readers.scan import installed, read_image
from tests.parse_answers import silent_errors


def fonts() -> str:
    """The languages that the fonts of this machine have; pages are drawn with them."""
    program = which("fc-list")
    return subprocess.run([program, ":", "lang"], capture_output=True, text=True, check=True).stdout if program else ""


needs_engines = pytest.mark.skipif(
    installed.missing_engine() is not None, reason=f"not installed: {installed.missing_engine()}"
)
needs_font = pytest.mark.skipif(
    not os.environ.get("CI") and "zh" not in fonts(), reason="not installed: a font that has Chinese"
)
LEAST_READ = 0.7
SCALE = 200 / 72


def _photographed(content: bytes, page: int, noise: float = 12, seed: int = 1) -> bytes:
    """A page as a scanner gives it: grey, grainy, compressed."""
    gray = np.asarray(pdfium.PdfDocument(content)[page].render(scale=SCALE).to_pil().convert("L"), float)
    gray = np.clip(gray + np.random.default_rng(seed).normal(0, noise, gray.shape), 0, 255)
    out = io.BytesIO()
    Image.fromarray(gray.astype(np.uint8)).save(out, "JPEG", quality=80)
    return out.getvalue()


def _scan(document: Rendered, *pages: int, noise: float = 12) -> bytes:
    chosen = pages or range(len(pdfium.PdfDocument(document.content)))
    return write_scan([_photographed(document.content, page, noise, page) for page in chosen])


def test_without_the_engines_a_scan_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    installed.missing_engine.cache_clear()
    monkeypatch.setattr(installed, "which", lambda _: None)
    monkeypatch.setattr(installed, "find_spec", lambda _: True)
    try:
        (report,) = invent(1, "form2021", 11)
        with pytest.raises(NeedsOcr, match="tesseract"):
            read_pdf(_scan(render_pdf(report, "plain"), 0))
        assert installed.engine_of_scans() == ""
    finally:
        installed.missing_engine.cache_clear()


@needs_engines
@needs_font
def test_a_picture_of_a_table_is_read_and_not_guessed() -> None:
    report = list(invent(3, "form2021", 7))[-1]
    document = render_pdf(report, "plain")
    text = report_of(read_pdf(document.content), Given())
    here = [i for i in document.values if i.startswith("review_litigation.")]
    page, _, box = text.cells[here[0]].where.removeprefix("page ").partition(", box ")
    foot = int(box.split()[3]) * SCALE
    whole = Image.open(io.BytesIO(_photographed(document.content, int(page) - 1)))
    out = io.BytesIO()
    whole.crop((100, round(foot) - 420, whole.width - 100, round(foot) + 30)).save(out, "PNG")
    read = report_of(read_image(out.getvalue()), Given())
    assert silent_errors(read, document.values) == []
    right = [i for i in here if read.values[i] == document.values[i]]
    assert len(right) >= LEAST_READ * len(here)
    assert read.cells[right[0]].where.startswith("page 1, box ")


@needs_engines
def test_where_the_readings_differ_the_figure_belongs_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [np.zeros((20, 20), np.uint8)] * 3
    answers = iter([["12", "7", "5"], ["12", "1", "5"]])
    monkeypatch.setattr(scan_document, "figures_in", lambda _: next(answers))
    assert scan_document._agreed(lines, [("12", 0.99), ("7", 0.99), ("5", 0.4)]) == ["12", DOUBT, DOUBT]


@needs_engines
@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0 nothing", b"GIF89a"])
def test_a_broken_picture_is_damaged(content: bytes) -> None:
    with pytest.raises(CannotRead) as caught:
        read_image(content)
    assert caught.value.reason == "damaged"


@needs_engines
def test_a_picture_on_which_nothing_is_found_still_waits(tmp_path: Path) -> None:
    Image.new("L", (600, 800), 255).save(tmp_path / "white.png")
    with pytest.raises(NeedsOcr, match="found no text"):
        read_image((tmp_path / "white.png").read_bytes())


@needs_engines
@needs_font
@pytest.mark.documents
def test_whole_scans_are_never_wrong_in_silence() -> None:
    verdicts = []
    for report in invent(6, "form2021", 7):
        document = render_pdf(report, "plain")
        read = report_of(read_pdf(_scan(document)), Given())
        assert silent_errors(read, document.values) == []
        verdicts.append(read.verdict)
    assert verdicts.count(ReportVerdict.VERIFIED) >= 1
