"""A government's whole site on the way to its reports: home page, steps, the hub, a column for each year, levels.

A year's column appears with its first report and has a folder of its own; those of earlier years stay as they are.
"""

import json
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from infra.simulator.page import Page, html_page, meta_tags
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

LEVELS = {"bj": "市本级", "bm": "部门", "xz": "乡镇街道"}
STEPS = {"/zwgk/": "政务公开", "/zwgk/zfxxgk/": "政府信息公开"}
SEARCH_CODE = "17d1c0de5eed4a7b9b6e2f3a4c5d6e7f"
ANNUAL_TAB = "4"
TABS = {"1": "政府信息公开指南", "2": "政府信息公开制度", "3": "法定主动公开内容", ANNUAL_TAB: "政府信息公开年报"}


class HubTree:
    """`/` → `/zwgk/` → `/zwgk/zfxxgk/` → the column → year → level; or one page for all, chosen by a query or not."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}?{config.hub.tab}={ANNUAL_TAB}" if config.hub.by == "tabs" else config.column_path

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        day = item.published_at
        folder = f"{_slug(config, item)}/{_level(item)}/" if config.hub.by == "tree" else ""
        return f"{config.column_path}{folder}{day:%Y%m}/t{day:%Y%m%d}_{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config, path = portal.config, request.path
        if path in {"/", "/index.html"}:
            return html_page(_home(config))
        if path in STEPS:
            return html_page(_step(config, path))
        if path in {"/search5/search/s", "/irs/front/search", "/igs/front/search.jhtml"}:
            return _found(portal, request)
        if not path.startswith(config.column_path):
            return None
        below = path.removeprefix(config.column_path)
        if config.hub.by == "tree":
            return _in_tree(portal, below)
        if below in {"", "index.html"}:
            tab = request.query.get(config.hub.tab, "1" if config.hub.by == "tabs" else ANNUAL_TAB)
            return html_page(_tab(portal, tab))
        return None


def _slug(config: SiteConfig, item: Publication) -> str:
    return config.hub.slugs.get(item.year, f"{item.year}n") if item.agency else "qt"


def _level(item: Publication) -> str:
    if item.agency is None or item.agency.kind == "government":
        return "bj"
    return "xz" if item.agency.kind in {"township", "street"} else "bm"


def _in_tree(portal: "Portal", below: str) -> Page | None:
    """The hub, a year's page, or a page of a list; None for anything else."""
    config = portal.config
    # '', '2025n/', '2025n/bm/', '2025n/bm/index_2.html'
    match = re.fullmatch(r"(?:([\w.-]+)/)?(?:([a-z]+)/)?(?:index(?:_(\d+))?\.html)?", below)
    if match is None:
        return None
    slug, level, page = match[1], match[2], int(match[3] or 1)
    shown = [item for item in portal.listed() if item.agency is not None]
    if slug is None:
        return html_page(_hub(config, shown), portal.list_changed_at())
    shown = [item for item in shown if _slug(config, item) == slug]
    if not shown:
        return None
    if level is None:
        return html_page(_year(config, shown), portal.list_changed_at())
    rows = [item for item in shown if _level(item) == level]
    first = (page - 1) * config.page_size
    if not rows[first : first + config.page_size]:
        return None
    body = f"<h2>{LEVELS[level]}</h2>{_rows(rows[first : first + config.page_size])}"
    if rows[first + config.page_size :]:
        body += f'<p class="turn"><a href="index_{page + 1}.html">下一页</a></p>'
    return html_page(_shell(config, f"{shown[0].year}年{LEVELS[level]}", body, column=True), portal.list_changed_at())


def _hub(config: SiteConfig, shown: list[Publication]) -> str:
    years = {item.year: _slug(config, item) for item in sorted(shown, key=lambda item: -item.year)}
    links = "".join(f'<li><a href="{slug}/">{year}年</a></li>' for year, slug in years.items())
    others = "".join(
        f'<a href="{address}" target="_blank">{name}</a> ' for name, address in config.hub.elsewhere.items()
    )
    body = f'<h2>{config.column}</h2><ul class="years">{links}</ul><div class="others">{others}</div>'
    return _shell(config, config.column, body, column=True)


def _year(config: SiteConfig, shown: list[Publication]) -> str:
    there = {_level(item) for item in shown}
    links = "".join(f'<li><a href="{level}/">{name}</a></li>' for level, name in LEVELS.items() if level in there)
    return _shell(config, f"{shown[0].year}年", f'<ul class="levels">{links}</ul>', column=True)


