"""`gongkai config`: what is set, and where."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.configuration import configuration

app = typer.Typer(
    no_args_is_help=True,
    help="Show the settings in force, and where each comes from.",
    epilog="""Examples:

gongkai config show                 what is set; secrets are masked

gongkai config show --all           the defaults too

gongkai config show --json

A setting is an environment variable, a line of .env, or a key of gongkai.toml (the file that GONGKAI_CONFIG names, else
the one in the working folder); the first of these wins. More: docs/running.md.""",
)


@app.callback()
def config() -> None:
    """Show the settings in force, and where each comes from."""


@app.command()
def show(
    everything: Annotated[bool, typer.Option("--all", help="Also what was left at its default")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="All settings as one JSON object")] = False,
) -> None:
    """Show each setting, its value and where it comes from. Secrets are masked."""
    found = configuration()
    if as_json:
        told = {s.name: {"value": s.value, "source": s.source, "key": s.key, "about": s.about} for s in found}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    table = Table("Setting", "Value", "From", "Meaning", box=None, pad_edge=False)
    for setting in found:
        if everything or setting.source != "default":
            value = "" if setting.value is None else escape(str(setting.value))
            table.add_row(setting.name, value, setting.source, escape(setting.about))
    console = Console()
    console.print(table if table.row_count else "nothing is set; every setting is at its default (--all shows them)")
