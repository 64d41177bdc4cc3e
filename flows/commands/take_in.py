"""`gongkai import warc`: the annual reports in other people's web archives."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from flows.opening import writable_archive
from flows.settings import Settings
from flows.take_in import TakenIn, take_in
from model.errors import BadQuery
from spiders.portal_files import load_portals

EPILOG = """Examples:

gongkai import warc crawl-2021.warc.gz

gongkai import warc reports.wacz --portal tianjin-rsj

Each report is kept as it was received, with the time, headers and record id of the archive it comes from. Nothing is
told as new: an older document becomes a version in its place in time. Records of hosts that no portal is read from are
counted and passed over; write a portal file for them first."""

app = typer.Typer(help="Take in web archives of others.", no_args_is_help=True)


@app.callback()
def imports() -> None:
    """Take in web archives of others."""


@app.command(epilog=EPILOG)
def warc(
    files: Annotated[list[Path], typer.Argument(help="WARC (.warc, .warc.gz) or WACZ files")],
    portal: Annotated[str | None, typer.Option(help="Only what stands on the hosts of this portal")] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file")] = False,
) -> None:
    """Import the annual reports of WARC or WACZ files, with provenance, publishing nothing as new."""
    settings = Settings()
    if missing := [str(file) for file in files if not file.is_file()]:
        raise BadQuery(f"there is no file {', '.join(missing)}")
    portals = load_portals(settings.portals)
    if portal is not None and portal not in portals:
        raise BadQuery(f"no portal {portal}; `gongkai portals` lists the {len(portals)} that there are")
    archive = writable_archive(store or settings.store, settings)
    for file in files:
        columns = SpinnerColumn(), TextColumn("{task.description} {task.completed} answers")
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(file.name, total=None)
            result = take_in(
                archive,
                file,
                portals,
                portal=portal,
                on_answer=lambda p=progress, t=task: p.advance(t),  # type: ignore[misc]
            )
        _tell(result, as_json)


def _tell(result: TakenIn, as_json: bool) -> None:
    if as_json:
        told = {**asdict(result), "documents": [d.model_dump(mode="json") for d in result.documents]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    console = Console()
    if result.already:
        console.print(f"{result.file}: taken in before, nothing changed")
        return
    what = {name: sum(d.what == name for d in result.documents) for name in ("new", "changed", "repeated")}
    counted = ", ".join(f"{n} {name}" for name, n in what.items() if n) or "none of them a version"
    console.print(f"{result.file}: {result.answers} answers, {result.reports} annual reports ({counted})")
    for why, n in result.passed.most_common():
        if n:
            console.print(f"  passed over: {n} ({why})", style="dim")
    for problem in result.problems:
        console.print(f"  {problem}", style="yellow")
