"""A season as it could be: hundreds of portals from December to April, with all that happens to such portals.

Everything is drawn by the seed before it begins, and the ledger says what came of it: each thing that somebody who
watches the portals has to be told, once, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from infra.simulator.oddities import Override
from infra.simulator.reports.dice import dice
from infra.simulator.simulation import Simulator
from infra.simulator.site import FamilyName, Reporting, SiteConfig
from model.vocabulary import EventKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = 2025
EARLIER = (2023, 2024)
BEGIN = datetime(2025, 12, 1, tzinfo=SHANGHAI)
END = datetime(2026, 5, 1, tzinfo=SHANGHAI)
JANUARY = datetime(2026, 2, 1, tzinfo=SHANGHAI)
MARCH = datetime(2026, 4, 1, tzinfo=SHANGHAI)
"""The moments at which the two due dates of Article 49 are over."""
NEVER = datetime(2030, 1, 1, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

FAMILIES: tuple[FamilyName, ...] = ("static", "trs", "sudy", "vsb", "eportal")
# No place in China is called so.
FIRST, SECOND = "珏琅玥璟瑄珞琮瑾璞珩琬瑶琚珺璐琳瑭珑瑗璧", "溪岭坪湾渡洲浦崖塘岗沟泉岩坞埔"
BUREAUS = ("财政局", "教育局", "民政局", "水利局", "司法局", "统计局")
FIGURE = "proactive.art20_5.licensing.decisions"
RECOVERY = 16 * DAY
"""After an outage or a block the watcher may stay away for a week, and has to look twice."""


@dataclass(frozen=True)
class Told:
    """One entry of the ledger: what is to be told, of which report or portal, and when it became true."""

    kind: EventKind
    site: str
    agency: str | None
    at: datetime
    facts: dict[str, JsonValue] = field(default_factory=dict, hash=False, compare=False)

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.kind.value, self.site, self.agency


@dataclass
class Planned:
    """One thing that will happen at a site: `do` does it, and gives what the ledger says of it."""

    at: datetime
    do: Callable[[], list[Told]]


@dataclass
class SitePlan:
    """What is drawn for one site. `shadows`: times in which a watcher may see nothing, with what follows them."""

    name: str
    chance: Random
    config: SiteConfig
    published: dict[str, datetime]
    due: dict[str, datetime]
    shadows: list[tuple[datetime, datetime]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)

    def clear(self, begin: datetime, end: datetime) -> bool:
        """Is nothing in the way of seeing the site at any time between the two?"""
        return all(end < first or begin > last for first, last in self.shadows)


class Season:
    """The portals, their fate, and the ledger. The simulator is started with `configs` and given to `play`."""

    def __init__(
        self, portals: int, seed: int = 1, begin: datetime = BEGIN, end: datetime = END, *, first: int = 0
    ) -> None:
        """`first`: number of the first portal; two seasons with different numbers are two halves of one."""
        self.begin, self.end, self.seed = begin, end, seed
        self.ledger: list[Told] = []
        self.outages = 0
        self._plans = [self._site(number) for number in range(first, first + portals)]
        self._todo: list[Planned] = []
        self._simulator: Simulator | None = None

    @property
    def configs(self) -> dict[str, SiteConfig]:
        return {plan.name: plan.config for plan in self._plans}

    def play(self, simulator: Simulator) -> None:
        """Draw what will happen and begin. What is published by its date is in the ledger already."""
        self._simulator = simulator
        for plan in self._plans:
            self._disturb(plan)
            self._alter(plan)
            self._note_publications(plan)
        self._todo.sort(key=lambda planned: planned.at)
        self.advance(self.begin)

    def advance(self, moment: datetime) -> None:
        """Let everything happen up to a moment, and set all clocks to it."""
        while self._todo and self._todo[0].at <= moment:
            planned = self._todo.pop(0)
            self.ledger += planned.do()
        assert self._simulator is not None
        with self._simulator.lock:
            for host in self._simulator.hosts.values():
                host.portal.clock = moment

    # What is drawn

    def _site(self, number: int) -> SitePlan:
        chance = dice(self.seed, number, "site")
        first, second = divmod(number, len(SECOND))
        place = f"{FIRST[first % len(FIRST)]}{SECOND[second]}县"
        bureaus = chance.sample(BUREAUS, 2)
        offices = [Reporting(name=f"{place}{b}", core_name=f"县{b}", level="county", size="small",
                             years=(*EARLIER, YEAR)) for b in bureaus]  # fmt: skip
        offices.append(Reporting(name=f"{place}人民政府", core_name="县政府", kind="government", level="county",
                                 size="small", years=(*EARLIER, YEAR)))  # fmt: skip
        published, due = {}, {}
        for office in offices:
            due[office.name] = MARCH if office.kind == "government" else JANUARY
            out = self._publication(dice(self.seed, office.name, "fate"), due[office.name])
            # What comes out after the last visit nobody could tell of.
            published[office.name] = NEVER if self.end - 9 * DAY < out < self.end else out
        config = SiteConfig(
            title=f"{place}人民政府",
            domain=f"www.p{number}.example",
            region=f"9{10 + number // 90:02d}1{number % 90 + 10:02d}",
            family=chance.choice(FAMILIES),
            column_path="/xxgk/ndbg/",
            seed=self.seed * 10_000 + number,
            clock=self.begin,
            page_size=20,
            traps=False,
            agencies=tuple(offices),
            reports={f"{name}/{YEAR}": Override(published_at=at) for name, at in published.items()},
        )
        return SitePlan(f"p{number:03d}", chance, config, published, due)

    def _publication(self, chance: Random, due: datetime) -> datetime:
        """When a report comes out: mostly in time, at the last moment, a little late, weeks late, never."""
        fate = chance.random()
        if fate < 0.78:
            return due - chance.uniform(2, 27) * DAY
        if fate < 0.83:
            return due - chance.uniform(0.3, 7) * HOUR
        if fate < 0.87:
            return due + chance.uniform(0.3, 9) * HOUR
        late = chance.uniform(20, 45) if due == JANUARY else chance.uniform(8, 14)
        return due + late * DAY if fate < 0.94 else NEVER

    def _disturb(self, plan: SitePlan) -> None:
        """Outages, blocks, an empty column, a redesign: at some sites, and never two at once."""
        for _ in range(plan.chance.choice((0, 0, 1, 1, 2))):
            kind = plan.chance.choice(("outage", "outage", "busy", "block", "empty"))
            first, last = self.begin + 12 * DAY, min(self.end - 26 * DAY, MARCH - 5 * DAY)
            if last <= first:
                continue
            at = first + plan.chance.random() * (last - first)
            lasts = plan.chance.uniform(2, 7) * DAY if at.month in (1, 2, 3) else plan.chance.uniform(8, 11) * DAY
            late = [name for name, due in plan.due.items() if due <= plan.published[name] < NEVER]
            hides_the_due_date = any(
                at - 2 * DAY < plan.due[name] + 9 * DAY and at + lasts + RECOVERY > plan.due[name] for name in late
            )
            if plan.clear(at - DAY, at + lasts + RECOVERY) and not hides_the_due_date:
                plan.shadows.append((at - DAY, at + lasts + RECOVERY))
                self._disturbance(plan, kind, at, at + lasts)
        if plan.chance.random() < 0.15:
            self._redesign(plan)

    def _disturbance(self, plan: SitePlan, kind: str, at: datetime, until: datetime) -> None:
        def tell(event: EventKind) -> list[Told]:
            return [Told(event, plan.name, None, at)]

        self.outages += kind in ("outage", "busy")
        if kind == "empty":
            self._at(at, lambda: self._show_all(plan, False) or tell(EventKind.PORTAL_SILENT))
            self._at(until, lambda: self._show_all(plan, True))
            return
        switch: dict[str, tuple[str, JsonValue, JsonValue]] = {
            "outage": ("reset", True, False),
            "busy": ("throttle_after", 0, None),
            "block": ("protection", "ruishu", "none"),
        }
        name, on, off = switch[kind]
        if kind == "busy":
            self._at(at, lambda: self._switch(plan, "throttle_with", "503"))
            self._at(at, lambda: self._switch(plan, "retry_after_seconds", None))
        told = tell(EventKind.PORTAL_BLOCKED if kind == "block" else EventKind.PORTAL_SILENT)
        self._at(at, lambda: self._switch(plan, name, on) or told)
        self._at(until, lambda: self._switch(plan, name, off))

    def _redesign(self, plan: SitePlan) -> None:
        last = min(self.end - 20 * DAY, MARCH + 3 * DAY)
        if last <= self.begin + 12 * DAY:
            return
        at = self.begin + 12 * DAY + plan.chance.random() * (last - self.begin - 12 * DAY)
        if not plan.clear(at - DAY, at + DAY):
            return
        family = plan.chance.choice([name for name in FAMILIES if name != plan.config.family])
        # A page without any mark of a product is taken for the one whose addresses it has: then nobody can tell.
        keep = plan.chance.random() < 0.5 and family != "static"

        def do() -> list[Told]:
            self._sim.redesign(plan.name, family, keep)
            return [Told(EventKind.PORTAL_CHANGED, plan.name, None, at)]

        self._at(at, do)

    def _alter(self, plan: SitePlan) -> None:
        """Silent edits, and reports that are taken away, for a while or for good; one fate for a report."""
        for office in plan.config.agencies:
            chance = dice(self.seed, office.name, "changes")
            out = plan.published[office.name]
            if chance.random() < 0.2 and out < self.end - 45 * DAY:
                # A report that was there before the watching began has to be met as it was, first.
                out = max(out, self.begin + DAY)
                at = out + chance.uniform(3, 20) * DAY
                if plan.clear(out - DAY, at + 10 * DAY) and self._untouched(plan, f"{office.name}/{YEAR}"):
                    self._edit(plan, office.name, at, chance.random() < 0.7)
            if chance.random() < 0.12:
                self._take_away(plan, office.name, chance)

    def _edit(self, plan: SitePlan, agency: str, at: datetime, figure: bool) -> None:
        def do() -> list[Told]:
            report = f"{agency}/{YEAR}"
            if figure:
                changed = self._sim.edit(plan.name, report)
                facts = {name: changed[name] for name in ("cell", "from", "to")}
                return [Told(EventKind.REVISED, plan.name, agency, at, facts)]
            self._sim.edit_text(plan.name, report)
            return [Told(EventKind.EDITED, plan.name, agency, at)]

        self._at(at, do)

    def _take_away(self, plan: SitePlan, agency: str, chance: Random) -> None:
        """An earlier report goes: for five days, for thirty, or for good."""
        report = f"{agency}/{EARLIER[0]}"
        gone = chance.choice((5, 30, None))
        first = max(self.begin + 12 * DAY, datetime(2026, 1, 4, tzinfo=SHANGHAI))
        last = min(self.end - 30 * DAY, datetime(2026, 3, 10, tzinfo=SHANGHAI)) - (gone or 0) * DAY
        if last <= first:
            return
        at = first + chance.random() * (last - first)
        if not plan.clear(at - DAY, at + 40 * DAY) or not self._untouched(plan, report):
            return

        def go() -> list[Told]:
            self._sim.delete(plan.name, report)
            told = [Told(EventKind.DISAPPEARED, plan.name, agency, at)]
            # Three checks over two weeks: five days are too few, thirty and more are enough.
            return told if gone == 5 else [*told, Told(EventKind.WITHDRAWN, plan.name, agency, at + 14 * DAY)]

        def come_back() -> list[Told]:
            self._sim.restore(plan.name, report)
            return [Told(EventKind.REAPPEARED, plan.name, agency, at + (gone or 0) * DAY)]

        self._at(at, go)
        if gone:
            self._at(at + gone * DAY, come_back)

    def _note_publications(self, plan: SitePlan) -> None:
        for agency, out in plan.published.items():
            due = plan.due[agency]
            # What is there when the watching begins is no news.
            if out <= self.begin:
                continue
            if out < self.end:
                self.ledger.append(Told(EventKind.PUBLISHED, plan.name, agency, out))
                if out >= due:
                    self.ledger.append(Told(EventKind.LATE, plan.name, agency, out))
            # A few hours late are over before anybody could be sure.
            if out > due + DAY and due < self.end - 5 * DAY:
                self.ledger.append(Told(EventKind.OVERDUE, plan.name, agency, due))

    # What an editor or an accident does

    @property
    def _sim(self) -> Simulator:
        assert self._simulator is not None
        return self._simulator

    def _at(self, at: datetime, do: Callable[[], list[Told]]) -> None:
        self._todo.append(Planned(at, do))

    def _switch(self, plan: SitePlan, name: str, value: JsonValue) -> list[Told]:
        self._sim.set_switch(plan.name, name, value)
        return []

    def _show_all(self, plan: SitePlan, shown: bool) -> list[Told]:
        with self._sim.lock:
            for item in self._sim.hosts[plan.name].portal.publications.values():
                item.listed = shown
        return []

    @staticmethod
    def _untouched(plan: SitePlan, report: str) -> bool:
        if report in plan.touched:
            return False
        plan.touched.add(report)
        return True
