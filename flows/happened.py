"""Events as functions of records: the same records give the same events, however often a run is repeated."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pydantic import JsonValue

from model.capture import Capture, PortalVisit
from model.compare import CellChange
from model.document import Event, Location, VersionRecord
from model.impairment_words import impairment_in_words
from model.portal import Portal
from model.roster import Standing
from model.vocabulary import EventKind, FetchState, VersionReason
from storage.coverage import Coverage
from storage.integrity import IntegrityFault
from storage.liveness import Problem
from storage.versions import version_key


def _event(kind: EventKind, subject: str, cause: str, at: datetime, portal: str, **rest: object) -> Event:
    return Event.model_validate(
        {"id": Event.identify(kind, subject, cause), "kind": kind, "subject": subject, "cause": cause, "at": at}
        | {"portal": portal}
        | rest
    )


def event_of_version(
    version: VersionRecord,
    baseline: datetime | None,
    cells: list[CellChange],
    verdict: str,
    taken_by: str | None = None,
    imported: bool = False,
    more: Mapping[str, JsonValue] = MappingProxyType({}),
) -> Event:
    """The event of a version's arrival.

    Before the portal's baseline is complete, and within it, everything is silent: `collected` for a first version,
    `baseline: true` in the details of any other. What was taken in by hand is never `published`: when the portal
    showed it first is not known. What an import brought is old, whatever it changed: it is `collected`.
    """
    in_baseline = baseline is None or version.captured_at <= baseline
    if imported:
        kind = EventKind.COLLECTED
    elif version.n == 1:
        kind = EventKind.COLLECTED if in_baseline or taken_by else EventKind.PUBLISHED
    elif version.corrects is not None:
        kind = EventKind.CORRECTED
    elif version.reason is VersionReason.FIGURES:
        kind = EventKind.REVISED
    else:
        kind = EventKind.EDITED
    details: dict[str, JsonValue] = {
        "version": version.n,
        "reason": version.reason.value,
        "agency": version.agency_name,
        "agency_id": version.agency_id,
        "report_year": version.report_year,
        "scope": version.scope,
        "verdict": verdict,
        "published_on": version.published_on.isoformat() if version.published_on else None,
    }
    if cells:
        details["cells"] = [cell.as_detail() for cell in cells]
    if in_baseline:
        details["baseline"] = True
    if taken_by:
        details["taken_by"] = taken_by
    details |= more
    return _event(
        kind,
        version.report_id,
        version_key(version.report_id, version.n),
        version.captured_at,
        version.portal,
        title=version.title,
        url=version.url,
        details=details,
    )


def _event_of_address(kind: EventKind, location: Location, capture: Capture, details: Mapping[str, JsonValue]) -> Event:
    """What an answer told of a report at one of its addresses; the answer is the cause."""
    assert location.report_id is not None
    return _event(
        kind,
        location.report_id,
        f"captures#{capture.id}",
        capture.fetched_at,
        capture.portal,
        title=location.title,
        url=location.url,
        details={"version": location.version, **details},
    )


def event_of_loss(location: Location, capture: Capture, details: Mapping[str, JsonValue]) -> Event:
    """`disappeared`: seen once, not yet confirmed."""
    seen: dict[str, JsonValue] = {"state": capture.state.value, "status": capture.status}
    return _event_of_address(EventKind.DISAPPEARED, location, capture, {**seen, **details})


def event_of_withdrawal(location: Location, details: Mapping[str, JsonValue]) -> Event:
    """`withdrawn`: confirmed at every address; the check that completed it is the cause, all of them the evidence."""
    assert location.report_id is not None
    last = location.losses[-1]
    return _event(
        EventKind.WITHDRAWN,
        location.report_id,
        f"captures#{last.capture}",
        last.at,
        location.portal,
        title=location.title,
        url=location.url,
        details={
            "version": location.version,
            "last_ok": location.last_ok.isoformat() if location.last_ok else None,
            "last_ok_capture": location.last_ok_capture,
            "checks": [check.model_dump(mode="json") for check in location.losses],
            **details,
        },
    )


def event_of_return(location: Location, capture: Capture, details: Mapping[str, JsonValue]) -> Event:
    """`reappeared`: an address that had lost its report answers with one again."""
    return _event_of_address(EventKind.REAPPEARED, location, capture, details)


def event_of_block(visit: PortalVisit, blocked: Capture) -> Event:
    """`portal_blocked`: the site refused us, by two signals. We leave it alone and say so."""
    return _event(
        EventKind.PORTAL_BLOCKED,
        visit.portal,
        f"captures#{blocked.id}",
        blocked.fetched_at,
        visit.portal,
        url=blocked.url,
        details={
            "protection": blocked.protection.value if blocked.protection else None,
            "status": blocked.status,
            "signals": list(blocked.signals),
        },
    )


def _event_of_coverage(kind: EventKind, now: Coverage, last: Coverage, details: Mapping[str, JsonValue]) -> Event:
    """What a run saw of a portal, held against the last whole reading of it; the run's coverage is the cause."""
    seen: dict[str, JsonValue] = {"hub_state": now.hub_state.value if now.hub_state else None, "reports": now.reports}
    then: dict[str, JsonValue] = {"reports_before": last.reports, "read_whole_at": last.checked_at.isoformat()}
    return _event(
        kind, now.portal, now.key, now.checked_at, now.portal, url=now.hub, details={**seen, **then, **details}
    )


