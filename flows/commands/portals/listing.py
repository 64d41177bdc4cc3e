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
    console = Console()
    wide = console.width >= 120
    for name in ("portal", "region", "level", "family"):
        table.add_column(name, no_wrap=True)
    table.add_column("title", overflow="fold")
    table.add_column("first address" if wide else "host", no_wrap=not wide, overflow="fold")
    for name, portal in found.items():
        table.add_row(
            f"{name} [green]✓[/]" if portal.confirmed else name,
            portal.region,
            portal.level or "–",
            portal.family or "–",
            portal.title.removesuffix(" 政府信息公开年报"),
            str(portal.start_urls[0]) if wide else portal.start_urls[0].host,
        )
    console.print(table)
    levels = Counter(portal.level or "unknown" for portal in found.values())
    told = ", ".join(f"{number} {name}" for name, number in levels.most_common())
    unconfirmed = sum(not portal.confirmed for portal in found.values())
    console.print(
        f"{len(found)} portals{f' ({told})' if told else ''}; {unconfirmed} not confirmed (✓) by a person yet"
    )
