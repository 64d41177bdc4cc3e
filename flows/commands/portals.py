"""`gongkai portals`: which portals there are, and whether their files are right."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flows.settings import Settings
from spiders.portal_files import load_portals

EPILOG = """Examples:

gongkai portals                     all portals that ship with gongkai

gongkai portals --folder mine/      check and list your own files

A new portal is one YAML file; CONTRIBUTING.md shows how to write one."""


def portals(
    folder: Annotated[Path | None, typer.Option(help="A folder of portal files instead of those that ship")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """List portals after checking their files."""
    found = load_portals(folder or Settings().portals)
    if as_json:
        for portal in found.values():
            sys.stdout.write(json.dumps(portal.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("portal", "title", "region", "family", "confirmed", "first address"):
        table.add_column(name)
    for name, portal in sorted(found.items()):
        table.add_row(
            name,
            portal.title,
            portal.region,
            portal.family or "by the page",
            "yes" if portal.confirmed else "[yellow]no[/]",
            str(portal.start_urls[0]),
        )
    Console().print(table)
