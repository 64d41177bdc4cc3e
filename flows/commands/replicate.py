"""`gongkai replicate`: keep a second archive equal to the first."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal

from flows.commands.audit import print_faults
from flows.object_progress import ObjectProgress
from flows.opening import existing_archive, open_archive
from flows.settings import Settings
from model.errors import BadQuery
from storage.replicate import replicate as copy_archive

EPILOG = """Examples:

gongkai replicate --to /mnt/backup/archive                      what the copy lacks

gongkai replicate --store s3://bucket/p --to s3://other/p       between buckets

gongkai replicate --to /mnt/backup/archive --compare            also compare every byte of what both have

Interrupted, it goes on where it was. Nothing is deleted or overwritten in the copy. When the first archive is lost, the
copy is the archive: gongkai collect --store /mnt/backup/archive"""


def replicate(
    to: Annotated[str, typer.Option("--to", help="The copy: a folder or s3://bucket/prefix")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Compare the bytes of what the copy has already")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Copy to a second store what it lacks, checked before and read back after."""
    settings = Settings()
    source = existing_archive(store or settings.store, settings).store
    target = open_archive(to, settings).store
    if source.describe() == target.describe():
        raise BadQuery(f"{source.describe()} can't be a copy of itself; name another place with --to")
    with ObjectProgress("replicating") as progress:
        result = copy_archive(source, target, compare=compare, on_begin=progress.begin, on_object=progress.done)
    if as_json:
        told = {"copied": result.copied, "bytes": result.size, "already": result.already, "state": result.state}
        faults = [fault.model_dump() for fault in result.faults]
        sys.stdout.write(json.dumps({**told, "faults": faults}, ensure_ascii=False) + "\n")
    else:
        console = Console()
        console.print(f"{target.describe()}", soft_wrap=True)
        compared = "compared" if compare else "there already"
        console.print(
            f"  {result.copied:,} objects copied and read back ({decimal(result.size)}), {result.already:,} {compared}"
        )
        if result.faults:
            print_faults(console, result.faults)
    if result.faults:
        raise typer.Exit(1)
