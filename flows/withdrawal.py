"""When a lost report counts as withdrawn: the archive rule of tombstones, as functions of records.

An address is confirmed as withdrawn by three checks over fourteen days at least, each of which found no report there
(`gone` or `soft_404`) while the list, read to its end, named it no more and its host otherwise answered. A refusal by
the host (`blocked`, `throttled`) in between begins the count anew: who is refused has seen nothing. A report is
withdrawn when all its addresses are.

The fourteen days must have passed for the server too, by its `Date`: a clock of ours that jumps proves nothing. A
server's time counts when it agreed with ours at one end of the time at least; some servers have none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from model.capture import Capture
from model.document import Location, LossCheck
from model.vocabulary import FetchState

from .assemble import LOST

CHECKS = 3
SPAN = timedelta(days=14)
AGREES = timedelta(days=1)  # a server's clock that is off by less goes as ours does
KEPT = 12  # checks kept of a long series: the first, and the last ones

ANSWERS = frozenset({FetchState.OK, FetchState.OK_EMPTY, FetchState.NOT_MODIFIED})
REFUSALS = frozenset({FetchState.BLOCKED, FetchState.THROTTLED})


@dataclass(frozen=True, slots=True)
class HostsSeen:
    """Hosts that answered with what was expected in a run, and hosts that refused us."""

    answering: frozenset[str]
    refusing: frozenset[str]

    @classmethod
    def of(cls, captures: Iterable[Capture]) -> "HostsSeen":
        answering, refusing = set(), set()
        for capture in captures:
            if capture.state in REFUSALS:
                refusing.add(_host(capture.requested_url))
            elif capture.state in ANSWERS and capture.kind != "robots":
                answering.add(_host(capture.requested_url))
        return cls(frozenset(answering), frozenset(refusing))


def after_run(location: Location, lost: Capture | None, hosts: HostsSeen, lists_read: bool) -> Location:
    """The location with what a run says of its loss; `lost` is the run's capture that found no report there.

    Applying it twice for the same run changes nothing: a check is known by its capture.
    """
    if location.report_id is None or FetchState(location.state) not in LOST or location.withdrawn_at is not None:
        return location
    host = _host(location.url)
    if host in hosts.refusing:
        return location.model_copy(update={"losses": ()})
    if lost is None or location.listed or not lists_read or host not in hosts.answering:
        return location
    if any(check.capture == lost.id for check in location.losses):
        return location
    check = LossCheck(
        capture=lost.id,
        at=lost.fetched_at,
        state=lost.state.value,
        status=lost.status,
        server_at=_server_time(lost),
    )
    # What lies after this check was dated by a clock that went ahead, and says nothing of how long ago it was.
    losses = (*(earlier for earlier in location.losses if earlier.at <= check.at), check)
    losses = losses if len(losses) <= KEPT else (losses[0], *losses[-KEPT + 1 :])
    sure = len(losses) >= CHECKS and _between(losses[0], check) >= SPAN
    return location.model_copy(update={"losses": losses, "withdrawn_at": check.at if sure else None})


def last_confirmed(places: Iterable[Location]) -> Location | None:
    """Of a report's addresses the one whose check completed its withdrawal; None while one is not confirmed."""
    everything = list(places)
    confirmed = [(place.withdrawn_at, place.url, place) for place in everything if place.withdrawn_at is not None]
    if not confirmed or len(confirmed) < len(everything):
        return None
    return max(confirmed, key=lambda one: one[:2])[2]


def _between(first: LossCheck, last: LossCheck) -> timedelta:
    """The time between two checks, as far as it is certain."""
    ours = last.at - first.at
    if first.server_at is None or last.server_at is None:
        return ours
    known = any(abs(check.at - check.server_at) < AGREES for check in (first, last) if check.server_at is not None)
    return min(ours, last.server_at - first.server_at) if known else ours


def _server_time(capture: Capture) -> datetime | None:
    try:
        told = parsedate_to_datetime(capture.header("date") or "")
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _host(url: str) -> str:
    return urlsplit(url).netloc
