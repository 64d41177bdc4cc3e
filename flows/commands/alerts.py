"""`gongkai alerts`: where each delivery stands, and another try for those that wait for a person."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.alerts import DeliveryState, deliver, delivery_states, load_subscriptions
from flows.alerts.outbox import HORIZON
from flows.opening import existing_archive
from flows.settings import Settings
from model.document import Event
from model.errors import BadQuery
from spiders.portal_files import load_portals

EPILOG = """Examples:

gongkai alerts                          deliveries of the last 30 days: sent, waiting, not known, failed and when next

gongkai alerts --state failed           only those that did not arrive

gongkai alerts --retry                  try now what is due, and what a receiver had refused

gongkai alerts --json | jq .text        one JSON object per line

Subscriptions come from the file that GONGKAI_ALERTS names."""

STYLES = {"sent": "green", "failed": "red", "not known": "yellow", "waiting": "cyan"}


def alerts(
    store: Annotated[
        str | None, typer.Option(help="Archive: a folder or s3://bucket/prefix", show_default="./archive")
    ] = None,
    subscriptions: Annotated[
        Path | None, typer.Option(help="The file of subscriptions", show_default="GONGKAI_ALERTS")
    ] = None,
    state: Annotated[str | None, typer.Option(help="Only this state: sent, waiting, failed or 'not known'")] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Deliver what is due now, and what was refused, before showing")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line")] = False,
) -> None:
    """Show where each event stands with each subscription; exit code 1 when a delivery failed."""
    settings = Settings()
    if state is not None and state not in STYLES:
        raise BadQuery(f"--state {state!r} is none of {', '.join(STYLES)}")
    file = subscriptions or settings.alerts
    if file is None:
        raise BadQuery("no file of subscriptions; name it with --subscriptions or GONGKAI_ALERTS")
    known = load_subscriptions(file)
    archive = existing_archive(store or settings.store, settings)
    now = datetime.now(UTC)
    events = archive.events(now - HORIZON)
    regions = {portal.id: portal.region for portal in load_portals(settings.portals).values()}
    problems: tuple[str, ...] = ()
    if retry:
        problems = deliver(archive.store, known, events, now, regions=regions, refused_too=True).problems
    states = delivery_states(archive.store, known, events, now, regions=regions)
    shown = [s for s in states if state is None or s.state == state]
    by_id = {event.id: event for event in events}
    if as_json:
        for one in shown:
            sys.stdout.write(json.dumps(_told(one, by_id[one.event]), ensure_ascii=False) + "\n")
    else:
        _draw(shown, by_id, states, problems)
    if any(s.state == "failed" for s in states):
        raise typer.Exit(1)


def _told(state: DeliveryState, event: Event) -> dict[str, object]:
    about = {"kind": event.kind.value, "at": event.at.isoformat(), "title": event.title, "portal": event.portal}
    return {**state.model_dump(mode="json"), "text": state.text, **about}


def _draw(
    shown: list[DeliveryState], events: dict[str, Event], states: list[DeliveryState], problems: tuple[str, ...]
) -> None:
    console = Console()
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("event", "what", "about", "to", "tries", "state"):
        table.add_column(name, justify="right" if name == "tries" else "left", no_wrap=name not in ("about", "state"))
    for one in shown:
        event = events[one.event]
        table.add_row(
            f"{event.at.astimezone(UTC):%m-%d %H:%M}",
            event.kind.value,
            event.title or event.subject,
            one.subscription,
            str(one.attempts),
            Text(one.text, style=STYLES[one.state]),
        )
    console.print(table)
    counted: Counter[str] = Counter(s.state for s in states)
    console.print(", ".join(f"{counted[name]} {name}" for name in STYLES if counted[name]) or "nothing to deliver")
    for problem in problems:
        console.print(problem, style="yellow")
    if counted["failed"] or counted["waiting"] or counted["not known"]:
        console.print("the next collect tries what is due; gongkai alerts --retry tries it now", style="dim")
