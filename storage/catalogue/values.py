"""The figures of all reports in Parquet, a folder a year: too many for the database, and read by columns.

`values/year=2022/<number>.parquet` with report_id, n, id, value, state, suspect. A report that is written again stands
there twice; the later file holds, and what the database's `reports` does not name as newest is out of date.
"""

import shutil
import sys
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from model.document import VersionRecord

ROWS_AT_ONCE = 200_000
# Small files of a year are put together when there are so many, up to so many rows at once.
FEW = 32
SMALL = 250_000  # rows
TOGETHER = 1_000_000  # rows


def schema() -> Any:
    """The columns. PyArrow is loaded when figures are written or read: it takes a second, most commands need none."""
    import pyarrow as pa

    return pa.schema(
        [
            ("report_id", pa.string()),
            ("n", pa.int32()),
            ("id", pa.dictionary(pa.int32(), pa.string())),
            ("value", pa.float64()),
            ("state", pa.dictionary(pa.int8(), pa.string())),
            ("suspect", pa.bool_()),
            ("written", pa.int64()),
        ]
    )


class Values:
    """Collects figures and writes them, so many reports to a file. One writer at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[int, list[tuple[object, ...]]] = {}
        self._held = 0
        self._written = 1 + max((int(file.stem) for file in folder.glob("year=*/*.parquet")), default=-1)

    def put(self, v: VersionRecord, parsed: Mapping[str, Any]) -> None:
        """The figures of one version; durable after `flush`."""
        suspect, cells = set(parsed.get("suspect", ())), parsed.get("cells", {})
        rows = self._rows.setdefault(v.report_year, [])
        for name, value in (parsed.get("values") or {}).items():
            state = cells[name]["state"] if name in cells else None
            number = float(value) if value is not None else None
            # The same few hundred ids in each report: kept once.
            rows.append((v.report_id, v.n, sys.intern(name), number, state, name in suspect, self._written))
            self._held += 1
        if self._held >= ROWS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is held; a file gets its name when it is whole."""
        years = [year for year, rows in self._rows.items() if rows]
        if years:
            self._write()
        self._rows.clear()
        self._held = 0
        self._written += 1
        for year in years:
            self._put_together(self._folder / f"year={year}")

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns_of = schema()
        for year, rows in self._rows.items():
            if not rows:
                continue
            folder = self._folder / f"year={year}"
            folder.mkdir(parents=True, exist_ok=True)
            columns = list(zip(*rows, strict=True))
            arrays = [pa.array(column, type=field.type) for column, field in zip(columns, columns_of, strict=True)]
            part = folder / f".{self._written:08d}.part"
            pq.write_table(pa.Table.from_arrays(arrays, schema=columns_of), part, compression="zstd")
            part.rename(folder / f"{self._written:08d}.parquet")

    def _put_together(self, folder: Path) -> None:
        """One file in the place of many small ones. Killed in between, it leaves figures twice, which does no harm."""
        if sum(1 for _ in folder.iterdir()) < FEW:
            return
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        rows = {file: pq.read_metadata(file).num_rows for file in sorted(folder.glob("*.parquet"))}
        small = [file for file, count in rows.items() if count < SMALL]
        if len(small) < FEW:
            return
        summed = accumulate(rows[file] for file in small)
        small = [file for file, so_far in zip(small, summed, strict=True) if so_far <= TOGETHER]
        part = folder / f".{self._written:08d}.part"
        whole = pa.concat_tables([pq.read_table(file, schema=schema()) for file in small]).unify_dictionaries()
        # By id, so that whoever asks for one reads few row groups.
        ordered = whole.take(pc.sort_indices(whole["id"].cast(pa.string())))
        pq.write_table(ordered, part, compression="zstd", row_group_size=65_536)
        part.rename(folder / f"{self._written:08d}.parquet")
        for file in small:
            file.unlink()
        self._written += 1

    def clear(self) -> None:
        """Throw all away."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._written = 0

    def read(self, name: str, years: list[int] | None = None) -> dict[str, float | None]:
        """Report id to the value under a dotted id, of all reports or of some years; null where none is printed."""
        while True:
            files = sorted(self._folder.glob("year=*/*.parquet"))
            if years is not None:
                files = [file for file in files if int(file.parent.name.removeprefix("year=")) in years]
            if not files:
                return {}
            try:
                return _read(files, name)
            except FileNotFoundError:
                continue  # put together with others between listing and reading


def _read(files: list[Path], name: str) -> dict[str, float | None]:
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    chosen = ds.dataset(files, schema=schema()).to_table(
        columns=["report_id", "value", "written", "n"], filter=pc.field("id") == name
    )
    ordered = chosen.sort_by([("written", "ascending"), ("n", "ascending")])
    return dict(zip(ordered["report_id"].to_pylist(), ordered["value"].to_pylist(), strict=True))
