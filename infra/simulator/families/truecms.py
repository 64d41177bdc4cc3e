"""TrueCMS: records as XML in JSONP, the first sixty also hidden in the page."""

from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import json_page, number_in
from infra.simulator.page import Page, html_page, meta_tags, shell, shortened
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_PROGRAM = "/truecms/messageController/getMessage.do"
_COLUMN = "3b8e1f52-90c4-4d0a-8a77-5d1c02e94b61"
_HIDDEN = 60


class Truecms:
    """`/…/index.html` and `getMessage.do`; articles under `content/<number>.html` of the column."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}index.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"{config.column_path}content/{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path in {config.column_path, self.entry(config)}:
            return html_page(_list_page(portal, self.entry(config)))
        if request.path == _PROGRAM:
            return _records(portal, request.query)
        return None


def _record(item: Publication) -> str:
    return (
        f'<record><![CDATA[<li><a href="{item.path}" title="{escape(item.title)}">{escape(shortened(item.title))}</a>'
        f"<i>{item.published_at:%Y-%m-%d}</i></li>]]></record>"
    )


def _list_page(portal: "Portal", entry: str) -> str:
    config, listed = portal.config, portal.listed()
    hidden = "".join(_record(item) for item in listed[: min(_HIDDEN, 2 * config.page_size)])
    kept = f'<div id="initData" style="display:none">{escape(hidden)}</div>' if portal.switches.endpoint_dead else ""
    body = f"""<div class="main"><h2>{escape(config.column)}</h2><ul id="messages"></ul>{kept}</div>
<script>var setting = {{columnId: '{_COLUMN}', perpage: {config.page_size}, totalCount: {len(listed)}}};
messagePager('{_PROGRAM}', setting);</script>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _records(portal: "Portal", query: dict[str, str]) -> Page:
    listed, switches = portal.listed(), portal.switches
    if switches.endpoint_dead:
        return Page(b"<html><body>error</body></html>", charset=None, status=404)
    first, last = number_in(query, "startrecord", 1), number_in(query, "endrecord", 1)
    asked = number_in(query, "perpage", 1)
    # More than the site allows brings nothing at all, and no word why.
    known = query.get("columnId") == _COLUMN and asked <= switches.largest_page
    records = "".join(_record(item) for item in listed[first - 1 : last]) if known else ""
    content = {"result": f"<datastore>{records}</datastore>" if records else "", "totalRecord": len(listed)}
    return json_page(content, query.get("callback", "cb"))
