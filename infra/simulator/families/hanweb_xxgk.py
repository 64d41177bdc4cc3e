"""Hanweb's module for open information: a shell with the search in it, whose answers mix in rows of other columns.

Variant `yearly`: each report is `xxgkAnnualReport.jsp?fbtime=…&area=…`, and two selectors choose among them.
"""

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from infra.simulator.families.slices import number_in, page_count, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.reports.dice import dice
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_SEARCH = "/module/xxgk/search.jsp"
_YEARLY = "/module/xxgk/xxgkAnnualReport.jsp"
_COLUMN = "24137"


class HanwebXxgk:
    """`/xxgk/…/index.html` with `search.jsp` behind it; articles as in jpage."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}index.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        if config.variant == "yearly" and item.agency is not None:
            return f"{_YEARLY}?{urlencode({'fbtime': item.year, 'area': _area(config, item)})}"
        day = item.published_at
        return f"/art/{day.year}/{day.month}/{day.day}/art_{_COLUMN}_{item.number % 1_000_000}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path in {config.column_path, self.entry(config)}:
            text = _selectors(portal) if config.variant == "yearly" else _search_form(config)
            return html_page(shell(config, self.entry(config), config.column, text, meta_tags(config)))
        if request.path == _SEARCH:
            return _found(portal, {**request.query, **request.form})
        return None


def _area(config: SiteConfig, item: Publication) -> str:
    """A unit's credit code: characters 3 to 8 are the division code."""
    assert item.agency is not None
    return f"11{config.region}{dice(config.seed, item.agency.name, 'area').randrange(10**9):09d}K"


def _search_form(config: SiteConfig) -> str:
    return f"""<div class="main"><form name="xxgk"><input type="hidden" name="infotypeId" value="A0107"></form>
<div id="div{_COLUMN}" class="zfxxgk_zdgkc"></div></div>
<script>loadList('{_SEARCH}?divid=div{_COLUMN}&infotypeId=A0107&jdid=7&area=11{config.region}&sortfield=,createdate:0'
 + '&currpage=' + 1);</script>"""


def _selectors(portal: "Portal") -> str:
    reports = [item for item in portal.listed() if item.agency is not None]
    units = {_area(portal.config, item): item.agency.name for item in reports if item.agency}
    years = sorted({item.year for item in reports}, reverse=True)
    areas = "".join(f'<option value="{code}">{escape(name)}</option>' for code, name in units.items())
    times = "".join(f'<option value="{year}">{year}年</option>' for year in years)
    return f"""<div class="main"><form action="{_YEARLY}">
<select name="area"><option value="">请选择单位</option>{areas}</select>
<select name="fbtime">{times}</select></form></div>"""


def _found(portal: "Portal", query: dict[str, str]) -> Page:
    config, listed = portal.config, portal.listed()
    number = number_in(query, "currpage", 1)
    lines = []
    for at, item in enumerate(rows_of(listed, number, config.page_size)):
        lines.append(_line(at, item.path, item.title, f"{item.published_at:%Y-%m-%d}"))
        if at % 3 == 0:
            # The search does not stop at the column: a neighbour's reports come along.
            strange = f"/art/2024/3/{at + 1}/art_30521_{number * 100 + at}.html"
            lines.append(_line(at + 1, strange, f"邻市第{number}{at}局2023年政府信息公开工作年度报告", "2024-03-01"))
    pages = page_count(listed, config.page_size)
    text = f"<table>{''.join(lines)}</table><div class='page'>第{number}页/{pages}页</div>"
    return Page(text.encode("utf-8"))


def _line(at: int, path: str, title: str, day: str) -> str:
    shade = "even" if at % 2 else "odd"
    return (
        f'<tr class="tr_main_value_{shade}"><td><a href="{escape(path)}" title="{escape(title)}">{escape(title)}</a>'
        f"</td><td>{day}</td></tr>"
    )
