"""The catalogue beyond names: texts by words of two characters, findings, captures, values, and following by notes."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from flows.cli import app
from storage.archive import Archive
from storage.catalogue import Catalogue
from storage.catalogue.grams import grams, query
from storage.catalogue.searching import place_of
from storage.catalogue.values import FEW, Values
from storage.ledger_writer import LedgerWriter
from storage.local_folder import LocalFolder
from storage.settings import StorageSettings
from tests.storage_samples import NOON, a_capture, a_version

SETTINGS = StorageSettings()


def parsed(text: str, **values: float | None) -> dict[str, Any]:
    cells = {i: {"state": "number" if v is not None else "blank", "raw": ""} for i, v in values.items()}
    finding = {"code": "APP-ROW", "place": "x", "severity": "error", "fault": "source", "message": "sum"}
    return {
        "verdict": "flagged",
        "sections": {"overview": {"heading": "一", "text": text}},
        "findings": [finding],
        "values": values,
        "cells": cells,
        "suspect": ["a.b"],
    }


def publish(archive: Archive, report_id: str, page: bytes, parse: dict[str, Any], parser: str = "p1") -> str:
    n = len(archive.versions(report_id)) + 1
    agency, year, _ = report_id.split("-")
    record = a_version(report_id, n, page).model_copy(
        update={"agency_id": agency, "report_year": int(year), "parser_digest": parser}
    )
    archive.keep_parsed(record.manifest.digest, parser, parse)
    archive.add_version(report_id, lambda _: record)
    return f"reports/{report_id}/{n}.json"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(LocalFolder(tmp_path / "archive", fsync=False))
    archive.begin_run("run1", NOON)
    publish(
        archive, "aone-2022-own", b"one", parsed("全年主动公开信息。\n举办新闻发布会三场。", **{"a.b": 5, "a.c": None})
    )
    publish(archive, "atwo-2021-own", b"two", parsed("受理行政复议一件，政务微博停更。", **{"a.b": 7.5}))
    return archive


def found(archive: Archive, *words: str, years: tuple[int, ...] = ()) -> list[str]:
    index = Catalogue.of(archive, SETTINGS)
    index.refresh()
    return [p.report.report_id for p in index.search_text(list(words), list(years), 10)]


@pytest.mark.parametrize(
    ("words", "reports"),
    [
        (["复议"], ["atwo-2021-own"]),
        (["公开"], ["aone-2022-own"]),
        (["微博"], ["atwo-2021-own"]),
        (["新闻发布会"], ["aone-2022-own"]),
        (["新闻", "主动"], ["aone-2022-own"]),
        (["新闻", "微博"], []),
        # Pairs that stand there, in another order: found by the index, refused by the text.
        (["发布新闻"], []),
        (["息举"], []),
        (["会"], ["aone-2022-own"]),
        (["，"], []),
        (['"公开" OR'], []),
    ],
)
def test_texts_are_found_by_words_of_any_length(archive: Archive, words: list[str], reports: list[str]) -> None:
    assert found(archive, *words) == reports


def test_a_passage_tells_the_place_and_a_year_narrows(archive: Archive) -> None:
    index = Catalogue.of(archive, SETTINGS)
    index.refresh()
    (passage,) = index.search_text(["新闻发布会"], [2022], 10)
    assert (passage.before, passage.found, passage.after) == ("全年主动公开信息。\n举办", "新闻发布会", "三场。")
    assert index.search_text(["新闻发布会"], [2021], 10) == []


def test_only_the_newest_text_is_found_and_what_is_withheld_is_not(archive: Archive) -> None:
    publish(archive, "aone-2022-own", b"changed", parsed("全年无事。", **{"a.b": 6}))
    assert found(archive, "新闻") == []
    assert found(archive, "无事") == ["aone-2022-own"]
    archive.add_restriction("aone-2022-own", None, restricted=True, reason="order", by="li", at=NOON)
    assert found(archive, "无事") == []


def test_values_findings_and_captures_are_there_and_the_newest_value_holds(archive: Archive) -> None:
    with LedgerWriter(archive.store, "run1", "shard1") as writer:
        writer.keep(a_capture("page", b"x"), b"x")
    index = Catalogue.of(archive, SETTINGS)
    index.refresh()
    assert index.values.read("a.b") == {"aone-2022-own": 5.0, "atwo-2021-own": 7.5}
    assert index.values.read("a.b", [2021]) == {"atwo-2021-own": 7.5}
    assert index.values.read("a.c") == {"aone-2022-own": None}
    publish(archive, "aone-2022-own", b"changed", parsed("", **{"a.b": 6}))
    index.refresh()
    assert index.values.read("a.b")["aone-2022-own"] == 6.0
    counted = index.count()
    assert (counted["reports"], counted["versions"], counted["findings"], counted["captures"]) == (2, 3, 3, 1)
    assert index.rebuild() == 4
    assert Catalogue.of(archive, SETTINGS).values.read("a.b") == {"aone-2022-own": 6.0, "atwo-2021-own": 7.5}


def test_many_small_files_of_figures_are_put_together_and_say_the_same(tmp_path: Path) -> None:
    values, folder = Values(tmp_path), tmp_path / "year=2022"
    for number in range(FEW + 3):
        version = a_version(f"r{number}-2022-own", 1, b"page")
        values.put(version, parsed("", **{"a.b": number, "a.c": None}))
        if number % 2:
            values.put(version.model_copy(update={"n": 2}), parsed("", **{"a.b": number + 1000}))
        values.flush()
    assert len(list(folder.iterdir())) == 4
    assert values.read("a.b") == {f"r{n}-2022-own": n + 1000 if n % 2 else n for n in range(FEW + 3)}
    again = Values(tmp_path)
    again.put(a_version("r1-2022-own", 3, b"page"), parsed("", **{"a.b": 5}))
    again.flush()
    assert again.read("a.b", [2022])["r1-2022-own"] == 5


def test_of_common_words_the_newest_years_come_first_and_by_name(archive: Archive) -> None:
    for number in range(12):
        publish(archive, f"b{number:02d}-{2018 + number % 3}-own", b"%d" % number, parsed("本年主动公开三条。"))
    assert found(archive, "主动", "公开") == [
        "aone-2022-own",
        *(f"b{number:02d}-2020-own" for number in (2, 5, 8, 11)),
        *(f"b{number:02d}-2019-own" for number in (1, 4, 7, 10)),
        "b00-2018-own",
    ]
    assert found(archive, "主动", years=(2018,)) == [f"b{number:02d}-2018-own" for number in (0, 3, 6, 9)]
    # A year is no word of a text.
    assert found(archive, "y2018") == []


def test_after_a_first_note_only_what_is_noted_is_read(archive: Archive) -> None:
    index = Catalogue.of(archive, SETTINGS)
    archive.note_changes([])
    assert index.refresh() == 2
    first = publish(archive, "athree-2020-own", b"three", parsed("内容", **{"a.b": 1}))
    archive.note_changes([first], name="20260302T120000Z-run1")
    assert (index.refresh(), index.refresh()) == (1, 0)
    publish(archive, "afour-2020-own", b"four", parsed("内容", **{"a.b": 1}))
    assert index.refresh() == 0  # nobody has noted it
    assert index.rebuild() == 4


def test_a_parse_by_a_later_parser_takes_the_place_of_the_first(archive: Archive) -> None:
    index = Catalogue.of(archive, SETTINGS)
    index.refresh()
    version = archive.version("aone-2022-own", 1)
    archive.keep_pack("p2", [(version.manifest.digest, {**parsed("换了文字", **{"a.b": 9}), "verdict": "verified"})])
    archive.note_changes(["reports/aone-2022-own/1.json"], parser="p2")
    assert found(archive, "换了") == ["aone-2022-own"]
    (row,) = [r for r in index.find_reports([]) if r.report_id == "aone-2022-own"]
    assert row.verdict == "verified"
    assert index.values.read("a.b")["aone-2022-own"] == 9.0


def test_objects_that_are_gone_make_it_build_itself_anew(archive: Archive) -> None:
    index = Catalogue.of(archive, SETTINGS)
    index.refresh()
    store: LocalFolder = archive.store  # type: ignore[assignment]
    (store.root / "reports/atwo-2021-own/1.json").unlink()
    index.refresh()
    assert [r.report_id for r in index.find_reports([])] == ["aone-2022-own"]


@given(text=st.text("公开年报，\n a1", max_size=30), start=st.integers(0, 29), length=st.integers(1, 8))
def test_every_word_of_a_text_is_in_its_index_and_has_its_place(text: str, start: int, length: int) -> None:
    word = "".join(text[start : start + length].split())
    assume(word)
    assert place_of(text, [word]) is not None
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(g, content='', detail=none, tokenize='unicode61')")
    database.execute("INSERT INTO t (rowid, g) VALUES (1, ?)", (grams(text),))
    asked = query(word)
    if asked is not None and "\n" not in text[start : start + length] and "，" not in word:
        assert database.execute("SELECT rowid FROM t WHERE t MATCH ?", (asked,)).fetchall() == [(1,)]


def test_the_commands_search_and_count(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_STORE", str(archive.store.root))  # type: ignore[attr-defined]
    told = CliRunner().invoke(app, ["search", "行政复议"]).stdout
    assert "…受理行政复议一件，政务微博停更。…" in told.replace("\n", "")
    assert "1 reports" in told
    counted = CliRunner().invoke(app, ["catalogue", "--rebuild"]).stdout
    assert "2 records read" in counted.replace("\n", "")


def test_a_run_that_was_settled_in_pieces_is_noted_whole(archive: Archive) -> None:
    index = Catalogue.of(archive, SETTINGS)
    index.refresh()
    first = publish(archive, "athree-2020-own", b"three", parsed("内容", **{"a.b": 1}))
    archive.note_changes([first], "20260302T120000Z-run1.example")
    assert index.refresh() == 1
    second = publish(archive, "afour-2020-own", b"four", parsed("内容", **{"a.b": 1}))
    for _ in range(2):
        archive.note_changes([first, second], "20260302T120000Z-run1.example")
    assert len(archive.changes()) == 2
    assert index.refresh() == 2
    assert len(index.find_reports([])) == 4
