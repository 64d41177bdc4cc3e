"""`gongkai review`: what a person has to look at, and what a person decided."""

import getpass
import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flows.finding import the_report
from flows.opening import existing_archive
from flows.review import Case, case_of, cases, decide
from flows.settings import Settings
from flows.tables import verdict_text
from model.errors import BadQuery
from model.findings import Adjudication

EPILOG = """Examples:

gongkai review                              reports that are flagged or refused, the worst first

gongkai review 青禾 财政 2021               one report: its suspect cells, what is printed, what would fit

gongkai review 青禾 财政 2021 --cell applications.total.total --as-printed --why "the scan says 219 too"

gongkai review 青禾 财政 2021 --cell applications.total.total --value 219 --why "misprint, the text says 219"

gongkai review 青禾 财政 2021 --accept --why "totals contradict in the source; asked the agency"

What is printed is never changed: a decision is a record beside it, with who, when and why. It holds for the document
that was looked at, whatever parser reads that, and falls when the agency publishes another."""


def review(
    words: Annotated[
        list[str] | None, typer.Argument(help="What tells the report; none: the list of what is open")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    cell: Annotated[str | None, typer.Option(help="The cell that is decided, by its dotted id")] = None,
    value: Annotated[float | None, typer.Option(help="What the source says or must have meant")] = None,
    as_printed: Annotated[bool, typer.Option("--as-printed", help="The figure stands so in the source")] = False,
    unreadable: Annotated[bool, typer.Option("--unreadable", help="Nobody can say what the cell says")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="The whole report was looked at and stands")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="An earlier decision no longer holds")] = False,
    why: Annotated[str | None, typer.Option(help="The reason, for whoever reads it later")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; none: this user")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List also what has been decided")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """List what is flagged or refused; show one report's doubts; record what a person decides of them."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    decisions = [
        name
        for name, given in (
            ("as_printed", as_printed or accept),
            ("value", value is not None),
            ("unreadable", unreadable),
            ("withdrawn", withdraw),
        )
        if given
    ]
    if not words:
        if decisions or cell:
            raise BadQuery("say of which report, for example: gongkai review 青禾 财政 2021 --cell … --value …")
        found = [case for case in cases(archive, settings) if everything or not case.closed]
        _list(found, as_json)
        return
    report = the_report(archive, words, settings)
    if decisions or why:
        if len(decisions) != 1 or not (why and why.strip()):
            raise BadQuery(
                "a decision is one of --value, --as-printed, --unreadable, --accept or --withdraw, with its --why"
            )
        if accept is (cell is not None) and not withdraw:
            raise BadQuery("--accept is for the whole report, the other decisions need a --cell")
        number = int(value) if value is not None and value.is_integer() else value
        decided = decide(
            archive,
            report.report_id,
            cell,
            decisions[0],
            number,
            why.strip(),
            by or getpass.getuser(),
            datetime.now(UTC),
        )
        if not as_json:
            Console().print(f"recorded as {decided.report_id} no. {decided.n}")
    _show(case_of(archive, report), archive.adjudications(report.report_id), as_json)


def _list(found: list[Case], as_json: bool) -> None:
    if as_json:
        for case in found:
            sys.stdout.write(json.dumps(case.summary(), ensure_ascii=False) + "\n")
        return
    console = Console()
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("agency", "year", "verdict", "suspect", "decided", "readers", "why"):
        table.add_column(name, justify="right" if name in ("year", "suspect", "decided", "readers") else "left")
    for case in found:
        told = (
            str(len(case.suspect)),
            str(len(case.decided)),
            str(len(case.errata) or "–"),
            ", ".join(case.reasons) or "–",
        )
        table.add_row(case.agency, str(case.report_year), verdict_text(case.verdict), *told)
    console.print(table)
    console.print(f"{len(found)} to look at; gongkai review AGENCY YEAR shows one")


def _show(case: Case, records: list[Adjudication], as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {**case.summary(), "cells": case.doubts()}
        told["errata"] = [erratum.model_dump(mode="json") for erratum in case.errata]
        told["adjudications"] = [
            {**record.model_dump(mode="json"), "holds": case.decided.get(record.cell) == record} for record in records
        ]
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    console = Console()
    console.print(f"[bold]{case.agency} {case.report_year}[/]  version {case.n}, ", verdict_text(case.verdict), sep="")
    for reason in case.reasons:
        console.print(f"  {reason}")
    for finding in case.findings:
        console.print(f"  [yellow]{finding}[/]")
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("cell", "label", "printed", "would fit", "reader says", "decided"):
        table.add_column(name, overflow="fold")
    for doubt in case.doubts():
        table.add_row(*(str(doubt[name]) if doubt[name] is not None else "–" for name in doubt))
    if table.row_count:
        console.print(table)
    for erratum in case.errata:
        who = f" ({erratum.contact})" if erratum.contact else ""
        read = f"read as {erratum.read_as}, should be {erratum.should_be}"
        console.print(f"a reader{who}, {erratum.at:%Y-%m-%d}: {erratum.cell} {read}. {erratum.why}", markup=False)
    for record in records:
        holds = case.decided.get(record.cell) == record
        what = record.cell or "the report"
        decision = record.decision if record.value is None else f"{record.decision} {record.value}"
        state = "holds" if holds else "no longer holds"
        console.print(f"no. {record.n}  {what}: {decision}, {state}; {record.by}, {record.at:%Y-%m-%d}: {record.why}")
