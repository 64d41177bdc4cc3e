"""Fetching the documents of a portal: page, continuation pages, attachments; cheaply where they are known."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from model.capture import CaptureKind, KnownDocument, KnownPart, Row
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.article import attachments, page_verdict
from spiders.captures import Wanted
from spiders.families import FAMILIES, detect
from spiders.fetch import Fetched, Fetcher
from spiders.judge import Verdict
from spiders.listing import REMEDY
from spiders.page import Page, host_of
from spiders.rows import is_file

MOST_CONTINUATIONS = 30
GOOD = {FetchState.OK, FetchState.MOVED, FetchState.NOT_MODIFIED}


@dataclass(frozen=True)
class Due:
    """A document to ask for: listed (with its row), known before, or both."""

    url: str
    row: Row | None = None
    known: KnownDocument | None = None


def due_documents(
    rows: dict[str, Row], known: tuple[KnownDocument, ...], hosts: frozenset[str], *, whole: bool
) -> list[Due]:
    """New ones always, known ones when due; after a whole reading also known ones that no row names any more."""
    held = {document.url: document for document in known}
    reports = [row for row in rows.values() if row.kind == "report" and host_of(row.url) in hosts]
    due = [Due(row.url, row, held.get(row.url)) for row in reports if row.url not in held or held[row.url].due]
    missing = [d for d in known if d.url not in rows and host_of(d.url) in hosts]
    return due + [Due(document.url, None, document) for document in missing if whole or document.due]


@dataclass
class DocumentReader:
    """Fetches documents of one portal one after the other and counts what was not good."""

    portal: Portal
    fetcher: Fetcher
    faults: dict[FetchState, list[str]] = field(default_factory=dict)
    foreign: Counter[str] = field(default_factory=Counter)
    last: Fetched | None = None

    async def read(self, due: Due) -> None:
        """Fetch a document and its parts. Raises HostRefused when the host may not be asked (any more)."""
        if is_file(due.url):
            await self._part(due, due.url, "attachment", row=due.row)
            return
        fetched = await self._part(due, due.url, "page", row=due.row)
        if fetched.state is FetchState.NOT_MODIFIED:
            # An attachment may be replaced behind an unchanged page.
            for part in due.known.parts if due.known else ():
                if part.url != due.url:
                    await self._part(due, part.url, part.kind)
        elif fetched.state in GOOD and fetched.page is not None:
            await self._parts(due, fetched.page)

    def problems(self) -> list[str]:
        """One sentence for each kind of fault."""
        sentences = [
            f"{len(urls)} document{'s were' if len(urls) > 1 else ' was'} {state.value} (the first: {urls[0]}): "
            f"{REMEDY.get(state, 'look at it')}."
            for state, urls in self.faults.items()
        ]
        if self.foreign:
            names = ", ".join(sorted(self.foreign))
            sentences.append(
                f"{self.foreign.total()} links lead to other hosts ({names}) and were not followed; "
                "add a host to `hosts` if it belongs to the portal."
            )
        return sentences

    async def _parts(self, due: Due, page: Page) -> None:
        for url in await self._continuations(due, page):
            self._note_foreign(url)
        for url in attachments(page):
            if host_of(url) in self.portal.start_hosts:
                await self._part(due, url, "attachment", referer=page.url)
            else:
                self._note_foreign(url)

    async def _continuations(self, due: Due, page: Page) -> list[str]:
        """Fetch the further pages of an article, and those that these name; gives the addresses on other hosts."""
        # The article's own markup may have no mark of its product, but its way to page 2 is that of one of them.
        families = [family for family in (detect(page), FAMILIES["static"]) if family]
        waiting = list(dict.fromkeys(url for family in families for url in family.parts(page)))
        met, foreign = {page.url, due.url}, []
        while waiting and len(met) <= MOST_CONTINUATIONS:
            url = waiting.pop(0)
            if url in met:
                continue
            met.add(url)
            if host_of(url) not in self.portal.start_hosts:
                foreign.append(url)
                continue
            fetched = await self._part(due, url, "continuation", referer=page.url)
            if fetched.page is not None:
                waiting += FAMILIES["static"].parts(page.__class__(page.url, fetched.page.text))
        return foreign

    async def _part(
        self, due: Due, url: str, kind: CaptureKind, *, row: Row | None = None, referer: str | None = None
    ) -> Fetched:
        held = _held(due, url)
        wanted = Wanted(
            url,
            kind,
            document_url=due.url,
            row=row,
            referer=referer or (row.list_url if row else None),
            etag=held.etag if held else None,
            last_modified=held.last_modified if held else None,
        )
        fetched = await self.fetcher.fetch(self.portal, wanted, _verdicts(kind))
        self.last = fetched
        # That a document which no list names is gone is news, and no problem.
        expected = due.row is None and fetched.state in {FetchState.GONE, FetchState.SOFT_404}
        if fetched.state not in GOOD and not expected:
            self.faults.setdefault(fetched.state, []).append(url)
        return fetched

    def _note_foreign(self, url: str) -> None:
        self.foreign[host_of(url)] += 1


def _held(due: Due, url: str) -> KnownPart | None:
    return next((part for part in due.known.parts if part.url == url), None) if due.known else None


def _verdicts(kind: CaptureKind) -> Callable[[Page], Verdict]:
    return {"page": page_verdict, "continuation": lambda _: Verdict(FetchState.OK), "attachment": _error_page}[kind]


def _error_page(_: Page) -> Verdict:
    return Verdict(FetchState.SOFT_404, signals=("a page came where a file was linked",))
