"""Three crawls: the baseline, nothing new, then one report more, one changed and one gone."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.rule import Rule

from flows.alerts import Feeds, Subscription, Subscriptions
from flows.commands.collect import run_collect
from flows.outcome import RunOutcome
from flows.settings import Settings
from flows.tables import outcome_tables, told_events
from infra.simulator import Simulator
from model.clock import SHANGHAI, clock_ahead, utc_now
from model.errors import BadQuery
from model.vocabulary import EventKind

from .portals import write_portals
from .webhook import ListeningDesk

LOUD = tuple(kind for kind in EventKind if kind is not EventKind.COLLECTED)

MARK = "demo-archive.txt"
MARK_TEXT = "Made by `gongkai demo` of simulated portals. The next demo replaces this folder.\n"
FEEDS = "alerts"
DAY = datetime(2026, 1, 29, 16, tzinfo=SHANGHAI)
"""When the demo plays, whatever the machine's date: two days before the reports on 2025 are due."""


def fresh_folder(store: Path) -> None:
    """An empty folder for the demo. A folder that an earlier demo made is replaced; any other is refused."""
    if store.exists():
        if any(store.iterdir()) and not (store / MARK).is_file():
            raise BadQuery(f"{store} holds an archive that is no demo's; choose another place with --store")
        shutil.rmtree(store)
    store.mkdir(parents=True)
    (store / MARK).write_text(MARK_TEXT, encoding="utf-8")


def play(store: str, sites: list[str], console: Console, left_out: dict[str, str]) -> list[RunOutcome]:
    """The three runs, told on the console; the outcomes, for the tests. `store` is a folder or an S3 address."""
    outcomes: list[RunOutcome] = []
    clock = clock_ahead((DAY - utc_now()).total_seconds())
    feeds = Path(FEEDS).resolve() if store.startswith("s3://") else Path(store).resolve().parent / FEEDS
    with (
        tempfile.TemporaryDirectory(prefix="gongkai-demo-") as folder,
        Simulator.start(sites, now=clock) as simulator,
        ListeningDesk() as desk,
    ):
        write_portals(simulator, sites, Path(folder))
        settings = Settings(portals=Path(folder))
        subscriptions = Subscriptions(
            feeds=Feeds(folder=str(feeds), title="gongkai demo"),
            # Every kind by name: what is not confirmed yet is told only to who asks for it.
            subscriptions=(Subscription(name="newsdesk", to=SecretStr(f"webhook+{desk.url}"), kinds=LOUD),),
        )

        def crawl(number: int, title: str) -> RunOutcome:
            console.print(Rule(f"[bold]{number}. {title}", align="left"))
            outcome = run_collect([], store, "all", settings, subscriptions=subscriptions, clock=clock)
            console.print(outcome_tables(outcome))
            outcomes.append(outcome)
            return outcome

        simulator.set_clock(DAY)
        console.print(
            f"The portals and the crawls share a simulated clock; it begins on {DAY:%-d %B %Y, %H:%M} in China."
        )
        for site, why in left_out.items():
            console.print(f"[yellow]{site} is left out: {why}[/]")
        crawl(1, "The first crawl builds the baseline: everything is collected, nobody is alerted")
        crawl(2, "The second crawl finds nothing new: every report answers 'not modified'")
        simulator.set_clock(clock())
        change(simulator, sites[0], console)
        crawl(3, "The third crawl tells exactly what happened")
        _tell_deliveries(console, desk, feeds, outcomes[-1])
    return outcomes


def change(simulator: Simulator, site: str, console: Console) -> None:
    """One report is published, one figure of an old one changes in silence, one report is taken away."""
    everything: list[dict[str, Any]] = [dict(told) for told in simulator.reports(site) if isinstance(told, dict)]
    reports = [told for told in everything if told["kind"] == "report"]
    waiting = next(told for told in reports if not told["live"])
    live = [told for told in reports if told["live"]]
    old, doomed = live[0], live[-1]
    simulator.publish(site, waiting["agency"], waiting["year"])
    edited = simulator.edit(site, old["report"])
    simulator.delete(site, doomed["report"])
    console.print(Rule("[bold]Meanwhile at the portal", align="left"))
    console.print(f"  published  {waiting['title']}")
    console.print(f"  changed    {old['title']}: one figure, {edited['from']} → {edited['to']}, without a word")
    console.print(f"  removed    {doomed['title']}")


def _tell_deliveries(console: Console, desk: ListeningDesk, feeds: Path, outcome: RunOutcome) -> None:
    console.print(Rule("[bold]Alerts", align="left"))
    console.print(f"  webhook    {len(desk.received)} messages received for {len(told_events(outcome))} events:")
    for message in desk.received:
        console.print(f"             {str(message['text']).splitlines()[0]}")
    for file in sorted(feeds.glob("events.*")):
        console.print(f"  feed       {os.path.relpath(file)}")


def next_steps(store: str) -> list[str]:
    """What to try after the demo."""
    at = "" if store in ("archive", "./archive") else f" --store {store}"
    return [
        f"gongkai list{at}",
        f"gongkai show 青禾 财政 2021{at}",
        f"gongkai diff 青禾 财政 2019{at}",
        "gongkai portals",
        "gongkai parse tests/reports/tianjin-rsj-2022/document.txt --pretty",
    ]
