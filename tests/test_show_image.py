"""`gongkai show --image`: the page of a PDF out of the archive, with the cell of a value framed."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from flows.cell_picture import picture_of
from flows.cli import app
from infra.simulator.reports.paper import render_pdf
from model.errors import BadQuery
from parsers import Part, parse_document
from parsers.readers.pdf.picture import RED, SCALE
from tests.test_flows_settle import OLD, Story, report

TOTAL = "applications.total.total"


def _framed(png: bytes) -> tuple[float, float, float, float]:
    """What the red frame encloses, in points."""
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    down, across = np.nonzero((image == RED).all(axis=2))
    return across.min() / SCALE, down.min() / SCALE, across.max() / SCALE, down.max() / SCALE


@pytest.mark.parametrize("layout", ["plain", "rotated", "sideways"])
def test_the_frame_stands_around_the_cell_of_the_value(layout: str) -> None:
    parts = [Part("page", render_pdf(report(), layout).content)]
    parsed = parse_document(parts).model_dump(mode="json")
    where = parsed["cells"][TOTAL]["where"]
    box = [int(n) for n in where.partition(", box ")[2].split()]
    assert _framed(picture_of(parsed, TOTAL, parts)) == pytest.approx(box, abs=4)


def test_show_writes_the_page_of_an_archived_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    story = Story(tmp_path / "archive")
    story.run({OLD: render_pdf(report(), "plain").content})
    shown = CliRunner().invoke(app, ["show", "青禾", "2024", "--store", "archive", "--image", TOTAL])
    assert shown.exit_code == 0, shown.output
    (written,) = tmp_path.glob("*.png")
    assert written.name.endswith(f"{TOTAL}.png")
    assert written.read_bytes().startswith(b"\x89PNG")
    assert f"{TOTAL} = {report().values[TOTAL]}, page " in shown.output
    unknown = CliRunner().invoke(app, ["show", "青禾", "2024", "--store", "archive", "--image", "applications.total"])
    assert isinstance(unknown.exception, BadQuery) or unknown.exit_code != 0


def test_a_pdf_in_an_archive_behind_a_page_is_found() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("年报/2024年度报告.pdf", render_pdf(report(), "plain").content)
    parts = [Part("page", "<p>附件如下。</p>".encode()), Part("attachment", packed.getvalue())]
    parsed = parse_document(parts).model_dump(mode="json")
    assert parsed["cells"][TOTAL]["where"].startswith("attachment 1, 2024年度报告.pdf, page ")
    assert picture_of(parsed, TOTAL, parts).startswith(b"\x89PNG")


def test_what_stands_on_no_page_of_a_pdf_cannot_be_drawn() -> None:
    parts = [Part("page", "<table><tr><td>规章</td><td>1</td><td>2</td><td>3</td></tr></table>".encode())]
    parsed = parse_document(parts).model_dump(mode="json")
    with pytest.raises(BadQuery, match="only pages of PDFs"):
        picture_of(parsed, "proactive.art20_1.regulations.issued", parts)
    with pytest.raises(BadQuery, match="no cell was found"):
        picture_of(parsed, "nothing.at.all", parts)
