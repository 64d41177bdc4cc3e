"""`gongkai diff`: what changed between two versions of a report."""

import difflib
import json
import sys
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.compare import changed_cells
from flows.finding import the_report
from flows.opening import existing_archive
from flows.record import value_labels
from flows.settings import Settings
from flows.understand import contents, understand
from model.document import VersionRecord
from model.errors import BadQuery
from parsers import text_of
from storage.archive import Archive

EPILOG = """Examples:

gongkai diff 青禾 财政 2019            the newest version against the one before

gongkai diff 青禾 财政 2019 --from 1 --to 3 --json"""


def diff(
    words: Annotated[list[str], typer.Argument(help="What tells the report: parts of its name, the year")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    older: Annotated[
        int | None, typer.Option("--from", help="Older version; none: the one before the newer", min=1)
    ] = None,
    newer: Annotated[int | None, typer.Option("--to", help="Newer version; none: the newest", min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Show which cells and which lines of text differ between two versions."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    report = the_report(archive, words, settings)
    chain = archive.versions(report.report_id)
    to = newer or len(chain)
    since = older or to - 1
    if not (1 <= since < to <= len(chain)):
        raise BadQuery(
            f"{report.agency_name} {report.report_year} has {len(chain)} version(s); "
            + ("nothing to compare yet" if len(chain) < 2 else "choose two of them with --from and --to")
        )
    old, new = chain[since - 1], chain[to - 1]
    told = difference(archive, old, new)
    if as_json:
        sys.stdout.write(json.dumps({"report_id": report.report_id, **told}, ensure_ascii=False) + "\n")
        return
    _draw(f"{report.agency_name} {report.report_year}: version {old.n} → {new.n} ({new.reason})", told)


def difference(archive: Archive, old: VersionRecord, new: VersionRecord) -> dict[str, Any]:
    """Cells and lines that differ, both read by the parser of today."""
    before, after = understand(archive, old.manifest), understand(archive, new.manifest)
    cells = changed_cells(before["values"], after["values"], value_labels())
    left, right = (text_of(contents(archive, version.manifest)).splitlines() for version in (old, new))
    text = [line for line in difflib.ndiff(left, right) if line[:2] in ("- ", "+ ")]
    return {
        "from": old.n,
        "to": new.n,
        "reason": new.reason.value,
        "cells": [cell.as_detail() for cell in cells],
        "text": text,
    }


def _draw(heading: str, told: dict[str, Any]) -> None:
    console = Console()
    console.print(Text(heading, style="bold"))
    if told["cells"]:
        table = Table(box=box.SIMPLE_HEAD)
        for name in ("value", "from", "to", "id"):
            table.add_column(name, justify="right" if name in ("from", "to") else "left")
        for cell in told["cells"]:
            table.add_row(cell["label"], _shown(cell["from"]), _shown(cell["to"]), cell["id"])
        console.print(table)
    for line in told["text"]:
        console.print(Text(line, style="red" if line.startswith("-") else "green"))
    if not told["cells"] and not told["text"]:
        console.print("figures and text are the same")


def _shown(value: float | None) -> str:
    return "·" if value is None else f"{value:,}"
