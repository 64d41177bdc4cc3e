"""`gongkai export warc|wacz`: a part of the archive, or all of it, in the formats of web archives."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Annotated, Literal
from uuid import NAMESPACE_URL, uuid5

import typer
from rich.console import Console
from rich.progress import Progress

from flows.opening import existing_archive
from flows.settings import Settings
from model.errors import BadQuery
from storage.archive import Archive
from storage.catalogue import find_reports
from storage.webarchive import Selection, Taken, WarcFile, taken, write_wacz

EPILOG = """Examples:

gongkai export warc --to all.warc.gz                         everything that was ever fetched

gongkai export wacz 天津 人社 2022 --to report.wacz           one report, all its versions (open it at replayweb.page)

gongkai export wacz --portal tianjin-rsj --to portal.wacz    one portal, its lists too

gongkai export warc --day 2026-01-28 --to day.warc.gz        one day

Records: response and request as exchanged, revisit for what came twice, resource for what a browser made, metadata with
the ledger's own line. The same selection of the same archive gives the same bytes."""

Kind = Literal["warc", "wacz"]
DAYS = ["%Y-%m-%d"]


def export(
    kind: Annotated[Kind, typer.Argument(help="warc: WARC 1.1; wacz: that with an index and a list of pages, 1.1.1")],
    to: Annotated[Path, typer.Option(help="File to write; one that exists is not touched")],
    words: Annotated[
        list[str] | None, typer.Argument(help="Reports: parts of a name, a year, a region code; all must fit")
    ] = None,
    portal: Annotated[list[str] | None, typer.Option(help="Only captures of this portal; may be repeated")] = None,
    day: Annotated[datetime | None, typer.Option(formats=DAYS, help="Only captures of this day (UTC)")] = None,
    since: Annotated[datetime | None, typer.Option(formats=DAYS, help="Nothing before this day (UTC)")] = None,
    until: Annotated[datetime | None, typer.Option(formats=DAYS, help="Nothing after this day (UTC)")] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
) -> None:
    """Write captures as one WARC or WACZ file."""
    settings = Settings()
    archive = existing_archive(store or settings.store, settings)
    selection, title = chosen(archive, settings, words or [], portal or [], day or since, day or until)
    told = info(archive, title)
    with _new_file(to) as out, _told(archive, selection, to) as captures:
        if kind == "wacz":
            write_wacz(out, captures, told, title)
            return
        file = WarcFile(out, to.name, told)
        for capture, body in captures:
            file.add(capture, body)


def chosen(
    archive: Archive,
    settings: Settings,
    words: list[str],
    portals: list[str],
    since: datetime | None,
    until: datetime | None,
) -> tuple[Selection, str]:
    """What is asked for, and how a person would call it. BadQuery when no report answers the words."""
    urls = None
    told = list(words)
    if words:
        reports = find_reports(archive, words, settings.storage)
        if not reports:
            raise BadQuery(f"no report answers {' '.join(words)}; `gongkai list` shows those that there are")
        urls = frozenset(
            address
            for report in reports
            for found in archive.versions(report.report_id)
            for address in (found.url, *(part.url for part in found.manifest.parts))
        )
    first, last = (at.date() if at else None for at in (since, until))
    told += portals
    if first or last:
        told.append(f"{first}" if first == last else f"{first or '…'} to {last or '…'}")
    title = f"gongkai: {', '.join(told) or 'everything'}"
    return Selection(portals=frozenset(portals) if portals else None, since=first, until=last, urls=urls), title


def info(archive: Archive, title: str) -> dict[str, str]:
    """Fields of the `warcinfo` record. Its time is that of the last run, so that an export can be repeated exactly."""
    last = max(archive.runs())
    began = datetime.fromisoformat(str(archive.run_facts(last)["began_at"]))
    return {
        "software": f"gongkai/{version('gongkai')}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "description": title,
        "robots": "obey",
        "created": f"{began:%Y-%m-%dT%H:%M:%SZ}",
        "identifier": f"<urn:uuid:{uuid5(NAMESPACE_URL, f'{title} {last}')}>",
    }


@contextmanager
def _new_file(to: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when it is whole."""
    if to.exists():
        raise BadQuery(f"{to} exists already; remove it, or name another file with --to")
    if not to.parent.is_dir():
        raise BadQuery(f"there is no folder {to.parent} for {to.name}; make it, or name another file with --to")
    with tempfile.NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}-", delete=False) as out:
        part = Path(out.name)
        try:
            yield out
        except BaseException:
            part.unlink()
            raise
    part.chmod(0o644)
    part.rename(to)


@contextmanager
def _told(archive: Archive, selection: Selection, to: Path) -> Iterator[Iterator[Taken]]:
    """The captures, with a bar while they are read and a line when they are written; BadQuery when there are none."""
    console = Console(stderr=True)
    count = 0
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading the ledger", total=None)

        def on_part(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        def counted() -> Iterator[Taken]:
            nonlocal count
            for one in taken(archive, selection, on_part):
                count += 1
                yield one
            if not count:
                raise BadQuery("nothing was captured that fits; see --help for what can be asked for")

        yield counted()
    Console().print(f"{to}: {count} captures")
