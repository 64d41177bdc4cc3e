"""What earlier visits saw of a portal, and what follows when this one saw less, nothing, or something else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from model.document import Event
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.coverage import Coverage

from .assemble import LOST
from .happened import event_of_change, event_of_silence

# The portal answered, and what it shows is its own word. Anything else says nothing about what it publishes.
ITS_OWN_WORD = frozenset(
    {
        FetchState.OK,
        FetchState.OK_EMPTY,
        FetchState.MOVED,
        FetchState.NOT_MODIFIED,
        FetchState.GONE,
        FetchState.SOFT_404,
    }
)
TOO_FEW = "too few reports"
"""Stop reason of a visit that saw fewer reports than its portal file, or what the archive holds, lets expect."""
INTERRUPTED = "interrupted"
"""Stop reason of a visit that was killed: what its lists held is not known."""
# Runs that saw nothing are passed over in the search for the last time; so many of them, and no more.
MOST_LOOKED_BACK = 50
NO_ANSWER = timedelta(hours=5)
"""From the first visit without an answer to the one that makes a portal silent."""


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier runs saw: `whole` the last whole reading, `spoke` the last one in which the portal answered."""

    whole: Coverage | None = None
    spoke: Coverage | None = None


def before(archive: Archive, now: Coverage) -> Before:
    """The earlier runs that this one is held against."""
    spoke = None
    for _, earlier in zip(range(MOST_LOOKED_BACK), archive.coverage_before(now.portal, now.run), strict=False):
        if spoke is None and earlier.hub_state in ITS_OWN_WORD and earlier.stop_reason != INTERRUPTED:
            spoke = earlier
        if earlier.complete and earlier.reports:
            return Before(earlier, spoke)
    return Before(None, spoke)


def did_not_answer(reading: Coverage) -> bool:
    """Was the portal asked, and neither gave its own word nor refused us?"""
    outside = {FetchState.BLOCKED, FetchState.ROBOTS_DISALLOWED, FetchState.LOGIN}
    return reading.hub_state is not None and reading.hub_state not in ITS_OWN_WORD | outside


def failures_in_a_row(now: Coverage, earlier: Iterable[Coverage]) -> list[Coverage]:
    """The visits in a row, this one and those before it, that met no answer; newest first."""
    failures = []
    for _, reading in zip(range(MOST_LOOKED_BACK), chain([now], earlier), strict=False):
        if reading.hub_state is None:
            continue
        if not did_not_answer(reading):
            break
        failures.append(reading)
    return failures


def fell_silent(failures: Sequence[Coverage]) -> bool:
    """Do these failures, newest first, make a portal silent, and did those before the newest not?"""

    def silent(some: Sequence[Coverage]) -> bool:
        return len(some) > 1 and some[0].checked_at - some[-1].checked_at >= NO_ANSWER

    return silent(failures) and not silent(failures[1:])


def blocked_before(archive: Archive, portal: str, run: str) -> bool:
    """Did the portal refuse us when it was asked last? A block is told once, when it begins."""
    for _, earlier in zip(range(MOST_LOOKED_BACK), archive.coverage_before(portal, run), strict=False):
        if earlier.hub_state is not None:
            return earlier.hub_state is FetchState.BLOCKED or FetchState.BLOCKED.value in earlier.documents
    return False


def shortfall(now: Coverage, then: Before) -> str | None:
    """The sentence about a portal that shows fewer reports than last time; None when it does not."""
    last = then.whole
    if last is None or now.reports >= last.reports or now.hub_state not in ITS_OWN_WORD:
        return None
    if now.stop_reason == INTERRUPTED:
        return None
    if not now.complete and (now.reports or TOO_FEW in now.stop_reason):
        return None  # told already: the lists were not read to their end, or show less than they must
    told = f"{now.reports} reports are listed, {last.reports} were on {last.checked_at:%Y-%m-%d}"
    if gone := sum(now.documents.get(state, 0) for state in LOST):
        told += f"; {gone} known addresses answered without their report"
    return f"{told}; see whether the portal was redesigned."


def portal_events(now: Coverage, then: Before, failures: Sequence[Coverage] = ()) -> list[Event]:
    """`portal_silent`: it answered and lists nothing, where it listed reports, or met two visits with no answer.

    `portal_changed`: another family. `failures`: the visits in a row without an answer, newest first.

    Each is told once, when it begins.
    """
    events = []
    last = then.whole
    read = now.hub_state in ITS_OWN_WORD and now.stop_reason != INTERRUPTED
    lists_nothing = read and not now.reports and then.spoke is not None and then.spoke.reports
    if last is not None and (lists_nothing or fell_silent(failures)):
        events.append(event_of_silence(now, last))
    told = then.spoke is not None and then.spoke.family == now.family
    if last is not None and now.family and last.family and now.family != last.family and not told:
        events.append(event_of_change(now, last))
    return events
