"""What a run shows in Prefect's UI: progress while it goes, then a summary and the list of problems."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prefect.artifacts import (
    acreate_markdown_artifact,
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)

from model.document import Event

from .outcome import PortalOutcome, RunOutcome
from .tables import told_events

log = logging.getLogger(__name__)

UPDATE_EVERY = 3.0  # seconds
MOST_EVENTS = 100
MOST_CELLS = 10


class ProgressShare:
    """How far a run is, from the lines of progress; fetching counts for 80 %, reading and comparing for the rest."""

    def __init__(self) -> None:
        self._documents: dict[str, tuple[int, int]] = {}
        self._settled = 0
        self._note = "reading lists"

    def hear(self, line: dict[str, Any]) -> None:
        """One line of progress, see `flows.progress`."""
        if line.get("phase") == "documents":
            self._documents[str(line.get("portal"))] = (int(line["done"]), int(line["total"]))
            self._note = ""
        elif line.get("type") == "settled":
            self._settled += 1
            self._note = ""
        elif line.get("type") == "waiting":
            self._note = f"waiting for another crawl of {', '.join(line['hosts'])}"

    @property
    def percent(self) -> float:
        done, total = (sum(pair[i] for pair in self._documents.values()) for i in (0, 1))
        if not total:
            return 0.0
        return round(80 * done / total + 20 * min(1.0, self._settled / total), 1)

    @property
    def words(self) -> str:
        done, total = (sum(pair[i] for pair in self._documents.values()) for i in (0, 1))
        return self._note or f"{done} of {total} reports asked for, {self._settled} read and compared"


@asynccontextmanager
async def progress_artifact(share: ProgressShare) -> AsyncIterator[None]:
    """Keep one progress artifact of the flow run up to date while the context lasts."""
    artifact = await acreate_progress_artifact(progress=0.0, description=share.words)

    async def follow() -> None:
        told = (0.0, "")
        while True:
            await asyncio.sleep(UPDATE_EVERY)
            if (now := (share.percent, share.words)) != told:
                await aupdate_progress_artifact(artifact, progress=now[0], description=now[1])
                told = now

    follower = asyncio.create_task(follow())
    finished = False
    try:
        yield
        finished = True
    finally:
        follower.cancel()
        # An update that failed must not fail the run: the artifact is only for watching.
        result = (await asyncio.gather(follower, return_exceptions=True))[0]
        if not isinstance(result, asyncio.CancelledError):
            log.warning("the progress artifact could not be updated: %s", result)
        if finished:
            await aupdate_progress_artifact(artifact, progress=100.0, description=share.words)


async def result_artifacts(outcome: RunOutcome) -> None:
    """The summary, and a table of problems if there are any."""
    await acreate_markdown_artifact(summary(outcome), key="collect-summary", description="Portals, events and problems")
    if rows := problem_rows(outcome):
        await acreate_table_artifact(rows, key="collect-problems", description=f"Problems of run {outcome.run}")


def problem_rows(outcome: RunOutcome) -> list[dict[str, Any]]:
    """One row for each problem."""
    return [{"portal": p.portal, "problem": problem} for p in outcome.portals for problem in p.problems]


def summary(outcome: RunOutcome) -> str:
    """The outcome in Markdown: portals, events with their cells, problems."""
    lines = [
        f"# Run {outcome.run}",
        "",
        "| portal | state | new | changed | same | gone | fetched | 304 |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
        *(_portal_row(p) for p in outcome.portals),
    ]
    told = told_events(outcome)
    silent = sum(e.kind == "collected" for e in outcome.events)
    lines += ["", "## Events", ""]
    if silent:
        lines += [f"Baseline: {silent} reports collected, nobody is alerted.", ""]
    if not told and not silent:
        lines.append("Nothing new.")
    for event in told[:MOST_EVENTS]:
        lines += _event_lines(event)
    if len(told) > MOST_EVENTS:
        lines.append(f"- and {len(told) - MOST_EVENTS} more")
    if rows := problem_rows(outcome):
        lines += ["", "## Problems", "", *(f"- **{r['portal']}**: {_plain(r['problem'])}" for r in rows)]
    return "\n".join(lines) + "\n"


def _plain(text: object) -> str:
    """Text of a portal, which must not become markup."""
    told = " ".join(str(text).split())
    for sign in "\\`*_[]<>|":
        told = told.replace(sign, f"\\{sign}")
    return told


def _portal_row(portal: PortalOutcome) -> str:
    count = {w: sum(d.what == w for d in portal.documents) for w in ("new", "changed", "unchanged", "repeated", "gone")}
    state = "complete" if portal.complete else portal.stop_reason or "incomplete"
    state += ", baseline" if portal.baseline and portal.complete else ""
    state += f", {len(portal.problems)} problem(s)" if portal.problems else ""
    same = count["unchanged"] + count["repeated"]
    figures = (count["new"], count["changed"], same, count["gone"], portal.bodies, portal.not_modified)
    # The id alone: with its title, Prefect's page cuts the last columns off.
    return f"| {portal.portal} | {_plain(state)} | {' | '.join(str(n) for n in figures)} |"


def _event_lines(event: Event) -> list[str]:
    lines = [f"- **{event.kind.value}** {_plain(event.title or event.subject)}"]
    cells = event.details.get("cells")
    if isinstance(cells, list):
        for cell in [c for c in cells if isinstance(c, dict)][:MOST_CELLS]:
            name = _plain(cell.get("label") or cell.get("id"))
            lines.append(f"    - {name}: {_plain(cell.get('from'))} → {_plain(cell.get('to'))}")
        if len(cells) > MOST_CELLS:
            lines.append(f"    - and {len(cells) - MOST_CELLS} more")
    return lines
