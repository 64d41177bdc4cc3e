"""The figures of all reports in Parquet, a folder a year: too many for the database, and read by columns.

`values/year=2022/<number>.parquet` with report_id, n, id, value, state, suspect. A report that is written again stands
there twice; the later file holds, and what the database's `reports` does not name as newest is out of date.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from model.document import VersionRecord

REPORTS_AT_ONCE = 1_000


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
            rows.append((v.report_id, v.n, name, number, state, name in suspect, self._written))
        self._held += 1
        if self._held >= REPORTS_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what is held; a file gets its name when it is whole."""
        if any(self._rows.values()):
            self._write()
        self._rows.clear()
        self._held = 0
        self._written += 1

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

    def clear(self) -> None:
        """Throw all away."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._written = 0

    def read(self, name: str, years: list[int] | None = None) -> dict[str, float | None]:
        """Report id to the value under a dotted id, of all reports or of some years; null where none is printed."""
        files = sorted(self._folder.glob("year=*/*.parquet"))
        if years is not None:
            files = [file for file in files if int(file.parent.name.removeprefix("year=")) in years]
        if not files:
            return {}
        import pyarrow.compute as pc
        import pyarrow.dataset as ds

        chosen = ds.dataset(files, schema=schema()).to_table(
            columns=["report_id", "value", "written", "n"], filter=pc.field("id") == name
        )
        ordered = chosen.sort_by([("written", "ascending"), ("n", "ascending")])
        return dict(zip(ordered["report_id"].to_pylist(), ordered["value"].to_pylist(), strict=True))
