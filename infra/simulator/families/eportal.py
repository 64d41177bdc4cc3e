"""EasySite eportal: one program for all pages; the pager's links hold their address in a script."""

from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import number_in, page_count, row_list, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_PAGE = "302249"
_MODULE = "1667380d75ba475fb0d6c1eb3c4dc4a8"


class Eportal:
    """`/eportal/ui?pageId=…`; articles in a static tree below the column."""

    def entry(self, config: SiteConfig) -> str:  # noqa: ARG002 -- the protocol's signature
        return f"/eportal/ui?pageId={_PAGE}"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"{config.column_path}{_PAGE}/{item.number}/index.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config, listed, query = portal.config, portal.listed(), request.query
        if request.path != "/eportal/ui" or query.get("pageId") != _PAGE:
            return None
        pages = page_count(listed, config.page_size)
        # Without the module's number the program shows its first page.
        number = number_in(query, "currentPage", 1) if query.get("moduleId") == _MODULE else 1
        turns = "".join(_turn(n) for n in range(max(1, number - 1), min(pages, number + 2) + 1) if n != number)
        body = f"""<script>var eportalCurrentColumnId = "{_PAGE}";</script><div class="portlet" id="{_MODULE}">
<h2>{escape(config.column)}</h2><ul>{row_list(rows_of(listed, number, config.page_size))}</ul>
<div class="easysite-page">第{number}页/共{pages}页 {turns}</div></div>"""
        return html_page(shell(config, self.entry(config), config.column, body, meta_tags(config)))


def _turn(number: int) -> str:
    address = f"/eportal/ui?pageId={_PAGE}&amp;currentPage={number}&amp;moduleId={_MODULE}&amp;staticRequest=yes"
    return f"""<a style="cursor:pointer" onclick="queryArticleByCondition(this,'{address}')">{number}</a> """
