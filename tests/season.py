"""A played season: the real run, again and again, over simulated portals by a simulated clock; then the two ledgers.

`python -m tests.season [--portals 300] [--seed 1]`, or `make season`. One process: Scrapy's loop runs the crawls and,
between them, the runs' other steps; the simulator answers from a thread of its own.
"""

import argparse
import json
import logging
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.alerts import Subscriptions
from flows.run import PLAINLY, Equipment, Steps, due_portals, run_once
from flows.settings import Settings
from flows.shard import ShardOrder
from infra.simulator import Simulator
from infra.simulator.season import SHANGHAI, Season, Told
from model.capture import Capture, CrawlJob, PortalVisit
from model.document import Event
from model.portal import Portal
from model.silence import is_silent
from spiders.browser import Browser
from spiders.fetch import Fetcher
from spiders.process import run_work, visit_portals
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.objects import open_store
from storage.settings import StorageSettings

HOUR = timedelta(hours=1)
# A visit of a portal may find what happened after the one before; and then everything has to be told within this.
TELLING = timedelta(minutes=5)


class SimulatedClock:
    """Stands at a moment of the season; from there it goes on with the time that the work takes."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        self._moment, self._since = moment, time.monotonic()

    def __call__(self) -> datetime:
        return self._moment + timedelta(seconds=time.monotonic() - self._since)


@dataclass
class Played:
    """What a season came to. `delays`: of each `published`, the time to its alert and the longest allowed."""

    season: Season
    archive: Archive
    portals: dict[str, Portal]
    events: list[Event]
    runs: int
    visits: int
    seconds: float
    delays: list[tuple[timedelta, timedelta]] = field(default_factory=list)

    @property
    def missing(self) -> list[Told]:
        """What the simulator's ledger has and the archive has not."""
        seen = Counter(key_of(event) for event in self.events)
        return [told for told in self.season.ledger if not _take(seen, told.key)]

    @property
    def surplus(self) -> list[Event]:
        """What was told and did not happen: false alarms, or told twice."""
        expected = Counter(told.key for told in self.season.ledger)
        return [event for event in self.events if not _take(expected, key_of(event))]

    @property
    def wrong_figures(self) -> list[tuple[Told, Event]]:
        """Changed cells that are not those of the ledger."""
        revised = {key_of(event): event for event in self.events if event.kind == "revised"}
        told = [one for one in self.season.ledger if one.facts and one.key in revised]
        return [(one, revised[one.key]) for one in told if not _same_cell(one, revised[one.key])]

    @property
    def late_alerts(self) -> list[tuple[timedelta, timedelta]]:
        return [(delay, allowed) for delay, allowed in self.delays if delay > allowed]


def key_of(event: Event) -> tuple[str, str, str | None]:
    agency = event.details.get("agency")
    return event.kind.value, event.portal, str(agency) if agency else None


def _take(counter: Counter[Any], key: object) -> bool:
    counter[key] -= 1
    return counter[key] >= 0


def _same_cell(told: Told, event: Event) -> bool:
    cells = event.model_dump()["details"]["cells"]
    return [(c["id"], c["from"], c["to"]) for c in cells] == [tuple(told.facts[n] for n in ("cell", "from", "to"))]


class _NoSink:
    """For the job that only starts the loop."""

    def keep(self, capture: Capture, body: bytes | None) -> None:
        raise AssertionError(f"{capture.url} ({len(body or b'')} bytes) was asked before the first run")

    def visited(self, visit: PortalVisit) -> None:
        raise AssertionError(f"{visit.portal} was visited before the first run")


def portals_of(simulator: Simulator, season: Season) -> dict[str, Portal]:
    haste = {"delay": 0, "attachment_delay": 0, "jitter": 0, "daily_requests": 100_000}
    return {
        name: Portal.model_validate(
            {
                "id": name,
                "title": f"{config.title} {config.column}",
                "region": config.region,
                "start_urls": [simulator.entry_url(name)],
                "politeness": haste,
            }
        )
        for name, config in season.configs.items()
    }


