"""Reading a site from one address towards its column of annual reports: best leads first, within bounds.

The fetching is that of a crawl: robots.txt, pace, daily budget, cool-downs. Of every list only the first page is read.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from model.capture import CrawlJob
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.captures import Wanted
from spiders.columns import is_column, sub_columns
from spiders.discovery.signs import leads, meta, names_column, off_host, role_below, year_in
from spiders.discovery.site_search import search_site
from spiders.discovery.tree import Discovery, Node
from spiders.families import Reading, detect
from spiders.fetch import Fetched, Fetcher, HostRefused
from spiders.hosts import host_of, queue_of, refusal
from spiders.judge import Verdict
from spiders.pace import host_paces
from spiders.page import Page

MOST_SENT_ON = 3
"""Pages that only send their reader on, one after another."""
IN_COLUMN = 1
"""Rank of lists below a column: after other columns of the page, before weaker leads."""


@dataclass(frozen=True)
class Bounds:
    """How much of a site is looked at. `steps`: from the start to a column; `depth`: below it."""

    requests: int = 40
    steps: int = 4
    depth: int = 4
    breadth: int = 60


class Explorer:
    """One search. Nodes wait in a heap: by rank, newest year first, then in the order of being found."""

    def __init__(
        self, portal: Portal, fetcher: Fetcher, bounds: Bounds, tell: Callable[[Node], None] = lambda _: None
    ) -> None:
        self.portal, self.fetcher, self.bounds, self.tell = portal, fetcher, bounds, tell
        start = str(portal.start_urls[0])
        self.found = Discovery(Node(start, "", "start", "given"))
        self._waiting: list[tuple[int, int, int, Node]] = []
        self._order = itertools.count()
        self._met: dict[str, Node] = {}
        self._pages: dict[str, Page] = {}
        self._put(0, None, self.found.root)

    async def run(self) -> Discovery:
        """Look until nothing is left or the budget is used up; never raises for what a site does."""
        await self._follow()
        if not self.found.columns:
            await self._search()
            await self._follow()
        self._say_unread()
        found = self.found
        found.hosts = self.portal.start_hosts
        found.requests = dict(sorted(self.fetcher.requests[self.portal.id].items()))
        found.stop = found.stop or ("nothing left to read" if found.columns else "no lead left")
        return found

    def _put(self, rank: int, parent: Node | None, node: Node) -> None:
        key = node.url.removesuffix("index.html")
        if key in self._met:
            return
        self._met[key] = node
        if parent is not None:
            parent.children.append(node)
        heapq.heappush(self._waiting, (rank, -year_in(node.title, node.url), next(self._order), node))

    async def _follow(self) -> None:
        while self._waiting:
            rank, _, _, node = self._waiting[0]
            if rank > IN_COLUMN and self.found.columns:
                return  # weaker leads are not needed any more
            if self._spent() >= self.bounds.requests:
                self.found.stop = f"{self.bounds.requests} requests were made; --requests allows more"
                return
            heapq.heappop(self._waiting)
            await self._read(node)
            self.tell(node)

    def _spent(self) -> int:
        return sum(self.fetcher.requests[self.portal.id].values())

    async def _read(self, node: Node) -> None:
        try:
            fetched = await self._fetch(node)
        except HostRefused as refused:
            node.why = str(refused)
            return
        node.state = fetched.state
        page = fetched.page
        if page is None:
            node.why = "; ".join(fetched.capture.signals) or (fetched.capture.error or "")
            return
        self._pages[page.url] = page
        self._note_site(page)
        node.title = node.title or meta(page, "ColumnName") or page.title.partition("_")[0].strip()
        self._count(node, page)
        self._decide(node, page)
        if node.in_column:
            self._below(node, page)
        if not node.in_column or (node.role == "column" and not node.reports):
            self._outside(node, page)

    async def _fetch(self, node: Node) -> Fetched:
        url, referer = node.url, None
        for _ in range(MOST_SENT_ON):
            fetched = await self.fetcher.fetch(self.portal, Wanted(url, "list", referer=referer), _any_page)
            target = fetched.page.redirect_in_page() if fetched.page else _sent_off(fetched)
            if target is None or target == url or not self._admit(target):
                break
            url, referer = target, url
        return fetched

    def _admit(self, url: str) -> bool:
        """May this host be asked? The start's own, and those of the same registrable domain, as bureaus have them."""
        host = host_of(url)
        if host in self.portal.start_hosts:
            return True
        start = host_of(str(self.portal.start_urls[0]))
        if queue_of(host) != queue_of(start) or refusal(host, self.portal, self.fetcher.now().date()):
            return False
        self.portal = self.portal.model_copy(update={"hosts": (*self.portal.hosts, host)})
        job: CrawlJob = self.fetcher.job.model_copy(update={"portals": (self.portal,)})
        self.fetcher.paces[host] = host_paces(job)[host]
        self.fetcher.paces[host].line = self.fetcher.paces[start].line
        return True

    def _note_site(self, page: Page) -> None:
        if host_of(page.url) in self.portal.start_hosts:
            self.found.site_name = self.found.site_name or meta(page, "SiteName")
            self.found.site_code = self.found.site_code or meta(page, "SiteIDCode")

    def _count(self, node: Node, page: Page) -> None:
        family = detect(page)
        if family is None:
            return
        rows = [row for row in family.rows(page) if not is_column(row)]
        reports = [row for row in rows if row.kind == "report"]
        node.rows, node.reports = len(rows), len(reports)
        node.years = Counter(row.year for row in reports if row.year)
        if reports or node.in_column:
            node.family = family.NAME
            node.more = family.next_request(page, Reading(first=page, rows_seen=len(rows), batch=len(rows))) is not None

    def _decide(self, node: Node, page: Page) -> None:
        """A page is the column when it says so and holds reports or years, or when it holds several reports."""
        if node.in_column:
            return
        inside = sub_columns(page, self.portal.start_hosts, has_rows=bool(node.reports))
        years = sum(role_below(column.title) == "year" for column in inside)
        if (names_column(page) and (node.reports or years)) or node.reports >= 3 or years >= 2:
            node.role, node.depth = "column", 0
            self._count(node, page)

    def _below(self, node: Node, page: Page) -> None:
        hosts = self.portal.start_hosts
        for host, name in off_host(page, hosts).items():
            if queue_of(host) != queue_of(host_of(page.url)) and not refusal(
                host, self.portal, self.fetcher.now().date()
            ):
                self.found.elsewhere.setdefault(host, name)
        if node.depth >= self.bounds.depth:
            return
        columns = sub_columns(page, hosts, has_rows=bool(node.reports))[: self.bounds.breadth]
        for column in columns:
            child = Node(column.url, column.title, role_below(column.title), "the column", node.depth + 1)
            self._put(IN_COLUMN, node, child)

    def _outside(self, node: Node, page: Page) -> None:
        steps = node.depth if not node.in_column else 0
        for lead in leads(page)[: self.bounds.breadth]:
            if steps >= self.bounds.steps and lead.role == "step":
                continue
            if self._admit(lead.url):
                depth = 0 if lead.role == "column" else steps + 1
                self._put(lead.rank, node, Node(lead.url, lead.title, lead.role, lead.via, depth))

    async def _search(self) -> None:
        """The second way in: the site's own search, few queries."""
        left = self.bounds.requests - self._spent()
        for page in list(self._pages.values())[:3]:
            columns, said = await search_site(page, self.portal, self.fetcher, self._admit, left)
            self.found.searched += said
            for url, title in columns:
                self._put(0, self.found.root, Node(url, title, "column", "the site's search"))
            if said:
                return

    def _say_unread(self) -> None:
        for _, _, _, node in self._waiting:
            node.why = "not needed" if self.found.columns and not node.in_column else "not read"


async def explore(
    portal: Portal, fetcher: Fetcher, bounds: Bounds, tell: Callable[[Node], None] = lambda _: None
) -> Discovery:
    """Look for the column from the portal's first start address. Raises SinkFailed only."""
    return await Explorer(portal, fetcher, bounds, tell).run()


def _sent_off(fetched: Fetched) -> str | None:
    """Where a redirect leads that a crawl does not follow: often from `tj.gov.cn` to `www.tj.gov.cn`."""
    location = fetched.capture.header("location")
    if fetched.state is not FetchState.OFF_SITE or location is None:
        return None
    return Page(fetched.capture.url, "").resolve(location)


def _any_page(page: Page) -> Verdict:
    """Any page with something on it will do: what it is good for is told by its links."""
    if page.visible_text or page.redirect_in_page() or page.soup.find(["frame", "iframe"]):
        return Verdict(FetchState.OK)
    shell = page.soup.find("script") is not None
    return Verdict(FetchState.NEEDS_JS if shell else FetchState.OK_EMPTY, signals=("nothing to read on the page",))
