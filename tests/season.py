"""A played season: the real run, again and again, over simulated portals by a simulated clock; then the two ledgers.

`python -m tests.season [--portals 300] [--seed 1]`, or `make season`. One process: Scrapy's loop runs the crawls and,
between them, the runs' other steps; the simulator answers from a thread of its own.
"""

import argparse
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

from pydantic import SecretStr

from flows.alerts import Subscription, Subscriptions
from flows.alerts.subscriptions import is_confirmed
from flows.run import PLAINLY, Equipment, due_portals, run_once
from flows.schedule import JITTER, interval
from flows.settings import Settings
from flows.shard import ShardOrder
from flows.steps import Steps
from infra.simulator import Simulator
from infra.simulator.season import SHANGHAI, Season, Told
from model.capture import Capture, CrawlJob, PortalVisit
from model.clock import legal_day
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
from tests.alert_receiver import receiving

HOUR = timedelta(hours=1)
ROOM = SimpleNamespace(total=10**12, used=0, free=9 * 10**11)
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


class Delay(NamedTuple):
    """From the publication of a report to its alert."""

    took: timedelta
    allowed: timedelta
    what: str


@dataclass
class Played:
    """What a season came to. `delays`: of each `published`, the time to its alert and the longest allowed.

    Allowed is the interval that the schedule has at that time of the year, the wait for the next run, and TELLING.
    """

    season: Season
    archive: Archive
    portals: dict[str, Portal]
    events: list[Event]
    runs: int
    visits: int
    seconds: float
    delays: list[Delay] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    """Ids of the events that a webhook was told, in the order of arrival."""

    @property
    def not_alerted(self) -> list[Event]:
        """Events that the webhook should have been told once, and was not told, or told twice."""
        arrived = Counter(self.alerts)
        return [event for event in self.events if is_confirmed(event) and arrived[event.id] != 1]

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
    def late_alerts(self) -> list[Delay]:
        return [delay for delay in self.delays if delay.took > delay.allowed]


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

    def keep_all(self, captures: Sequence[tuple[Capture, bytes | None]]) -> None:
        raise AssertionError(f"{captures[0][0].url} was asked before the first run")

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
    left_alone: dict[str, list[datetime]] = defaultdict(list)
    ended: dict[str, datetime] = {}
    with ExitStack() as stack:
        simulator = stack.enter_context(Simulator.start(configs=season.configs))
        season.play(simulator)
        portals = portals_of(simulator, season)
        settings = Settings(store=str(folder), storage=storage, shard_hosts=1000, vantage="here", contact=None)
        # A disk that others fill in minutes would be full in a few simulated days.
        stack.enter_context(patch("flows.liveness.shutil.disk_usage", return_value=ROOM))
        receiver = stack.enter_context(receiving())
        desk = Subscription(name="desk", to=SecretStr(receiver.webhook), secret=SecretStr("k3y"))
        equipment = Equipment(settings, Subscriptions(subscriptions=(desk,)), clock)

        async def all_runs(fetcher: Fetcher, browser: Browser) -> None:
            nonlocal runs, visits

            async def crawl(_name: str, order: ShardOrder) -> None:
                with LedgerWriter(archive.store, order.job.run, order.job.shard, linger=0.01) as sink:
                    await visit_portals(fetcher.for_job(order.job, sink, archive.list_body), browser, lambda _: None)

            steps = Steps(crawl, PLAINLY.settle, PLAINLY.alert, leased=False)
            moment = season.begin
            while moment < season.end:
                season.advance(moment)
                clock.set(moment)
                due = due_portals(archive, portals, moment, "season")
                for name in away(archive, portals, moment):
                    left_alone[name].append(moment)
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
    played.alerts = [got.json["event"]["id"] for got in receiver.got]
    played.delays = _delays(played, visited, left_alone, ended, step)
    return played


def away(archive: Archive, portals: dict[str, Portal], now: datetime) -> list[str]:
    """Portals that refused us and are left alone at this time, whatever their schedule says."""
    hosts = archive.cool_downs(now).keys()
    return [name for name, portal in portals.items() if portal.start_hosts <= hosts]


def _delays(
    played: Played,
    visited: dict[str, list[datetime]],
    left_alone: dict[str, list[datetime]],
    ended: dict[str, datetime],
    step: timedelta,
) -> list[Delay]:
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
        if before > published or any(before < moment <= at for moment in left_alone[event.portal]):
            continue  # an outage, or a block and the days after it, which are no matter of the schedule
        version = played.archive.version(event.subject, 1)
        promised = max(interval(legal_day(before)), interval(legal_day(at))) * (1 + JITTER) + step
        allowed = min(at - before, promised) + TELLING
        what = f"{event.subject} of {event.portal}, published {_moment(published)}, visited {_moment(at)}"
        found.append(Delay(ended[version.run] - published, allowed, what))
    return found


