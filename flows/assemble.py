"""From the captures of a run to documents: which parts make up a publication, or why nothing can be said of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from model.capture import Capture, Row
from model.document import Manifest, PartRef
from model.vocabulary import FetchState
from spiders.redirects import is_permanent

from .part_names import part_name

# The content was found: at its address, or at the one that a permanent redirect gave it.
FOUND = frozenset({FetchState.OK, FetchState.MOVED})
# The page speaks for the document: these answers say that it is no longer there.
LOST = frozenset({FetchState.GONE, FetchState.SOFT_404})


@dataclass(frozen=True, slots=True)
class Publication:
    """What a run saw at one address. Without a manifest, `state` says why; `unchanged`: the one known before holds."""

    url: str
    state: FetchState
    main: Capture
    captures: tuple[Capture, ...]
    manifest: Manifest | None = None
    unchanged: bool = False
    missing: str | None = None
    """The first part that an incomplete document lacks, and why."""

    @property
    def row(self) -> Row | None:
        """The list row that led here, as far as one did."""
        return next((c.row for c in self.captures if c.row is not None), None)

    @property
    def validators(self) -> dict[str, tuple[str | None, str | None]]:
        """Part URL to (ETag, Last-Modified), of every part that answered with its content."""
        return {
            c.requested_url: (c.header("etag"), c.header("last-modified")) for c in self.captures if c.state in FOUND
        }


def by_document(captures: Iterable[Capture]) -> dict[str, list[Capture]]:
    """Captures of documents grouped by the page they belong to, in the order of fetching."""
    groups: dict[str, list[Capture]] = {}
    for capture in sorted(captures, key=lambda c: (c.fetched_at, c.id)):
        if capture.document_url is not None:
            groups.setdefault(capture.document_url, []).append(capture)
    return groups


def _part(capture: Capture) -> PartRef:
    assert capture.body is not None
    return PartRef(
        role=capture.kind,
        sha256=capture.body.sha256,
        size=capture.body.size,
        media_type=capture.media_type,
        coding=capture.header("content-encoding"),
        url=capture.requested_url,
        capture=capture.id,
        name=part_name(capture),
    )


def assemble(url: str, captures: list[Capture], known: Manifest | None) -> Publication | None:
    """The publication at `url`, given all captures of one run that belong to it; None if its page was not asked for.

    A part that answers 'not modified' stands for the part known before. A part that is missing makes the whole
    incomplete, whether it failed, is gone, or was never asked for since the run ended early: a shorter document must
    never pass for a new version.
    """
    last = {c.requested_url: c for c in captures}
    main = last.get(url)
    if main is None:
        return None
    everything = tuple(last.values())
    if main.state not in FOUND | {FetchState.NOT_MODIFIED}:
        return Publication(url, main.state, main, everything)
    before = {p.url: p for p in known.parts} if known else {}
    parts: list[PartRef] = []
    for capture in everything:
        if capture.state in FOUND and capture.body is not None:
            parts.append(_part(capture))
        elif capture.state is FetchState.NOT_MODIFIED and capture.requested_url in before:
            parts.append(before[capture.requested_url])
        elif capture.kind != "screenshot":
            why = capture.error or (f"status {capture.status}" if capture.status else "no answer")
            missing = f"the part {capture.requested_url} is {capture.state} ({why})"
            return Publication(url, FetchState.INCOMPLETE, main, everything, missing=missing)
    named = (part for c in everything if c.state in FOUND for part in c.parts)
    if never_asked := next((part for part in named if part not in last and part != main.url), None):
        missing = f"the part {never_asked} was not asked for"
        return Publication(url, FetchState.INCOMPLETE, main, everything, missing=missing)
    if main.state is FetchState.NOT_MODIFIED:
        asked = {c.requested_url for c in everything}
        parts += [p for p in before.values() if p.url not in asked]
    order = {"page": 0, "continuation": 1, "data": 2, "attachment": 3}
    manifest = Manifest(parts=tuple(sorted(parts, key=lambda p: order.get(p.role, 4))))
    unchanged = known is not None and manifest.digest == known.digest
    # An unchanged page behind a permanent redirect has moved all the same.
    moved = main.state is FetchState.MOVED or is_permanent(main.requested_url, main.hops, main.url)
    state = FetchState.MOVED if moved else FetchState.OK
    return Publication(url, state, main, everything, manifest, unchanged)
