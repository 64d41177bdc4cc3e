"""Making a release: rows a second beside pandas, memory at several sizes, and DuckDB's time for the notebooks.

`GONGKAI_BENCH_RELEASE=10000,200000 python -m tests.bench releases` for those sizes; the default is small.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from infra.simulator.reports import Office, make_report, render
from model.document import VersionRecord
from parsers import Part, parse_document
from storage.archive import Archive
from storage.releases import write_release
from storage.releases.rows import rows_of
from storage.releases.subjects import Subject
from storage.releases.tables import tables
from storage.releases.writing import ParquetTables
from tests.benching import Comparison, Figures, Item
from tests.generated_store import Generated
from tests.storage_samples import a_version

SIZES = tuple(int(size) for size in os.environ.get("GONGKAI_BENCH_RELEASE", "500,2000").split(","))
SAMPLE = a_version("a", 1, b"page")
ROWS = 40_000
TILE = 20_000
QUESTIONS = {
    "refusals": "WITH counted AS (SELECT report_id, report_year,"
    " sum(value) FILTER (id LIKE 'applications.results.not_disclosed.%.total') AS refused,"
    " sum(value) FILTER (id = 'applications.total.total') AS decided, bool_or(suspect) AS doubtful"
    " FROM '{0}/parquet/values/*.parquet' WHERE scope = 'own' AND (id = 'applications.total.total' OR"
    " id LIKE 'applications.results.not_disclosed.%.total') GROUP BY ALL)"
    " SELECT report_year, sum(refused), sum(decided) FROM counted WHERE NOT doubtful GROUP BY 1",
    "late": "SELECT level, kind, count(*), count(*) FILTER (published_on > make_date(report_year + 1, 1, 31))"
    " FROM '{0}/parquet/**/reports*.parquet' GROUP BY ALL",
    "text and tables": "SELECT report_year, quantity, count(*) FILTER (NOT agrees) FROM '{0}/parquet/claims/*.parquet'"
    " GROUP BY ALL",
}


@cache
def template() -> dict[str, Any]:
    """The reading of one generated report of 2021's form."""
    content = render(make_report(7, Office(name="青禾市财政局"), 2024, "form2021"), "clean").content
    parsed: dict[str, Any] = parse_document([Part("page", content, "text/html")]).model_dump(mode="json")
    return parsed


def record(number: int) -> VersionRecord:
    year = 2021 + number % 5
    facts = {"report_id": f"b{number:07d}-{year}-own", "agency_id": f"b{number // 5:07d}", "report_year": year}
    told = {
        "agency_name": f"青禾市第{number // 5}局",
        "parser_digest": str(number),
        "published_on": date(year + 1, 1, 20),
    }
    return SAMPLE.model_copy(update={**facts, **told})


class GeneratedArchive(Archive):
    """Its parses are one reading with other figures."""

    def parsed(self, manifest_digest: str, parser_digest: str) -> dict[str, Any] | None:  # noqa: ARG002 - by protocol
        number = int(parser_digest)
        values = {name: (value or 0) + number % 7 for name, value in template()["values"].items()}
        return template() | {"values": values}


def measured(size: int, place: str) -> tuple[str, ...]:
    """In this process: seconds, reports and rows of values a second, peak MB, MB on disk; ms of DuckDB."""
    import duckdb

    store = Generated(Path(place) / "archive", record, size)
    template()
    folder = Path(place) / "release"
    begin = time.perf_counter()
    made = write_release(GeneratedArchive(store), folder, "1", date(2026, 11, 24))
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    answers = []
    for question in QUESTIONS.values():
        begin = time.perf_counter()
        assert duckdb.sql(question.format(folder)).fetchall(), "no answer"
        answers.append(f"{1000 * (time.perf_counter() - begin):.0f}")
    rate = f"{made.rows['values'] / seconds:,.0f}"
    return f"{size:,}", f"{seconds:.0f}", f"{size / seconds:,.0f}", rate, f"{peak:.0f}", f"{disk / 1e6:.0f}", *answers


