"""Bringing a release, or a part of it, and the originals behind it to a folder: resumable, and every file verified."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from mimetypes import guess_extension
from pathlib import Path
from typing import Any

from model.errors import BadQuery, DigestMismatch, StorageUnavailable
from storage.objects import checked_key
from storage.raw import raw_key
from storage.releases.checksums import MARKER, SUMS, digest_of
from storage.releases.formats import write_csv
from storage.releases.release import Before, Step
from storage.releases.sheets import write_xlsx
from storage.releases.sources import RELEASES, Source, sums
from storage.releases.tables import tables

TRIES = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part of a release. Empty: everything. `regions`: beginnings of division codes, as 12 or 120100."""

    years: frozenset[int] = frozenset()
    regions: tuple[str, ...] = ()
    names: frozenset[str] = field(default_factory=lambda: frozenset(tables()))


def release_before(source: Source, version: str | None, folder: Path, step: Step) -> Before | None:
    """The Parquet files of a release that a delta needs; None when there is no release yet."""
    known = source.releases()
    if version is not None and version not in known:
        raise BadQuery(f"{source.describe()} has no release {version}; it has {', '.join(known) or 'none'}")
    chosen = version or (known[-1] if known else None)
    if chosen is None:
        return None
    fetch_release(source, chosen, folder, lambda p: p.startswith(("parquet/reports.", "parquet/values/")), step)
    return Before(chosen, folder)


def fetch_release(source: Source, version: str, folder: Path, wanted: Callable[[str], bool], step: Step) -> list[str]:
    """Bring the wanted files of a release, and verify each; those that are there and right are left. Their paths.

    DigestMismatch when a file is not what the release promised, even when it is asked for anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    prefix = f"{RELEASES}{version}/"
    marker = folder / MARKER
    _tried(source, prefix + MARKER, marker)
    _tried(source, prefix + SUMS, folder / SUMS)
    promised = json.loads(marker.read_bytes())["sums"]
    if digest_of(folder / SUMS) != promised:
        raise DigestMismatch(f"{SUMS} of release {version} at {source.describe()} is not the one it was released with")
    files = [(path, digest) for path, digest in sums((folder / SUMS).read_bytes()) if wanted(path)]
    for done, (path, digest) in enumerate(files, 1):
        _verified(source, prefix + checked_key(path), folder / path, digest)
        step("files", done, len(files))
    return [path for path, _ in files]


def _verified(source: Source, key: str, to: Path, digest: str) -> None:
    if to.exists() and digest_of(to) == digest:
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        _tried(source, key, to)
        if digest_of(to) == digest:
            return
        to.unlink()
    raise DigestMismatch(f"{key} at {source.describe()} is not what its release promised; tell who runs it")


def _tried(source: Source, key: str, to: Path) -> None:
    """Fetch, and go on where it broke off, a few times."""
    for _ in range(TRIES - 1):
        with suppress(StorageUnavailable):
            source.fetch(key, to)
            return
    source.fetch(key, to)


def files_of(wanted: Wanted) -> Callable[[str], bool]:
    """Which Parquet files hold what is wanted; `reports` always, since it says which report is of which region."""

    def holds(path: str) -> bool:
        kind, _, rest = path.partition("/")
        if kind != "parquet":
            return False
        name, _, file = rest.partition("/")
        table = name.removesuffix(".parquet")
        if table not in wanted.names and table != "reports":
            return False
        return not wanted.years or not file or int(file.partition("-")[0]) in wanted.years

    return holds


def select(folder: Path, to: Path, wanted: Wanted, kind: str, step: Step) -> dict[str, int]:
    """Write the wanted rows of each table as one file, `<table>.parquet`, `.csv` or `.xlsx`; rows by table."""
    import pyarrow.parquet as pq

    reports = frozenset(_reports(folder, wanted))
    counts = {}
    names = [name for name in tables() if name in wanted.names]
    for done, name in enumerate(names, 1):
        files = sorted((folder / "parquet" / name).glob("*.parquet")) or [folder / "parquet" / f"{name}.parquet"]
        target = to / f"{name}.parquet"
        rows = 0
        with pq.ParquetWriter(target, tables()[name].arrow(), compression="zstd") as out:
            for path in (path for path in files if path.exists()):
                for batch in pq.ParquetFile(path).iter_batches():
                    kept = batch.filter(_mask(batch, name, reports, wanted))
                    rows += kept.num_rows
                    out.write_batch(kept)
        if kind == "csv":
            with (to / f"{name}.csv").open("wb") as csv:
                write_csv(target, csv)
        elif kind == "xlsx":
            write_xlsx(target, to / f"{name}.xlsx")
        if kind != "parquet":
            target.unlink()
        counts[name] = rows
        step("tables", done, len(names))
    return counts


def _reports(folder: Path, wanted: Wanted) -> Iterator[str]:
    import pyarrow.parquet as pq

    columns = ["report_id", "region", "report_year"]
    for batch in pq.ParquetFile(folder / "parquet" / "reports.parquet").iter_batches(columns=columns):
        for row in batch.to_pylist():
            if wanted.years and row["report_year"] not in wanted.years:
                continue
            if not wanted.regions or (row["region"] or "").startswith(wanted.regions):
                yield row["report_id"]


def _mask(batch: Any, name: str, reports: frozenset[str], wanted: Wanted) -> Any:
    import pyarrow as pa

    if "report_id" not in tables()[name].columns or not (wanted.years or wanted.regions):
        return pa.array([True] * batch.num_rows)
    return pa.array([report in reports for report in batch.column("report_id").to_pylist()], type=pa.bool_())


def fetch_originals(source: Source, folder: Path, to: Path, wanted: Wanted, step: Step) -> int:
    """The documents behind the wanted reports, as `raw/<report id>/<version>/<part>…`; how many files were brought.

    A payload is written as it was received, its content coding with it; each is verified by its digest.
    """
    import pyarrow.parquet as pq

    reports = frozenset(_reports(folder, wanted))
    columns = ["report_id", "version", "sha256", "media_types"]
    rows = pq.read_table(folder / "parquet" / "versions.parquet", columns=columns).to_pylist()
    chosen = [row for row in rows if row["report_id"] in reports]
    brought = 0
    for done, row in enumerate(chosen, 1):
        place = to / "raw" / row["report_id"] / str(row["version"])
        place.mkdir(parents=True, exist_ok=True)
        digests: Sequence[str] = row["sha256"].split(",")
        for number, (sha256, media) in enumerate(zip(digests, row["media_types"].split(","), strict=True), 1):
            target = place / f"{number}{guess_extension(media) or '.bin'}"
            if not target.exists() or digest_of(target) != sha256:
                _original(source, sha256, target)
                brought += 1
        step("originals", done, len(chosen))
    return brought


def _original(source: Source, sha256: str, target: Path) -> None:
    packed = target.with_name(target.name + ".gz")
    _tried(source, raw_key(sha256), packed)
    try:
        payload = gzip.decompress(packed.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DigestMismatch(f"{raw_key(sha256)} at {source.describe()} can't be unpacked ({error})") from error
    finally:
        packed.unlink()
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise DigestMismatch(f"{raw_key(sha256)} at {source.describe()} holds other bytes than its name says")
    target.write_bytes(payload)
