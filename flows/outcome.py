"""What a run came to: for the table on the terminal, the artifact in Prefect, and `state/settled/<run>.json`."""

from typing import Literal

from pydantic import Field

from model.capture import Record
from model.document import Event

from .alerts import DeliverySummary

What = Literal["new", "changed", "repeated", "unchanged", "gone", "unclear", "no_report"]


class DocumentOutcome(Record):
    """One document at one address in this run."""

    url: str
    title: str
    what: What
    state: str
    report_id: str | None = None
    agency: str | None = None
    year: int | None = None
    form: str | None = None
    verdict: str | None = None
    version: int | None = None


class PortalOutcome(Record):
    """One portal in this run. `problems` is empty when everything went as it should."""

    portal: str
    title: str
    family: str | None = None
    complete: bool = False
    baseline: bool = Field(False, description="Was this run (part of) the portal's baseline?")
    list_pages: int = 0
    rows: int = 0
    reports: int = Field(0, description="Rows whose title is a report's")
    reports_before: int | None = Field(None, description="The same at the last whole reading of the lists")
    stop_reason: str = ""
    bodies: int = Field(0, description="Report bodies downloaded")
    not_modified: int = 0
    requests: dict[str, int] = Field(default_factory=dict)
    hosts_ahead: dict[str, float] = Field(
        default_factory=dict, description="Seconds by which the hosts' clocks were ahead of ours"
    )
    documents: tuple[DocumentOutcome, ...] = ()
    events: tuple[Event, ...] = ()
    problems: tuple[str, ...] = ()


class RunOutcome(Record):
    """The whole run. `problems` of single portals do not make it fail: it is 'completed with problems'."""

    run: str
    portals: tuple[PortalOutcome, ...] = ()
    alerts: DeliverySummary | None = None
    resumed: tuple[str, ...] = Field((), description="Earlier runs whose captures were settled first")
    elsewhere: tuple[str, ...] = Field((), description="Due portals that another run visits, or visited meanwhile")
    own_events: tuple[Event, ...] = Field((), description="Of the watching itself: `watch_impaired`")

    @property
    def with_problems(self) -> tuple[str, ...]:
        """Ids of the portals that had problems."""
        return tuple(p.portal for p in self.portals if p.problems)

    @property
    def failed(self) -> bool:
        """Did every portal fail? Only then has the command failed as a whole."""
        return bool(self.portals) and all(p.problems and not p.complete for p in self.portals)

    @property
    def events(self) -> tuple[Event, ...]:
        return (*(e for p in self.portals for e in p.events), *self.own_events)
