"""`gongkai withdrawn`: the ledger of reports that disappeared, with what became of each and the evidence."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from flows.opening import existing_archive
from flows.settings import Settings
from storage.withdrawals import Withdrawal, withdrawals

EPILOG = """Examples:

gongkai withdrawn                     confirmed withdrawals, and disappearances that are not confirmed yet

gongkai withdrawn --all               also those that came back

gongkai withdrawn --json              one JSON object per disappearance, with the captures that are the evidence

Withdrawn means: three checks over fourteen days found nothing, the list no longer names it, the host answered and did
not refuse us. The archive keeps every version: gongkai show."""

STYLE = {"withdrawn": "bold red", "disappeared": "yellow", "reappeared": "green"}


def withdrawn(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that came back")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """List the reports that disappeared from their portals, confirmed or not."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    withheld = archive.withheld()
    found = [
        one
        for one in withdrawals(archive)
        if (everything or one.state != "reappeared") and not withheld.hides(one.report_id, one.last_good_version)
    ]
    if as_json:
        for one in found:
            sys.stdout.write(json.dumps(one.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    console = Console()
    for one in found:
        _draw(console, one)
    console.print(f"{len(found)} report(s)" if found else "no report has disappeared")


def _draw(console: Console, one: Withdrawal) -> None:
    since = one.withdrawn_at or one.disappeared_at
    head = Text.assemble((one.state, STYLE[one.state]), f"  {since:%Y-%m-%d}  {one.title}")
    console.print(head, soft_wrap=True)
    answers = ", ".join(f"{check.at:%Y-%m-%d} {check.status or check.state}" for check in one.checks)
    last = f"last good version {one.last_good_version}" + (f", seen {one.last_ok:%Y-%m-%d}" if one.last_ok else "")
    back = f"; back {one.reappeared_at:%Y-%m-%d}" if one.reappeared_at else ""
    console.print(f"    {one.url}", soft_wrap=True, style="dim", highlight=False)
    console.print(f"    answers: {answers}; {last}{back}", soft_wrap=True, style="dim", highlight=False)
