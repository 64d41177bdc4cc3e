"""`gongkai demo`: see everything work in a minute, on this machine alone."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

SITES = ("qinghe", "songyuan", "yunling")
NEEDS_BROWSER = frozenset({"yunling"})


def demo(
    store: Annotated[
        str, typer.Option(help="Where the demo's archive goes; an earlier demo's is replaced")
    ] = "./archive",
    backend: Annotated[str, typer.Option(help="folder, or s3: a SeaweedFS server started for the demo")] = "folder",
    picture: Annotated[Path | None, typer.Option(help="Also draw what is printed into this SVG file")] = None,
) -> None:
    """Crawl simulated portals three times: baseline, nothing new, then changes and alerts."""
    if backend not in ("folder", "s3"):
        raise typer.BadParameter("use folder or s3", param_hint="--backend")
    # Imported only now: the simulator and Prefect take a second that other commands need not wait for.
    from flows.demo.play import fresh_folder, next_steps, play

    console = Console(record=True, width=100) if picture else Console()
    with contextlib.ExitStack() as stack:
        if backend == "folder":
            fresh_folder(Path(store))
            address = store
        else:
            address = stack.enter_context(_seaweed(Path(store)))
        sites, left_out = _sites()
        play(address, sites, console, left_out)
    if backend == "s3":
        console.print(f"\nThe archive lay in {address}; that server stopped with the demo.")
        return
    console.print(f"\n[bold]Try next[/] (the archive lies in {address})")
    for line in next_steps(store):
        console.print(f"  .venv/bin/{line}" if shutil.which("gongkai") is None else f"  {line}")
    if picture is not None:
        picture.write_text(_readable(console.export_svg(title="make demo")), encoding="utf-8")


# <text class="…" x="0" y="20" textLength="146.4">青禾市财政局</text>
DRAWN = re.compile(r"<text [^>]*>[^<]*</text>")
WIDE = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def _readable(svg: str) -> str:
    """The picture without fonts from elsewhere, and with Chinese at its own width instead of squeezed into a grid."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return DRAWN.sub(lambda m: re.sub(r' textLength="[^"]*"', "", m[0]) if WIDE.search(m[0]) else m[0], svg)


def _sites() -> tuple[list[str], dict[str, str]]:
    """The simulated sites, and those that this machine can't show, with the reason."""
    from flows.settings import Settings
    from spiders.browser import BrowserMissing, find_chromium

    try:
        find_chromium(Settings().browser)
    except BrowserMissing as error:
        return [s for s in SITES if s not in NEEDS_BROWSER], dict.fromkeys(sorted(NEEDS_BROWSER), str(error))
    return list(SITES), {}


@contextlib.contextmanager
def _seaweed(folder: Path) -> Iterator[str]:
    """A bucket in a SeaweedFS server that lives as long as the demo; its data stays in the folder."""
    try:
        from infra.seaweed import CREDENTIALS, running_seaweed
    except ImportError as error:
        raise typer.BadParameter(f"{error}; make setup installs it", param_hint="--backend") from error
    from flows.demo.play import fresh_folder

    fresh_folder(folder)
    before = {name: os.environ.get(name) for name in CREDENTIALS}
    os.environ.update(CREDENTIALS)
    try:
        with running_seaweed(folder) as server:
            yield f"s3://{server.bucket}/demo?endpoint={server.endpoint}"
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
