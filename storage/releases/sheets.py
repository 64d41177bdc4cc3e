"""A table as a workbook, for people who open figures in a spreadsheet: text stays text, numbers are numbers."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from model.errors import BadQuery
from storage.releases.formats import BATCH, plain_values

MOST_ROWS = 1_048_575
"""Rows under the heading that a sheet can hold."""
MOST_LETTERS = 32_767


def write_xlsx(parquet: Path, to: Path) -> None:
    """One sheet with every row; BadQuery when a sheet cannot hold so many."""
    import openpyxl
    import pyarrow.parquet as pq

    file = pq.ParquetFile(parquet)
    if file.metadata.num_rows > MOST_ROWS:
        raise BadQuery(
            f"{parquet.stem} has {file.metadata.num_rows:,} rows, a sheet holds {MOST_ROWS:,}; "
            "choose fewer with --year, --region or --table, or --format csv"
        )
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(parquet.stem)
    sheet.freeze_panes = "A2"
    sheet.append(file.schema_arrow.names)
    for row in _rows(file):
        sheet.append(list(row))
    book.save(to)


def _rows(file: Any) -> Iterator[Iterable[object]]:
    for batch in file.iter_batches(batch_size=BATCH):
        for row in zip(*(plain_values(column) for column in batch.columns), strict=True):
            yield [_fit(value) for value in row]


def _fit(value: object) -> object:
    """Times lose their zone, which a sheet does not know (they are UTC); long texts end where a cell does."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value[:MOST_LETTERS] if isinstance(value, str) else value
