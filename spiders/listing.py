"""Reading a portal's lists: hub, columns below it, further pages of each; every row once."""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from model.capture import Row
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.article import is_report
from spiders.browser import Browser, BrowserMissing, PlaywrightError
from spiders.captures import Wanted
from spiders.columns import (
    MOST_COLUMNS,
    MOST_DEPTH,
    data_verdict,
    has_data_behind,
    is_column,
    list_verdict,
    sub_columns,
)
from spiders.families import Ask, Family, Reading, detect, rendered
from spiders.families.reading import Outcome
from spiders.fetch import Fetched, Fetcher, HostRefused
from spiders.hosts import host_of
from spiders.judge import Verdict
from spiders.page import Page
from spiders.remedies import sentence
from spiders.rendering import RenderingBlocked, rendered_pages
from spiders.rows import fresh, make_row
from spiders.units import unit_names

log = logging.getLogger(__name__)

MOST_REDIRECTS_IN_PAGE = 3


@dataclass
class Listing:
    """What the lists of a portal showed. `whole`: read to a known end, so that a row that is missing is missing."""

    rows: dict[str, Row] = field(default_factory=dict)
    pages: int = 0
    family: str | None = None
    announced: int | None = None
    units: dict[str, None] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    whole: bool = True

    def fail(self, stop: str, problem: str) -> None:
        """Note that something of the lists was not seen."""
        self.whole = False
        self.stops.append(stop)
        self.problems.append(problem)


