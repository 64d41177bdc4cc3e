"""`gongkai verify`: check a copy of an archive with the public key alone."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal

from flows.commands.audit import print_faults
from flows.object_progress import ObjectProgress
from model.errors import BadQuery
from storage.objects import open_store
from storage.settings import StorageSettings
from storage.signing import load_public
from storage.verify import Verification
from storage.verify import verify as verify_copy

EPILOG = """Examples:

gongkai verify ./copy --key gongkai-public-key.pem

gongkai verify s3://bucket/prefix --key gongkai-public-key.pem --quick     sizes only, without reading all bytes

gongkai verify ./copy --key key.pem --head 3f1c…     the copy goes at least as far as the manifest noted that day

Needs nothing but the copy and the key: no settings, no database. The chain shows what was changed, added or taken away
before its last day; that whole days were cut off at its end shows only --head, a digest that you noted elsewhere."""


def verify(
    store: Annotated[str, typer.Argument(help="The copy: a folder or s3://bucket/prefix")],
    key: Annotated[list[Path], typer.Option(help="Public key; again for each key that was used over time")],
    quick: Annotated[bool, typer.Option("--quick", help="Compare sizes, not digests")] = False,
    head: Annotated[str | None, typer.Option(help="Digest of a manifest noted before; must be in the chain")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Check the chain of manifests, its signatures, and every object that it seals."""
    copy = open_store(store, settings=StorageSettings())
    if next(iter(copy.list("")), None) is None:
        raise BadQuery(f"{copy.describe()} is empty; name the folder or bucket that holds the copy")
    public = [load_public(path.expanduser()) for path in key]
    with ObjectProgress("verifying") as progress:
        result = verify_copy(copy, public, quick=quick, head=head, on_begin=progress.begin, on_object=progress.done)
    if as_json:
        sys.stdout.write(json.dumps(_plain(result), ensure_ascii=False) + "\n")
    else:
        _draw(result, quick)
    if result.faults:
        raise typer.Exit(1)


def _plain(result: Verification) -> dict[str, object]:
    return {
        "manifests": result.manifests,
        "first": result.first,
        "last": result.last,
        "head": result.head,
        "objects": result.objects,
        "bytes": result.size,
        "unsealed": result.unsealed,
        "faults": [fault.model_dump() for fault in result.faults],
    }


def _draw(result: Verification, quick: bool) -> None:
    console = Console()
    looked = "sizes compared" if quick else "read and compared"
    console.print(f"{result.objects:,} objects of {result.manifests} manifests, {decimal(result.size)}, {looked}")
    if result.first:
        console.print(f"from {result.first} to {result.last}; the head is {result.head}", soft_wrap=True)
    if result.unsealed:
        console.print(f"[yellow]{result.unsealed:,} objects came later and are vouched for by nobody yet[/]")
    if result.faults:
        print_faults(console, result.faults)
    else:
        console.print("[green]every sealed object is here and is what was sealed[/]")
