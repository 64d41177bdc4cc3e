"""The tables as Parquet, written while the rows come: the format that the others are made from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from storage.releases.rows import Row
from storage.releases.tables import tables

ROWS_AT_ONCE = 20_000
"""Rows of a row group. So many of each table and year are in memory."""
LARGEST_FILE = 1_000_000
"""Rows of one file; more go into the next. A file's table of contents is in memory until it is closed."""


class ParquetTables:
    """`parquet/<table>.parquet`, or `parquet/<table>/<year>-<number>.parquet` for those that are large.

    Every file has all columns, the year too, and can be read alone.

    Same rows in the same order and the same PyArrow: the same bytes. Use as a context; the files are whole at its end.
    """

    def __init__(self, folder: Path, *, at_once: int = ROWS_AT_ONCE, largest: int = LARGEST_FILE) -> None:
        self._folder = folder / "parquet"
        self._at_once = at_once
        self._largest = largest
        self._files: dict[tuple[str, int | None], _Part] = {}
        self._schemas = {name: table.arrow() for name, table in tables().items()}
        self._split = {name: table.by_year for name, table in tables().items()}

    def __enter__(self) -> Self:
        for name in (name for name, table in tables().items() if not table.by_year):
            self._part(name, None)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        for part in self._files.values():
            part.close(write=kind is None)

    def add(self, table: str, year: int | None, rows: Sequence[Row]) -> None:
        """Rows of one report year, in the order of the table's columns. No year: of a table that is not split by it."""
        if rows:
            self._part(table, year if self._split[table] else None).add(rows)

    def rows(self) -> dict[str, int]:
        """How many rows each table has by now."""
        counted = dict.fromkeys(tables(), 0)
        for (name, _), part in self._files.items():
            counted[name] += part.rows
        return counted

    def _part(self, table: str, year: int | None) -> "_Part":
        if (part := self._files.get((table, year))) is None:
            folder = self._folder / table if year is not None else self._folder
            folder.mkdir(parents=True, exist_ok=True)
            named = f"{year}-{{:04d}}" if year is not None else table
            part = _Part(folder, named, self._schemas[table], self._at_once, self._largest)
            self._files[table, year] = part
        return part


class _Part:
    """One table, or one year of it: columns of rows that wait, and the file that they go to."""

    def __init__(self, folder: Path, named: str, schema: Any, at_once: int, largest: int) -> None:
        self._folder = folder
        self._named = named
        self._schema = schema
        self._at_once = at_once
        self._largest = largest
        self._waiting: list[Row] = []
        self._writer: Any = None
        self._in_file = 0
        self._number = 0
        self.rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        self._waiting += rows
        self.rows += len(rows)
        if len(self._waiting) >= self._at_once:
            self._write()

    def close(self, *, write: bool) -> None:
        """End the file; a table without rows gets one that says so."""
        if write and (self._waiting or not self.rows):
            self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        if self._writer is not None and "{" in self._named and self._in_file >= self._largest:
            self._writer.close()
            self._writer, self._in_file, self._number = None, 0, self._number + 1
        if self._writer is None:
            path = self._folder / f"{self._named.format(self._number)}.parquet"
            self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", write_page_index=True)
        columns = zip(*self._waiting, strict=True) if self._waiting else ((),) * len(self._schema)
        arrays = [pa.array(column, type=field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._in_file += len(self._waiting)
        self._waiting.clear()


def year_of(parquet: Path) -> int | None:
    """The year of one of these files; None for a table that is not split by year."""
    year, dash, _ = parquet.stem.partition("-")
    return int(year) if dash else None


def parquet_files(folder: Path) -> Mapping[str, list[Path]]:
    """Table to its Parquet files, in order."""
    return {
        name: sorted((folder / "parquet" / name).glob("*.parquet"))
        if table.by_year
        else [folder / "parquet" / f"{name}.parquet"]
        for name, table in tables().items()
    }
