"""`gongkai show`: one report as the official form, with checks and findings."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.cell_picture import picture_of
from flows.draw import draw_report, draw_years
from flows.finding import the_report
from flows.opening import existing_archive
from flows.settings import Settings
from flows.settle import known_agencies
from flows.understand import contents, understand
from flows.years import between
from model.errors import BadQuery
from storage.versions import newest_of

EPILOG = """Examples:

gongkai show 天津 人社 2022

gongkai show 天津 人社 2022 --version 1        as it was published first

gongkai show 天津 人社 2022 --json             the public JSON

gongkai show 淮安 2024 --image applications.new_received.total      the page of a PDF, its cell framed, as PNG

A value marked ? is suspect: it may be wrong, whoever is at fault. · is a cell left blank; blank is not 0."""


def show(
    words: Annotated[list[str], typer.Argument(help="What tells the report: parts of its name, the year")],
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    version: Annotated[int | None, typer.Option(help="Which version; none: the newest", min=1)] = None,
    image: Annotated[
        str | None, typer.Option(help="Instead: the page of a PDF on which this value stands, its cell framed, as PNG")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for --image; none: named by report and value")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The public JSON of the report")] = False,
) -> None:
    """Draw a report's tables as the official form, with checks and findings."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    report = the_report(archive, words, settings)
    chain = archive.versions(report.report_id)
    if version is not None and version > len(chain):
        raise BadQuery(
            f"{report.agency_name} {report.report_year} has {len(chain)} version(s), there is no version {version}"
        )
    chosen = chain[version - 1] if version else newest_of(chain)
    archive.require_open(report.report_id, chosen.n)
    parsed = understand(archive, chosen.manifest)
    if image is not None:
        png = picture_of(parsed, image, contents(archive, chosen.manifest))
        target = out or Path(f"{report.report_id}-{image}.png")
        try:
            target.write_bytes(png)
        except OSError as error:
            raise BadQuery(f"{target} cannot be written ({error.strerror}); name another file with --out") from None
        typer.echo(f"{target}: {image} = {parsed['values'].get(image)}, {parsed['cells'][image]['where']}")
        return
    years = between(archive, known_agencies(archive), report.report_id, chosen)
    decided = archive.standing(report.report_id, chosen.manifest.digest)
    if as_json:
        parsed = {**parsed, "report_id": report.report_id, "input": chosen.url}
        if years is not None:
            found = years.found.model_dump(mode="json")
            parsed |= {part: [*parsed[part], *found[part]] for part in ("checks", "findings")}
        if decided:
            parsed["adjudications"] = [record.model_dump(mode="json") for record in decided.values()]
        sys.stdout.write(json.dumps(parsed, ensure_ascii=False) + "\n")
        return
    console = Console()
    heading = f"{report.agency_name} {report.report_year}  version {chosen.n} of {len(chain)}"
    console.print(draw_report(parsed, heading))
    if years is not None:
        console.print(draw_years(years.found))
    for record in decided.values():
        decision = record.decision if record.value is None else f"{record.decision} {record.value}"
        told = f"{record.cell or 'the report'}: printed {record.printed or '–'}, decided {decision}"
        console.print(f"[magenta]{told}[/] by {record.by}, {record.at:%Y-%m-%d}: {record.why}")
    seen = f"{chosen.captured_at:%Y-%m-%d %H:%M} UTC"
    console.print(f"[dim]{chosen.title}\n{chosen.url}\nfirst seen {seen}, id {report.report_id}[/]")
