"""Reports that are files: each kind whole and verified, with the places of its cells; nothing of what is not shown."""

import os
from collections.abc import Iterator
from random import Random

import pytest

from infra.simulator.reports import Rendered, invent
from infra.simulator.reports.files import FILE_KINDS, render_file
from infra.simulator.reports.files.by_libreoffice import libreoffice, made_by_libreoffice
from infra.simulator.reports.paper import render_pdf
from model.report import Report
from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from tests.parse_answers import silent_errors

FORMS = ("form2021", "form2019")
# Where nothing else tests them, they must not be passed over in silence.
LIBREOFFICE = pytest.mark.skipif(
    libreoffice() is None and not os.environ.get("CI"), reason="LibreOffice is not installed"
)
BY_LIBREOFFICE = ("rtf",)
OWN = [kind for kind in FILE_KINDS if kind not in BY_LIBREOFFICE]
# What LibreOffice makes, and of how many parts in ten of what: RTF is opened in a third of the time.
MADE = {"doc": {"rtf": 8, "docx": 2}, "odt": {"rtf": 8, "docx": 2}, "xls": {"xlsx": 10}, "ods": {"xlsx": 10}}
# Offices do not publish OpenDocument, and forty more of each would take a minute of a processor.
IN_THE_SUITE = {"rtf": 50, "doc": 50, "xls": 50, "odt": 10, "ods": 10}
PLACE = {
    **dict.fromkeys(["docx", "doc", "odt", "rtf"], "table "),
    **dict.fromkeys(["xlsx", "xls", "ods"], "sheet "),
    "ofd": "page ",
}


def written(kind: str, count: int, seed: int) -> Iterator[Rendered]:
    """So many files of a kind, half of them in each form."""
    for form in FORMS:
        for number, report in enumerate(invent(count // 2, form, seed)):
            yield render_file(report, kind, seed + number)


def by_libreoffice(kind: str, count: int, seed: int) -> Iterator[Rendered]:
    """So many files of a kind that LibreOffice makes or reads."""
    if kind not in MADE:
        yield from written(kind, count, seed)
        return
    for of, parts in MADE[kind].items():
        yield from made_by_libreoffice(list(written(of, count * parts // 10, seed)), kind)


def holds(document: Rendered, place: str | None = None) -> None:
    """The answer is the key: verdict, figures, blanks, rows of the office's own, year, form."""
    report = parse_document([Part("attachment", document.content)])
    assert report.verdict is ReportVerdict.VERIFIED, (document.layout, report.reasons, report.suspect[:3])
    assert silent_errors(report, dict(document.values)) == []
    assert report.values == document.values, document.layout
    assert {i: c.state for i, c in report.cells.items()} == document.states, document.layout
    extras = [(e.label, tuple(e.values)) for e in report.extras]
    assert all((e.label, tuple(e.values)) in extras for e in document.extras)
    assert (report.report_year, report.format_era) == (document.report.year, document.report.era)
    if place is not None:
        assert all(c.where.startswith(place) for c in report.cells.values())


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", OWN)
def test_fifty_files_of_a_kind(kind: str) -> None:
    for document in written(kind, 50, 3):
        holds(document, PLACE.get(kind))


@LIBREOFFICE
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", IN_THE_SUITE)
def test_files_by_way_of_libreoffice(kind: str) -> None:
    for document in by_libreoffice(kind, IN_THE_SUITE[kind], 3):
        holds(document, PLACE[kind])


@pytest.mark.documents
@pytest.mark.parametrize("kind", OWN)
def test_five_hundred_files_of_a_kind(kind: str) -> None:
    for document in written(kind, 500, 700):
        holds(document)


@LIBREOFFICE
@pytest.mark.documents
@pytest.mark.parametrize("kind", IN_THE_SUITE)
def test_five_hundred_files_by_way_of_libreoffice(kind: str) -> None:
    for document in by_libreoffice(kind, 500, 700):
        holds(document)


def parsed(content: bytes) -> Report:
    return parse_document([Part("page", content)])


def test_without_libreoffice_the_state_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from parsers.readers.apart import APART

    monkeypatch.setenv("PATH", "/nonexistent")
    APART.end()  # children that wait have the old path
    report = parsed(b"{\\rtf1 report}")
    APART.end()
    assert report.verdict is ReportVerdict.UNREADABLE
    assert report.reasons == ["needs_libreoffice"]
    assert "apt-get install libreoffice-writer-nogui" in report.findings[0].message


@LIBREOFFICE
def test_wps_and_et_are_doc_and_xls_by_their_content() -> None:
    (document,) = made_by_libreoffice(list(written("docx", 2, 3))[:1], "doc")
    report = parse_document([Part("attachment", document.content, "application/vnd.ms-works", "年报.wps")])
    assert (report.verdict, report.values) == (ReportVerdict.VERIFIED, document.values)
    (sheet,) = made_by_libreoffice(list(written("xlsx", 2, 3))[:1], "xls")
    report = parse_document([Part("attachment", sheet.content, "application/octet-stream", "附表.et")])
    assert (report.verdict, report.values) == (ReportVerdict.VERIFIED, sheet.values)
    # Works of Microsoft has other streams in the same container.
    works = document.content.replace("WordDocument".encode("utf-16-le"), "MatOST______".encode("utf-16-le"))
    assert works != document.content
    assert (parsed(works).verdict, parsed(works).reasons) == (ReportVerdict.UNREADABLE, ["no_reader"])


@pytest.mark.parametrize("head", [b"\x01\xfe\x32\x03", b"MZ\x90\x00", b"\x1f\x8b\x08\x00", b"\x00\x01\x00\x00", b""])
def test_what_is_neither_text_nor_known_is_not_taken_for_a_text(head: bytes) -> None:
    report = parsed(head + Random(3).randbytes(4_000))
    assert (report.verdict, report.reasons) == (ReportVerdict.UNREADABLE, ["no_reader"])


def test_a_pdf_behind_blank_lines_is_one() -> None:
    document = render_pdf(next(iter(invent(1, "form2021", 11))), "plain")
    assert parsed(b"\r\n\r\n" + document.content).values == document.values
