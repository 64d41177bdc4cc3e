"""`gongkai restrict`: withhold a report after a lawful take-down or a privacy request, on the record."""

import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from flows.opening import existing_archive
from flows.settings import Settings
from model.errors import BadQuery
from storage.archive import Archive
from storage.catalogue import ReportRow, find_reports
from storage.restrictions import Restriction

EPILOG = """Examples:

gongkai restrict 青禾 财政 2019 --reason "court order 2026-12"         the whole report

gongkai restrict 青禾 财政 2019 --version 1 --reason "names a private person; corrected by the agency"

gongkai restrict 青禾 财政 2019 --lift --reason "order set aside"      undone by another record

gongkai restrict --list                                               every decision, with who, when and why

Withheld means: not in list, show, diff, exports, feeds and web, which answer "restricted" with the reason; so the
reason must not repeat what is withheld. Nothing is deleted, and the decisions themselves stay on record."""


def restrict(
    words: Annotated[
        list[str] | None, typer.Argument(help="What tells the report: parts of its name, the year, or its id")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why; told to whoever asks for the report")] = None,
    version: Annotated[int | None, typer.Option(help="Only this version; none: the report", min=1)] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Undo a restriction")] = False,
    every: Annotated[bool, typer.Option("--every", help="All reports that the words name, not one")] = False,
    by: Annotated[str | None, typer.Option(help="Who decided; none: this user")] = None,
    show_all: Annotated[bool, typer.Option("--list", help="Show every decision")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per decision")] = False,
) -> None:
    """Withhold a report or a version, with a reason; or undo that."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    if show_all:
        _tell(archive.restrictions(), as_json)
        return
    if not (reason and reason.strip()):
        raise BadQuery("a restriction needs its reason; add --reason")
    reports = _meant(archive, words or [], settings, every)
    for report in reports:
        _check(archive, report, version, lift)
    at, who = datetime.now(UTC), by or getpass.getuser()
    facts = {"restricted": not lift, "reason": reason.strip(), "by": who, "at": at}
    _tell([archive.add_restriction(report.report_id, version, **facts) for report in reports], as_json)  # type: ignore[arg-type]


def _meant(archive: Archive, words: list[str], settings: Settings, every: bool) -> list[ReportRow]:
    """The reports meant; BadQuery when there is none, or more than one without `--every`."""
    found = find_reports(archive, words, settings.storage, restricted=True) if words else []
    if not found:
        raise BadQuery(f"no report matches '{' '.join(words)}'; gongkai list shows what there is")
    if len(found) > 1 and not every:
        named = "; ".join(f"{row.agency_name} {row.report_year}" for row in found[:8])
        raise BadQuery(f"'{' '.join(words)}' matches {len(found)} reports: {named}; add a word, or --every to mean all")
    return found


def _check(archive: Archive, report: ReportRow, version: int | None, lift: bool) -> None:
    """BadQuery for a version that there is not, and for what changes nothing."""
    name = f"{report.agency_name} {report.report_year}" + (f", version {version}" if version else "")
    if version is not None and version > report.versions:
        raise BadQuery(f"{name}: there are only {report.versions} version(s)")
    standing = {record.version for record in archive.standing_restrictions(report.report_id)}
    if lift and version not in standing:
        raise BadQuery(f"{name} is not restricted; gongkai restrict --list shows what is")
    if not lift and version in standing:
        raise BadQuery(f"{name} is restricted already; gongkai restrict --list shows why")


def _tell(records: list[Restriction], as_json: bool) -> None:
    if as_json:
        for record in records:
            sys.stdout.write(json.dumps(record.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    console = Console()
    for record in records:
        what = "restricted" if record.restricted else "open again"
        which = f" version {record.version}" if record.version else ""
        line = f"{record.at:%Y-%m-%d %H:%M} {record.report_id}{which}: {what} by {record.by}: {record.reason}"
        console.print(line, soft_wrap=True, highlight=False)
    if not records:
        console.print("nothing was ever restricted")
