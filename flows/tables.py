"""Outcomes of a run as tables for people."""

from typing import get_args

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from model.document import Event

from .outcome import DocumentOutcome, PortalOutcome, RunOutcome, What

VERDICT_STYLE = {
    "verified": "green",
    "flagged": "yellow",
    "refused": "red",
    "unreadable": "red",
    "needs_ocr": "magenta",
    "narrative": "cyan",
    "not_a_report": "dim",
}
WHAT_STYLE = {"new": "bold green", "changed": "bold yellow", "gone": "bold red", "unclear": "red", "no_report": "dim"}
MOST_DOCUMENTS = 60
MOST_HOSTS = 40


def verdict_text(verdict: str | None) -> Text:
    """A verdict in its colour."""
    return Text(verdict or "–", style=VERDICT_STYLE.get(verdict or "", ""))


def portals_table(outcome: RunOutcome) -> Table:
    """One line per portal: what was read, fetched and found."""
    table = Table(box=box.SIMPLE_HEAD, title=f"run {outcome.run}", title_justify="left", padding=(0, 1, 0, 0))
    for name in ("portal", "family", "state"):
        table.add_column(name, no_wrap=name != "state")
    for name in ("lists", "new", "changed", "same", "gone", "fetched", "304"):
        table.add_column(name, justify="right", no_wrap=True)
    for portal in outcome.portals:
        count = {w: sum(d.what == w for d in portal.documents) for w in get_args(What)}
        state = Text("complete" if portal.complete else portal.stop_reason)
        if portal.baseline and portal.complete:
            state.append(", baseline")
        if portal.reports_before not in (None, portal.reports):
            state.append(", ").append_text(with_trend(portal.reports, portal.reports_before)).append(" reports")
        if portal.problems:
            state.append(f", {len(portal.problems)} problem(s)", style="yellow")
        table.add_row(
            portal.portal,
            portal.family or "–",
            state,
            str(portal.list_pages),
            str(count["new"]),
            str(count["changed"]),
            str(count["unchanged"] + count["repeated"]),
            str(count["gone"]),
            str(portal.bodies),
            str(portal.not_modified),
        )
    return table


def with_trend(now: int, before: int | None) -> Text:
    """A number of reports, and how many more or fewer they are than last time: `33`, `34 +1`, `20 −13`."""
    text = Text(str(now))
    if before is not None and now > before:
        text.append(f" +{now - before}", style="green")
    elif before is not None and now < before:
        text.append(f" −{before - now}", style="bold red")
    return text


def requests_line(outcome: RunOutcome) -> Text:
    """How often each host was asked, for the conscience."""
    hosts: dict[str, int] = {}
    for portal in outcome.portals:
        for host, requests in portal.requests.items():
            hosts[host] = hosts.get(host, 0) + requests
    # Those asked most come first; --json has them all.
    most = sorted(hosts.items(), key=lambda item: (-item[1], item[0]))[:MOST_HOSTS]
    told = ", ".join(f"{host} {n}" for host, n in most)
    rest = len(hosts) - len(most)
    more = f" and {rest} hosts more with {sum(hosts.values()) - sum(n for _, n in most)}" if rest else ""
    return Text(f"requests per host: {told or 'none'}{more}", style="dim")


def documents_table(portal: PortalOutcome) -> Table:
    """The documents that are not simply unchanged, with their verdicts."""
    table = Table(box=box.SIMPLE_HEAD, title=f"{portal.portal} · {portal.title}", title_justify="left")
    for name in ("agency", "year", "form", "verdict", "version", "what"):
        table.add_column(name, justify="right" if name in ("year", "version") else "left")
    shown = [d for d in portal.documents if d.what != "unchanged"]
    for document in sorted(shown, key=_order)[:MOST_DOCUMENTS]:
        table.add_row(
            document.agency or document.title,
            str(document.year or "–"),
            document.form or "–",
            verdict_text(document.verdict),
            str(document.version or "–"),
            Text(document.what, style=WHAT_STYLE.get(document.what, "")),
        )
    if len(shown) > MOST_DOCUMENTS:
        table.caption = f"and {len(shown) - MOST_DOCUMENTS} more: gongkai list"
    return table


def _order(document: DocumentOutcome) -> tuple[str, int]:
    return document.agency or "~" + document.title, document.year or 0


def events_table(events: tuple[Event, ...]) -> Table:
    """What is to be told; the silent events of a baseline are left out by the caller."""
    table = Table(box=box.SIMPLE_HEAD, title="events", title_justify="left")
    for name in ("event", "report", "what changed"):
        table.add_column(name)
    for event in events:
        cells = event.details.get("cells")
        told = []
        if isinstance(cells, list):
            for cell in cells[:5]:
                if isinstance(cell, dict):
                    told.append(f"{cell.get('label') or cell.get('id')}: {cell.get('from')} → {cell.get('to')}")
            if len(cells) > 5:
                told.append(f"and {len(cells) - 5} more")
        if event.kind == "disappeared":
            told.append(f"answers {event.details.get('status')}; seen once, not yet confirmed")
        table.add_row(Text(event.kind.value, style="bold"), event.title or event.subject, "\n".join(told))
    return table


def told_events(outcome: RunOutcome) -> tuple[Event, ...]:
    """The events of a run that are news."""
    return tuple(e for e in outcome.events if e.kind != "collected" and not e.details.get("baseline"))


def outcome_tables(outcome: RunOutcome) -> RenderableType:
    """Everything that a person wants to see after a run."""
    parts: list[RenderableType] = [portals_table(outcome), requests_line(outcome)]
    parts += [documents_table(p) for p in outcome.portals if any(d.what != "unchanged" for d in p.documents)]
    if told := told_events(outcome):
        parts.append(events_table(told))
    elif outcome.portals and not outcome.with_problems:
        silent = sum(e.kind == "collected" for e in outcome.events)
        parts.append(Text(f"baseline: {silent} reports collected, nobody is alerted" if silent else "nothing new"))
    for portal in outcome.portals:
        parts += [Text(f"{portal.portal}: {problem}", style="yellow") for problem in portal.problems]
    if outcome.with_problems and not outcome.failed:
        parts.append(Text(f"completed with problems: {', '.join(outcome.with_problems)}", style="bold yellow"))
    return Group(*parts)
