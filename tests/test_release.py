"""A release: every table of an archive in formats that anyone can read, the same bytes each time, and described."""

import csv
import gzip
import json
import shutil
import sqlite3
import subprocess
from datetime import date
from pathlib import Path

import duckdb
import frictionless
import pandas
import polars
import pytest

from flows.understand import understand
from model.contacts import without_contacts
from model.forms import load_forms
from storage.archive import Archive
from storage.catalogue import Catalogue
from storage.local_folder import LocalFolder
from storage.releases import Before, publish, write_release
from storage.releases.checksums import digest_of
from storage.releases.tables import tables
from storage.releases.writing import ParquetTables
from storage.versions import newest_of
from tests.archive_samples import filled_folder
from tests.commanding import gongkai
from tests.storage_samples import NOON
from tests.test_flows_settle import CELL, NEW, OLD, Story, page, report

__all__ = ["filled_folder"]

DAY = date(2026, 11, 24)
TOTAL = "applications.total.total"


@pytest.fixture(scope="module")
def released(filled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample archive, made once."""
    folder = tmp_path_factory.mktemp("release") / "out"
    write_release(Archive(LocalFolder(filled_folder, fsync=False)), folder, "2026-11-24", DAY)
    return folder


@pytest.fixture
def archive(filled_folder: Path, tmp_path: Path) -> Archive:
    return Archive(LocalFolder(Path(shutil.copytree(filled_folder, tmp_path / "archive")), fsync=False))


def test_every_value_stands_in_it_as_the_parser_read_it(filled_folder: Path, released: Path) -> None:
    archive = Archive(LocalFolder(filled_folder, fsync=False))
    found = pandas.read_parquet(released / "parquet" / "values")
    for report_id in archive.report_ids():
        parsed = understand(archive, newest_of(archive.versions(report_id)).manifest)
        rows = found[found.report_id == report_id].set_index("id")
        assert dict(rows.value.dropna()) == {i: v for i, v in parsed["values"].items() if v is not None}
        assert dict(rows.raw) == {i: parsed["cells"][i]["raw"] for i in rows.index}
        assert set(rows.verdict) == {"verified"}
        assert dict(rows["where"]) == {i: parsed["cells"][i]["where"] for i in rows.index}
    total = found[(found.id == TOTAL) & (found.report_year == 2025)].iloc[0]
    assert total.label_zh == load_forms()["form2021"].labels()[TOTAL]
    assert (total.label_en, total.unit, total.evidence) == ("Results, total / total", "件", "proven")


def test_the_same_archive_gives_the_same_bytes(filled_folder: Path, released: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_release(Archive(LocalFolder(filled_folder, fsync=False)), again, "other", date(2027, 1, 1), workers=2)
    kinds = ("parquet", "csv", "jsonl")
    files = [p.relative_to(released) for kind in kinds for p in (released / kind).rglob("*") if p.is_file()]
    assert len(files) > 25
    assert {str(f): digest_of(again / f) for f in files} == {str(f): digest_of(released / f) for f in files}


def test_all_formats_say_the_same(released: Path) -> None:
    parquet = pandas.read_parquet(released / "parquet" / "values" / "2025-0000.parquet")
    figures = dict(zip(parquet.id, parquet.value, strict=True))
    with gzip.open(released / "jsonl" / "values" / "2025-0000.jsonl.gz", "rt", encoding="utf-8") as lines:
        assert {row["id"]: row["value"] for row in map(json.loads, lines)} == figures
    with gzip.open(released / "csv" / "values" / "2025-0000.csv.gz", "rt", encoding="utf-8-sig", newline="") as lines:
        assert {row["id"]: float(row["value"]) for row in csv.DictReader(lines)} == figures
    database = sqlite3.connect(released / "gongkai.sqlite")
    asked = 'SELECT id, value FROM "values" WHERE report_year = 2025'
    assert dict(database.execute(asked).fetchall()) == figures
    assert database.execute("SELECT count(*) FROM versions").fetchone() == (3,)


def test_duckdb_pandas_and_polars_open_it_with_right_types(released: Path) -> None:
    asked = f"SELECT typeof(value), typeof(suspect), typeof(region) FROM '{released}/parquet/values/*.parquet' "
    assert duckdb.sql(asked).fetchall()[0] == ("DOUBLE", "BOOLEAN", "VARCHAR")
    captured = duckdb.sql(f"SELECT typeof(captured_at) FROM '{released}/csv/reports.csv'").fetchall()
    assert set(captured) == {("TIMESTAMP WITH TIME ZONE",)}
    read = polars.read_parquet(released / "parquet" / "reports.parquet")
    types = (read.schema["report_year"], read.schema["published_on"], read.schema["captured_at"])
    assert types == (polars.Int64, polars.Date, polars.Datetime("us", "UTC"))
    table = pandas.read_csv(released / "csv" / "values" / "2025-0000.csv.gz")
    assert table.value.dtype.kind in "if"
    assert table.suspect.dtype == bool
    # A spreadsheet goes by the mark at the beginning.
    assert (released / "csv" / "reports.csv").read_bytes()[:3] == b"\xef\xbb\xbf"


def test_the_data_package_is_valid(released: Path) -> None:
    result = frictionless.validate(str(released / "datapackage.json"))
    assert result.valid, result.to_summary()
    assert len(result.tasks) == 12


def test_a_wrong_row_is_not_valid(released: Path, tmp_path: Path) -> None:
    spoilt = Path(shutil.copytree(released, tmp_path / "spoilt"))
    with (spoilt / "csv" / "versions.csv").open("a", encoding="utf-8") as out:
        out.write('"a0-2020-own",one' + "," * 15 + "\n")
    assert not frictionless.validate(str(spoilt / "datapackage.json")).valid


def test_the_checksums_are_those_that_sha256sum_reads(released: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=released, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    named = {line.split("  ")[1] for line in (released / "SHA256SUMS").read_text().splitlines()}
    there = {str(p.relative_to(released)) for p in released.rglob("*") if p.is_file()}
    assert there - named == {"SHA256SUMS", "release.json"}


def test_every_column_is_in_the_dictionary(released: Path) -> None:
    told = (released / "data-dictionary.md").read_text(encoding="utf-8")
    for name, table in tables().items():
        assert f"## {name}\n" in told
        assert all(f"| `{column}` |" in told for column in table.columns)
    readme = (released / "README.md").read_text(encoding="utf-8")
    assert "| values | 400 |" in readme
    assert "2018 | 2019" in readme
    assert "2020 | 2021" in readme
    crate = json.loads((released / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    parts = next(e for e in crate["@graph"] if e["@id"] == "./")["hasPart"]
    assert {"@id": "parquet/reports.parquet"} in parts


def test_what_has_changed_is_told_by_ids(tmp_path: Path) -> None:
    story, older = Story(tmp_path / "archive"), report()
    story.settle(story.crawl({OLD: page(older)}))
    write_release(story.archive, tmp_path / "one", "1", DAY)
    changed = older.with_values({CELL: older.values[CELL] + 17})
    story.settle(story.crawl({OLD: page(changed), NEW: page(report(2025))}))
    made = write_release(story.archive, tmp_path / "two", "2", DAY, before=Before("1", tmp_path / "one"))
    assert made.delta == {"added": 1, "changed": 1, "values": 1}
    with (tmp_path / "two" / "delta-values.csv").open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["id"], row["change"]) == (CELL, "changed")
    assert float(row["value"]) - float(row["value_before"]) == 17
    back = write_release(story.archive, tmp_path / "three", "3", DAY, before=Before("2", tmp_path / "two"))
    assert back.delta == {}


def test_what_is_withheld_is_not_released(archive: Archive, tmp_path: Path) -> None:
    withheld = next(found for found in archive.report_ids() if "-2025-" in found)
    archive.add_restriction(withheld, None, restricted=True, reason="court order", by="registrar", at=NOON)
    made = write_release(archive, tmp_path / "out", "1", DAY)
    assert made.rows["reports"] == 1
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert withheld.encode() not in content, path


def test_a_version_that_is_withheld_leaves_the_one_before(archive: Archive, tmp_path: Path) -> None:
    older = next(found for found in archive.report_ids() if "-2024-" in found)
    archive.add_restriction(older, 2, restricted=True, reason="names of persons", by="registrar", at=NOON)
    write_release(archive, tmp_path / "out", "1", DAY)
    (row,) = (
        pandas.read_parquet(tmp_path / "out" / "parquet" / "reports.parquet").query("report_year == 2024").itertuples()
    )
    assert (row.version, row.versions) == (1, 1)


def test_packed_parses_are_found(archive: Archive, tmp_path: Path) -> None:
    parses = []
    for report_id in archive.report_ids():
        for version in archive.versions(report_id):
            parsed = understand(archive, version.manifest)
            parses.append((version.manifest.digest, parsed | {"verdict": "flagged"}))
    archive.keep_pack("f" * 64, parses)
    write_release(archive, tmp_path / "out", "1", DAY, parser="f" * 64)
    assert set(pandas.read_parquet(tmp_path / "out" / "parquet" / "reports.parquet").verdict) == {"flagged"}


def test_a_release_goes_into_the_store_once(archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    address = str(tmp_path / "archive")
    assert gongkai(monkeypatch, "release", "--store", address, "--day", "2026-11-24", "--workers", "1", "--json") == 0
    assert gongkai(monkeypatch, "release", "--store", address, "--day", "2026-11-24", "--workers", "1", "--json") == 0
    keys = list(archive.store.list("releases/"))
    assert {key.split("/")[1] for key in keys} == {"2026-11-24", "2026-11-24.2"}
    folder = tmp_path / "archive" / "releases" / "2026-11-24"
    with pytest.raises(Exception, match="never written over"):
        publish(archive.store, folder, "2026-11-24")


def test_large_tables_go_on_in_the_next_file(tmp_path: Path) -> None:
    with ParquetTables(tmp_path, at_once=10, largest=20) as out:
        for n in range(55):
            out.add("texts", 2024, [(f"r{n}", 2024, "overview", "h", "t")])
    names = sorted(p.name for p in (tmp_path / "parquet" / "texts").iterdir())
    assert names == ["2024-0000.parquet", "2024-0001.parquet", "2024-0002.parquet"]
    assert list(pandas.read_parquet(tmp_path / "parquet" / "texts").report_id) == [f"r{n}" for n in range(55)]


def test_contact_persons_are_neither_released_nor_found_by_a_search(tmp_path: Path) -> None:
    """The original keeps them; the parse, its claims, the index of texts and the release do not."""
    story = Story(tmp_path / "archive")
    told = "<p>如对本报告有疑问，请联系王秀英同志，联系人：赵建国，电话：022-23456789，邮箱 zhao.jg@qinghe.gov.cn。</p>"
    content = page(report()).replace(b"</body>", f"{told}</body>".encode())
    story.settle(story.crawl({OLD: content}))
    secrets = ("王秀英", "赵建国", "23456789", "zhao.jg")
    assert all(secret in story.archive.raw(part_of(story.archive)).decode() for secret in secrets)
    index = Catalogue(story.archive, tmp_path / "catalogue.sqlite")
    index.rebuild()
    assert [hit for secret in secrets for hit in index.search_text([secret], [], 5)] == []
    assert index.search_text(["如对本报告"], [], 5), "the sentence itself is there"
    write_release(story.archive, tmp_path / "out", "1", DAY)
    for path in (tmp_path / "out").rglob("*"):
        if path.suffix in (".gz", ".csv", ".sqlite", ".md", ".json"):
            found = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in found], path
    texts = pandas.read_parquet(tmp_path / "out" / "parquet" / "texts").text
    assert list(texts) == [without_contacts(text) for text in texts]


def part_of(archive: Archive) -> str:
    """Digest of the first part of the only report."""
    (report_id,) = archive.report_ids()
    return archive.version(report_id, 1).manifest.parts[0].sha256
