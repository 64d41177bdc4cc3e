"""Boda VSB: `gknb.htm`, then a folder of that name in which the pages are numbered downwards."""

import re
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import page_count, row_list, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal


class Vsb:
    """With five pages, page 2 is `gknb/4.htm` and the oldest `gknb/1.htm`; articles `/info/<column>/<number>.htm`."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}gknb.htm"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"/info/{config.seed % 10_000}/{item.number}.htm"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config, listed = portal.config, portal.listed()
        # gknb.htm, gknb/4.htm
        match = re.fullmatch(r"gknb(?:/(\d+))?\.htm", request.path.removeprefix(config.column_path))
        pages = page_count(listed, config.page_size)
        if match is None or (match[1] and not 1 <= int(match[1]) < pages):
            return None
        number = pages - int(match[1]) + 1 if match[1] else 1
        text = _list_page(config, self.entry(config), rows_of(listed, number, config.page_size), number, pages)
        return html_page(text, portal.list_changed_at())


def _list_page(config: SiteConfig, entry: str, rows: list[Publication], number: int, pages: int) -> str:
    folder = "gknb/" if number == 1 else ""
    links = [f"<span>共{pages}页 {number}/{pages}</span>"]
    if number > 1:
        links.append(f'<a href="{"../gknb.htm" if number == 2 else f"{pages - number + 2}.htm"}">上页</a>')
    if number < pages:
        links.append(f'<a href="{folder}{pages - number}.htm">下页</a> <a href="{folder}1.htm">尾页</a>')
    body = f"""<script src="/system/resource/js/counter.js"></script><div class="main"><h2>{escape(config.column)}</h2>
<ul>{row_list(rows)}</ul><div class="pages">{" ".join(links)}</div></div>"""
    return shell(config, entry, config.column, body, meta_tags(config))
