"""`gongkai add`: take in by hand what a person downloaded."""

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console

from flows.opening import writable_archive
from flows.settings import Settings
from flows.tables import verdict_text
from model.errors import BadQuery

EPILOG = """Examples:

gongkai add 2024.html --url https://www.example.gov.cn/zwgk/nb/t1.html --agency 示例市财政局

gongkai add 2024.pdf --url https://www.example.gov.cn/nb/2024.pdf --agency 示例市财政局 --year 2024 --by "A. Reader"

For portals that refuse programs: a person opens the page in a browser, saves it, and gives it here with its address.
The ledger keeps who took it in and when; it makes no event `published`. Adding the same file again changes nothing."""

LARGEST = 200_000_000


def add(
    file: Annotated[Path, typer.Argument(help="The saved page, PDF or other document")],
    url: Annotated[str, typer.Option(help="Where it was downloaded")],
    agency: Annotated[str, typer.Option(help="Full name of the agency whose report it is")],
    year: Annotated[
        int | None, typer.Option(min=2007, max=2049, help="Year reported on", show_default="as the document says")
    ] = None,
    portal: Annotated[str | None, typer.Option(help="Portal id", show_default="by the address's host")] = None,
    by: Annotated[
        str | None, typer.Option(help="Who takes it in", show_default="the name you are logged in by")
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also when the document names another agency or year")
    ] = False,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What became of it as one JSON object")] = False,
) -> None:
    """Take in by hand a report that a person downloaded from a portal that blocks."""
    # Imported only now: settling and parsing take a moment that --help need not wait for.
    from flows.add import Given, add_document, portal_for
    from spiders.portal_files import load_portals

    settings = Settings()
    content = _content(file)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadQuery(f"{url!r} is no address of a page; write it with https:// or http://")
    chosen = portal_for(url, load_portals(settings.portals), portal)
    archive = writable_archive(store or settings.store, settings)
    given = Given(url=url, agency=agency, year=year, by=by or getpass.getuser(), anyway=anyway)
    added = add_document(archive, file, content, given, chosen)
    document = added.document
    if as_json:
        told = {"portal": added.portal, "run": added.run, "events": added.events, **document.model_dump(mode="json")}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    console = Console()
    if added.run is None:
        console.print(f"nothing to do: {url} is known to hold this very file (version {document.version})")
        return
    what = {"new": "a new report", "changed": "a new version", "repeated": "the document of a version that is there"}
    became = what.get(document.what, "the document that its address held before")
    console.print(
        f"{file.name} is {became}: {document.agency or agency} {document.year}, version {document.version}, ", end=""
    )
    console.print(verdict_text(document.verdict))
    console.print(f"[dim]portal {added.portal}, report {document.report_id}, taken in by {given.by}[/]")


def _content(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise BadQuery(f"{file} has {size} bytes, more than any report; give the report itself")
        return file.read_bytes()
    except OSError as error:
        raise BadQuery(f"{file} can't be read ({error.strerror}); check the path") from error
