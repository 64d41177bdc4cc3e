"""What a crawl writes down: one ledger line for each fetch and one for each portal visited.

`spiders` makes these records, `storage` keeps them, `flows` settles them into versions and events.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from model.portal import Limits, Portal
from model.vocabulary import FetchState, Protection

CaptureKind = Literal["robots", "list", "page", "continuation", "attachment", "data", "screenshot"]
"""`data`: what a program behind a shell answered. `screenshot`: evidence of how a browser showed a page, no part."""


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hop(Record):
    """One answer on the way to the final one."""

    url: str
    status: int
    location: str | None = None


class RobotsDecision(Record):
    """`reason`: allow, disallow, absent (404/410), html (no rules), unavailable (5xx, 401, 403, timeout)."""

    allowed: bool
    reason: Literal["allow", "disallow", "absent", "html", "unavailable", "itself"]
    rules_sha256: str | None = None


class BodyRef(Record):
    """Where the payload lies. `store` raw: `raw/ab/cd/<sha256>`; warc: packed beside the ledger part."""

    sha256: str
    size: int
    store: Literal["raw", "warc"]


class Row(Record):
    """One line of a list page, as the list prints it, with what its title says it is."""

    url: str
    title: str
    date: str | None = None
    kind: str = Field(description="report, explainer, collection, university, not_report (model.titles)")
    year: int | None = None
    agency: str | None = None
    flags: tuple[str, ...] = ()
    list_url: str = ""


class Capture(Record):
    """One fetch. `id` is unique in the archive; `document_url` names the page whose document it belongs to."""

    schema_version: str = "1"
    id: str
    run: str
    shard: str
    portal: str
    kind: CaptureKind
    document_url: str | None = None
    requested_url: str
    url: str
    method: str = "GET"
    request_headers: tuple[tuple[str, str], ...] = ()
    hops: tuple[Hop, ...] = ()
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = Field((), description="As received: order, case and repeats kept")
    fetched_at: AwareDatetime
    seconds: float = 0.0
    peer: str | None = Field(None, description="Address that answered")
    vantage: str = Field("unknown", description="From where we looked; the operator names it")
    state: FetchState
    protection: Protection | None = None
    signals: tuple[str, ...] = Field((), description="What was seen that led to the state")
    body: BodyRef | None = None
    media_type: str | None = None
    robots: RobotsDecision | None = None
    crawler: str
    portal_digest: str
    row: Row | None = None
    name: str | None = Field(None, description="What the link that led here is called, of an attachment")
    parts: tuple[str, ...] = Field((), description="Addresses of the further parts that this page names, all to be had")
    rendered: bool = False
    imported_from: str | None = Field(None, description="Web archive and record that an import took it from")
    taken_by: str | None = Field(None, description="Who took the payload in by hand; None: it was fetched")
    error: str | None = None

    @property
    def fetched(self) -> bool:
        """Did a crawl of ours fetch it? Else a person took it in, or an import."""
        return self.taken_by is None and self.imported_from is None

    def header(self, name: str) -> str | None:
        """First value of a received header, whatever its case."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)


class PortalVisit(Record):
    """The closing line of one portal's visit: what was read, and whether the reading was whole.

    `complete` means: every list page was read `ok` up to a known end, so that a row that is missing is missing.
    """

    schema_version: str = "1"
    run: str
    shard: str
    portal: str
    started_at: AwareDatetime
    ended_at: AwareDatetime
    complete: bool
    family: str | None = None
    list_pages: int = 0
    rows: tuple[Row, ...] = ()
    announced_total: int | None = None
    units: tuple[str, ...] = Field((), description="Agencies that a list of reporting units names")
    stop_reason: str
    problems: tuple[str, ...] = ()
    requests: dict[str, int] = Field(default_factory=dict, description="Requests per host in this visit")


class KnownPart(Record):
    """A part fetched before, with the validators that make asking again cheap."""

    url: str
    kind: CaptureKind
    etag: str | None = None
    last_modified: str | None = None


class KnownDocument(Record):
    """A document that the archive holds. `due`: ask again now, with its validators."""

    url: str
    due: bool
    parts: tuple[KnownPart, ...]


class CrawlJob(Record):
    """All that a crawl process needs to know, handed over as JSON."""

    run: str
    shard: str
    portals: tuple[Portal, ...]
    known: dict[str, tuple[KnownDocument, ...]] = Field(default_factory=dict, description="By portal id")
    cool_down: dict[str, datetime] = Field(
        default_factory=dict, description="Host to the time until which we stay away"
    )
    budget_used: dict[str, int] = Field(default_factory=dict, description="Requests made to a host today already")
    lists: dict[str, tuple[Capture, ...]] = Field(
        default_factory=dict, description="By portal id: list pages read before that gave validators"
    )
    limits: Limits = Field(default_factory=Limits, description="The operator's, for all portals")
    contact: str | None = None
    vantage: str = "unknown"


class CaptureSink(Protocol):
    """Takes captures and gives them back safe: each call returns only when the record is durable.

    Calls come from several threads. Whoever raises here ends the crawl: an archive that can't keep must not crawl on.
    """

    def keep_all(self, captures: Sequence[tuple[Capture, bytes | None]]) -> None: ...

    def visited(self, visit: PortalVisit) -> None: ...