def _tab(portal: "Portal", tab: str) -> str:
    """One address, several lists: the query chooses."""
    config = portal.config
    tabs = "".join(f'<li><a href="?{config.hub.tab}={n}">{name}</a></li>' for n, name in TABS.items())
    shown = [item for item in portal.listed() if item.agency is not None] if tab == ANNUAL_TAB else []
    body = _rows(shown) if shown else "<p>本栏目内容见各部门网站。</p>"
    if config.hub.by == "tabs":
        body = f'<ul class="tabs">{tabs}</ul>{body}'
    return _shell(config, TABS.get(tab, TABS["1"]), body, column=tab == ANNUAL_TAB)


def _rows(items: list[Publication]) -> str:
    lines = (
        f'<li><a href="{item.path}" title="{escape(item.title)}">{escape(item.title)}</a>'
        f"<span>{item.published_at:%Y-%m-%d}</span></li>"
        for item in items
    )
    return f'<ul class="list">{"".join(lines)}</ul>'


def _home(config: SiteConfig) -> str:
    news = "".join(f'<li><a href="/news/{n}.html">{config.title}第{n}次常务会议召开</a></li>' for n in range(1, 6))
    return _shell(config, "首页", f'<div class="news"><ul>{news}</ul></div>{_search_form(config)}')


def _search_form(config: SiteConfig) -> str:
    """As each engine puts it on a home page."""
    if config.hub.search == "ucap":
        return (
            '<form action="/search5/search/s" method="post"><input type="hidden" name="siteCode" '
            f'value="{config.region}0001"><input name="searchWord"><button>搜索</button></form>'
        )
    if config.hub.search == "irs":
        return f'<a href="/irs-c-web/search.shtml?code={SEARCH_CODE}&amp;dataTypeId=259">高级搜索</a>'
    if config.hub.search == "igs":
        return f'<a href="/igs/front/search.jhtml?code={SEARCH_CODE}&amp;siteId=7">站内搜索</a>'
    return ""


def _step(config: SiteConfig, path: str) -> str:
    if path == "/zwgk/":
        links = ['<li><a href="/zwgk/zfxxgk/">政府信息公开</a></li>', '<li><a href="/zwgk/jyta/">建议提案</a></li>']
    else:
        entry = HubTree().entry(config)
        names = list(TABS.values())
        links = [f'<li><a href="/zwgk/zfxxgk/{n}/">{name}</a></li>' for n, name in enumerate(names[:3])]
        links += [f'<li><a href="{entry}">{config.column}</a></li>'] if config.hub.linked else []
    # Neighbours that are not ours: the report on the website is due in the same month.
    links.append('<li><a href="/zwgk/wzndbb/">政府网站工作年度报表</a></li>')
    return _shell(config, STEPS[path], f'<ul class="menu">{"".join(links)}</ul>')


def _shell(config: SiteConfig, title: str, body: str, *, column: bool = False) -> str:
    tags = meta_tags(config) if column else re.sub(r'<meta name="Column.*\n?', "", meta_tags(config))
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}_{escape(config.title)}</title>
{tags}
</head><body>
<div class="top"><a href="/">首页</a> <a href="/zwgk/">政务公开</a> <a href="/bsfw/">办事服务</a></div>
<div class="main">{body}</div>
<div class="foot">主办：{escape(config.title)}办公室　网站标识码：{config.region}0001</div>
</body></html>
"""


def _found(portal: "Portal", request: Request) -> Page | None:
    """The site's search, in the shape of its engine; other engines' addresses are not there."""
    config, engine = portal.config, portal.config.hub.search
    shown = [item for item in portal.listed() if item.agency is not None][:20]
    rows = [
        {"title": item.title.replace("信息公开", "<em>信息公开</em>"), "url": quote(item.path), "time": "2026-01-20"}
        for item in shown
    ]
    if engine == "ucap" and request.path == "/search5/search/s":
        known = request.form.get("siteCode") == f"{config.region}0001"
        content: object = {"searchResultAll": {"total": len(rows), "searchTotal": rows if known else []}}
    elif engine == "irs" and request.path == "/irs/front/search":
        asked = json.loads(request.body or b"{}")
        if not {"code", "searchBy", "orderBy"} <= set(asked):
            content = {"success": False, "msg": "orderBy"}
        else:
            listed = [{"type": "DATA", "data": row} for row in rows]
            content = {"success": True, "data": {"pager": {"total": len(rows)}, "middle": {"listAndBox": listed}}}
    elif engine == "igs" and request.path == "/igs/front/search.jhtml":
        content = {"page": {"total": len(rows), "content": rows if request.query.get("code") == SEARCH_CODE else []}}
    else:
        return None
    return Page(json.dumps(content, ensure_ascii=False).encode("utf-8"), media_type="application/json")
