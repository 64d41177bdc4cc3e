"""Making a release: all tables of an archive as they stand, in a folder, and from there into the store."""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as version_of
from pathlib import Path

from model.canonical import canonical_json
from model.capture import Capture
from model.errors import BadQuery
from storage.archive import Archive
from storage.ledger import LEDGER, read_lines
from storage.objects import ObjectStore, checked_segment
from storage.releases.browsing import write_sqlite
from storage.releases.checksums import MARKER, SUMS, all_files, write_sums
from storage.releases.delta import write_delta
from storage.releases.descriptors import MEDIA
from storage.releases.formats import write_texts
from storage.releases.package import Release, write_descriptions
from storage.releases.rows import capture_row, coverage_row, rows_of
from storage.releases.subjects import kept_parses, subjects
from storage.releases.writing import ParquetTables, parquet_files
from storage.restrictions import Withheld

PREFIX = "releases/"
Step = Callable[[str, int, int | None], None]
"""Told as the work goes: what is done now, how far it is, and of how much (None: not known)."""


@dataclass(frozen=True, slots=True)
class Before:
    """The release before: its version, and the folder with its Parquet files of reports and values."""

    version: str
    folder: Path


def write_release(
    archive: Archive,
    folder: Path,
    version: str,
    day: date,
    *,
    parser: str | None = None,
    before: Before | None = None,
    workers: int = 1,
    step: Step = lambda *_: None,
) -> Release:
    """Write every file of a release into an empty folder.

    `parser`: digest of the parser whose kept parses are preferred. The same archive, parser and packages give the same
    Parquet, CSV and JSON Lines.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadQuery(f"{folder} is not empty; name a new folder")
    latest, rows = _write_parquet(archive, folder, parser, step)
    files = [(str(folder), name, str(path)) for name, paths in parquet_files(folder).items() for path in paths]
    for done, _ in enumerate(_map(files, workers), 1):
        step("CSV and JSON Lines", done, len(files))
    step("SQLite", 0, None)
    write_sqlite(folder)
    delta: Counter[str] = Counter()
    if before is not None:
        step("what has changed", 0, None)
        delta = write_delta(folder, before.folder)
    step("descriptions", 0, None)
    write_descriptions(folder, version, day, rows, delta)
    release = Release(
        version=version,
        day=day,
        archive_at=latest,
        parser=parser,
        software=f"gongkai/{version_of('gongkai')}",
        before=before.version if before else None,
        rows=rows,
        delta=dict(delta),
        sums=write_sums(folder),
    )
    (folder / MARKER).write_bytes(canonical_json(release) + b"\n")
    return release


def publish(store: ObjectStore, folder: Path, version: str, step: Step = lambda *_: None) -> None:
    """Put the files of a release into the store, each once, and last the one that makes it whole."""
    prefix = f"{PREFIX}{checked_segment(version)}/"
    files = [*all_files(folder), folder / SUMS, folder / MARKER]
    for done, path in enumerate(files, 1):
        key = prefix + path.relative_to(folder).as_posix()
        if not store.create(key, path.read_bytes(), content_type=MEDIA.get(path.suffix)):
            raise BadQuery(
                f"{store.describe()} has {key} already; a release is never written over: make another version"
            )
        step("into the store", done, len(files))


def next_version(store: ObjectStore, day: date) -> str:
    """`2026-11-24`, or `2026-11-24.2` when there is one of that day, whole or not."""
    n = 1
    while next(iter(store.list(f"{PREFIX}{_named(day, n)}/")), None) is not None:
        n += 1
    return _named(day, n)


def _named(day: date, n: int) -> str:
    return day.isoformat() if n == 1 else f"{day.isoformat()}.{n}"


def _write_parquet(archive: Archive, folder: Path, parser: str | None, step: Step) -> tuple[str | None, dict[str, int]]:
    withheld = archive.withheld()
    latest = None
    with ParquetTables(folder) as out:
        with kept_parses(archive, parser) as parse_of:
            for done, subject in enumerate(subjects(archive, parse_of, withheld), 1):
                for table, rows in rows_of(subject):
                    out.add(table, subject.newest.report_year, rows)
                latest = max(filter(None, (latest, *(v.captured_at.isoformat() for v in subject.chain))))
                if done % 50 == 0:
                    step("reports", done, None)
        for n, capture in enumerate(_captures(archive, withheld), 1):
            out.add("captures", None, [capture_row(capture)])
            if n % 1000 == 0:
                step("captures", n, None)
        for portal, runs in sorted(archive.covered_runs().items()):
            for run in runs:
                out.add("coverage", None, [coverage_row(archive.coverage(portal, run))])
        counts = out.rows()
    return latest, counts


def _captures(archive: Archive, withheld: Withheld) -> Iterator[Capture]:
    for key in archive.store.list("captures/"):
        if key.endswith(LEDGER):
            found = (line.record for line in read_lines(archive.store, key))
            yield from (c for c in found if isinstance(c, Capture) and not withheld.hides_capture(c))


def _map(files: list[tuple[str, str, str]], workers: int) -> Iterator[None]:
    if workers == 1:
        yield from map(write_texts, files)
        return
    # Started anew, not forked: the parent may have threads.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(write_texts, files)
