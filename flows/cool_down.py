"""How long a host that refused us, or had too much of us, is left alone; kept in `state/` between runs."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from model.capture import Capture
from model.vocabulary import FetchState
from spiders.hosts import host_of
from spiders.pace import LONGEST_WAIT, THROTTLES_BORNE
from spiders.retries import retry_after
from storage.archive import Archive

SHANGHAI = ZoneInfo("Asia/Shanghai")
# After the first, the second and every further block: a portal that goes on refusing is for a person to ask.
BLOCKED_FOR = (timedelta(hours=24), timedelta(hours=72), timedelta(days=7))
# Blocks that lie longer back are forgiven.
REMEMBERED = timedelta(days=30)
# Nobody is taken at his word for longer than this.
LONGEST_RETRY = timedelta(days=7)


def keep_cool_downs(archive: Archive, captures: Iterable[Capture]) -> None:
    """Note for each host of a run's captures how long it is left alone; noting them again changes nothing."""
    blocked: dict[str, list[Capture]] = defaultdict(list)
    throttled: dict[str, list[Capture]] = defaultdict(list)
    for capture in captures:
        # A line that nothing was sent for repeats what another one says.
        if capture.state is FetchState.BLOCKED and capture.status is not None:
            blocked[host_of(capture.url)].append(capture)
        elif capture.state is FetchState.THROTTLED:
            throttled[host_of(capture.url)].append(capture)
    for host, found in blocked.items():
        _after_block(archive, host, found[0])
    for host, found in throttled.items():
        if until := _after_throttling(found):
            archive.set_cool_down(host, until, f"throttled {len(found)} times: {', '.join(found[-1].signals)}")


def _after_block(archive: Archive, host: str, capture: Capture) -> None:
    at = capture.fetched_at
    held = archive.cool_down(host)
    refusals = sorted({r for r in (held.refusals if held else ()) if at - r < REMEMBERED} | {at})
    stay_away = BLOCKED_FOR[min(refusals.index(at), len(BLOCKED_FOR) - 1)]
    archive.set_cool_down(host, at + stay_away, f"blocked: {', '.join(capture.signals)}", tuple(refusals))


def _after_throttling(captures: list[Capture]) -> datetime | None:
    """When the host may be asked again: at the time that it gave, or tomorrow after the third complaint."""
    last = captures[-1]
    asked = retry_after(last.header("retry-after"), last.fetched_at)
    given = last.fetched_at + min(timedelta(seconds=asked), LONGEST_RETRY) if asked and asked > LONGEST_WAIT else None
    if len(captures) < THROTTLES_BORNE:
        return given
    tomorrow = last.fetched_at.astimezone(SHANGHAI).date() + timedelta(days=1)
    return max(given or last.fetched_at, datetime.combine(tomorrow, time(0), SHANGHAI))
