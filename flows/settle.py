"""Settling a run: captures become documents, documents versions, versions events.

Everything here is a function of what the ledger holds, written in an order in which a later record implies the earlier
ones: parse, version, event, locations, baseline, settled mark. A run that was killed at any point is settled again from
the start by whoever comes next, and comes to the same records.
"""

import logging
from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from model.agency import Register, seeded_register
from model.capture import Capture, PortalVisit
from model.portal import Portal
from storage.archive import Archive

from .coverage import covered, interrupted, note_unvisited
from .deadlines import Watch, after_visit
from .liveness import clock_of, hosts_ahead, verdicts_of
from .outcome import PortalOutcome
from .settle_portal import PortalSettling
from .spans import span

log = logging.getLogger(__name__)


def known_agencies(archive: Archive) -> Register:
    """The register that ships with gongkai, continued by the archive's own records."""
    register = seeded_register()
    for agency in archive.agencies():
        register.add(agency)
    return register


class Settled(NamedTuple):
    """What became of captures. `strange`: portals that they name and that have no file."""

    outcomes: list[PortalOutcome]
    strange: list[str]


def settle_captures(
    archive: Archive,
    run: str,
    portals: Mapping[str, Portal],
    on_document: Callable[[str], None] | None = None,
    *,
    shard: str | None = None,
    over: bool = True,
) -> Settled:
    """Settle every portal that a run, or one shard of it, touched.

    `over`: nothing more comes of it, so a portal whose closing line is missing was interrupted.
    """
    register = known_agencies(archive)
    # The ledger is read once for all portals: on S3 each part of it costs a request.
    captures: dict[str, list[Capture]] = {}
    visits: dict[str, PortalVisit] = {}
    for record, _ in archive.lines(run, shard):
        if isinstance(record, Capture):
            captures.setdefault(record.portal, []).append(record)
        else:
            # A run that was taken up again has several visits; the last one counts.
            visits[record.portal] = record
    touched = sorted({*captures, *visits})
    watch = Watch(archive, register, portals)
    clock = clock_of(hosts_ahead(capture for found in captures.values() for capture in found)).get("seconds")
    ahead = clock if isinstance(clock, int) else None
    outcomes = []
    for name in (name for name in touched if name in portals):
        mine = sorted(captures.get(name, []), key=lambda c: (c.fetched_at, c.id))
        settling = PortalSettling(archive, run, portals[name], register, mine, visits.get(name))
        with span("portal", run=run, portal=name, captures=len(mine)):
            outcome = settling.settle(on_document or (lambda _: None))
        visit = visits.get(name) or (interrupted(mine) if over else None)
        if visit:
            known = settling.places.now
            outcome = covered(archive, portals[name], visit, mine, outcome, register, known, ahead)
            outcome = after_visit(watch, portals[name], visit, outcome, known)
        outcomes.append(outcome)
    return Settled(outcomes, [name for name in touched if name not in portals])


def close_run(archive: Archive, run: str, portals: Mapping[str, Portal], settled: Settled) -> None:
    """Mark a run as settled: `settled` is all that it brought.

    Captures of a portal whose file is gone stay unsettled, and so does the run: the file may come back.
    """
    if settled.strange:
        log.warning("a run holds captures of portals that have no file", extra={"run": run, "portals": settled.strange})
        return
    touched = sorted({outcome.portal for outcome in settled.outcomes})
    note_unvisited(archive, run, portals, touched)
    archive.note_changes(archive.parts(run), run)
    clock = clock_of({host: ahead for outcome in settled.outcomes for host, ahead in outcome.hosts_ahead.items()})
    verdicts: dict[str, JsonValue] = dict(verdicts_of(settled.outcomes))
    seen = {"clock": clock, "verdicts": verdicts}
    archive.settle_done(run, {"portals": [*touched], **{name: told for name, told in seen.items() if told}})


def settle_run(
    archive: Archive,
    run: str,
    portals: Mapping[str, Portal],
    on_document: Callable[[str], None] | None = None,
    mark: bool = True,
) -> list[PortalOutcome]:
    """Settle all that a run brought, and mark it as settled if that is ours to say: if it is not going on any more."""
    settled = settle_captures(archive, run, portals, on_document, over=mark)
    if mark:
        close_run(archive, run, portals, settled)
    return settled.outcomes
