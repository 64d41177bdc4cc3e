"""`gongkai keys`: the pair of keys by which an archive proves that it is what its operator sealed."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from model.errors import BadQuery
from storage.signing import Signer, load_signer

app = typer.Typer(
    no_args_is_help=True,
    help="Make the keys that sign and check the daily manifests.",
    epilog="""Examples:

gongkai keys new                          gongkai-signing-key.pem and gongkai-public-key.pem

export GONGKAI_SIGNING_KEY=~/keys/gongkai-signing-key.pem

gongkai seal                              once a day, after the crawl

gongkai verify ./copy --key gongkai-public-key.pem    anyone, anywhere""",
)
PRIVATE, PUBLIC = "gongkai-signing-key.pem", "gongkai-public-key.pem"


@app.callback()
def keys() -> None:
    """Make the keys that sign and check the daily manifests."""


@app.command()
def new(
    folder: Annotated[Path, typer.Option("--to", help="Folder for the two files")] = Path(),
) -> None:
    """Make a new pair: a private key that signs, and a public key for everyone who wants to check."""
    private, public = folder / PRIVATE, folder / PUBLIC
    if taken := [str(path) for path in (private, public) if path.exists()]:
        raise BadQuery(f"{' and '.join(taken)} exists already: a lost key can't be made again, so nothing was written")
    signer = Signer.new()
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(signer.pem())
    public.write_bytes(signer.public.pem())
    console = Console(soft_wrap=True)
    console.print(f"[bold]{private}[/]  the private key, readable by you alone. Whoever has it can sign in your name.")
    console.print(
        "    Keep a copy offline, never in the archive; point GONGKAI_SIGNING_KEY to it where `gongkai seal` runs."
    )
    console.print(
        f"[bold]{public}[/]  the public key. Give it to everyone who holds or uses a copy, by another way than"
    )
    console.print("    the archive itself, and print its fingerprint where people can compare it:")
    console.print(f"    {signer.public.fingerprint}")


@app.command()
def public(
    private: Annotated[Path, typer.Argument(help="The private key's file")],
) -> None:
    """Print the public key that belongs to a private one."""
    typer.echo(load_signer(private).public.pem().decode(), nl=False)
