"""Real documents, read from outside the repository: each value right, or not vouched for."""

import json
import os
from pathlib import Path

import pytest

from model.report import Report
from model.vocabulary import CellState, ReportVerdict, TableVerdict
from parsers import Part, parse_document
from tests.parse_answers import silent_errors

DEFAULT = Path(__file__).parents[2] / "shared" / "corpus"
CHOSEN = os.environ.get("GONGKAI_CORPUS")
CORPUS = Path(CHOSEN) if CHOSEN else DEFAULT
TEXTS = (".txt", ".md", ".html", ".pdf")

if not CHOSEN and not DEFAULT.is_dir():
    pytest.skip("no corpus: set GONGKAI_CORPUS to its folder", allow_module_level=True)


def _cases() -> list[str]:
    found = sorted(p.parent.name for p in CORPUS.glob("*/document.*") if p.suffix in TEXTS) if CORPUS.is_dir() else []
    return found or ["the corpus that GONGKAI_CORPUS names"]


def _read(name: str) -> tuple[Report, dict[str, object]]:
    folder = CORPUS / name
    (document,) = [p for p in folder.glob("document.*") if p.suffix in TEXTS]
    expected: dict[str, object] = json.loads((folder / "expected.json").read_text("utf-8"))
    return parse_document([Part("page", document.read_bytes())]), expected


@pytest.mark.parametrize("name", _cases())
def test_no_value_of_a_real_document_is_wrong_in_silence(name: str) -> None:
    assert (CORPUS / name).is_dir(), f"{CORPUS} cannot be read"
    report, expected = _read(name)
    undecidable = expected.get("undecidable_in_this_document", [])
    printed = {i: v for i, v in expected["values"].items() if i not in undecidable}
    given = [i for i in undecidable if report.values.get(i) is not None and i not in report.suspect]
    assert given == []
    assert silent_errors(report, printed) == []
    invented = [i for i, v in report.values.items() if v is not None and i not in expected["values"]]
    assert set(invented) <= set(report.suspect)


def test_the_sample_report_is_read_whole() -> None:
    report, expected = _read("tianjin-rsj-2022-txt")
    assert report.verdict is ReportVerdict.VERIFIED
    assert report.values == expected["values"]
    assert report.report_year == 2022
    assert report.agency.name == "天津市人力资源和社会保障局"


@pytest.mark.parametrize(("name", "flagged"), [("huaian-2024-pdf", []), ("hongze-2023-pdf", ["review_litigation"])])
def test_each_value_of_the_real_pdfs_is_right(name: str, flagged: list[str]) -> None:
    report, expected = _read(name)
    assert {i: report.values.get(i) for i in expected["values"]} == expected["values"]
    assert (report.report_year, report.agency.name) == (expected["report_year"], expected["agency"])
    there = {n: t.verdict for n, t in report.tables.items() if t.verdict is not TableVerdict.ABSENT}
    assert [n for n, verdict in there.items() if verdict is TableVerdict.FLAGGED] == flagged
    assert all(n in flagged or verdict is TableVerdict.VERIFIED for n, verdict in there.items())
    assert all(cell.where.startswith("page ") and ", box " in cell.where for cell in report.cells.values())


def test_a_pdf_whose_printed_totals_contradict_keeps_what_is_printed() -> None:
    report, _ = _read("hongze-2023-pdf")
    total = "review_litigation.administrative_review.total"
    assert report.values[total] == 0
    assert total in report.suspect
    assert ("RL-SUM", total) in [(f.code, f.place) for f in report.findings]


def test_a_page_of_a_pdf_that_became_text_says_that_it_is_a_fragment() -> None:
    report, expected = _read("huaian-2024-pdfminer-txt")
    assert report.verdict is not ReportVerdict.VERIFIED
    missing = [i for i in report.values if i.startswith("applications.") and i not in expected["values"]]
    assert missing
    assert set(missing) <= set(report.suspect)
    assert report.tables["review_litigation"].verdict is TableVerdict.ABSENT


def test_blanks_stay_blanks() -> None:
    report, expected = _read("shanghai-office-2019-html")
    assert report.values == expected["values"]
    assert report.cells["applications.results.disclosed.total"].state is CellState.BLANK


def test_glued_digits_are_read_where_one_split_is_possible() -> None:
    report, expected = _read("pingtan-2025-txt")
    usable = {i: v for i, v in report.values.items() if v is not None and i not in report.suspect}
    assert len(usable) == 197
    assert usable == {i: expected["values"][i] for i in usable}


def test_a_cover_letter_and_a_report_without_tables_invent_nothing() -> None:
    cover, _ = _read("pingtan-gonganju-2017-cover-txt")
    assert cover.verdict is ReportVerdict.NOT_A_REPORT
    old, _ = _read("pingtan-caizhengju-2009-txt")
    assert all(t.verdict is TableVerdict.ABSENT for t in old.tables.values())
    assert old.values == {}
