"""Sudy WebPlus: `list.htm`, `list2.htm`; the pager is a script's, its numbers stand in the page."""

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


class Sudy:
    """Articles `/<year>/<month and day>/c<column>a<number>/page.htm`."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}list.htm"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"/{item.published_at:%Y/%m%d}/c{config.seed % 10_000}a{item.number}/page.htm"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config, listed = portal.config, portal.listed()
        match = re.fullmatch(r"list(\d*)\.htm", request.path.removeprefix(config.column_path))
        pages = page_count(listed, config.page_size)
        number = int(match[1] or 1) if match else 0
        if match is None or match[1] == "1" or not 1 <= number <= pages:
            return None
        shown = row_list(rows_of(listed, number, config.page_size))
        body = f"""<div id="wp_news_w9"><ul class="news_list">{shown}</ul></div>
<div class="wp_paging"><ul><li class="pages_count">共<em class="all_count">{len(listed)}</em>条</li>
<li><a class="next" href="javascript:void(0);">下一页&gt;&gt;</a></li>
<li class="page_jump"><em class="curr_page">{number}</em>/<em class="all_pages">{pages}</em></li></ul></div>"""
        text = shell(config, self.entry(config), config.column, f"<h2>{escape(config.column)}</h2>{body}",
                     meta_tags(config))  # fmt: skip
        return html_page(text, portal.list_changed_at())
