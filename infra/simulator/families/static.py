"""A plain list without any product's marks: links, dates, 上一页 and 下一页."""

import re
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal


class Static:
    """`list.html`, `list2.html` …; articles under `/<year>/<month>-<day>/<number>.html` of the column."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}list.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        day = item.published_at
        return f"{config.column_path}{day:%Y/%m-%d}/{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if not request.path.startswith(config.column_path):
            return None
        # list.html, list2.html
        match = re.fullmatch(r"(?:list(\d*)\.html)?", request.path.removeprefix(config.column_path))
        rows = portal.listed()
        pages = max(1, -(-len(rows) // config.page_size))
        if match is None:
            return None
        number = int(match[1] or 1)
        if not 1 <= number <= pages or (match[1] == "1"):
            return None
        shown = rows[(number - 1) * config.page_size : number * config.page_size]
        text = _list_page(config, self.entry(config), shown, number, pages)
        return html_page(text, portal.list_changed_at())


def _list_page(config: SiteConfig, entry: str, rows: list[Publication], number: int, pages: int) -> str:
    items = "\n".join(
        f'<tr><td class="dot">·</td><td><a href="{item.path}" target="_blank">{escape(item.title)}</a></td>'
        f"<td>[{item.published_at:%Y-%m-%d}]</td></tr>"
        for item in rows
    )
    links = [f"第{number}页/共{pages}页"]
    if number > 1:
        links.append(f'<a href="{_name(number - 1)}">上一页</a>')
    if number < pages:
        links.append(f'<a href="{_name(number + 1)}">下一页</a> <a href="{_name(pages)}">尾页</a>')
    body = f"""<div class="main"><h2>{escape(config.column)}</h2>
<table class="rows" width="100%">
{items}
</table>
<div class="turn">{" ".join(links)}</div></div>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _name(number: int) -> str:
    return "list.html" if number == 1 else f"list{number}.html"
