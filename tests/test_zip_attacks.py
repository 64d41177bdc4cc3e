"""Archives that nobody means well with: where their files want to go, what they blow up to, what is broken in them."""

import io
import os
import stat
import struct
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from infra.simulator.reports import Office, make_report
from infra.simulator.reports.files import render_file
from infra.simulator.reports.files.archive import pack
from model.report import Report
from model.vocabulary import ReportVerdict
from parsers import Part, parse_document
from parsers.readers.containers import MOST_UNPACKED
from parsers.readers.pieces import MOST_MEMBERS, member, pieces_of

DOCUMENT = render_file(make_report(4, Office(name="青禾市水务局"), 2024, "form2021"), "docx", habit="clean")
OTHER = render_file(make_report(5, Office(name="青禾市水务局"), 2023, "form2021"), "docx", habit="clean")
TOTAL = "applications.total.total"
MEGABYTE = 1_000_000


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content, method)
    return out.getvalue()


def named(name: str) -> zipfile.ZipInfo:
    """An entry whose name is kept as it is: zipfile would mend it."""
    entry = zipfile.ZipInfo("x")
    entry.filename = name
    return entry


def read(content: bytes) -> Report:
    return parse_document([Part("page", content)])


def refused(content: bytes) -> list[str]:
    report = read(content)
    assert (report.verdict, report.values) == (ReportVerdict.UNREADABLE, {})
    return report.reasons


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../../../../tmp/年报.docx", "年报.docx"),
        ("/etc/cron.d/年报.docx", "年报.docx"),
        ("..\\..\\Windows\\年报.docx", "年报.docx"),
        ("C:\\Users\\年报.docx", "年报.docx"),
        ("C:年报.docx", "年报.docx"),
        ("\\\\server\\share\\年报.docx", "年报.docx"),
        ("a/./b/../年报.docx", "年报.docx"),
        ("年\u202exfdp\u200b报\x1b[2J.docx", "年xfdp报[2J.docx"),
    ],
)
def test_a_name_leads_nowhere(name: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = packed((named(name), DOCUMENT.content))
    report = read(content)
    assert report.values == DOCUMENT.values
    assert report.cells[TOTAL].where.startswith(f"{told}, table 2, ")
    assert member(content, told) == DOCUMENT.content
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_an_archive_is_the_words_of_its_target() -> None:
    link = zipfile.ZipInfo("年报.docx")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    (piece,) = pieces_of(packed((link, b"/etc/passwd")))
    assert (piece.kind, piece.content, piece.page) == ("text", b"/etc/passwd", None)
    assert read(packed((link, b"/etc/passwd"))).verdict is ReportVerdict.NOT_A_REPORT


def test_files_of_one_name_in_two_folders_are_told_apart() -> None:
    content = packed(("2023/年报.docx", OTHER.content), ("2024/年报.docx", DOCUMENT.content))
    assert [piece.name for piece in pieces_of(content)] == ["年报.docx", "年报.docx (2)"]
    assert (member(content, "年报.docx"), member(content, "年报.docx (2)")) == (OTHER.content, DOCUMENT.content)
    cover = Part("page", "<title>青禾市水务局2024年政府信息公开工作年度报告</title><p>见附件。</p>".encode())
    report = parse_document([cover, Part("attachment", content)])
    assert report.values == DOCUMENT.values
    assert report.cells[TOTAL].where.startswith("attachment 1, 年报.docx (2), table 2, ")
    within = packed(("a.zip", content), ("年报.docx", b"%PDF-1.4"))
    assert [piece.name for piece in pieces_of(within)] == ["年报.docx", "年报.docx (2)", "年报.docx (3)"]
    assert member(within, "年报.docx (3)") == b"%PDF-1.4"
    assert member(within, "年报.docx (4)") is None


def test_a_name_in_gbk_without_a_word_about_it_and_one_in_no_encoding() -> None:
    content = pack({"政府信息公开年报.docx": DOCUMENT.content}, in_gbk=True)
    assert zipfile.ZipFile(io.BytesIO(content)).infolist()[0].flag_bits & 0x800 == 0
    assert [piece.name for piece in pieces_of(content)] == ["政府信息公开年报.docx"]
    broken = packed(("AB.docx", DOCUMENT.content)).replace(b"AB.docx", b"\xff\xff.docx")
    assert read(broken).values == DOCUMENT.values


def overlapping(names: int) -> bytes:
    """One packed stream under many names, as the bombs of David Fifield have it."""
    whole = packed(("a", bytes(40 * MEGABYTE)))
    at = whole.index(b"PK\x01\x02")
    local, entry, end = whole[:at], whole[at : whole.rindex(b"PK\x05\x06")], whole[whole.rindex(b"PK\x05\x06") :]
    listed = entry * names
    return local + listed + end[:8] + struct.pack("<HHII", names, names, len(listed), at) + end[20:]


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    begun = time.monotonic()
    flat = packed(*((f"{n}", bytes(59 * MEGABYTE)) for n in range(4)))
    assert refused(flat)[0] == "too_hostile"
    assert refused(overlapping(3)) == ["too_hostile", "archive has entries that lie over one another"]
    assert refused(overlapping(1_000))[0] == "too_hostile"
    assert time.monotonic() - begun < 30


def test_archives_in_archives_share_one_measure() -> None:
    # None of them is too much by itself.
    inner = packed(*((f"{n}.txt", b"1") for n in range(60)))
    assert refused(packed(("a.zip", inner), ("b.zip", inner))) == [
        "too_hostile",
        f"archive has more than {MOST_MEMBERS} files",
    ]
    dull = os.urandom(1_000) * 4_900  # packed some 300 times over
    large = packed(*((f"{n}.txt", dull) for n in range(20)))
    several = packed(("a.zip", large), ("b.zip", large), ("c.zip", large), method=zipfile.ZIP_STORED)
    assert refused(several) == ["too_hostile", f"archive has more than {MOST_UNPACKED} bytes unpacked"]


def test_an_archive_within_itself_ends_at_the_second() -> None:
    content = DOCUMENT.content
    for _ in range(40):
        content = packed(("r.zip", content))
    assert refused(content) == ["nested_archives"]


def patched(content: bytes, values: Iterable[tuple[int, int, str, int]]) -> bytes:
    """The first entry with other values in its list (offset there, offset in its own header, format, value)."""
    changed = bytearray(content)
    listed = content.index(b"PK\x01\x02")
    for in_list, in_header, form, value in values:
        struct.pack_into(form, changed, listed + in_list, value)
        struct.pack_into(form, changed, in_header, value)
    return bytes(changed)


def test_an_entry_that_says_less_than_it_has_gives_no_more() -> None:
    bomb = packed(("年报.txt", bytes(50 * MEGABYTE)))
    report = read(patched(bomb, [(24, 22, "<I", 1_000)]))
    assert (report.verdict, report.reasons) == (ReportVerdict.UNREADABLE, ["damaged"])


def test_a_locked_entry_says_so_and_leaves_the_others_alone() -> None:
    locked = patched(packed(("年报.docx", DOCUMENT.content)), [(8, 6, "<H", 0x1)])
    assert refused(locked) == ["encrypted"]
    beside = patched(packed(("上年.docx", OTHER.content), ("年报.docx", DOCUMENT.content)), [(8, 6, "<H", 0x1)])
    report = read(beside)
    assert report.values == DOCUMENT.values
    assert [(f.code, f.place) for f in report.findings if f.code == "PART-UNREAD"] == [("PART-UNREAD", "上年.docx")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_has_no_bounds_when_it_is_unpacked_is_not(method: int) -> None:
    assert refused(packed(("年报.docx", DOCUMENT.content), method=method)) == ["no_reader"]


WHOLE = packed(("年报.docx", DOCUMENT.content))
LISTED, END = WHOLE.rindex(b"PK\x01\x02"), WHOLE.rindex(b"PK\x05\x06")
BROKEN = {
    "without its list": WHOLE[:LISTED],
    "with half of its list": WHOLE[: LISTED + 20],
    "without the last record": WHOLE[:END],
    "with a list that is elsewhere": WHOLE[: END + 16] + struct.pack("<I", 77) + WHOLE[END + 20 :],
    "with a list beyond the end": WHOLE[: END + 16] + struct.pack("<I", 0xFFFFFFF0) + WHOLE[END + 20 :],
    "with an entry beyond the end": WHOLE[: LISTED + 42] + struct.pack("<I", 0x7FFFFFFF) + WHOLE[LISTED + 46 :],
    "with a hole in its file": WHOLE[:3_000] + bytes(2_000) + WHOLE[5_000:],
    "with another check sum": WHOLE[: LISTED + 16] + b"\x00\x00\x00\x01" + WHOLE[LISTED + 20 :],
    "of several volumes": b"PK\x07\x08" + WHOLE[:5_000],
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_archive_is_damaged(how: str) -> None:
    assert refused(BROKEN[how])[0] in {"damaged", "too_hostile"}


def test_an_archive_without_a_file_is_empty() -> None:
    assert refused(packed()) == ["empty"]
    assert refused(packed(("年报/", b""))) == ["empty"]


def test_what_stands_before_and_behind_an_archive_changes_nothing() -> None:
    comment = b"PK\x05\x06" + b"x" * 40
    out = io.BytesIO(WHOLE)
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = b"made by hand"
    assert read(out.getvalue()).values == DOCUMENT.values
    # A second end in the comment of the first: which one holds is nobody's guess.
    doubled = WHOLE[:-2] + struct.pack("<H", len(comment)) + comment
    assert read(doubled).values in ({}, DOCUMENT.values)


def test_two_forms_of_one_report_in_an_archive_are_one() -> None:
    report = make_report(4, Office(name="青禾市水务局"), 2024, "form2021")
    pair = {"年报.docx": DOCUMENT.content, "年报.xlsx": render_file(report, "xlsx", habit="clean").content}
    parsed = read(pack(pair))
    assert (parsed.verdict, parsed.values) == (ReportVerdict.VERIFIED, DOCUMENT.values)
    changed = render_file(report.with_values({"proactive.art20_5.licensing.decisions": 7_777}), "docx", habit="clean")
    other = read(pack({"a.docx": DOCUMENT.content, "b.docx": changed.content}))
    assert (other.verdict, other.suspect) == (ReportVerdict.FLAGGED, ["proactive.art20_5.licensing.decisions"])
