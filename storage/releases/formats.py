"""CSV, JSON Lines and SQLite, made from the finished Parquet files, a row group at a time."""

import gzip
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from storage.releases.tables import tables
from storage.releases.writing import parquet_files, year_of

BOM = b"\xef\xbb\xbf"
"""Without it a spreadsheet takes the Chinese of a CSV file for another encoding."""
SQLITE_VALUES = 5_000_000
"""More values than that are browsed year by year: `sqlite/gongkai-<year>.sqlite`."""


def csv_path(folder: Path, table: str, parquet: Path) -> Path:
    """`csv/<table>.csv`, or `csv/<table>/<year>-<number>.csv.gz`."""
    return _beside(folder, table, parquet, "csv", ".csv")


def jsonl_path(folder: Path, table: str, parquet: Path) -> Path:
    """`jsonl/<table>.jsonl.gz`, or `jsonl/<table>/<year>-<number>.jsonl.gz`."""
    return _beside(folder, table, parquet, "jsonl", ".jsonl")


def _beside(folder: Path, table: str, parquet: Path, kind: str, ending: str) -> Path:
    if not tables()[table].by_year:
        return folder / kind / f"{table}{ending}{'.gz' if kind == 'jsonl' else ''}"
    return folder / kind / table / f"{parquet.stem}{ending}.gz"


def write_texts(order: tuple[str, str, str]) -> None:
    """One Parquet file as CSV and as JSON Lines: (folder, table, file). A function of its own, for a pool."""
    folder, table, parquet = Path(order[0]), order[1], Path(order[2])
    with _new(csv_path(folder, table, parquet)) as out:
        write_csv(parquet, out)
    with _new(jsonl_path(folder, table, parquet)) as out:
        write_jsonl(parquet, out)


def write_csv(parquet: Path, out: IO[bytes]) -> None:
    """UTF-8 with a mark, RFC 4180, times as ISO 8601, an empty field for what is not there."""
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    file = pq.ParquetFile(parquet)
    out.write(BOM)
    options = pc.WriteOptions(include_header=True)
    for n, batch in enumerate(file.iter_batches()):
        options.include_header = n == 0
        pc.write_csv(_readable(batch), out, options)
    if not file.metadata.num_rows:
        out.write((",".join(f'"{name}"' for name in file.schema_arrow.names) + "\n").encode())


def write_jsonl(parquet: Path, out: IO[bytes]) -> None:
    """One object a line with every column; null for what is not there. Whole figures have no decimal point."""
    import orjson

    for row in _rows(parquet):
        for name, value in row.items():
            if type(value) is float and value.is_integer():
                row[name] = int(value)
        out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))


def write_sqlite(folder: Path, on_file: Callable[[Path], None] = lambda _: None) -> list[Path]:
    """`gongkai.sqlite` with all tables, or one a year beside it when the values are many."""
    import pyarrow.parquet as pq

    files = parquet_files(folder)
    rows = sum(pq.read_metadata(path).num_rows for path in files["values"])
    if rows <= SQLITE_VALUES:
        _fill(folder / "gongkai.sqlite", ((name, path) for name, paths in files.items() for path in paths))
        on_file(folder / "gongkai.sqlite")
        return [folder / "gongkai.sqlite"]
    made = []
    years = {year_of(path) for paths in files.values() for path in paths}
    for year in sorted(year for year in years if year is not None):
        target = folder / "sqlite" / f"gongkai-{year}.sqlite"
        of_year = ((n, p) for n, paths in files.items() for p in paths if year_of(p) in (year, None))
        _fill(target, of_year)
        on_file(target)
        made.append(target)
    return made


def _fill(target: Path, files: Iterable[tuple[str, Path]]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    database = sqlite3.connect(target, isolation_level=None)
    try:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        for name, table in tables().items():
            database.execute(table.sqlite(name))
        for name, path in files:
            marks = ",".join("?" * len(tables()[name].columns))
            database.execute("BEGIN")
            database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', map(_plain, _rows(path)))
            database.execute("COMMIT")
        database.execute('CREATE INDEX values_by_id ON "values" (id, report_year)')
        database.execute("CREATE INDEX findings_by_code ON findings (code)")
        database.execute("CREATE INDEX reports_by_region ON reports (region, report_year)")
        database.execute("PRAGMA optimize")
    finally:
        database.close()


def _plain(row: dict[str, Any]) -> list[object]:
    return [value.isoformat() if isinstance(value, date) else value for value in row.values()]


def _rows(parquet: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(parquet).iter_batches(batch_size=5_000):
        names, columns = batch.schema.names, [_values(column) for column in batch.columns]
        for row in zip(*columns, strict=True):
            yield dict(zip(names, row, strict=True))


def _values(column: Any) -> list[Any]:
    values: list[Any] = column.to_pylist()
    if str(column.type).startswith("timestamp"):
        return [value.astimezone(UTC) if isinstance(value, datetime) else value for value in values]
    return values


def _readable(batch: Any) -> Any:
    """Times as 2026-01-28T01:02:03Z, which every reader of CSV takes for what it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    arrays = [
        pc.strftime(column.cast(pa.timestamp("s", tz="UTC"), safe=False), format="%Y-%m-%dT%H:%M:%SZ")
        if pa.types.is_timestamp(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


class _new:
    """A file to write, packed when its name says so; the same content gives the same bytes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._plain = path.open("wb")
        packed = path.name.endswith(".gz")
        self._out: IO[bytes] = (
            gzip.GzipFile(filename="", fileobj=self._plain, mode="wb", mtime=0, compresslevel=6)  # type: ignore[assignment]
            if packed
            else self._plain
        )

    def __enter__(self) -> IO[bytes]:
        return self._out

    def __exit__(self, *_: object) -> None:
        self._out.close()
        self._plain.close()
