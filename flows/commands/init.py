"""`gongkai init`: make an archive and say what its store can do."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.opening import open_archive
from flows.settings import Settings
from model.errors import BadQuery
from storage.objects import ObjectStore
from storage.probe import probe, record_abilities, require_fit

if TYPE_CHECKING:
    from storage.s3_protection import Protection

EPILOG = """Examples:

gongkai init                                     the archive of GONGKAI_STORE, else ./archive

gongkai init s3://bucket/prefix --writers 3

gongkai init "s3://bucket/prefix?endpoint=http://127.0.0.1:8333"

gongkai init s3://bucket/prefix --create-bucket --object-lock 3650     nobody deletes for ten years (governance)

Credentials come from where AWS programs look: AWS_ACCESS_KEY_ID, profiles, instance roles."""

TOLD = {
    "creates_only": "a second write to a key is refused and changes nothing",
    "creates_only_in_a_race": "of many writers at once exactly one wins",
    "refuses_wrong_checksum": "bytes damaged on the way are refused",
    "lists_what_it_took": "what was written is listed at once",
}


def init(
    store: Annotated[
        str | None,
        typer.Argument(
            help="The archive: a folder or s3://bucket/prefix; else GONGKAI_STORE", show_default="./archive"
        ),
    ] = None,
    writers: Annotated[int, typer.Option(help="Processes or machines that will write at once", min=1)] = 1,
    create_bucket: Annotated[bool, typer.Option("--create-bucket", help="Make the bucket if it is missing")] = False,
    versioning: Annotated[
        bool, typer.Option("--versioning", help="Let the bucket keep what is replaced or deleted")
    ] = False,
    object_lock: Annotated[
        int | None, typer.Option(help="Days for which the bucket lets nobody delete (Object Lock, governance)", min=1)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Try what a store can do, note it there, and refuse one that is not fit for so many writers."""
    settings = Settings()
    archive = open_archive(store or settings.store, settings)
    protection = _protect(archive.store, create_bucket, versioning, object_lock)
    abilities = probe(archive.store, datetime.now(UTC))
    record_abilities(archive.store, abilities)
    if as_json:
        told = abilities.model_dump(mode="json") | ({"protection": protection.model_dump()} if protection else {})
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    else:
        console = Console()
        console.print(f"[bold]{archive.store.describe()}[/]")
        for name, ability in TOLD.items():
            console.print(f"  {'[green]yes[/]' if getattr(abilities, name) else '[red]no [/]'}  {ability}")
        fit = "any number of writers" if abilities.fit_for_several_writers else "one writer only"
        console.print(f"  fit for {fit}")
        if protection and protection.lock_days:
            console.print(f"  Object Lock: nothing can be deleted for {protection.lock_days} days (governance)")
        elif protection and protection.versioning:
            console.print("  versioning: the bucket keeps what is replaced or deleted")
    require_fit(abilities, writers)


def _protect(store: ObjectStore, create: bool, versioning: bool, lock_days: int | None) -> "Protection | None":
    """Set up before the probe: on some servers it changes what they can do."""
    if not (create or versioning or lock_days):
        return None
    # Imported here: an archive in a folder works without boto3.
    from storage.s3 import S3Bucket

    if not isinstance(store, S3Bucket):
        raise BadQuery(
            f"{store.describe()} is no bucket; --create-bucket, --versioning and --object-lock are for s3://"
        )
    return store.protect(create=create, versioning=versioning, lock_days=lock_days)
