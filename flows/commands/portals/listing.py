"""`gongkai portals`: the list."""

import json
import sys
from collections import Counter
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from flows.commands.portals.choosing import FamilyOption, Folder, Level, Region, chosen


def portals(
    context: typer.Context,
    folder: Folder = None,
    region: Region = None,
    level: Level = None,
    family: FamilyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """List portals after checking their files; the commands below look at them closer."""
    if context.invoked_subcommand is not None:
        return
    found = chosen(folder, (), region, level, family)
    if as_json:
        for portal in found.values():
            sys.stdout.write(json.dumps(portal.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    table = Table(box=box.SIMPLE_HEAD)
    # One line each, however narrow the terminal; whole addresses stand in --json.
    for name, least in (("portal", 12), ("region", 6), ("level", 6), ("family", 6), ("seen", 4), ("title", 12)):
        table.add_column(name, no_wrap=True, min_width=least)
    table.add_column("first address", no_wrap=True, min_width=8)
    for name, portal in found.items():
        table.add_row(
            name,
            portal.region,
            portal.level or "–",
            portal.family or "–",
            "yes" if portal.confirmed else "[yellow]no[/]",
            portal.title.removesuffix(" 政府信息公开年报"),
            str(portal.start_urls[0]),
        )
    console = Console()
    console.print(table)
    levels = Counter(portal.level or "unknown" for portal in found.values())
    told = ", ".join(f"{number} {name}" for name, number in levels.most_common())
    unconfirmed = sum(not portal.confirmed for portal in found.values())
    console.print(f"{len(found)} portals{f' ({told})' if told else ''}; {unconfirmed} not confirmed by a person yet")
