"""TRS WCM: static list pages, named by a pager script that counts from 0 or from 1.

Variant `search`: only the first page is a file, the rest comes from the product's search.
"""

import re
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import number_in, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell, shortened
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_SEARCH = "/was5/web/search"


class Trs:
    """`index.html`, `index_1.html` …; articles under `./YYYYMM/tYYYYMMDD_<number>.html`."""

    def entry(self, config: SiteConfig) -> str:
        return config.column_path

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        day = item.published_at
        return f"{config.column_path}{day:%Y%m}/t{day:%Y%m%d}_{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path == _SEARCH and config.variant == "search":
            return _results(portal, request.query)
        if not request.path.startswith(config.column_path):
            return None
        leaf = request.path.removeprefix(config.column_path) or "index.html"
        # index.html, index_1.html
        match = re.fullmatch(r"index(?:_(\d+))?\.html", leaf)
        rows = portal.listed()
        pages = max(1, -(-len(rows) // config.page_size))
        if match is None:
            return None
        at = int(match[1]) - config.pager.first if match[1] else 0
        if not (0 < at < pages or (at == 0 and match[1] is None)):
            return None
        shown = rows[at * config.page_size : (at + 1) * config.page_size]
        if config.variant == "search" and at:
            return None
        return html_page(_list_page(config, self.entry(config), shown, at, pages), portal.list_changed_at())


def _list_page(config: SiteConfig, entry: str, rows: list[Publication], at: int, pages: int) -> str:
    items = "\n".join(_row(config, item) for item in rows)
    announced = pages + config.pager.advertised_extra
    if config.pager.first == 0:
        script = f'createPageHTML({announced}, {at}, "index", "html");'
    else:
        script = f"createPageHTML('paging', {announced}, {at + 1}, 'index', 'html', {config.page_size});"
    if config.variant == "search":
        # The first page is a file; the further ones are what the search finds in the column.
        script = f"loadMore('{_SEARCH}?channelid=278090&searchword=&perpage={config.page_size}');"
    body = f"""<div class="path">当前位置：<a href="/">首页</a> &gt; {escape(config.column)}</div>
<!--列表开始-->
<ul class="list">
{items}
</ul>
<div id="paging" class="page"><script>{script}</script></div>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _results(portal: "Portal", query: dict[str, str]) -> Page:
    """A fragment of a page of results; past the end there is the count alone."""
    config, listed = portal.config, portal.listed()
    shown = rows_of(listed, number_in(query, "page", 1), config.page_size) if query.get("channelid") == "278090" else []
    items = "\n".join(_row(config, item) for item in shown)
    return html_page(f'<div class="outline">共{len(listed)}条</div><ul>{items}</ul>')


def _row(config: SiteConfig, item: Publication) -> str:
    link = "./" + item.path.removeprefix(config.column_path) if item.path.startswith(config.column_path) else item.path
    return (
        f" <li><a href='{link}' title='{escape(item.title)}'>"
        f'<span class="fl">{escape(shortened(item.title))}</span>'
        f'<span class="fr">{item.published_at:%Y-%m-%d}</span></a></li>'
    )
