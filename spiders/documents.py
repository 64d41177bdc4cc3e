"""Fetching the documents of a portal: page, continuation pages, attachments; cheaply where they are known."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from model.capture import CaptureKind, KnownDocument, KnownPart, Row
from model.forms import load_forms
from model.normal_text import squeeze
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.article import ENOUGH_TEXT, attachments, lacks_text, page_verdict
from spiders.captures import Wanted
from spiders.families import FAMILIES, detect
from spiders.families.answers import is_refusal
from spiders.families.script_text import read_json
from spiders.fetch import Fetched, Fetcher
from spiders.hosts import host_of
from spiders.judge import Verdict
from spiders.page import Page, remembered
from spiders.remedies import REMEDY
from spiders.rows import Link, is_file
from spiders.shells import data_behind

MOST_CONTINUATIONS = 30
GOOD = {FetchState.OK, FetchState.MOVED, FetchState.NOT_MODIFIED}


@dataclass(frozen=True)
class Due:
    """A document to ask for: listed (with its row), known before, or both."""

    url: str
    row: Row | None = None
    known: KnownDocument | None = None


class NamedPart(NamedTuple):
    """A part of a document as a page names it."""

    kind: CaptureKind
    link: Link


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
        """Fetch all parts that a page names, in the order in which a reader comes to them."""
        waiting = deque(named_parts(page))
        met = {page.url, due.url}
        while waiting:
            part = waiting.popleft()
            if part.link.url in met:
                continue
            met.add(part.link.url)
            if host_of(part.link.url) not in self.portal.start_hosts:
                self.foreign[host_of(part.link.url)] += 1
                continue
            if part.kind == "continuation" and len(met) > MOST_CONTINUATIONS:
                continue
            fetched = await self._part(due, part.link.url, part.kind, main=page, name=part.link.title or None)
            if part.kind == "continuation" and fetched.page is not None:
                # Page 2 of an article names page 3, or all of them again.
                waiting.extendleft(reversed(further_parts(fetched.page, page)))

    async def _part(
        self,
        due: Due,
        url: str,
        kind: CaptureKind,
        *,
        row: Row | None = None,
        main: Page | None = None,
        name: str | None = None,
    ) -> Fetched:
        held = _held(due, url)
        wanted = Wanted(
            url,
            kind,
            document_url=due.url,
            row=row,
            referer=main.url if main else row.list_url if row else None,
            name=name,
            etag=held.etag if held else None,
            last_modified=held.last_modified if held else None,
        )
        fetched = await self.fetcher.fetch(self.portal, wanted, self._verdict_of(kind, main))
        # That a document which no list names is gone is news, and no problem.
        expected = due.row is None and fetched.state in {FetchState.GONE, FetchState.SOFT_404}
        if fetched.state not in GOOD and not expected:
            self.faults.setdefault(fetched.state, []).append(url)
        return fetched

    def _verdict_of(self, kind: CaptureKind, main: Page | None) -> Callable[[Page], Verdict]:
        """How an answer is judged. The record of a page names its further parts, so that none can be missed in silence.

        Not only a failed part is missing: a run may be killed, or its day's requests be used up, between two parts.
        """
        hosts = self.portal.start_hosts

        def own(parts: list[NamedPart]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(part.link.url for part in parts if host_of(part.link.url) in hosts))

        def page(answer: Page) -> Verdict:
            return replace(page_verdict(answer), parts=own(named_parts(answer)))

        def continuation(answer: Page) -> Verdict:
            return Verdict(FetchState.OK, parts=own(further_parts(answer, main)) if main else ())

        judges = {"page": page, "continuation": continuation, "data": _data_of_article}
        return judges.get(kind, _error_page)


@remembered
def named_parts(page: Page) -> list[NamedPart]:
    """The further parts that the page of a document names: continuation pages, data behind it, attachments."""
    # The article's own markup may have no mark of its product, but its way to page 2 is that of one of them.
    families = [family for family in (detect(page), FAMILIES["static"]) if family]
    further = dict.fromkeys(url for family in families for url in family.parts(page))
    parts = [NamedPart("continuation", Link(url, "")) for url in further]
    if lacks_text(page):
        parts += [NamedPart("data", Link(url, "")) for url in data_behind(page)]
    return [*parts, *(NamedPart("attachment", link) for link in attachments(page))]


def further_parts(continuation: Page, main: Page) -> list[NamedPart]:
    """What a continuation page names: the pages after it, and files at the end of the article."""
    in_place = Page(main.url, continuation.text)
    known = {main.url, continuation.url}
    pages = [NamedPart("continuation", Link(u, "")) for u in FAMILIES["static"].parts(in_place) if u not in known]
    return [*pages, *(NamedPart("attachment", link) for link in attachments(in_place))]


def _held(due: Due, url: str) -> KnownPart | None:
    return next((part for part in due.known.parts if part.url == url), None) if due.known else None


def _data_of_article(page: Page) -> Verdict:
    """Is there text in the answer? A well-formed refusal is none."""
    if is_refusal(read_json(page.text)):
        return Verdict(FetchState.UNREACHABLE, signals=("the program answered with an error",))
    if len(page.text) < ENOUGH_TEXT:
        return Verdict(FetchState.OK_EMPTY, signals=(f"{len(page.text)} characters of data",))
    return Verdict(FetchState.OK)


def _error_page(page: Page) -> Verdict:
    """A page that comes where a file was linked tells of an error, unless it is a report: Word saves pages as .doc."""
    text = squeeze(page.text)
    if any(sum(mark in text for table in form.tables for mark in table.markers) > 1 for form in load_forms().values()):
        return Verdict(FetchState.OK, signals=("a page with the tables of a report came where a file was linked",))
    return Verdict(FetchState.SOFT_404, signals=("a page came where a file was linked",))
