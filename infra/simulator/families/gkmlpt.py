"""The directory of open information of a southern province: a shell with a tree of columns, and an API of its own."""

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from infra.simulator.families.slices import json_page, number_in, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_SITE = "755011"
_COLUMN = 1234


class Gkmlpt:
    """`/gkmlpt/index`; articles `/gkmlpt/content/4/<number div 1000>/post_<number>.html`, each with a mobile twin."""

    def entry(self, config: SiteConfig) -> str:  # noqa: ARG002 -- the protocol's signature
        return "/gkmlpt/index"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:  # noqa: ARG002 -- the protocol's signature
        return f"/gkmlpt/content/4/{item.number // 1000}/post_{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path == self.entry(config):
            return html_page(_shell(portal, self.entry(config)))
        if found := re.fullmatch(r"/gkmlpt/api/all/(\d+)", request.path):
            return _articles(portal, int(found[1]), request)
        return None


def _shell(portal: "Portal", entry: str) -> str:
    config, count = portal.config, len(portal.listed())
    # The count is of all that was ever put in; hidden items are in it.
    name = json.dumps(config.column, ensure_ascii=False)
    body = f"""<div id="app"></div>
<script>window._CONFIG = {{SID:'{_SITE}', SERVICE_AREA_ID:1, TREE:[
 {{id:1201,name:'法定主动公开内容',jump_url:'',post_count:0,children:[
  {{id:1230,name:'政府信息公开指南',jump_url:'/gkmlpt/guide',post_count:1,children:[]}},
  {{id:{_COLUMN},name:{name},jump_url:'',post_count:{count + 3},children:[],}}]}}]}}</script>
<script src="/gkmlpt/app.js"></script>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _articles(portal: "Portal", column: int, request: Request) -> Page:
    listed, query = portal.listed(), request.query
    if query.get("sid") != _SITE or column != _COLUMN:
        return json_page({"classify": None, "total": 0, "articles": []})
    number = number_in(query, "page", 1)
    shown = rows_of(listed, number, portal.config.page_size)
    if not shown:
        return Page(b"<html><body>Server Error</body></html>", charset=None)
    host = request.headers.get("host", portal.config.domain)
    articles = []
    for at, item in enumerate(shown):
        # Some items are listed under the address for phones, some with a parameter that means nothing.
        path = item.path.replace("/post_", "/mpost_") if at % 3 == 1 else item.path
        url = f"http://{host}{quote(path)}" + ("?jump=true" if at % 3 == 2 else "")
        seconds = int(item.published_at.timestamp())
        articles.append({"id": item.number, "title": item.title, "url": url, "type": "normal", "classify_main": column,
                         "publisher": item.agency.name if item.agency else "", "create_time": seconds,
                         "display_publish_time": seconds, "created_at": "2026-01-01 00:00:00",
                         "is_expired": 0, "attachment": []})  # fmt: skip
    classify = {"id": column, "name": portal.config.column, "post_count": len(listed) + 3, "jump_url": ""}
    return json_page({"classify": classify, "total": len(listed), "offset": 0, "articles": articles})