def report(played: Played) -> dict[str, Any]:
    """The figures of a season; those of two halves can be added up."""
    return {
        "portals": len(played.portals),
        "runs": played.runs,
        "visits": played.visits,
        "seconds": round(played.seconds, 1),
        "outages": played.season.outages,
        "ledger": dict(Counter(told.kind.value for told in played.season.ledger)),
        "events": dict(Counter(event.kind.value for event in played.events)),
        "delays": [delay.took / HOUR for delay in played.delays],
        "late": [f"{d.what}: {d.took / HOUR:.1f} h, allowed {d.allowed / HOUR:.1f}" for d in played.late_alerts],
        "missing": [f"{told.key} at {_moment(told.at)}" for told in played.missing],
        "surplus": [f"{key_of(event)} at {_moment(event.at)}: {event.title}" for event in played.surplus],
        "alerts": len(played.alerts),
        "not_alerted": [f"{key_of(event)} at {_moment(event.at)}" for event in played.not_alerted],
        "wrong_figures": [f"{told.key}: {event.details.get('cells')}" for told, event in played.wrong_figures],
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def together(halves: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of all, and whether the two ledgers are equal."""
    whole: dict[str, Any] = {
        name: sum(half[name] for half in halves) for name in ("portals", "runs", "visits", "outages", "alerts")
    }
    whole["seconds"] = max(half["seconds"] for half in halves)
    for name in ("ledger", "events"):
        counted: Counter[str] = sum((Counter(half[name]) for half in halves), Counter())
        whole[name] = dict(sorted(counted.items()))
    for name in ("missing", "surplus", "wrong_figures", "not_alerted", "late"):
        whole[name] = [line for half in halves for line in half[name]]
    delays = sorted(delay for half in halves for delay in half["delays"])
    whole["hours_to_alert"] = {
        "measured": len(delays),
        "median": round(delays[len(delays) // 2], 1) if delays else None,
        "most": round(delays[-1], 1) if delays else None,
        "over_one_interval_and_five_minutes": len(whole["late"]),
    }
    whole["equal"] = not any(whole[name] for name in ("missing", "surplus", "wrong_figures", "not_alerted", "late"))
    return whole


def play_alone(options: argparse.Namespace) -> dict[str, Any]:
    """Play in this process."""
    begin, end = (datetime.fromisoformat(day).replace(tzinfo=SHANGHAI) for day in (options.begin, options.end))
    folder = Path(tempfile.mkdtemp(prefix="gongkai-season-", dir=options.folder))

    def tell(day: datetime, visits: int) -> None:
        sys.stderr.write(f"{day:%Y-%m-%d} portals from {options.first} on: {visits} visits\n")
        sys.stderr.flush()

    try:
        season = Season(options.portals, options.seed, begin, end, first=options.first)
        return report(play(season, folder, step=HOUR * options.step, on_day=tell))
    finally:
        if not options.keep:
            shutil.rmtree(folder)


def play_apart(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Play the portals in several processes, each with an archive and a simulator of its own."""
    shares = [options.portals // options.jobs + (n < options.portals % options.jobs) for n in range(options.jobs)]
    processes = []
    for number, share in enumerate(shares):
        first = options.first + sum(shares[:number])
        own = ["--portals", str(share), "--first", str(first), "--jobs", "1"]
        command = [sys.executable, "-m", "tests.season", *sys.argv[1:], *own, "--part"]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    answers = [process.communicate()[0] for process in processes]
    return [json.loads(answer) for answer in answers]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.season", description="A simulated season, December to April")
    parser.add_argument("--portals", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="number of the first portal")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--step", type=float, default=1, help="hours from one run to the next")
    parser.add_argument("--from", dest="begin", default="2025-12-01", help="first day")
    parser.add_argument("--to", dest="end", default="2026-05-01", help="the day after the last")
    parser.add_argument("--folder", help="where archives are put; in memory is fastest")
    parser.add_argument("--keep", action="store_true", help="leave the archives there")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    logging.disable(logging.ERROR)
    halves = play_apart(options) if options.jobs > 1 else [play_alone(options)]
    told = halves[0] if options.part else together(halves)
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=None if options.part else 1) + "\n")
    return 0 if options.part or told["equal"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
