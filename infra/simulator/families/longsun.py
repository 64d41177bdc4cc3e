"""Longsun: `/public/column/<organ>?type=3&action=list` lists the annual reports of each organ."""

from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import number_in, page_count, row_list, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.reports.dice import dice
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal


class Longsun:
    """The entry is the roster of organs; articles `/public/<organ>/<number>.html`."""

    def entry(self, config: SiteConfig) -> str:  # noqa: ARG002 -- the protocol's signature
        return "/public/index.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"/public/{_organ(config, item)}/{565_000_000 + item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path == self.entry(config):
            return html_page(_roster(portal, self.entry(config)))
        organ = request.path.removeprefix("/public/column/")
        rows = [item for item in portal.listed() if _organ(config, item) == organ]
        if organ == request.path or not rows:
            return None
        return html_page(_list_page(config, self.entry(config), rows, request.query))


def _organ(config: SiteConfig, item: Publication) -> str:
    name = item.agency.name if item.agency else config.title
    return str(6_000_000 + dice(config.seed, name, "organ").randrange(900_000))


def _roster(portal: "Portal", entry: str) -> str:
    config = portal.config
    organs = {_organ(config, i): i.agency.name if i.agency else config.title for i in portal.listed()}
    links = "".join(
        f'<li><a href="/public/column/{organ}?type=2&amp;action=list">{escape(name)}</a></li>'
        for organ, name in organs.items()
    )
    return shell(config, entry, "信息公开", f'<ul class="organs">{links}</ul>', meta_tags(config))


def _list_page(config: SiteConfig, entry: str, rows: list[Publication], query: dict[str, str]) -> str:
    # 2 is the guide: a page of its own without rows.
    listed = rows if query.get("type") == "3" else []
    pages, number = page_count(listed, config.page_size), number_in(query, "pageIndex", 1)
    settings = f"{{pageIndex: {number}, pageCount: {pages}, total: {len(listed)}}}"
    shown = row_list(rows_of(listed, number, config.page_size))
    body = f"""<div class="main"><h2>{escape(config.column)}</h2><ul>{shown}</ul>
<div id="page_div"></div><script>Ls.pagination("#page_div", {settings});</script></div>"""
    return shell(config, entry, config.column, body, meta_tags(config))
