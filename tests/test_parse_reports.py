"""Golden folders: `tests/reports/<name>/document.*` and its `expected.json`. A new case needs no Python."""

import json
from pathlib import Path

import pytest

from model.forms import load_forms
from parsers import Part, figures_digest, parse_document, text_digest

FOLDERS = sorted(p for p in (Path(__file__).parent / "reports").iterdir() if p.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_document_reads_as_expected(folder: Path) -> None:
    (document,) = folder.glob("document.*")
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    report = parse_document([Part("page", document.read_bytes())])
    assert report.verdict == expected["verdict"]
    assert report.values == expected["values"]
    assert report.suspect == expected["suspect"]
    assert (report.report_year, report.agency.name, report.format_era) == (
        expected["report_year"], expected["agency"], expected["era"],
    )  # fmt: skip
    assert list(report.sections) == expected["sections"]
    if "extras" in expected:
        assert [[e.table, e.label, e.values] for e in report.extras] == expected["extras"]


def test_every_form_has_a_case() -> None:
    assert {json.loads((f / "expected.json").read_text("utf-8"))["era"] for f in FOLDERS} == set(load_forms())


def test_digests_tell_figures_from_layout() -> None:
    page = (Path(__file__).parent / "reports" / "shanghai-office-2019" / "document.html").read_bytes()
    other_layout = page.replace(b'<p align="center">', b"<p class='x'><span>")
    other_layout = other_layout.replace(b"</p></td>", b"</span></p></td>")
    other_figure = page.replace(b">859<", b">858<")
    first = parse_document([Part("page", page)])
    assert figures_digest(first) == figures_digest(parse_document([Part("page", other_layout)]))
    assert figures_digest(first) == figures_digest(first.model_dump(mode="json"))
    assert figures_digest(first) != figures_digest(parse_document([Part("page", other_figure)]))
    assert text_digest([Part("page", page)]) == text_digest([Part("page", other_layout)])
    assert text_digest([Part("page", page)]) != text_digest([Part("page", other_figure)])
