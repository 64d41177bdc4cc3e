"""The tables as an SQLite file, for browsing with any tool that reads one.

Names of values, places and states repeat in every report; here each stands once, and the view `values` puts them
together again, with the same columns as in the other formats. So a report takes a few kilobytes.
"""

import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from storage.releases.formats import BATCH, plain_values
from storage.releases.tables import tables
from storage.releases.writing import parquet_files, year_of

MOST_VALUES = 20_000_000
"""More than that are browsed year by year: `sqlite/gongkai-<year>.sqlite`."""
SCHEMA = """
CREATE TABLE fields (n INTEGER PRIMARY KEY, id TEXT, label_zh TEXT, label_en TEXT, "table" TEXT, form TEXT,
  UNIQUE (id, form));
CREATE TABLE words (n INTEGER PRIMARY KEY, word TEXT UNIQUE);
CREATE TABLE report_numbers (n INTEGER PRIMARY KEY, report_id TEXT UNIQUE);
CREATE TABLE readings (report INTEGER, "table" TEXT, verdict TEXT, evidence TEXT, PRIMARY KEY (report, "table"))
  WITHOUT ROWID;
CREATE TABLE cells (report INTEGER, field INTEGER, value REAL, raw TEXT, unit INTEGER, state INTEGER, method INTEGER,
  place INTEGER, suspect INTEGER, adjudicated INTEGER, adjudicated_value REAL, PRIMARY KEY (report, field))
  WITHOUT ROWID;
CREATE VIEW "values" AS SELECT r.report_id, r.version, r.agency_id, r.region, r.report_year, r.scope, f.id, f.label_zh,
  f.label_en, c.value, u.word AS unit,
  coalesce(c.raw, CASE WHEN s.word = 'number' THEN printf('%d', c.value) END) AS raw,
  s.word AS state, f."table", f.form, g.verdict, g.evidence, c.suspect, m.word AS method, p.word AS "where",
  a.word AS adjudicated, c.adjudicated_value
  FROM cells c JOIN fields f ON f.n = c.field JOIN report_numbers i ON i.n = c.report
  JOIN reports r ON r.report_id = i.report_id LEFT JOIN readings g ON g.report = c.report AND g."table" = f."table"
  LEFT JOIN words u ON u.n = c.unit LEFT JOIN words s ON s.n = c.state LEFT JOIN words m ON m.n = c.method
  LEFT JOIN words p ON p.n = c.place LEFT JOIN words a ON a.n = c.adjudicated;
"""
INDEXES = """
CREATE INDEX cells_by_field ON cells (field);
CREATE INDEX findings_by_code ON findings (code);
CREATE INDEX reports_by_agency ON reports (agency_id, report_year);
CREATE INDEX reports_by_region ON reports (region, report_year);
CREATE INDEX reports_by_year ON reports (report_year);
PRAGMA optimize;
"""
WORDS = ("unit", "state", "method", "where", "adjudicated")


def write_sqlite(folder: Path) -> list[Path]:
    """`gongkai.sqlite` with all tables, or one a year under `sqlite/` when the values are many; the files."""
    import pyarrow.parquet as pq

    files = parquet_files(folder)
    if sum(pq.read_metadata(path).num_rows for path in files["values"]) <= MOST_VALUES:
        _fill(folder / "gongkai.sqlite", ((name, path) for name, paths in files.items() for path in paths))
        return [folder / "gongkai.sqlite"]
    years = {year_of(path) for paths in files.values() for path in paths}
    made = []
    for year in sorted(year for year in years if year is not None):
        target = folder / "sqlite" / f"gongkai-{year}.sqlite"
        _fill(target, ((n, p) for n, paths in files.items() for p in paths if year_of(p) in (year, None)))
        made.append(target)
    return made


def _fill(target: Path, files: Iterable[tuple[str, Path]]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(target, isolation_level=None)
    try:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for name, table in tables().items():
            if name != "values":
                database.execute(table.sqlite(name))
        database.executescript(SCHEMA)
        cells = _Cells(database)
        for name, path in files:
            database.execute("BEGIN")
            cells.take(path) if name == "values" else _copy(database, name, path)
            database.execute("COMMIT")
        database.executescript(INDEXES)
    finally:
        database.close()


def _copy(database: sqlite3.Connection, name: str, path: Path) -> None:
    import pyarrow.parquet as pq

    marks = ",".join("?" * len(tables()[name].columns))
    for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH):
        columns = [_plain(column) for column in batch.columns]
        database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', zip(*columns, strict=True))


def _plain(column: Any) -> list[object]:
    values = plain_values(column)
    return (
        [v.isoformat() if isinstance(v, date) else v for v in values]
        if str(column.type)[:4] in ("date", "time")
        else values
    )


class _Cells:
    """The values, with a number in the place of each name."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._known: dict[str, dict[object, int]] = {"words": {}, "fields": {}}
        self._reports = 0
        self._last: str | None = None  # A report may go on in the next file.

    def take(self, path: Path) -> None:
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH):
            column = {name: batch.column(name).to_pylist() for name in batch.schema.names}
            reports, readings = [], {}
            for report_id, *reading in zip(
                *(column[n] for n in ("report_id", "table", "verdict", "evidence")), strict=True
            ):
                if report_id != self._last:
                    self._last, self._reports = report_id, self._reports + 1
                    self._database.execute("INSERT INTO report_numbers VALUES (?,?)", (self._reports, report_id))
                reports.append(self._reports)
                readings[self._reports, reading[0]] = reading[1:]
            told = [(*key, *reading) for key, reading in readings.items()]
            self._database.executemany("INSERT OR IGNORE INTO readings VALUES (?,?,?,?)", told)
            fields = zip(*(column[n] for n in ("id", "label_zh", "label_en", "table", "form")), strict=True)
            numbers = [self._number("fields", field) for field in fields]
            words = [[self._number("words", word) if word is not None else None for word in column[n]] for n in WORDS]
            raw = [_unless_told(*cell) for cell in zip(column["raw"], column["value"], column["state"], strict=True)]
            unit, state, method, place, adjudicated = words
            rows = zip(
                reports, numbers, column["value"], raw, unit, state, method, place, column["suspect"], adjudicated,
                column["adjudicated_value"], strict=True,
            )  # fmt: skip
            self._database.executemany("INSERT INTO cells VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)

    def _number(self, table: str, name: Any) -> int:
        known = self._known[table]
        if (number := known.get(name)) is None:
            number = known[name] = len(known) + 1
            row = (name,) if table == "words" else name
            marks = ",".join("?" * (1 + len(row)))
            self._database.execute(f"INSERT INTO {table} VALUES ({marks})", (number, *row))
        return number


def _unless_told(raw: str | None, value: float | None, state: str | None) -> str | None:
    """What a cell prints, unless it is just its whole number."""
    return None if state == "number" and value is not None and raw == f"{value:.0f}" else raw
