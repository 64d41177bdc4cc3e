"""Figures of the newest versions, packed: what comes out of the catalogue is what stands in the parses."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.archive import Archive
from storage.catalogue import Catalogue
from storage.catalogue.figures import Figure, Packing, ReportFigures, figures_of
from storage.catalogue.schema import lay_out
from storage.local_folder import LocalFolder
from tests.storage_samples import NOON, a_version
from tests.test_catalogue_text import parsed, publish

IDS = [f"{table}.row{row}.{column}" for table in ("a", "b") for row in range(4) for column in ("x", "y", "total")]
VALUES = st.one_of(
    st.none(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False, width=64)
)


@st.composite
def parses(draw: st.DrawFn) -> dict[str, Any]:
    """Any values, with cells for most of them: what a parse may hold."""
    values = draw(st.dictionaries(st.sampled_from(IDS), VALUES))
    printed = st.tuples(st.sampled_from(["blank", "dash", "text"]), st.sampled_from(["", "—", "见附件", '3 "件"\n']))
    cells = {name: dict(zip(("state", "raw"), draw(printed), strict=True)) for name in values if draw(st.booleans())}
    suspect = draw(st.lists(st.sampled_from(IDS), unique=True))
    return {"values": values, "cells": cells, "suspect": suspect}


@settings(max_examples=60, deadline=None)
@given(st.lists(parses(), min_size=1, max_size=4))
def test_what_was_packed_comes_out_as_it_was(reports: list[dict[str, Any]]) -> None:
    database = sqlite3.connect(":memory:")
    lay_out(database)
    for year, told in enumerate(reports, 2015):
        row = ("INSERT INTO reports (report_id, agency_id, report_year, scope, newest) VALUES (?, 'a', ?, 'own', 1)",
               (f"a-{year}-own", year))  # fmt: skip
        database.execute(*row)
        # Two processes: each has a memory of its own of the numbers.
        Packing(database).put(f"a-{year}-own", 1, told)
    out = {one.report_year: one.figures for one in figures_of(database, ["a"], 2000, 2100, IDS)}
    for year, told in enumerate(reports, 2015):
        assert out[year].keys() == told["values"].keys()
        for name, value in told["values"].items():
            cell = told["cells"].get(name, {"state": None, "raw": None}) if value is None else {}
            expected = Figure(value, name in told["suspect"], cell.get("state"), cell.get("raw"))
            assert out[year][name] == expected
            assert type(out[year][name].value) is type(value)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(LocalFolder(tmp_path / "archive", fsync=False))
    archive.begin_run("run1", NOON)
    publish(archive, "aone-2021-own", b"one", parsed("", **{"a.b": 5, "a.c": None}))
    publish(archive, "aone-2022-own", b"two", parsed("", **{"a.b": 7.5}))
    system = a_version("aone-2022-system_aggregate", 1, b"three").model_copy(
        update={"agency_id": "aone", "scope": "system_aggregate"}
    )
    archive.keep_parsed(system.manifest.digest, "p1", parsed("", **{"a.b": 70}))
    archive.add_version(system.report_id, lambda _: system)
    return archive


def asked(catalogue: Catalogue) -> list[ReportFigures]:
    with sqlite3.connect(catalogue.where) as database:
        return list(figures_of(database, ["aone", "nobody"], 2020, 2030, ["a.c", "a.b", "no.such"]))


def test_a_year_has_its_own_report_first_and_only_what_it_prints(archive: Archive, tmp_path: Path) -> None:
    catalogue = Catalogue(archive, tmp_path / "c.sqlite")
    catalogue.refresh()
    assert asked(catalogue) == [
        ReportFigures(
            "aone", 2021, "own", "aone-2021-own", 1,
            {"a.b": Figure(5, True), "a.c": Figure(None, False, "blank", "")},
        ),
        ReportFigures("aone", 2022, "own", "aone-2022-own", 1, {"a.b": Figure(7.5, True)}),
        ReportFigures("aone", 2022, "system_aggregate", "aone-2022-system_aggregate", 1, {"a.b": Figure(70, True)}),
    ]  # fmt: skip


def test_runs_and_a_rebuild_keep_the_same_figures_of_the_newest_version(archive: Archive, tmp_path: Path) -> None:
    kept = Catalogue(archive, tmp_path / "c.sqlite")
    kept.refresh()
    publish(archive, "aone-2021-own", b"changed", parsed("", **{"a.b": 6}))
    publish(archive, "aone-2023-own", b"later", parsed("", **{"a.c": 1, "a.b": 0}))
    kept.refresh()
    assert [(one.report_id, one.n, one.figures.get("a.b")) for one in asked(kept)] == [
        ("aone-2021-own", 2, Figure(6, True)),
        ("aone-2022-own", 1, Figure(7.5, True)),
        ("aone-2022-system_aggregate", 1, Figure(70, True)),
        ("aone-2023-own", 1, Figure(0, True)),
    ]
    fresh = Catalogue(archive, tmp_path / "fresh.sqlite")
    fresh.rebuild()
    assert asked(fresh) == asked(kept)


def test_another_parser_s_reading_takes_the_place_of_the_last(archive: Archive, tmp_path: Path) -> None:
    kept = Catalogue(archive, tmp_path / "c.sqlite")
    kept.refresh()
    (version,) = archive.versions("aone-2021-own")
    archive.keep_parsed(version.manifest.digest, "p2", parsed("", **{"a.b": 55}))
    archive.note_changes(["reports/aone-2021-own/1.json"], parser="p2")
    kept.refresh()
    assert asked(kept)[0].figures == {"a.b": Figure(55, True)}


def test_a_newest_version_that_nobody_has_read_has_no_figures(archive: Archive, tmp_path: Path) -> None:
    kept = Catalogue(archive, tmp_path / "c.sqlite")
    kept.refresh()
    (version,) = archive.versions("aone-2021-own")
    later = a_version("aone-2021-own", 2, b"unread").model_copy(update={"agency_id": "aone", "report_year": 2021})
    assert later.captured_at > version.captured_at
    archive.add_version("aone-2021-own", lambda _: later)
    kept.refresh()
    assert [one.report_id for one in asked(kept)] == ["aone-2022-own", "aone-2022-system_aggregate"]
