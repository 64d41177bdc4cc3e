"""`gongkai portals status`: what the last run saw of each portal, held against the time before."""

import json
import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.commands.portals.choosing import FamilyOption, Folder, Level, Region, chosen
from flows.earlier_visits import ITS_OWN_WORD, before
from flows.opening import existing_archive
from flows.settings import Settings
from flows.tables import with_trend
from model.portal import Portal
from spiders.hosts import host_of
from storage.archive import Archive
from storage.coverage import Coverage

EPILOG = """Examples:

gongkai portals status                       every portal that a run has visited

gongkai portals status --all --region 12     also those never visited

gongkai portals status --json | jq 'select(.problems != [])'

A portal that could not be seen (blocked, unreachable, forbidden by robots.txt) is another thing than one that has
nothing. "reports" counts rows of the lists whose title is a report's; behind it, more or fewer than at the last whole
reading."""


def status(
    names: Annotated[list[str] | None, typer.Argument(help="Portal ids; none: all")] = None,
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    folder: Folder = None,
    region: Region = None,
    level: Level = None,
    family: FamilyOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Also portals that were never visited")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """Show what the last run saw of each portal: hub, pages, rows, reports, why it ended."""
    settings = Settings()
    asked = chosen(folder, names or (), region, level, family)
    archive = existing_archive(store or settings.store, settings)
    runs = archive.covered_runs()
    everything = everything or bool(names)
    states = [_state(archive, portal, runs.get(name, [])) for name, portal in asked.items()]
    shown = [state for state in states if everything or state["last"]]
    if as_json:
        for state in shown:
            sys.stdout.write(json.dumps(_plain(state), ensure_ascii=False) + "\n")
        return
    console = Console()
    console.print(_table(shown, console.width >= 110))
    for state in shown:
        for problem in state["last"].problems if state["last"] else ():
            console.print(Text(f"{state['portal'].id}: {problem}", style="yellow"))
    never = len(states) - sum(bool(state["last"]) for state in states)
    told = "" if everything or not never else f"; {never} were never visited (--all lists them)"
    console.print(f"{len(shown)} portals{told}")


def _state(archive: Archive, portal: Portal, runs: list[str]) -> dict[str, Any]:
    last = archive.coverage(portal.id, runs[-1]) if runs else None
    whole = before(archive, last).whole if last else None
    cool_downs = archive.cool_downs(datetime.now(UTC))
    away = [cool_downs[host] for host in {host_of(str(url)) for url in portal.start_urls} if host in cool_downs]
    return {"portal": portal, "last": last, "whole": whole, "runs": len(runs), "away_until": max(away, default=None)}


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    last: Coverage | None = state["last"]
    away = state["away_until"]
    told = last.model_dump(mode="json") if last else {"portal": state["portal"].id, "problems": []}
    return told | {
        "visited": last is not None,
        "runs": state["runs"],
        "reports_before": state["whole"].reports if state["whole"] else None,
        "away_until": away.isoformat() if away else None,
    }


def _table(states: list[dict[str, Any]], wide: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in ("portal", "checked", "hub", "lists"):
        table.add_column(name, no_wrap=name in ("portal", "checked"))
    for name in ("pages", "rows", *(("announced",) if wide else ()), "reports"):
        table.add_column(name, justify="right", no_wrap=True)
    if wide:
        table.add_column("years", no_wrap=True)
    table.add_column("problems", justify="right", no_wrap=True)
    for state in states:
        last: Coverage | None = state["last"]
        if last is None:
            table.add_row(state["portal"].id, Text("never", style="dim"))
            continue
        announced = ("–" if last.announced is None else str(last.announced),) if wide else ()
        table.add_row(
            last.portal,
            f"{last.checked_at:%Y-%m-%d %H:%M}",
            _hub(last, state["away_until"]),
            Text("whole" if last.complete else last.stop_reason, style="" if last.complete else "yellow"),
            str(last.list_pages),
            str(last.rows),
            *announced,
            _reports(last, state["whole"]),
            *((_years(last),) if wide else ()),
            Text(str(len(last.problems)), style="yellow") if last.problems else Text("–", style="dim"),
        )
    return table


def _reports(last: Coverage, whole: Coverage | None) -> Text:
    """`34 +1`; `– (33)` where nothing could be seen this time, with what the last whole reading saw."""
    if last.hub_state in ITS_OWN_WORD:
        return with_trend(last.reports, whole.reports if whole else None)
    return Text(f"– ({whole.reports})" if whole else "–", style="dim")


def _hub(last: Coverage, away: datetime | None) -> Text:
    text = Text("not asked", style="yellow")
    if last.hub_state is not None:
        good = last.hub_state.value in ("ok", "not_modified")
        text = Text(last.hub_state.value, style="green" if good else "yellow")
    if away is not None:
        text.append(f", left alone until {away:%m-%d %H:%M}", style="red")
    return text


def _years(last: Coverage) -> str:
    """The years that the lists name reports of: `2019–2025`."""
    years = sorted(year for year in last.years if year.isdigit())
    if not years:
        return "–"
    return years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"