def tiled(size: int, folder: Path) -> int:
    """Values, claims and reports of so many reports, tiled from one: only what the questions read. Rows in all."""
    import numpy
    import pyarrow as pa
    import pyarrow.parquet as pq

    v = record(0)
    subject = Subject((v,), v, template(), None, None, {})
    rows = {table: some for table, some in rows_of(subject) if table in ("values", "claims", "reports")}
    written = 0
    for first in range(0, size, TILE):
        ids = [f"b{number:07d}-own" for number in range(first, min(first + TILE, size))]
        years = numpy.arange(first, first + len(ids)) % 15 + 2011
        for name, some in rows.items():
            schema, each = tables()[name].arrow(), len(some)
            columns = []
            for field, column in zip(schema, zip(*some, strict=True), strict=True):
                if field.name == "report_id":
                    index = pa.array(numpy.repeat(numpy.arange(len(ids), dtype="int32"), each))
                    columns.append(pa.DictionaryArray.from_arrays(index, pa.array(ids)))
                elif field.name == "report_year":
                    columns.append(pa.array(numpy.repeat(years, each)))
                elif field.name == "value":
                    noise = numpy.repeat(numpy.arange(len(ids)) % 7, each)
                    columns.append(pa.array(numpy.tile([float(one or 0) for one in column], len(ids)) + noise))
                else:
                    one = pa.array(column, type=field.type).dictionary_encode()
                    at = one.indices.to_numpy(zero_copy_only=False)
                    index = pa.array(numpy.tile(at, len(ids)), type=pa.int32(), from_pandas=True)
                    columns.append(pa.DictionaryArray.from_arrays(index, one.dictionary))
            place = folder / "parquet" / name
            place.mkdir(parents=True, exist_ok=True)
            table = pa.Table.from_arrays(columns, names=schema.names)
            pq.write_table(table, place / f"{name}-{first:08d}.parquet", compression="zstd")
            written += table.num_rows
    return written


def asked(size: int) -> tuple[str, ...]:
    """Reports, million rows, GB on disk, and seconds of each answer."""
    import duckdb

    with tempfile.TemporaryDirectory() as place:
        rows = tiled(size, Path(place))
        disk = sum(file.stat().st_size for file in Path(place).rglob("*.parquet"))
        answers = []
        for question in QUESTIONS.values():
            begin = time.perf_counter()
            assert duckdb.sql(question.format(place)).fetchall(), "no answer"
            answers.append(f"{time.perf_counter() - begin:.1f}")
    return f"{size:,}", f"{rows / 1e6:.0f}", f"{disk / 1e9:.2f}", *answers


def bench() -> Iterator[Item]:
    import pandas

    subjects = [
        Subject((v := record(n),), v, GeneratedArchive(Generated(Path(), record)).parsed("", str(n)), None, None, {})
        for n in range(ROWS // len(template()["values"]))
    ]
    reports = [dict(rows_of(subject))["values"] for subject in subjects]
    rows = [row for report in reports for row in report]
    columns = list(tables()["values"].columns)
    with tempfile.TemporaryDirectory() as folder:

        def ours() -> None:
            with ParquetTables(Path(folder)) as out:
                for report in reports:
                    out.add("values", 2024, report)

        def theirs() -> None:
            pandas.DataFrame(rows, columns=columns).to_parquet(Path(folder) / "pandas.parquet", compression="zstd")

        yield Comparison(
            f"{len(rows):,} rows of values to Parquet", ours, theirs, against="pandas", goal=1.0, clock="cpu"
        )
    found = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            # A process of its own: the peak of memory is that of a process.
            code = f"from tests.bench_releases import measured; print(*measured({size}, {folder!r}), sep=';')"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            found.append(tuple(done.stdout.strip().split(";")))
    heads = ("reports", "s", "reports/s", "values/s", "peak MB", "on disk MB", *(f"{name} ms" for name in QUESTIONS))
    sizes = [int(size) for size in os.environ.get("GONGKAI_BENCH_DUCKDB", "20000").split(",")]
    told = ("reports", "million rows", "GB on disk", *(f"{name} s" for name in QUESTIONS))
    yield Figures("DuckDB answers the notebooks' questions", told, [asked(size) for size in sizes])
    yield Figures("a whole release in all formats, then DuckDB on it", heads, found)
