"""UCAP: `common_list.shtml`, or (variant `json`) a shell whose rows come from `common/search`."""

import hashlib
import re
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import json_page, number_in, page_count, row_list, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_SEARCH = "/common/search/8f41b0c7d2e94c6ab1d5"


class Ucap:
    """`common_list_2.shtml`; articles under `YYYYMM/<32 digits>.shtml` of the column; the entry sends its reader on."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}jump.shtml"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        digits = hashlib.md5(f"{config.seed}:{item.key}".encode(), usedforsecurity=False).hexdigest()
        return f"{config.column_path}{item.published_at:%Y%m}/{digits}.shtml"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config, listed = portal.config, portal.listed()
        if request.path == self.entry(config):
            return html_page("<html><body><script>window.location.href='common_list.shtml';</script></body></html>")
        if request.path == _SEARCH and config.variant == "json":
            return _results(portal, request.query)
        # common_list.shtml, common_list_2.shtml
        match = re.fullmatch(r"common_list(?:_(\d+))?\.shtml", request.path.removeprefix(config.column_path))
        pages = page_count(listed, config.page_size)
        if match is None or match[1] == "1" or not 1 <= int(match[1] or 1) <= pages:
            return None
        number = int(match[1] or 1)
        if config.variant == "json":
            body = f"""<div class="xxgk_list" id="list"></div><script>var url = "{_SEARCH}?_isAgg=true&_isJson=true"""
            body += f"""&_pageSize={config.page_size}&_template=index&page=1";load(url);</script>"""
        else:
            rows = row_list(rows_of(listed, number, config.page_size))
            body = f"""<ul class="xxgk_list">{rows}</ul><div id="page_div"></div>
<script>createPageHTML('page_div', {pages}, {number}, 'common_list', 'shtml', {len(listed)});</script>
<script src="/common/search/search.js"></script>"""
        text = f"<div><h2>{escape(config.column)}</h2>{body}</div>"
        return html_page(shell(config, self.entry(config), config.column, text, meta_tags(config)))


def _results(portal: "Portal", query: dict[str, str]) -> Page:
    listed = portal.listed()
    size, number = number_in(query, "_pageSize", 20), number_in(query, "page", 1)
    results = [
        {"title": i.title, "url": i.path, "publishedTimeStr": f"{i.published_at:%Y-%m-%d %H:%M:%S}",
         "channelName": portal.config.column}
        for i in rows_of(listed, number, size)
    ]  # fmt: skip
    return json_page({"data": {"results": results, "rows": size, "page": number, "total": len(listed)}})