def play(
    season: Season,
    folder: Path,
    *,
    step: timedelta = HOUR,
    on_day: Callable[[datetime, int], None] = lambda _day, _visits: None,
    before_run: Callable[[Archive, datetime], None] = lambda _archive, _now: None,
) -> Played:
    """Play a season into an archive in a folder. Once in a process, as Scrapy has it."""
    storage = StorageSettings(fsync=False)
    archive = Archive(open_store(str(folder), settings=storage))
    began, runs, visits = time.monotonic(), 0, 0
    clock = SimulatedClock(season.begin)
    visited: dict[str, list[datetime]] = defaultdict(list)
    ended: dict[str, datetime] = {}
    with Simulator.start(configs=season.configs) as simulator:
        season.play(simulator)
        portals = portals_of(simulator, season)
        settings = Settings(store=str(folder), storage=storage, shard_hosts=1000, vantage="here", contact=None)
        equipment = Equipment(settings, Subscriptions(), clock)

        async def all_runs(fetcher: Fetcher, browser: Browser) -> None:
            nonlocal runs, visits

            async def crawl(_name: str, order: ShardOrder) -> None:
                with LedgerWriter(archive.store, order.job.run, order.job.shard, linger=0.01) as sink:
                    await visit_portals(fetcher.for_job(order.job, sink, archive.list_body), browser, lambda _: None)

            steps = Steps(crawl, PLAINLY.settle, PLAINLY.alert)
            moment = season.begin
            while moment < season.end:
                season.advance(moment)
                clock.set(moment)
                due = due_portals(archive, portals, moment, "season")
                before_run(archive, moment)
                if due:
                    outcome = await run_once(equipment, archive, due, portals, str(folder), "due", steps)
                    runs, visits = runs + 1, visits + len(due)
                    ended[outcome.run] = clock()
                    for name in due:
                        visited[name].append(moment)
                    simulator.reset_log()
                if moment.hour == 0:
                    on_day(moment, visits)
                moment += step

        job = CrawlJob(run="season", shard="000", portals=())
        run_work(job, _NoSink(), all_runs, now=clock)
    events = [event for event in archive.events() if not is_silent(event)]
    played = Played(season, archive, portals, events, runs, visits, time.monotonic() - began)
    played.delays = _delays(played, visited, ended)
    return played


def _delays(
    played: Played, visited: dict[str, list[datetime]], ended: dict[str, datetime]
) -> list[tuple[timedelta, timedelta]]:
    """For each report whose portal could be seen: from publication to the end of the run that told of it."""
    out = {told.key: told.at for told in played.season.ledger if told.kind == "published"}
    found = []
    for event in played.events:
        if event.kind != "published" or key_of(event) not in out:
            continue
        moments = visited[event.portal]
        at = max(moment for moment in moments if moment <= event.at)
        before = max((moment for moment in moments if moment < at), default=at)
        published = out[key_of(event)]
        if before > published:
            continue  # the visit before could not see it: an outage or a block, which is no matter of the schedule
        version = played.archive.version(event.subject, 1)
        found.append((ended[version.run] - published, at - before + TELLING))
    return found


def report(played: Played) -> dict[str, Any]:
    """The figures of a season, for people and machines."""
    kinds = Counter(event.kind.value for event in played.events)
    ledger = Counter(told.kind.value for told in played.season.ledger)
    delays = sorted(delay for delay, _ in played.delays)
    return {
        "portals": len(played.portals),
        "seed": played.season.seed,
        "runs": played.runs,
        "visits": played.visits,
        "seconds": round(played.seconds, 1),
        "outages": played.season.outages,
        "ledger": dict(sorted(ledger.items())),
        "events": dict(sorted(kinds.items())),
        "missing": len(played.missing),
        "surplus": len(played.surplus),
        "wrong_figures": len(played.wrong_figures),
        "hours_to_alert": {
            "median": round(delays[len(delays) // 2] / HOUR, 1),
            "most": round(delays[-1] / HOUR, 1),
            "over_one_interval_and_five_minutes": len(played.late_alerts),
        }
        if delays
        else None,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.season", description="A simulated season, December to April")
    parser.add_argument("--portals", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--archive", type=Path, help="keep the archive in this folder; it must not exist")
    parser.add_argument("--from", dest="begin", default="2025-12-01", help="first day")
    parser.add_argument("--to", dest="end", default="2026-05-01", help="the day after the last")
    options = parser.parse_args()
    logging.disable(logging.ERROR)
    begin, end = (datetime.fromisoformat(day).replace(tzinfo=SHANGHAI) for day in (options.begin, options.end))
    folder = options.archive or Path(tempfile.mkdtemp(prefix="gongkai-season-"))

    def tell(day: datetime, visits: int) -> None:
        sys.stderr.write(f"\r{day:%Y-%m-%d} · {visits} visits ")
        sys.stderr.flush()

    try:
        played = play(Season(options.portals, options.seed, begin, end), folder, on_day=tell)
        sys.stderr.write("\n")
        sys.stdout.write(json.dumps(report(played), ensure_ascii=False, indent=1) + "\n")
        for told in played.missing[:20]:
            sys.stdout.write(f"not told: {told.key} at {told.at:%Y-%m-%d %H:%M}\n")
        for event in played.surplus[:20]:
            sys.stdout.write(
                f"told, and did not happen: {key_of(event)} at {event.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}\n"
            )
    finally:
        if options.archive is None:
            shutil.rmtree(folder)
    exact = not (played.missing or played.surplus or played.wrong_figures or played.late_alerts)
    sys.stdout.write("the ledgers are equal\n" if exact else "the ledgers differ\n")
    return 0 if exact else 1


if __name__ == "__main__":
    raise SystemExit(main())
