"""CSV and JSON Lines, made from the finished Parquet files, some rows at a time."""

import gzip
from datetime import UTC
from pathlib import Path
from typing import IO, Any

from storage.releases.tables import tables

BOM = b"\xef\xbb\xbf"
"""Without it a spreadsheet takes the Chinese of a CSV file for another encoding."""
BATCH = 5_000


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
    for n, batch in enumerate(file.iter_batches(batch_size=BATCH)):
        options.include_header = n == 0
        pc.write_csv(_readable(batch), out, options)
    if not file.metadata.num_rows:
        out.write((",".join(f'"{name}"' for name in file.schema_arrow.names) + "\n").encode())


def write_jsonl(parquet: Path, out: IO[bytes]) -> None:
    """One object a line with every column; null for what is not there. Whole figures have no decimal point."""
    import orjson
    import pyarrow.parquet as pq

    option = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
    for batch in pq.ParquetFile(parquet).iter_batches(batch_size=BATCH):
        names, columns = batch.schema.names, [plain_values(column) for column in batch.columns]
        rows = zip(*columns, strict=True)
        out.write(b"".join(orjson.dumps(dict(zip(names, row, strict=True)), option=option) for row in rows))


def plain_values(column: Any) -> list[Any]:
    """A column as Python's values: times in UTC, whole figures as whole numbers."""
    import pyarrow as pa

    values: list[Any] = column.to_pylist()
    if pa.types.is_timestamp(column.type):
        return [value.astimezone(UTC) if value is not None else None for value in values]
    if pa.types.is_floating(column.type):
        return [int(value) if value is not None and value.is_integer() else value for value in values]
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
