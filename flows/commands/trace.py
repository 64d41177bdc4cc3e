"""`gongkai trace`: a figure derived again from the archived bytes."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from flows.opening import existing_archive
from flows.settings import Settings
from flows.tracing import trace
from model.permalinks import read_id

EPILOG = """Examples:

gongkai trace 'a6kkx75b5mho5-2024-own@2#applications.total.total'

gongkai trace a6kkx75b5mho5-2024-own --json

Nothing is taken from memory: the bytes are hashed again, the capture is looked up in the ledger, and the parser of
today reads the document. Exit code: 0 when every step holds, 1 when one does not."""


def trace_figure(
    id: Annotated[str, typer.Argument(help="REPORT[@VERSION][#VALUE], or a permalink", metavar="ID")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Derive a figure again from the archived bytes, and show each step."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    steps, anew = trace(archive, read_id(id))
    if as_json:
        told = {"id": id, "steps": [step.model_dump() for step in steps], "verdict": anew["verdict"]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for step in steps:
            table.add_row("[green]✓[/]" if step.holds else "[red]✗[/]", step.what, step.found)
        Console().print(table)
    raise typer.Exit(0 if all(step.holds for step in steps) else 1)
