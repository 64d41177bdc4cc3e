"""Documents, versions and events: what the archive says about a report over time."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field, JsonValue

from model.canonical import record_digest
from model.capture import CaptureKind, Record
from model.vocabulary import EventKind, VersionReason

Scope = Literal["own", "region_aggregate", "system_aggregate", "unknown"]


class PartRef(Record):
    """One part of a document. The URL is told, but is not part of the document's identity."""

    role: CaptureKind
    sha256: str
    size: int
    media_type: str | None = None
    coding: str | None = Field(None, description="Content-Encoding in which the payload was received and lies in raw/")
    url: str
    capture: str
    name: str | None = None


class Manifest(Record):
    """What one publication consists of, in reading order.

    `digest` is over role, payload, its coding and media type, all that a reader goes by: the same document at another
    address is the same document.
    """

    parts: tuple[PartRef, ...] = Field(min_length=1)

    @property
    def digest(self) -> str:
        return record_digest([[p.role, p.sha256, p.coding, p.media_type] for p in self.parts])


class VersionRecord(Record):
    """`reports/<report id>/<n>.json`: one distinct document of a report, numbered by arrival from 1."""

    schema_version: str = "1"
    report_id: str
    n: int = Field(ge=1)
    reason: VersionReason
    corrects: int | None = Field(None, description="Version that the agency says this one corrects")
    rendition_of: int | None = Field(None, description="Version with the same figures in another kind of file")
    agency_id: str
    agency_name: str
    report_year: int
    scope: Scope
    title: str
    published_on: date | None = None
    portal: str
    url: str
    run: str
    first_capture: str
    captured_at: AwareDatetime
    manifest: Manifest
    text_digest: str
    figures_digest: str
    parser_digest: str


class Event(Record):
    """`events/<date>/<id>.json`: something happened once. `cause` is the key of the record that caused it."""

    schema_version: str = "1"
    id: str
    kind: EventKind
    subject: str = Field(description="Report id, or portal id for events of a portal")
    cause: str
    at: AwareDatetime = Field(description="Time of the cause, not of the writing")
    portal: str
    title: str = ""
    url: str | None = None
    details: dict[str, JsonValue] = Field(default_factory=dict)

    @classmethod
    def identify(cls, kind: EventKind, subject: str, cause: str) -> str:
        """The id that makes a restart unable to double an event."""
        return record_digest([kind.value, subject, cause])[:32]


class LossCheck(Record):
    """An answer that counts towards a withdrawal: no report there, the list names it no more, the host answers."""

    capture: str
    at: AwareDatetime
    state: str
    status: int | None = None
    server_at: AwareDatetime | None = Field(None, description="The server's own time, by its Date header")


class Location(Record):
    """One address of a report and what it last answered; folded from the state ledger."""

    schema_version: str = "1"
    url: str
    portal: str
    report_id: str | None = None
    title: str = ""
    listed: bool = True
    state: str = Field(description="FetchState of the last fetch that said something")
    first_seen: AwareDatetime
    last_checked: AwareDatetime
    last_ok: AwareDatetime | None = None
    last_ok_capture: str | None = None
    version: int | None = None
    manifest: Manifest | None = None
    validators: dict[str, tuple[str | None, str | None]] = Field(
        default_factory=dict, description="Part URL to (ETag, Last-Modified)"
    )
    verdict: str | None = None
    losses: tuple[LossCheck, ...] = Field((), description="Since it was last there and the host last refused us")
    withdrawn_at: AwareDatetime | None = Field(None, description="Time of the check that confirmed the loss")
