"""What a release has that the one before had not, by the stable ids of reports and values."""

import csv
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

COMPARED = ("version", "verdict", "values_digest")
HEAD = ("change", "report_id", "report_year", "agency_name", *(f"{c}_before" for c in COMPARED), *COMPARED)
VALUES_HEAD = ("change", "report_id", "report_year", "id", "value_before", "state_before", "value", "state")
REPORTS_AT_ONCE = 500


def write_delta(folder: Path, before: Path) -> Counter[str]:
    """`delta-reports.csv` and `delta-values.csv` from the Parquet files of two releases; how many of each change.

    `added`, `changed` (another version, another verdict or other values) and `removed`. Values are told for reports
    that changed; those of a whole report that came or went are in the tables themselves.
    """
    counts: Counter[str] = Counter()
    moved: dict[int, list[str]] = {}
    with (folder / "delta-reports.csv").open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(HEAD)
        for row in _reports(folder, before):
            lines.writerow(row)
            counts[str(row[0])] += 1
            if row[0] == "changed" and row[HEAD.index("values_digest")] != row[HEAD.index("values_digest_before")]:
                moved.setdefault(row[2], []).append(row[1])
    with (folder / "delta-values.csv").open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(VALUES_HEAD)
        for year, reports in sorted(moved.items()):
            for start in range(0, len(reports), REPORTS_AT_ONCE):
                for row in _values(folder, before, year, reports[start : start + REPORTS_AT_ONCE]):
                    lines.writerow(row)
                    counts["values"] += 1
    return counts


def _reports(folder: Path, before: Path) -> Iterator[tuple[Any, ...]]:
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-delta-") as place,
        closing(sqlite3.connect(Path(place) / "delta.sqlite", isolation_level=None)) as database,
    ):
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for name, release in (("old", before), ("new", folder)):
            columns = ("report_id", "report_year", "agency_name", *COMPARED)
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)}, PRIMARY KEY (report_id)) WITHOUT ROWID")
            marks = ",".join("?" * len(columns))
            database.execute("BEGIN")
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", _of(release / "parquet", columns))
            database.execute("COMMIT")
        told = ", ".join(f"o.{c}" for c in COMPARED) + ", " + ", ".join(f"n.{c}" for c in COMPARED)
        differs = " OR ".join(f"o.{c} IS NOT n.{c}" for c in COMPARED)
        asked = (
            f"SELECT 'changed', n.report_id, n.report_year, n.agency_name, {told}"
            f" FROM new n JOIN old o USING (report_id) WHERE {differs}"
            f" UNION ALL SELECT 'added', n.report_id, n.report_year, n.agency_name, {told}"
            " FROM new n LEFT JOIN old o USING (report_id) WHERE o.report_id IS NULL"
            f" UNION ALL SELECT 'removed', o.report_id, o.report_year, o.agency_name, {told}"
            " FROM old o LEFT JOIN new n USING (report_id) WHERE n.report_id IS NULL ORDER BY 2"
        )
        yield from database.execute(asked)


def _of(parquet: Path, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(parquet / "reports.parquet").iter_batches(columns=list(columns)):
        yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)


def _values(folder: Path, before: Path, year: int, reports: list[str]) -> Iterator[tuple[Any, ...]]:
    old, new = (_figures(release / "parquet" / "values", year, reports) for release in (before, folder))
    for report_id, name in sorted(old.keys() | new.keys()):
        one, other = old.get((report_id, name)), new.get((report_id, name))
        if one == other:
            continue
        change = "added" if one is None else "removed" if other is None else "changed"
        yield change, report_id, year, name, *(one or (None, None)), *(other or (None, None))


def _figures(values: Path, year: int, reports: list[str]) -> dict[tuple[str, str], tuple[Any, Any]]:
    import pyarrow.parquet as pq

    found = {}
    for path in sorted(values.glob(f"{year}-*.parquet")):
        table = pq.read_table(
            path,
            columns=["report_id", "id", "value", "state"],
            filters=[("report_id", "in", reports)],
            partitioning=None,
        )
        columns = (table.column(name).to_pylist() for name in ("report_id", "id", "value", "state"))
        for report_id, name, value, state in zip(*columns, strict=True):
            found[report_id, name] = (value, state)
    return found
