"""`gongkai init`: make an archive and say what its store can do."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from flows.opening import open_archive
from flows.settings import Settings
from storage.probe import probe, record_abilities, require_fit

EPILOG = """Examples:

gongkai init ./archive

gongkai init s3://bucket/prefix --writers 3

gongkai init "s3://bucket/prefix?endpoint=http://127.0.0.1:8333"

Credentials come from where AWS programs look: AWS_ACCESS_KEY_ID, profiles, instance roles."""

TOLD = {
    "creates_only": "a second write to a key is refused and changes nothing",
    "creates_only_in_a_race": "of many writers at once exactly one wins",
    "refuses_wrong_checksum": "bytes damaged on the way are refused",
    "lists_what_it_took": "what was written is listed at once",
}


def init(
    store: Annotated[str, typer.Argument(help="The archive: a folder or s3://bucket/prefix")],
    writers: Annotated[int, typer.Option(help="Processes or machines that will write at once", min=1)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Try what a store can do, note it there, and refuse one that is not fit for so many writers."""
    archive = open_archive(store, Settings())
    abilities = probe(archive.store, datetime.now(UTC))
    record_abilities(archive.store, abilities)
    if as_json:
        sys.stdout.write(json.dumps(abilities.model_dump(mode="json"), ensure_ascii=False) + "\n")
    else:
        console = Console()
        console.print(f"[bold]{archive.store.describe()}[/]")
        for name, told in TOLD.items():
            console.print(f"  {'[green]yes[/]' if getattr(abilities, name) else '[red]no [/]'}  {told}")
        fit = "any number of writers" if abilities.fit_for_several_writers else "one writer only"
        console.print(f"  fit for {fit}")
    require_fit(abilities, writers)
