"""What a settled run leaves to the next: whom to leave alone, what a day's budget has lost, lists as they were."""

from collections.abc import Iterable
from datetime import UTC

from model.capture import Capture, PortalVisit
from model.vocabulary import FetchState
from storage.archive import Archive

from .cool_down import keep_cool_downs


def leave_to_next_run(
    archive: Archive, run: str, portal: str, captures: Iterable[Capture], visit: PortalVisit | None
) -> None:
    """Note all of it in `state/`; noting it again changes nothing."""
    captures = list(captures)
    keep_cool_downs(archive, captures)
    _note_requests(archive, run, portal, visit)
    _note_lists(archive, portal, captures)


def _note_requests(archive: Archive, run: str, portal: str, visit: PortalVisit | None) -> None:
    """So that a second run on the same day keeps within the host's daily budget."""
    if visit is not None and visit.requests:
        archive.note_requests(visit.started_at.astimezone(UTC).date(), run, portal, dict(visit.requests))


def _note_lists(archive: Archive, portal: str, captures: list[Capture]) -> None:
    """So that the next run asks for unchanged lists without getting them again."""
    before = archive.lists_read(portal)
    known = {capture.requested_url: capture for capture in before}
    for capture in captures:
        if capture.kind != "list" or capture.method != "GET" or capture.rendered:
            continue
        if capture.state is FetchState.OK and (capture.header("etag") or capture.header("last-modified")):
            known[capture.requested_url] = capture
        elif capture.state is not FetchState.NOT_MODIFIED:
            known.pop(capture.requested_url, None)
    asked = {capture.requested_url for capture in captures}
    held = tuple(capture for url, capture in sorted(known.items()) if url in asked)
    if held != before:
        archive.note_lists(portal, held)
