"""`gongkai portals check`: are the files right, and do the portals answer?"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from flows.commands.portals.choosing import FamilyOption, Folder, Level, Region, checked_filters, fits
from flows.settings import Settings
from model.errors import BadQuery
from model.portal import Portal

if TYPE_CHECKING:
    from spiders.portal_check import Checked

EPILOG = """Examples:

gongkai portals check --offline                  files only: settings, codes, hosts, doubles; nothing is asked

gongkai portals check --offline --folder mine/   the same for files of your own

GONGKAI_CONTACT=you@example.org gongkai portals check --region 12      ask each hub once, politely

gongkai portals check tianjin-rsj --json

Asking follows the rules of a crawl: robots.txt first, one request at a time per host, and it counts in the day's
budget. Exit code 1 when a file is wrong or a hub did not answer with what it should."""


def check(
    names: Annotated[list[str] | None, typer.Argument(help="Portal ids; none: all")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Check the files and ask nobody")] = False,
    folder: Folder = None,
    region: Region = None,
    level: Level = None,
    family: FamilyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """Check portal files and, unless --offline, whether each hub answers as it should."""
    settings = Settings()
    checked_filters(region, level, family)
    from spiders.portal_check import check_files

    results = check_files(folder or settings.portals, datetime.now(UTC).date())
    known = {r.portal.id for r in results if r.portal} | {r.name.removesuffix(".yml") for r in results}
    if missing := [name for name in names or () if name not in known]:
        raise BadQuery(f"no portal {', '.join(missing)}; `gongkai portals` lists those that there are")
    # A file that can't be read is told whatever is asked for: its region is not known.
    chosen = [r for r in results if r.portal is None or fits(r.portal, region, level, family)]
    if names:
        chosen = [r for r in chosen if r.name.removesuffix(".yml") in names]
    answers = {} if offline else _ask([r.portal for r in chosen if r.portal and not r.faults], settings)
    if as_json:
        for result in chosen:
            sys.stdout.write(json.dumps(_plain(result, answers), ensure_ascii=False) + "\n")
    else:
        _tell(Console(), chosen, answers, offline)
    if any(r.faults for r in chosen) or any(a["state"] != "ok" for a in answers.values()):
        raise typer.Exit(1)


def _ask(portals: list[Portal], settings: Settings) -> dict[str, dict[str, Any]]:
    """The hub of each portal, asked once; portal id to what it answered."""
    # Imported only now: Scrapy takes a second, and the files are checked without it.
    from flows.look import look
    from spiders.browser import Browser
    from spiders.captures import Wanted
    from spiders.columns import is_column, list_verdict, sub_columns
    from spiders.families import detect
    from spiders.fetch import Fetcher, HostRefused
    from spiders.hosts import host_of, queue_of

    answers: dict[str, dict[str, Any]] = {}
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    task = bar.add_task("asking hubs", total=len(portals))

    async def one(fetcher: Fetcher, portal: Portal) -> None:
        url = str(portal.start_urls[0])
        try:
            fetched = await fetcher.fetch(
                portal, Wanted(url, "list"), lambda page: list_verdict(page, portal.start_hosts)
            )
        except HostRefused as refused:
            answers[portal.id] = {"state": "not_asked", "why": str(refused), "url": url}
            return
        capture, page = fetched.capture, fetched.page
        seen = detect(page) if page else None
        rows = [row for row in seen.rows(page) if not is_column(row)] if seen and page else []
        reports = sum(row.kind == "report" for row in rows)
        below = sub_columns(page, portal.start_hosts, has_rows=bool(reports)) if page else []
        answers[portal.id] = {
            "state": fetched.state.value,
            "why": "; ".join(capture.signals) or capture.error or "",
            "url": capture.url,
            "family": seen.NAME if seen else None,
            "reports": reports,
            "columns": len(below),
            "status": capture.status,
        }

    async def queue(fetcher: Fetcher, members: list[Portal]) -> None:
        for portal in members:
            await one(fetcher, portal)
            bar.advance(task)

    async def work(fetcher: Fetcher, _: Browser) -> None:
        queues: dict[str, list[Portal]] = defaultdict(list)
        for portal in portals:
            queues[queue_of(host_of(str(portal.start_urls[0])))].append(portal)
        await asyncio.gather(*(queue(fetcher, members) for members in queues.values()))

    if portals:
        with bar:
            look(portals, settings, work)
    return answers


def _plain(result: Checked, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    name = result.portal.id if result.portal else result.name.removesuffix(".yml")
    told = {"portal": name, "file": result.name, "faults": result.faults, "hints": result.hints}
    return told | ({"answer": answers[name]} if name in answers else {})


def _tell(console: Console, chosen: list[Checked], answers: dict[str, dict[str, Any]], offline: bool) -> None:
    if not offline and answers:
        console.print(_answers_table(chosen, answers))
    for result in chosen:
        for fault in result.faults:
            console.print(Text(f"{result.name}: {fault}", style="bold red"))
    hints = Counter(hint for result in chosen for hint in result.hints)
    if offline:
        for result in chosen:
            for hint in result.hints:
                console.print(Text(f"{result.name}: {hint}", style="dim"))
    wrong = sum(bool(result.faults) for result in chosen)
    summary = f"{len(chosen)} files: {len(chosen) - wrong} right, {wrong} wrong, {sum(hints.values())} hints"
    if answers:
        states = Counter(answer["state"] for answer in answers.values())
        summary += "; hubs: " + ", ".join(f"{number} {state}" for state, number in states.most_common())
    console.print(summary)


def _answers_table(chosen: list[Checked], answers: dict[str, dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("portal", "state", "family", "reports", "columns", "why"):
        table.add_column(name, no_wrap=name not in ("why", "state"), overflow="fold")
    for result in chosen:
        if result.portal is None or result.portal.id not in answers:
            continue
        answer = answers[result.portal.id]
        good = answer["state"] == "ok"
        family = answer.get("family") or "–"
        other = result.portal.family and answer.get("family") and result.portal.family != answer["family"]
        table.add_row(
            result.portal.id,
            Text(answer["state"], style="green" if good else "yellow"),
            Text(f"{family}, not {result.portal.family}" if other else family, style="yellow" if other else ""),
            str(answer.get("reports", "–")),
            str(answer.get("columns", "–")),
            answer["why"] if not good else "",
        )
    return table
