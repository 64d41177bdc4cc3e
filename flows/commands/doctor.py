"""`gongkai doctor`: is this installation fit to run, and how is mended what is not?"""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

EPILOG = """Examples:

gongkai doctor                                  before the first run, and after every change of the machine

gongkai doctor --store s3://bucket/prefix

gongkai doctor --json                           for a monitor; exit code 1 when something must be mended

It reads, and writes only a few small objects under state/probe/ that it takes away again. No portal is asked."""
SIGNS = {"good": "[green]good[/]", "advice": "[yellow]advice[/]", "broken": "[red]broken[/]", "not checked": "–"}


def doctor(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Check store, browser, Prefect, clock, disk, permissions, contact and configuration, and say how to mend each."""
    # Imported only now: the collector's packages may be what is missing.
    from flows.doctor.examine import examine
    from flows.prefect_home import quiet_prefect

    quiet_prefect("CRITICAL")
    checks = examine(store)
    broken = sum(check.state == "broken" for check in checks)
    if as_json:
        told = {"fit": not broken, "checks": [check._asdict() for check in checks]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        table = Table("Check", "State", "What was seen, and how to mend it", box=None, pad_edge=False)
        for check in checks:
            table.add_row(
                escape(check.name), SIGNS[check.state], escape(" ".join(filter(None, (check.seen, check.mend))))
            )
        console = Console()
        console.print(table)
        console.print(f"[red]{broken} must be mended[/]" if broken else "[green]fit to run[/]")
    if broken:
        raise typer.Exit(1)
