"""Epoint: a shell, a script with the site's number, and a program that takes JSON and counts from 0 or from 1."""

import json
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import json_page, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_PROJECT = "EWB_QH_Mid"
_CATEGORY = "003006"
_SITE = "7eb5f7f1-9041-43ad-8e13-8fcb82ea831a"


class Epoint:
    """`govInfoPub.html?categorynum=…`; articles under `<category>/<day>/<number>.html`."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}govInfoPub.html?categorynum={_CATEGORY}"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"{config.column_path}003/{_CATEGORY}/{item.published_at:%Y%m%d}/{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path == f"{config.column_path}govInfoPub.html":
            return html_page(_shell(config, self.entry(config)))
        if request.path == "/js/webBuilderCommon.js":
            text = f"var siteInfo = {{\n siteGuid: '{_SITE}',\n projectName: '{_PROJECT}'\n}};\n"
            return Page(text.encode("utf-8"), media_type="application/javascript")
        if request.path == f"/{_PROJECT}/rest/lightfrontaction/getgovinfolist":
            return _answered(portal, request)
        return None


def _shell(config: SiteConfig, entry: str) -> str:
    body = f"""<div class="ewb-main"><h2>{escape(config.column)}</h2><ul id="infolist"></ul><div id="pager"></div></div>
<script src="/js/webBuilderCommon.js"></script><script src="/js/govInfoPub.js"></script>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _answered(portal: "Portal", request: Request) -> Page:
    config, switches, listed = portal.config, portal.switches, portal.listed()
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = {}
    if switches.params_wrapped:
        asked = asked.get("params", {})
    if asked.get("categorynum") != _CATEGORY or asked.get("siteGuid") != _SITE:
        return json_page({"custom": {"total": 0, "data": []}})
    number = int(asked.get("pageIndex", 0)) + 1 - switches.first_index
    # A site that counts from 1 takes 0 for the first page too.
    shown = rows_of(listed, max(number, 1), min(int(asked.get("pageSize", 15)), config.page_size))
    data = [{"infourl": i.path, "title": f"<b>{i.title}</b>", "realtitle": i.title,
             "infodate": f"{i.published_at:%Y-%m-%d}"} for i in shown]  # fmt: skip
    return json_page({"custom": {"total": len(listed), "data": data}, "status": {"code": 200}})
