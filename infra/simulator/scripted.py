"""Pages of a site that its YAML writes out itself, in front of what its product shows; for what no product explains.

A text may hold tokens:

@{here}, @{host:NAME}       base address of this site or another, without a slash at the end
@{netloc:NAME}, @{port:NAME}  its host and port, its port
@{path:AGENCY/YEAR}         address of a report
@{report:AGENCY/YEAR}       its article as HTML; @{big5:AGENCY/YEAR} the same in traditional characters
@{items}, @{links:600}      the live rows of the list; so many rows of offices that have no pages
"""

import re
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.files import make_file, report_file
from infra.simulator.oddities import Happening, ScriptedPage
from infra.simulator.page import Page, meta_tags, shell
from infra.simulator.reports.rendering import render
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

# What a big5 gateway does to a text, as far as the words of a report go.
TRADITIONAL = str.maketrans(
    "务开报财县总体机关处数条请结转动发规现内计约资费标执绩际许审复议诉讼维纠决为个单实应员会议题进项织导视问积极办业证"
    "护见确认难处阅当询补无构归类别农经济区级领书",
    "務開報財縣總體機關處數條請結轉動發規現內計約資費標執績際許審複議訴訟維糾決為個單實應員會議題進項織導視問積極辦業證"
    "護見確認難處閱當詢補無構歸類別農經濟區級領書",
)
TOKEN = re.compile(r"@\{(\w+)(?::([^}]*))?\}")


class Script:
    """Answers for the scripted pages of one host and counts what was asked."""

    def __init__(self, portal: "Portal", address_of: Callable[[str], str]) -> None:
        self._portal = portal
        self._address_of = address_of
        self._asked: dict[str, int] = {}

    def answer(self, request: Request) -> tuple[Page, dict[str, str], str] | None:
        """The page, its further headers and their character set; None where nothing is written for the request."""
        target = request.target
        for name in {target, request.path}:
            self._asked[name] = self._asked.get(name, 0) + 1
        fitting = [page for page in self._portal.config.pages if self._fits(page, request)]
        if not fitting:
            return None
        page = fitting[-1]
        headers = {name: self.fill(value) for name, value in page.headers.items()}
        return self._page(page), headers, page.header_encoding

    def due(self, request: Request) -> list[Happening]:
        """What happens now that this request has been answered."""
        count = self._asked.get(request.path, 0)
        return [h for h in self._portal.config.happenings if h.after == request.path and h.request == count]

    def fill(self, text: str) -> str:
        """The text with its tokens replaced."""
        return TOKEN.sub(lambda found: self._token(found[1], found[2] or ""), text)

    def _fits(self, page: ScriptedPage, request: Request) -> bool:
        return (
            self.fill(page.path) in {request.target, request.path}
            and page.method in {"any", request.method}
            and page.sent in request.body.decode("utf-8", "replace")
            and all(words in request.headers.get(name.lower(), "") for name, words in page.with_header.items())
            and self._asked[self.fill(page.path)] >= page.from_request
        )

    def _page(self, page: ScriptedPage) -> Page:
        location = self.fill(page.location) if page.location is not None else None
        if page.file is not None:
            content = report_file(page.file, page.report_of) if page.report_of else make_file(page.file)
            return Page(content, page.media_type, page.charset, status=page.status, location=location)
        text, config = self.fill(page.html), self._portal.config
        if page.title:
            entry = self._portal.family.entry(config)
            tags = meta_tags(config) if page.meta else ""
            text = shell(config, entry, page.title, text, tags, page.charset or "utf-8")
        return Page(text.encode(page.encoding), page.media_type, page.charset, status=page.status, location=location)

    def _token(self, name: str, argument: str) -> str:
        if name == "here":
            return self._address_of(self._portal.name).rstrip("/")
        if name == "host":
            return self._address_of(argument).rstrip("/")
        if name == "netloc":
            return self._address_of(argument).rstrip("/").partition("//")[2]
        if name == "port":
            return self._address_of(argument).rstrip("/").rpartition(":")[2]
        if name == "big5":
            return self._token("report", argument).translate(TRADITIONAL)
        if name == "path":
            return self._portal.find(argument).path
        if name == "report":
            item = self._portal.find(argument)
            printed = item.as_printed()
            assert printed is not None
            draft = render(printed, item.layout, self._portal.config.seed, lambda fragment, _: fragment)
            return draft.content.decode(draft.charset_declared)
        if name == "links":
            title = f"{self._portal.config.title.removesuffix('人民政府')}第%d局2024年政府信息公开工作年度报告"
            row = f'<li><a href="/r/%d.html">{title}</a><span>2025-01-20</span></li>'
            return "".join(row % (n, n) for n in range(1, int(argument) + 1))
        if name == "items":
            rows = self._portal.listed()
            return "".join(
                f'<li><a href="{row.path}">{escape(row.title)}</a><span>{row.published_at:%Y-%m-%d}</span></li>'
                for row in rows
            )
        raise KeyError(f"no token @{{{name}}}")