def event_of_silence(now: Coverage, last: Coverage) -> Event:
    """`portal_silent`: it answers and lists no report, where it listed some."""
    return _event_of_coverage(EventKind.PORTAL_SILENT, now, last, {"stop_reason": now.stop_reason})


def event_of_change(now: Coverage, last: Coverage) -> Event:
    """`portal_changed`: its lists are another product's than before."""
    families: dict[str, JsonValue] = {"family": now.family, "family_before": last.family}
    return _event_of_coverage(EventKind.PORTAL_CHANGED, now, last, families)


def _due_details(standing: Standing) -> dict[str, JsonValue]:
    expected = standing.expected
    return {
        "agency": expected.name,
        "agency_id": expected.agency_id,
        "division_code": expected.region,
        "report_year": expected.year,
        "scope": expected.scope,
        "due": standing.due.isoformat() if standing.due else None,
        "basis": standing.basis,
        "days_late": standing.days_late,
    }


def event_of_overdue(standing: Standing, portal: Portal, reading: Coverage) -> Event:
    """`overdue`: confirmed by two whole readings after the due date. The date is the cause: it passes once."""
    report_id = standing.expected.report_id
    assert report_id is not None
    evidence: dict[str, JsonValue] = {
        "read_whole_at": reading.checked_at.isoformat(),
        "reading": reading.key,
        "reports_listed": reading.reports,
        "sources": list(standing.expected.sources),
    }
    return _event(
        EventKind.OVERDUE,
        report_id,
        f"due#{standing.due}#{report_id}",
        reading.checked_at,
        portal.id,
        title=f"{standing.expected.name}{standing.expected.year}年政府信息公开工作年度报告",
        url=reading.hub,
        details={**_due_details(standing), **evidence},
    )


def event_of_lateness(standing: Standing, published: Event, cause: str, overdue: Event | None) -> Event:
    """`late`: the report appeared after its due date; with it ends what `overdue` told."""
    details: dict[str, JsonValue] = {
        "published_on": standing.published_on.isoformat() if standing.published_on else None,
        "overdue_told_at": overdue.at.isoformat() if overdue else None,
        "overdue_event": overdue.id if overdue else None,
    }
    return _event(
        EventKind.LATE,
        published.subject,
        cause,
        published.at,
        published.portal,
        title=published.title,
        url=published.url,
        details={**_due_details(standing), **details},
    )


def event_of_impairment(problem: Problem) -> Event:
    """`watch_impaired`: a problem of ours, told when it begins."""
    words = impairment_in_words(problem.subject, problem.details)
    return _event(
        EventKind.WATCH_IMPAIRED,
        problem.subject,
        f"liveness#{problem.subject}#{problem.since.isoformat()}",
        problem.since,
        "archive",
        title=words.english if words else problem.subject,
        details={"problem": problem.subject, **problem.details},
    )


def first_blocked(captures: list[Capture]) -> Capture | None:
    """The earliest capture of a run that was blocked."""
    return next((c for c in captures if c.state is FetchState.BLOCKED), None)


def event_of_fault(fault: IntegrityFault, first_seen: datetime) -> Event:
    """`integrity_failed`: the fault is the cause, told once from when it was seen first until it is mended."""
    report = fault.key.split("/")[1] if fault.key.startswith("reports/") else fault.key
    return _event(
        EventKind.INTEGRITY_FAILED,
        report,
        f"integrity#{fault.kind}#{fault.key}#{first_seen.isoformat()}",
        first_seen,
        "archive",
        title=f"{fault.key}: {fault.what}",
        details={"fault": fault.kind, "key": fault.key, "what": fault.what},
    )
