"""`gongkai release`: a dated, immutable dataset of all that an archive has."""

import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from flows.opening import existing_archive, writable_archive
from flows.settings import Settings
from model.errors import BadQuery
from parsers import parser_digest
from storage.archive import Archive
from storage.releases import Before, Release, next_version, publish, write_release
from storage.releases.pulling import release_before
from storage.releases.sources import StoreSource

EPILOG = """Examples:

gongkai release --to ./release-2026        into a folder, nothing into the archive

gongkai release                            releases/<today>/ of the archive itself, written once and never again

gongkai release --store s3://my-reports --workers 4

What is inside: values, checks, findings, claims, texts, versions, captures and coverage as Parquet, CSV and JSON
Lines, an SQLite file, a data dictionary, datapackage.json, RO-Crate, citation, licence, known problems, what has
changed since the release before, and checksums. Run gongkai reparse first, so that today's parser has read every
report."""


def release(
    to: Annotated[Path | None, typer.Option(help="Write into this new folder; none: into the archive")] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the release; none: today")] = None,
    before: Annotated[
        str | None, typer.Option(help="Release to compare with; none: the last one in the archive; 'none'")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that write CSV and JSON Lines", min=1)] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Write a dated dataset of all reports, with descriptions, checksums and what has changed."""
    settings = Settings()
    address = store or settings.store
    archive = existing_archive(address, settings)
    if to is None:
        archive = writable_archive(address, settings)
    elif to.exists() and any(to.iterdir()):
        raise BadQuery(f"{to} is not empty; name a new folder with --to")
    on = (day or datetime.now(UTC)).date()
    version = next_version(archive.store, on)
    with tempfile.TemporaryDirectory(prefix="gongkai-release-") as place:
        folder = to or Path(place) / version
        made = _make(archive, folder, version, on, before, Path(place), workers, publishing=to is None)
    if as_json:
        sys.stdout.write(made.model_dump_json() + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("table")
    table.add_column("rows", justify="right")
    for name, n in made.rows.items():
        table.add_row(name, f"{n:,}")
    console = Console()
    console.print(table)
    changed = ", ".join(f"{n:,} {kind}" for kind, n in sorted(made.delta.items()))
    if made.before is not None:
        console.print(f"against {made.before}: {changed or 'nothing has changed'}")
    where = f"{to}" if to else f"releases/{version}/ of {archive.store.describe()}"
    console.print(f"release {version} is in {where}")


def _make(
    archive: Archive,
    folder: Path,
    version: str,
    on: date,
    before: str | None,
    place: Path,
    workers: int,
    *,
    publishing: bool,
) -> Release:
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("release", total=None)

        def step(what: str, done: int, total: int | None) -> None:
            progress.update(task, description=what, completed=done, total=total)

        last: Before | None = None
        if before != "none":
            last = release_before(StoreSource(archive.store), before, place / "before", step)
        made = write_release(
            archive, folder, version, on, parser=parser_digest(), before=last, workers=workers, step=step
        )
        if publishing:
            publish(archive.store, folder, version, step)
    return made
