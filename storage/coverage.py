"""What each run saw of each portal: `state/coverage/<portal>/<run>.json`, written once; ids of runs sort by time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import AwareDatetime, Field

from model.capture import Record
from model.vocabulary import FetchState
from storage.objects import checked_segment
from storage.records import JSON, Shelf, create_record, read_record

PREFIX = "state/coverage/"
VISITS = "state/visits/"
STAMP = "%Y%m%dT%H%M%S.%fZ"


class Unplaced(Record):
    """A row of a list whose title is a report's, and of which no report is known: not read, or read as nobody's.

    `agency_id`: whose it is by its title, where the register knows the name. `elsewhere`: on a host of others.
    """

    title: str
    url: str
    year: int | None = None
    agency: str | None = None
    agency_id: str | None = None
    elsewhere: bool = False


class Coverage(Record):
    """One portal in one run. `complete`: the lists were read to a known end, so that a row that is missing is missing.

    `rows` counts every line of the lists, `reports` those whose title is a report's, `years` these by report year
    (`none` where the title names no year), `announced` what the lists themselves say that they hold. All of it follows
    from the ledger and from earlier records alone, so that settling a run twice comes to the same.
    """

    schema_version: str = "1"
    portal: str
    run: str
    hub: str = Field(description="First start address")
    hub_state: FetchState | None = Field(None, description="What the hub answered; None: it was never asked")
    checked_at: AwareDatetime = Field(description="When the hub was asked, or the visit began")
    ended_at: AwareDatetime
    clock_ahead: int | None = Field(
        None, description="Seconds by which the hosts' clocks were ahead of ours: the median of those asked beside it"
    )
    vantage: str = "unknown"
    complete: bool
    family: str | None = None
    list_pages: int = 0
    rows: int = 0
    reports: int = 0
    announced: int | None = None
    years: dict[str, int] = Field(default_factory=dict)
    documents: dict[str, int] = Field(default_factory=dict, description="Pages of reports that were asked, by state")
    unplaced: tuple[Unplaced, ...] = Field((), description="Reports that the lists name and that are not known")
    units: tuple[str, ...] = Field((), description="Agencies that a list of reporting units names")
    stop_reason: str
    problems: tuple[str, ...] = Field((), description="Of the reading, and of what it shows less than before")
    requests: dict[str, int] = Field(default_factory=dict, description="Requests per host")

    @property
    def key(self) -> str:
        """Where the record lies; it is the cause of the events that it brings."""
        return coverage_key(self.portal, self.run)


def coverage_key(portal: str, run: str) -> str:
    return f"{PREFIX}{checked_segment(portal)}/{checked_segment(run)}.json"


class LastVisit(NamedTuple):
    """When a portal was visited last, and how many visits in a row could not see it."""

    at: datetime
    failures: int = 0


class CoverageRecords(Shelf):
    """Coverage is data: one record for each portal and run. Beside it, when each portal was visited last."""

    def note_visit(self, portal: str, at: datetime, failures: int = 0) -> None:
        """Note when a visit of a portal began, and how many in a row failed, this one included.

        `state/visits/<portal>/<time>-<failures>.json`: all in the name, so that one listing tells of all portals.
        """
        prefix = f"{VISITS}{checked_segment(portal)}/"
        name = f"{at.astimezone(UTC).strftime(STAMP)}-{failures}.json"
        self.store.create(f"{prefix}{name}", b"{}", content_type=JSON)
        for older in list(self.store.list(prefix))[:-1]:
            self.store.delete(older)

    def last_visits(self) -> dict[str, LastVisit]:
        """Portal id to its last visit."""
        found = {}
        for key in self.store.list(VISITS):
            portal, name = key.removeprefix(VISITS).removesuffix(".json").split("/")
            stamp, _, failures = name.partition("-")
            found[portal] = LastVisit(datetime.strptime(stamp, STAMP).replace(tzinfo=UTC), int(failures or 0))
        return found

    def add_coverage(self, coverage: Coverage) -> bool:
        """Keep a record; False when this run was recorded before, and the first record holds."""
        return create_record(self.store, coverage.key, coverage)

    def covered_runs(self) -> dict[str, list[str]]:
        """Portal id to the runs that visited it, oldest first."""
        found: dict[str, list[str]] = {}
        for key in self.store.list(PREFIX):
            portal, run = key.removeprefix(PREFIX).removesuffix(".json").split("/")
            found.setdefault(portal, []).append(run)
        return found

    def coverage(self, portal: str, run: str) -> Coverage:
        """One record; ObjectMissing when there is none."""
        return read_record(self.store, coverage_key(portal, run), Coverage)

    def coverage_before(self, portal: str, run: str) -> Iterator[Coverage]:
        """Records of a portal's runs before that one, newest first; read as they are asked for."""
        prefix = f"{PREFIX}{checked_segment(portal)}/"
        runs = [key.removeprefix(prefix).removesuffix(".json") for key in self.store.list(prefix)]
        for earlier in reversed([name for name in runs if name < run]):
            yield self.coverage(portal, earlier)
