"""`gongkai parse`: the public JSON of documents, without archive, network or configuration."""

import sys
from pathlib import Path
from typing import Annotated

import typer

EPILOG = """Examples:

gongkai parse report.html --pretty

gongkai parse folder/ > reports.jsonl

curl -s https://… | gongkai parse - --url https://…

gongkai parse 2023.html --previous 2022.json       adds findings across the years

gongkai parse 附件.docx 年报.pdf 附表.xls 年报.ofd 年报.zip

Kinds, by content and not by ending: HTML, text, Markdown, PDF, DOCX, XLSX, XLS, OFD, MHTML, zip with any of these;
DOC, WPS, RTF, ODT and ODS where LibreOffice is installed. What cannot be read is 'unreadable' or 'needs_ocr', with the
reason.

Each line has a verdict for each table: verified, flagged (with every value that may be wrong in 'suspect'), refused or
absent. Exit code: 0 all inputs answered, 1 an input could not be read, 2 wrong usage."""


def parse(
    paths: Annotated[list[str], typer.Argument(help="Files or folders; - is standard input", metavar="PATH...")],
    url: Annotated[
        str | None, typer.Option(help="Where the document came from; adds identity hints, changes no value")
    ] = None,
    previous: Annotated[Path | None, typer.Option(help="Last year's JSON, for checks across the years")] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Indent; for a single document")] = False,
    explain: Annotated[
        str | None, typer.Option(help="Instead: where this value stands, what claimed it, its checks")
    ] = None,
) -> None:
    """Read reports and print one JSON object per document, in the order given."""
    from parsers.command import run_parse

    raise typer.Exit(
        run_parse(paths, url=url, previous=previous, pretty=pretty, explain=explain, out=sys.stdout, err=sys.stderr)
    )
