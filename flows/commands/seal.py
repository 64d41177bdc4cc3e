"""`gongkai seal`: today's manifest of what came into the archive, signed and chained to the day before."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal

from flows.fixity import seal_today
from flows.object_progress import ObjectProgress
from flows.opening import existing_archive
from flows.settings import Settings
from storage.signing import load_signer

EPILOG = """Examples:

gongkai keys new                              once: the key pair

gongkai seal --key gongkai-signing-key.pem    once a day, after the crawl

gongkai seal --store s3://bucket/prefix       with the key that GONGKAI_SIGNING_KEY names

Without a key the manifest is chained, but not signed: it shows damage, and not who made it."""


def seal(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Private key; none: GONGKAI_SIGNING_KEY")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Write the day's manifest: every object that no earlier one holds, with its digest, signed."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    path = key or settings.signing_key
    signer = load_signer(path.expanduser()) if path else None
    with ObjectProgress("sealing") as progress:
        made = seal_today(archive, datetime.now(UTC), signer, progress.begin, progress.done)
    if as_json:
        sys.stdout.write(json.dumps(made.model_dump(mode="json") if made else None) + "\n")
        return
    console = Console()
    if made is None:
        console.print("today's manifest is written already; what has come since is sealed tomorrow")
        return
    console.print(f"manifest {made.n} of {made.date}: {made.objects:,} objects, {decimal(made.size)}")
    console.print(f"signed by {made.signed_by}" if signer else "[yellow]not signed: no key was named[/]")
