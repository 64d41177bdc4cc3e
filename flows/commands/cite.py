"""`gongkai cite`: what stands behind a figure, ready for a footnote."""

import sys
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from flows.opening import existing_archive
from flows.settings import Settings
from flows.understand import understand
from model.permalinks import read_id
from storage.citations import Citation, cite, the_version

EPILOG = """Examples:

gongkai cite a6kkx75b5mho5-2024-own                                     the report, its newest version

gongkai cite 'a6kkx75b5mho5-2024-own@2#applications.total.total'         one figure of version 2

gongkai cite 'a6kkx75b5mho5-2024-own#applications.total.total' --style bibtex

An id is REPORT[@VERSION][#VALUE], or the permalink itself. gongkai list shows the ids of reports, gongkai
show ... --json those of values. Set GONGKAI_PUBLIC_URL to the address of your explorer, and permalinks lead there."""

Style = Literal["table", "text", "bibtex", "json"]
ASIDE = ("label_en", "id", "value_id")


def cite_figure(
    id: Annotated[str, typer.Argument(help="REPORT[@VERSION][#VALUE], or a permalink", metavar="ID")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    style: Annotated[Style, typer.Option(help="table; text: a footnote; bibtex; json")] = "table",
) -> None:
    """Tell what stands behind a figure: report, version, time of capture, digest, place and parser."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    cited = read_id(id)
    chain, chosen = the_version(archive, cited)
    citation = cite(archive, chain, chosen, understand(archive, chosen.manifest), cited, settings.public_url)
    if style == "table":
        Console().print(_drawn(citation))
        return
    told = {"text": citation.sentence, "bibtex": citation.bibtex, "json": citation.model_dump_json}[style]()
    sys.stdout.write(told + "\n")


def _drawn(citation: Citation) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in citation.model_dump(mode="json").items():
        if name in ASIDE or (value is None and name != "value"):
            continue
        shown = "\n".join(value) if isinstance(value, list) else "–" if value is None else str(value)
        if name == "value" and citation.value_id is None:
            continue
        style = "bold red" if name == "suspect" and value else "bold" if name == "value" else ""
        table.add_row(name.replace("_", " "), f"[{style}]{shown}[/]" if style else shown)
    return table
