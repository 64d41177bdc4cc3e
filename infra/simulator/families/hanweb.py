"""Hanweb jpage: rows as XML inside a script of page 1, and from a data endpoint after that."""

import base64
import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from infra.simulator.page import Page, html_page, meta_tags, shell, shortened
from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_DATA = "/module/web/jpage/dataproxy.jsp"
_UNIT = "310455"


class Hanweb:
    """`/col/col<n>/index.html` and `dataproxy.jsp`; articles `/art/<year>/<month>/<day>/art_<n>_<number>.html`."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}index.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        day = item.published_at
        return f"/art/{day.year}/{day.month}/{day.day}/art_{_column(config)}_{item.number % 1_000_000}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path in {config.column_path, self.entry(config)}:
            return html_page(_list_page(portal, self.entry(config)), portal.list_changed_at())
        if request.path == _DATA:
            return _data(portal, {**request.query, **request.form})
        return None


def _column(config: SiteConfig) -> str:
    # /col/col20551/
    numbers = re.findall(r"\d+", config.column_path)
    return numbers[-1] if numbers else "20551"


def _record(item: Publication) -> str:
    return (
        f'<record><![CDATA[<li><b>{item.published_at:%Y-%m-%d}</b><a href="{item.path}" '
        f'title="{escape(item.title)}">{escape(shortened(item.title))}</a></li>]]></record>'
    )


def _parameters(config: SiteConfig) -> str:
    column = _column(config)
    return (
        f"col=1&appid=1&webid=7&path=/&columnid={column}&sourceContentType=1&unitid={_UNIT}"
        f"&webname={quote(config.title)}&permissiontype=0"
    )


def _opaque(config: SiteConfig) -> str:
    return base64.urlsafe_b64encode(f"{config.seed}:{_column(config)}".encode()).decode("ascii")


def _list_page(portal: "Portal", entry: str) -> str:
    config, rows = portal.config, portal.listed()
    embedded = rows[: config.page_size * portal.switches.embedded_pages]
    records = "\n".join(_record(item) for item in embedded)
    parameters = f"encrypt={_opaque(config)}" if portal.switches.opaque_nextgroup else _parameters(config)
    group = f'<nextgroup><![CDATA[<a href="{_DATA}?page=2&{parameters}"></a>]]></nextgroup>'
    if not portal.switches.nextgroup:
        group = ""
    body = f"""<div class="path">{escape(config.column)}</div>
<ul id="{_UNIT}"></ul>
<script type="text/xml"><datastore>
{group}
<recordset>
{records}
</recordset></datastore></script>
<script>new jPage({{pageSize:{config.page_size}, totalCount:{len(rows)}, proxyUrl:'{_DATA}', unitid:'{_UNIT}',
 dataBefore:'<ul>', dataAfter:'</ul>', perPage:{config.page_size}, params:'{parameters}'}})</script>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _data(portal: "Portal", query: dict[str, str]) -> Page:
    config, switches, rows = portal.config, portal.switches, portal.listed()
    known = (
        query.get("encrypt") == _opaque(config)
        if switches.opaque_nextgroup
        else query.get("columnid") == _column(config)
    )
    known = known and (not switches.webname_checked or query.get("webname") == config.title)
    # What the caller asks for beyond the cap is cut without a word.
    size = min(_number(query, "perpage", config.page_size), switches.perpage_cap)
    if "startrecord" in query and not switches.startrecord_ignored:
        start = max(0, _number(query, "startrecord", 1) - 1)
        end = min(_number(query, "endrecord", start + size), start + switches.perpage_cap)
        shown = rows[start:end]
    else:
        page = _number(query, "page", 1)
        shown = rows[(page - 1) * size : page * size]
    records = "".join(_record(item) for item in (shown if known else []))
    total = len(rows) if known else 0
    text = (
        f"<datastore><totalrecord>{total}</totalrecord><totalpage>{-(-total // size)}</totalpage>"
        f"<recordset>{records}</recordset></datastore>"
    )
    return Page(text.encode("utf-8"), media_type="text/xml")


def _number(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    return max(1, int(value)) if value.isdigit() else default
