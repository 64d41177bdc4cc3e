"""Who is expected to publish a report on a year, and what is known about it."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from model.capture import Record
from model.deadlines import Basis
from model.portal import AgencyKind, AgencyLevel, DivisionCode
from model.vocabulary import AgencyYearStatus

Source = Literal["portal_file", "seen_before", "listed", "unit_list"]
"""Why a report is expected: the portal's file names the agency; it published before; a list names a report of it that
we do not have; a list of reporting units names it."""


class UnknownReason(StrEnum):
    """Why nothing can be said of a report that is not there. Blocked, gone and not published are three things."""

    BLOCKED = "blocked"
    UNREACHABLE = "unreachable"
    ROBOTS = "robots"
    NO_PORTAL = "no_portal"
    NOT_CHECKED = "not_checked"
    NOT_WHOLE = "not_whole"
    PLACE_NOT_SEEN = "place_not_seen"
    UNREAD = "unread"
    INTERRUPTED = "interrupted"
    UNCONFIRMED = "unconfirmed"
    NO_DUE_DATE = "no_due_date"
    NO_PUBLICATION_DATE = "no_publication_date"


class Expected(Record):
    """One agency whose report on a year is expected. `agency_id` is None where only a list names it.

    `place`: is there a place for it that we can see: a report of it that is listed today, or a portal of its own.
    """

    agency_id: str | None
    name: str
    region: DivisionCode
    kind: AgencyKind | None = None
    level: AgencyLevel | None = None
    year: int
    scope: str = "own"
    portal: str
    sources: tuple[Source, ...]
    place: bool = False
    existed: bool = Field(True, description="On 31 December of the year")

    @property
    def report_id(self) -> str | None:
        return f"{self.agency_id}-{self.year}-{self.scope}" if self.agency_id else None


class Standing(Record):
    """What is known of one agency and year. `since`: publication, or the reading that showed that it is not there."""

    expected: Expected
    status: AgencyYearStatus
    reason: UnknownReason | None = None
    due: date | None = None
    basis: Basis | None = None
    days_late: int | None = None
    published_on: date | None = None
    first_seen: AwareDatetime | None = None
    checked_at: AwareDatetime | None = Field(None, description="When its list was last read to the end")
    url: str | None = None
