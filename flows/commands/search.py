"""`gongkai search`: reports whose text holds all words, with the words around them."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from flows.opening import existing_archive
from flows.settings import Settings
from model.errors import BadQuery
from storage.catalogue import Catalogue

EPILOG = """Examples:

gongkai search 行政复议                    every report whose text names it, newest year first

gongkai search 解读 微信 --year 2024       both words, one year

gongkai search 公开 --limit 5 --json       one JSON object per line

Words of two characters are found, too. Figures are looked up with `gongkai show`."""


def search(
    words: Annotated[list[str], typer.Argument(help="Words that the text must hold, all of them")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    year: Annotated[list[int] | None, typer.Option(help="Only reports on this year; may be repeated")] = None,
    limit: Annotated[int, typer.Option(help="So many at most", min=1)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """Search the texts of all reports."""
    if not all(word.strip() for word in words):
        raise BadQuery("a word to search for is empty")
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    index = Catalogue.of(archive, settings.storage)
    index.refresh()
    found = index.search_text(words, year or [], limit)
    if as_json:
        for passage in found:
            sys.stdout.write(json.dumps(passage.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    console = Console()
    for passage in found:
        console.print(f"[bold]{passage.report.agency_name} {passage.report.report_year}[/]  {passage.section}")
        around = (passage.before.replace("\n", " "), passage.after.replace("\n", " "))
        console.print(Text.assemble("  …", around[0], (passage.found, "bold yellow"), around[1], "…"))
    console.print(f"{len(found)} reports" + (f", the first {limit}" if len(found) == limit else ""))
