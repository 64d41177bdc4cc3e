"""`gongkai audit`: is everything in the archive still what it was?"""

import json
import re
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.text import Text

from flows.fixity import audit_archive
from flows.object_progress import ObjectProgress
from flows.opening import existing_archive
from flows.settings import Settings
from model.errors import BadQuery
from storage.audit import AuditResult
from storage.integrity import IntegrityFault

EPILOG = """Examples:

gongkai audit                                 read every object, check everything

gongkai audit --budget 2G                     a share each night: the next 2 GB, going round and round

gongkai audit --store s3://bucket/p --json    for programs

Exit code 1 when something is wrong. Each fault is told once as an event (integrity_failed), until it is mended: put the
object's copy from another archive (gongkai replicate) in its place, under the same key."""

MOST_SHOWN = 100
# 500, 500K, 2G, 1.5GB
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)b?", re.IGNORECASE)
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def audit(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    budget: Annotated[str | None, typer.Option(help="Bytes to read at most, as 500M or 2G; none: everything")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Read objects again and check digests, references, version numbers, manifests and the catalogue."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    size = size_of(budget) if budget is not None else None
    with ObjectProgress("auditing") as progress:
        # How many objects a share will be is not known before.
        begin = progress.begin if size is None else lambda _: progress.begin(None)
        now = datetime.now(UTC)
        result, told = audit_archive(archive, settings.storage, now, size, begin, progress.done)
    if as_json:
        sys.stdout.write(
            json.dumps({**_plain(result), "events": [event.id for event in told]}, ensure_ascii=False) + "\n"
        )
    else:
        _draw(result)
    if result.faults:
        raise typer.Exit(1)


def size_of(text: str) -> int:
    """Bytes of 500K, 2G, …; BadQuery for anything else."""
    found = SIZE.fullmatch(text.strip())
    if found is None or float(found[1]) <= 0:
        raise BadQuery(f"'{text}' is no number of bytes; write it as 500M or 2G")
    return int(float(found[1]) * UNITS[found[2].lower()])


def print_faults(console: Console, faults: list[IntegrityFault]) -> None:
    """Faults for people, one a line and keys unbroken, so that they can be copied; as many as can be read."""
    for fault in faults[:MOST_SHOWN]:
        line = Text.assemble((f"  {fault.kind:<10}", "bold red"), f"{fault.key}: {fault.what}")
        console.print(line, soft_wrap=True)
    if len(faults) > MOST_SHOWN:
        console.print(f"  and {len(faults) - MOST_SHOWN} more: --json tells all")
    console.print(f"[bold red]{len(faults)} fault(s)[/]")


def _plain(result: AuditResult) -> dict[str, object]:
    return {
        "whole": result.whole,
        "objects": result.objects,
        "read": result.read,
        "bytes": result.size,
        "unsealed": result.unsealed,
        "unreferenced": result.unreferenced,
        "faults": [fault.model_dump() for fault in result.faults],
    }


def _draw(result: AuditResult) -> None:
    console = Console()
    share = "all" if result.whole else f"a share of {result.objects:,}"
    console.print(f"{result.read:,} objects read ({share}), {decimal(result.size)}")
    if result.unsealed:
        console.print(f"{result.unsealed:,} objects are not in a manifest yet: gongkai seal", style="dim")
    # A version that is damaged or missing leaves its parse alone: the faults say what is wrong.
    if result.unreferenced and not result.faults:
        console.print(f"{len(result.unreferenced):,} parses belong to no version: harmless leftovers", style="dim")
    if result.faults:
        print_faults(console, result.faults)
    else:
        console.print("[green]nothing is wrong[/]")
