"""The content of one virtual host and what may happen to it; knows nothing of HTTP."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from infra.simulator.families import Family, family_named
from infra.simulator.oddities import Override
from infra.simulator.publication import Publication
from infra.simulator.reports.dice import dice
from infra.simulator.reports.figures import Number
from infra.simulator.reports.report import date_of, era_of, title_of
from infra.simulator.site import FamilyName, Reporting, SiteConfig
from infra.simulator.switches import Switches
from infra.simulator.traps import traps
from model.errors import BadQuery

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Portal:
    """A site at one moment of its own clock. Everything in it follows from the configuration and the commands."""

    def __init__(self, name: str, config: SiteConfig) -> None:
        self.name = name
        self.config = config
        self.family: Family = family_named(config.family)
        self.switches: Switches = config.switches
        self.clock = config.clock
        self.moved: dict[str, str | None] = {}
        """Old paths: to the new path when the site redirects, else None."""
        self.publications: dict[str, Publication] = {}
        self.changed_at: datetime | None = None
        self.tokens_given = 0
        self.tokens_open: set[int] = set()
        """One-time numbers of the `rendered` family that were handed out and not used."""
        for agency in config.agencies:
            for year in agency.years:
                self._add(self._report(agency, year))
        for at, row in enumerate(config.rows):
            extra = Publication(f"extra-{at}", row.kind, row.title, row.date, row.date, row.path or "", text=row.text)
            self._add(extra)
        if config.traps:
            years = sorted({year for agency in config.agencies for year in agency.years})
            city = config.title.removesuffix("人民政府")
            for at, (kind, title, day, text) in enumerate(traps(city, config.agencies[-1].name, years)):
                moment = datetime.combine(day, time(9, 30 + at), SHANGHAI)
                self._add(Publication(f"row-{at}", kind, title, moment, moment, "", text=text))

    def _report(self, agency: Reporting, year: int) -> Publication:
        seed = self.config.seed
        chance = dice(seed, agency.name, year, "page")
        moment = datetime.combine(
            date_of(seed, agency, year), time(chance.randint(9, 17), chance.randint(0, 59)), SHANGHAI
        )
        odd = self.config.reports.get(f"{agency.name}/{year}", Override())
        moment = odd.published_at or moment
        return Publication(
            key=f"{agency.name}/{year}",
            kind="report",
            title=odd.title or title_of(seed, agency, year),
            published_at=moment,
            modified_at=moment,
            path=odd.path or "",
            agency=agency,
            seed=seed,
            year=year,
            era="form2019" if year in agency.late_forms else era_of(year),
            layout=odd.layout or chance.choice(self.config.layouts),
            scope=odd.scope,
            removed=odd.removed,
            waiting=year in agency.waiting,
        )

    def _add(self, publication: Publication) -> None:
        publication.path = publication.path or self.family.detail_path(self.config, publication)
        self.publications[publication.key] = publication

    # What a reader sees

    def listed(self) -> list[Publication]:
        """The rows of the list, newest first."""
        rows = [item for item in self.publications.values() if item.listed and self.is_live(item)]
        return sorted(rows, key=lambda item: (item.published_at, item.number), reverse=True)

    def is_live(self, item: Publication) -> bool:
        """Whether the page exists at this moment."""
        return not item.waiting and not item.removed and item.published_at <= self.clock

    def list_changed_at(self) -> datetime:
        """When the list last changed: by a new row or by an editor."""
        moments = [item.published_at for item in self.listed()]
        return max([*moments, self.changed_at] if self.changed_at else moments or [self.config.clock])

    def at(self, path: str) -> Publication | None:
        """The live page under a path."""
        return next((p for p in self.publications.values() if p.path == path and self.is_live(p)), None)

    def find(self, report: str) -> Publication:
        """A publication by `agency/year`, by path, or by its number. Raises BadQuery when there is none."""
        for item in self.publications.values():
            if report in {item.key, item.path, str(item.number)}:
                return item
        raise BadQuery(f"The simulated site {self.name} has no report {report!r}; name it as agency/year.")

    # What an editor does

    def _tick(self) -> None:
        # A minute passes with each change: Last-Modified counts seconds and must not stand still.
        self.clock += timedelta(minutes=1)
        self.changed_at = self.clock

    def _edit_now(self, item: Publication) -> None:
        self._tick()
        item.touch(self.clock)

    def publish(self, agency: str, year: int) -> Publication:
        """Put a waiting report on the list now. Raises BadQuery when it is out already."""
        item = self.find(f"{agency}/{year}")
        if self.is_live(item):
            raise BadQuery(f"The report {item.key} is published already.")
        self._edit_now(item)
        item.waiting = item.removed = False
        item.published_at = self.clock
        item.path = self.family.detail_path(self.config, item)
        return item

    def edit(self, report: str, cell: str, value: Number) -> Number:
        """Print another figure in one cell, and leave all others; give the figure that stood there."""
        item = self.find(report)
        printed = item.as_printed()
        if printed is None or cell not in printed.values:
            raise BadQuery(f"{item.key} has no cell {cell!r}.")
        self._edit_now(item)
        item.figures_edited[cell] = value
        return printed.values[cell]

    def edit_text(self, report: str, old: str, new: str) -> None:
        """Replace words of the article; its tables stay."""
        item = self.find(report)
        self._edit_now(item)
        item.texts_edited.append((old, new))

    def move(self, report: str, path: str | None, redirect: bool) -> str:
        """Give the page another address; give the new path."""
        item = self.find(report)
        self._edit_now(item)
        folder, _, leaf = item.path.rpartition("/")
        new = path or f"{folder}_{item.revision}/{leaf}"
        self.moved[item.path] = new if redirect else None
        item.path = new
        return new

    def redesign(self, family: FamilyName, keep_addresses: bool) -> None:
        """Show the same column by another product; the old entry leads to the new one.

        Articles keep their addresses, or get those of the product while the old ones are gone.
        """
        self._tick()
        old_entry = self.family.entry(self.config).partition("?")[0]
        self.config = self.config.model_copy(update={"family": family, "variant": ""})
        self.family = family_named(family)
        self.moved[old_entry] = self.family.entry(self.config)
        for item in () if keep_addresses else self.publications.values():
            self.moved[item.path] = None
            item.path = self.family.detail_path(self.config, item)

    def delete(self, report: str, unlist_only: bool) -> Publication:
        """Take the page away, or only its row in the list."""
        item = self.find(report)
        self._tick()
        item.listed = False
        item.removed = not unlist_only
        return item

    def restore(self, report: str) -> Publication:
        """Bring a deleted page back, unchanged and at its address."""
        item = self.find(report)
        self._tick()
        item.listed, item.removed = True, False
        return item
