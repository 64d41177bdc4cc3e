"""`gongkai reparse`: read the archive anew with the parser of today, and say what moved."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from flows.engines import engine_of
from flows.moved import COLUMNS, Moved, Reread
from flows.opening import existing_archive
from flows.reparse import reparse
from flows.settings import Settings
from flows.tables import verdict_text
from model.errors import BadQuery
from storage.catalogue import find_reports

EPILOG = """Examples:

gongkai reparse                              everything that today's parser has not read yet, on all cores

gongkai reparse 天津 2022                    only these reports

gongkai reparse --engine dask://10.0.0.5:8786      on the workers of a Dask cluster

It needs no network but the store, and goes on where it was stopped. A verdict that has become worse is an event."""

MOST_NAMED = 20


def reparse_archive(
    words: Annotated[
        list[str] | None, typer.Argument(help="Parts of a name, a year, a region; all must fit. None: everything")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    engine: Annotated[str, typer.Option(help="processes, or dask://host:port of a scheduler")] = "processes",
    jobs: Annotated[int | None, typer.Option(help="Processes; none: as many as there are cores", min=1)] = None,
    against: Annotated[
        str | None, typer.Option(help="Digest of the parser to compare with; none: that which recorded the version")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Run today's parser over the archive and print what moved: verdicts better and worse, cells changed."""
    settings = Settings()
    address = store or settings.store
    archive = existing_archive(address, settings)
    chosen = None
    if words:
        chosen = [row.report_id for row in find_reports(archive, words, settings.storage)]
        if not chosen:
            raise BadQuery(f"no report answers {' '.join(words)}; `gongkai list` shows those that there are")
    run = engine_of(engine, jobs)
    bar = TextColumn("reading anew"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    # No thread of its own: workers are forked while it runs.
    with Progress(*bar, console=Console(stderr=True), auto_refresh=False, transient=True) as progress:
        task = progress.add_task("", total=None)

        def on_read() -> None:
            progress.update(task, advance=1, refresh=True)

        result = reparse(
            archive,
            address,
            settings.storage,
            datetime.now(UTC),
            run,
            report_ids=chosen,
            against=against,
            on_begin=lambda total: progress.update(task, total=total),
            on_read=on_read,
        )
    if as_json:
        sys.stdout.write(json.dumps(result.told(), ensure_ascii=False) + "\n")
    else:
        _draw(result)
    if result.failed:
        raise typer.Exit(1)


def _draw(result: Reread) -> None:
    console = Console()
    if not result.documents:
        console.print("nothing to do: today's parser has read all of these documents")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("form", "portal", *COLUMNS):
        table.add_column(name, justify="left" if name in ("form", "portal") else "right")
    for (form, portal), counts in sorted(result.by.items()):
        table.add_row(form, portal, *(str(counts[name]) for name in COLUMNS))
    console.print(table)
    for name, moves in (("worse", result.worse), ("better", result.better)):
        if moves:
            console.print(_moves(name, moves))
    compared = f", {result.compared} pairs of years compared" if result.compared else ""
    console.print(f"{result.read} documents read, {len(result.packs)} packs written{compared}")
    for fault in result.failed:
        console.print(f"not read: {fault}", style="red")


def _moves(name: str, moves: list[Moved]) -> Table:
    more = f", the first {MOST_NAMED}" if len(moves) > MOST_NAMED else ""
    table = Table(box=box.SIMPLE_HEAD, title=f"{name} than before: {len(moves)}{more}", title_justify="left")
    for column in ("agency", "year", "version", "before", "now", "cells"):
        table.add_column(column, justify="right" if column in ("year", "version", "cells") else "left")
    for moved in moves[:MOST_NAMED]:
        told = (moved.agency, str(moved.report_year), str(moved.n))
        table.add_row(*told, verdict_text(moved.before), verdict_text(moved.after), str(moved.cells))
    return table