class ListReader:
    """Reads all lists of one portal, breadth first, within its bounds."""

    def __init__(self, portal: Portal, fetcher: Fetcher, browser: Browser) -> None:
        self.portal = portal
        self.fetcher = fetcher
        self.browser = browser
        self.listing = Listing()

    async def read(self) -> Listing:
        """Read from the start pages down; what can't be read is a problem of the listing, not an exception."""
        waiting = deque((str(url), 0, "") for url in self.portal.start_urls)
        met = {url for url, _, _ in waiting}
        while waiting:
            url, depth, title = waiting.popleft()
            try:
                below = await self._read_list(url, depth, title)
            except HostRefused as refused:
                self.listing.fail("refused", f"{refused}; {url} was not read.")
                continue
            for column, name in below:
                if column not in met:
                    met.add(column)
                    waiting.append((column, depth + 1, name))
        return self.listing

    async def _read_list(self, url: str, depth: int, title: str) -> list[tuple[str, str]]:
        """Read one list over its pages; gives the columns below it."""
        if self._exhausted():
            return []
        fetched = await self._fetch_first(url)
        page = fetched.page
        if fetched.state is FetchState.NEEDS_JS:
            await self._read_rendered(fetched.capture.url, sentence(fetched.capture.url, fetched))
            return []
        if page is None:
            return self._unread(url, fetched)
        self.listing.pages += 1
        self.listing.units |= dict.fromkeys(unit_names(page))
        family = detect(page)
        rows = family.rows(page) if family else []
        documents = [row for row in rows if not is_column(row)]
        reports = any(row.kind == "report" for row in documents)
        below = sub_columns(page, self.portal.start_hosts, has_rows=reports) if depth < MOST_DEPTH else []
        if len(below) > MOST_COLUMNS:
            told = f"{page.url} leads to {len(below)} columns, and only {MOST_COLUMNS} of them were read"
            self.listing.fail("column limit", f"{told}; make portals of some of them.")
            below = below[:MOST_COLUMNS]
        # A report's row under the address of a column that nobody follows would be lost: it is asked for as a document.
        followed = {column.url for column in below}
        documents = [r for r in rows if r in documents or (r.kind == "report" and r.year and r.url not in followed)]
        if family and (documents or has_data_behind(page, family)):
            self.listing.family = family.NAME
            self._take(documents)
            if not await self._turn_pages(page, family, rows, depth, title):
                return []
        elif depth and is_report(page):
            self._take([make_row(page.url, title, None, "")])
        elif not below:
            self._note_empty(url, depth, title)
        return [(column.url, column.title) for column in below]

    async def _fetch_first(self, url: str) -> Fetched:
        """The first page of a list, following a page that only sends its reader on."""
        referer = None
        for _ in range(MOST_REDIRECTS_IN_PAGE):
            wanted = Wanted(url, "list", referer=referer)
            fetched = await self.fetcher.fetch(self.portal, wanted, self._verdict)
            target = fetched.page.redirect_in_page() if fetched.page else None
            if target is None or target == url or host_of(target) not in self.portal.start_hosts:
                break
            url, referer = target, url
        return fetched

    async def _turn_pages(self, page: Page, family: Family, rows: list[Row], depth: int, title: str) -> bool:
        """Read the further pages; False when there was no row in the end."""
        reading = Reading(first=page, rows_seen=len(rows), batch=len(rows))
        seen = {row.url for row in rows}
        while ask := family.next_request(page, reading):
            if self._exhausted():
                return True
            outcome, answer = await self._turn(ask, family, reading, seen)
            reading.steps.append((ask, outcome))
            if outcome == "failed" and not ask.optional:
                return True
            if answer is not None and outcome == "rows":
                page = answer
        if reading.announced is not None:
            self.listing.announced = (self.listing.announced or 0) + reading.announced
        if not reading.whole and reading.browser:
            await self._read_rendered(reading.first.url, self._cut_short(reading), seen)
            return True
        if not seen:
            self._note_empty(reading.first.url, depth, title)
            return False
        self.listing.stops.append(reading.stop)
        if not reading.whole:
            self.listing.whole = False
            self.listing.problems.append(self._cut_short(reading))
        return True

    @staticmethod
    def _cut_short(reading: Reading) -> str:
        return f"The list {reading.first.url} was not read to its end: {reading.stop}."

    async def _turn(self, ask: Ask, family: Family, reading: Reading, seen: set[str]) -> tuple[Outcome, Page | None]:
        fetched = await self.fetcher.fetch(self.portal, _wanted(ask), self._verdict_of(ask, family, reading.first))
        if fetched.state in {FetchState.GONE, FetchState.SOFT_404}:
            return "gone", None
        if ask.script:
            reading.scripts[ask.url] = fetched.page.text if fetched.page else ""
            return "script", None
        if fetched.page is None:
            if fetched.state is FetchState.OK_EMPTY:
                return "repeat", None
            if not ask.optional:
                self.listing.fail(fetched.state.value, sentence(ask.url, fetched))
            return "failed", None
        self.listing.pages += 1
        page = _in_its_place(fetched.page, reading.first) if ask.data else fetched.page
        rows = family.rows(page)
        new = fresh(rows, seen)
        reading.batch = len(rows)
        reading.rows_seen += len(new)
        if ask.data:
            reading.answered.update(row.url for row in rows)
        seen.update(row.url for row in new)
        self._take([row for row in new if not is_column(row)])
        return ("rows" if new else "repeat"), page

    async def _read_rendered(self, url: str, otherwise: str, before: Iterable[str] = ()) -> None:
        """Rows of a shell, from the browser; a page after which no new row comes is the last.

        `otherwise` is the problem where the browser shows no row; `before`: rows that were read without one.
        """
        seen, shown = set(before), 0
        try:
            async for page, failed in rendered_pages(self.portal, self.fetcher, self.browser, url):
                if self._exhausted():
                    return
                self.listing.pages += 1
                rows = rendered.rows(page)
                new = fresh(rows, seen)
                # The first document shows again what was read before the browser came.
                if not new and shown:
                    if failed:
                        # The end, or only a request that failed: rows may be missing.
                        problem = f"{url} was not read to its end in the browser: {failed[0]} brought nothing."
                        self.listing.fail("not rendered", problem)
                    break
                shown += len(rows)
                seen.update(row.url for row in new)
                self._take([row for row in new if not is_column(row)])
        except (BrowserMissing, RenderingBlocked) as error:
            self.listing.fail("not rendered", f"The rows of {url} appear only in a browser. {error}")
            return
        except PlaywrightError as error:
            first_line = str(error).partition("\n")[0]
            self.listing.fail("not rendered", f"{url} could not be rendered ({first_line}); try again later.")
            return
        if shown:
            self.listing.family = rendered.NAME
            self.listing.stops.append("last page in the browser")
        else:
            self.listing.fail("not rendered", otherwise)

    def _unread(self, url: str, fetched: Fetched) -> list[tuple[str, str]]:
        """A list that gave nothing readable."""
        if fetched.state is FetchState.OK_EMPTY:
            self._note_empty(url, 0, "")
        else:
            self.listing.fail(fetched.state.value, sentence(url, fetched))
        return []

    def _note_empty(self, url: str, depth: int, title: str) -> None:
        """A start page without rows is a problem; an empty column below a hub is not."""
        self.listing.stops.append("empty")
        if depth == 0:
            self.listing.whole = False
            self.listing.problems.append(
                f"{url} shows neither rows nor columns of reports; look whether the address or the layout has changed."
            )
        else:
            log.info("column %s (%s) is empty", url, title)

    def _take(self, rows: list[Row]) -> None:
        for row in rows:
            self.listing.rows.setdefault(row.url, row)

    def _exhausted(self) -> bool:
        if self.listing.pages < self.portal.max_list_pages:
            return False
        limit = self.portal.max_list_pages
        self.listing.fail(
            "page limit", f"Reading stopped after {limit} list pages; raise max_list_pages if that is right."
        )
        return True

    def _verdict(self, page: Page) -> Verdict:
        return list_verdict(page, self.portal.start_hosts)

    def _verdict_of(self, ask: Ask, family: Family, first: Page) -> Callable[[Page], Verdict]:
        """How the answer is judged: as a list, as data, or as a script, of which nothing is expected."""
        if ask.script:
            return lambda _: Verdict(FetchState.OK, signals=("a script with settings of the list",))
        if ask.data:
            return lambda page: data_verdict(_in_its_place(page, first), family)
        return self._verdict


def _wanted(ask: Ask) -> Wanted:
    return Wanted(
        ask.url,
        "list",
        form=ask.form,
        referer=ask.referer,
        payload=ask.payload.encode() if ask.payload else None,
        content_type="application/json; charset=UTF-8" if ask.payload else None,
        posted=bool(ask.payload),
    )


def _in_its_place(answer: Page, first: Page) -> Page:
    """An answer of a program as part of the list page: its links and its rows' list are that page's."""
    return Page(first.url, answer.text, shell=first)
