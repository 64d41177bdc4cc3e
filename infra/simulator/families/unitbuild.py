"""Hanweb JPaaS: the list is built by a request whose parameters stand in the page, in something like JSON."""

import hashlib
import json
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import json_page, row_list, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_PROGRAM = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_SETTINGS = {"parseType": "bulidstatic", "webId": "7f3c", "tplSetId": "9ad", "pageType": "column",
             "tagId": "当前栏目_list", "pageId": "b21"}  # fmt: skip


class Unitbuild:
    """`/…/index.html` and the build program; articles under `art/<year>/art_<32 digits>.html` of the column."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}index.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        digits = hashlib.md5(f"{config.seed}:{item.key}".encode(), usedforsecurity=False).hexdigest()
        return f"{config.column_path}art/{item.published_at.year}/art_{digits}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path in {config.column_path, self.entry(config)}:
            return html_page(_list_page(config, self.entry(config)))
        if request.path == _PROGRAM:
            return _built(portal, request)
        return None


def _list_page(config: SiteConfig, entry: str) -> str:
    settings = ",".join(f"'{name}':'{value}'" for name, value in _SETTINGS.items())
    # Another unit of the page, which is not the list.
    other = settings.replace("当前栏目_list", "网站导航")
    script = f'<script src="/script/unitbuild.js" url="{_PROGRAM}"'
    body = f"""<div class="nav-box">{script} queryData="{{{other}}}"></script></div>
<div class="column-box"><h2>{escape(config.column)}</h2>
{script} queryData="{{{settings}}}"></script></div>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _built(portal: "Portal", request: Request) -> Page:
    config, query, listed = portal.config, request.query, portal.listed()
    if portal.switches.referer_required and not request.headers.get("referer"):
        return Page(b"<html><body>Forbidden</body></html>", charset=None, status=403)
    if any(query.get(name) != value for name, value in _SETTINGS.items()):
        return json_page({"success": False, "message": "unit not found"})
    try:
        # A bare pageNo is not looked at.
        number = int(json.loads(query.get("paramJson", "{}")).get("pageNo", 1))
    except ValueError:
        number = 1
    shown = rows_of(listed, number, config.page_size)
    fragment = (
        f'<ul>{row_list(shown)}</ul><div class="pagination" count="{len(listed)}" pagesize="{config.page_size}"></div>'
    )
    return json_page({"success": True, "code": "200", "data": {"html": fragment if shown else ""}})
