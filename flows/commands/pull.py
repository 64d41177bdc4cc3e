"""`gongkai pull`: a release, or a part of it, from a folder, a bucket or the web."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from flows.settings import Settings
from model.errors import BadQuery
from storage.objects import open_store
from storage.releases import Step
from storage.releases.pulling import Wanted, fetch_originals, fetch_release, files_of, select
from storage.releases.sources import Source, StoreSource, WebSource
from storage.releases.tables import tables

EPILOG = """Examples:

gongkai pull --from https://reports.example.org --year 2022 --region 12 --to ./tianjin-2022

gongkai pull --from s3://reports --to ./all                              everything, as Parquet

gongkai pull --from ./archive --year 2024 --table values --format csv --to ./values-2024

gongkai pull --from ./archive --year 2024 --region 12 --format xlsx --to ./sheets          for a spreadsheet

gongkai pull --from ./archive --year 2022 --region 12 --raw --to ./t     the originals too

gongkai pull --from ./archive --list                                     which releases there are

No account is needed. What was brought already is not brought again, a broken transfer goes on, and each file is checked
against the checksums of its release. A bucket that is open to all is read with GONGKAI_S3_ANONYMOUS=true."""

KEPT = ".gongkai-pull"
Kind = Literal["parquet", "csv", "xlsx", "files"]


def pull(
    source: Annotated[
        str | None, typer.Option("--from", help="A folder, s3://bucket/prefix or https://…", show_default="the archive")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder to write into")] = None,
    release: Annotated[str | None, typer.Option(help="Which release; none: the newest")] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only this report year; may be repeated")] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Only agencies whose division code begins so, as 12; may be repeated")
    ] = None,
    table: Annotated[list[str] | None, typer.Option(help="Only this table; may be repeated")] = None,
    kind: Annotated[
        Kind, typer.Option("--format", help="parquet, csv or xlsx: a file for each table; files: the release as it is")
    ] = "parquet",
    raw: Annotated[bool, typer.Option("--raw", help="Bring the originals of these reports too")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="Only say which releases there are")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Bring a release, or a part of it, to a folder: resumable and verified."""
    settings = Settings()
    origin = _source(source or settings.store, settings)
    if list_them:
        known = origin.releases()
        sys.stdout.write(json.dumps({"releases": known}) + "\n" if as_json else "".join(f"{v}\n" for v in known))
        return
    if to is None:
        raise BadQuery("say where to write: --to FOLDER")
    if unknown := set(table or ()) - set(tables()):
        raise BadQuery(f"there is no table {', '.join(sorted(unknown))}; there are {', '.join(tables())}")
    if kind == "files" and (year or region or table):
        raise BadQuery("--format files brings a release as it is; leave --year, --region and --table out")
    wanted = Wanted(frozenset(year or ()), tuple(region or ()), frozenset(table or tables()))
    version = _version(origin, release)
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("pull", total=None)

        def step(what: str, done: int, total: int | None) -> None:
            progress.update(task, description=what, completed=done, total=total)

        if kind == "files":
            brought = fetch_release(origin, version, to, lambda _: True, step)
            told: dict[str, object] = {"release": version, "files": len(brought)}
        else:
            told = _part(origin, version, to, wanted, kind, step, raw=raw)
        if raw:
            folder = to if kind == "files" else to / KEPT / version
            told |= {"originals": fetch_originals(origin, folder, to, wanted, step)}
    _tell(told, to, as_json=as_json)


def _part(
    origin: Source, version: str, to: Path, wanted: Wanted, kind: str, step: Step, *, raw: bool
) -> dict[str, object]:
    """The wanted rows, a file for each table; what was brought stays beside them for the next time."""
    brought = to / KEPT / version
    files = files_of(wanted if not raw else replace(wanted, names=wanted.names | {"versions"}))
    fetch_release(origin, version, brought, files, step)
    rows = select(brought, to, wanted, kind, step)
    told: dict[str, object] = {
        "release": version,
        "from": origin.describe(),
        "years": sorted(wanted.years),
        "regions": list(wanted.regions),
        "rows": rows,
    }
    (to / "selection.json").write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return told


def _source(address: str, settings: Settings) -> Source:
    if address.startswith(("http://", "https://")):
        return WebSource(address)
    return StoreSource(open_store(address, settings=settings.storage))


def _version(origin: Source, release: str | None) -> str:
    """The release that is meant. One that was named need not be in a list, which not every web server has."""
    if release is not None:
        return release
    if not (known := origin.releases()):
        raise BadQuery(f"{origin.describe()} has no release yet; gongkai release makes one")
    return known[-1]


def _tell(told: dict[str, object], to: Path, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    console = Console()
    if isinstance(rows := told.get("rows"), dict):
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("table")
        table.add_column("rows", justify="right")
        for name, n in rows.items():
            table.add_row(name, f"{n:,}")
        console.print(table)
    if "files" in told:
        console.print(f"{told['files']} files, each as its release promised")
    if "originals" in told:
        console.print(f"{told['originals']} originals brought; they lie in {to}/raw")
    console.print(f"release {told['release']} is in {to}")
