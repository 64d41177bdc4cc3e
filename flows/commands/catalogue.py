"""`gongkai catalogue`: the index for searching, brought up to date or built anew."""

import json
import sys
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from flows.opening import existing_archive
from flows.settings import Settings
from storage.catalogue import Catalogue

EPILOG = """Examples:

gongkai catalogue                  take in what runs have brought, and count what there is

gongkai catalogue --rebuild        throw it away and build it from the archive

Every command that searches brings it up to date by itself; it can be deleted at any time."""


def catalogue(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it anew from the archive")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Bring the index for searching up to date, or build it anew."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    index = Catalogue.of(archive, settings.storage)
    columns = TextColumn("reading records"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def on_record(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        taken = index.rebuild(on_record) if rebuild else index.refresh(on_record)
    counted = index.count()
    if as_json:
        sys.stdout.write(json.dumps({"taken": taken, **counted}) + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("what")
    table.add_column("rows", justify="right")
    for name, n in counted.items():
        table.add_row(name, f"{n:,}")
    Console().print(table)
    Console().print(f"{taken:,} records read; {index.where}")
