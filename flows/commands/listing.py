"""`gongkai list`: the reports of an archive."""

import json
import sys
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flows.opening import existing_archive
from flows.settings import Settings
from flows.tables import verdict_text
from flows.understand import understand
from storage.archive import Archive
from storage.catalogue import ReportRow, find_reports
from storage.restrictions import Withheld

EPILOG = """Examples:

gongkai list                      every report of ./archive

gongkai list 天津 2022            words that all must fit: name or short form, year, region code

gongkai list --json | wc -l       one JSON object per line"""


def list_reports(
    words: Annotated[
        list[str] | None, typer.Argument(help="Parts of a name, a year, a region code; all must fit")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """List reports with their versions and verdicts."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    found = find_reports(archive, words or [], settings.storage)
    withheld = archive.withheld()
    if as_json:
        for report in found:
            told = {**report.model_dump(mode="json"), "verdict": _verdict(archive, withheld, report)}
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("agency", "region", "year", "verdict", "versions", "report id"):
        table.add_column(name, justify="right" if name in ("year", "versions") else "left", no_wrap=name != "agency")
    for report in found:
        table.add_row(
            report.agency_name,
            report.region or "–",
            str(report.report_year),
            verdict_text(_verdict(archive, withheld, report)),
            str(report.versions),
            report.report_id,
        )
    Console().print(table)
    Console().print(f"{len(found)} reports")


def _verdict(archive: Archive, withheld: Withheld, report: ReportRow) -> str:
    """By the parser of today, of the newest version; `restricted` when that may not be shown."""
    if withheld.hides(report.report_id, report.newest):
        return "restricted"
    return str(understand(archive, archive.version(report.report_id, report.newest).manifest)["verdict"])
