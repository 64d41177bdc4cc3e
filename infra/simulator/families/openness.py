"""The openness module: a roster of branches, each with its own list of annual reports."""

from html import escape
from typing import TYPE_CHECKING

from infra.simulator.families.slices import number_in, page_count, row_list, rows_of
from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.reports.dice import dice
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_LIST = "/opennessAnnualReport/"


class Openness:
    """`?branch_id=<24 digits>` is an agency's list; articles `/OpennessAnnualReport/show/<number>.html`."""

    def entry(self, config: SiteConfig) -> str:  # noqa: ARG002 -- the protocol's signature
        return _LIST

    def detail_path(self, config: SiteConfig, item: Publication) -> str:  # noqa: ARG002 -- the protocol's signature
        return f"/OpennessAnnualReport/show/{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path != _LIST:
            return None
        branches: dict[str, list[Publication]] = {}
        names: dict[str, str] = {}
        for item in portal.listed():
            name = item.agency.name if item.agency else config.title
            key = f"{dice(config.seed, name, 'branch').getrandbits(96):024x}"
            branches.setdefault(key, []).append(item)
            names[key] = name
        links = "".join(f'<li><a href="{_LIST}?branch_id={k}">{escape(n)}</a></li>' for k, n in names.items())
        rows = branches.get(request.query.get("branch_id", ""), [])
        number, pages = number_in(request.query, "page", 1), page_count(rows, config.page_size)
        following = f"{_LIST}?branch_id={request.query.get('branch_id', '')}&amp;page={number + 1}"
        turn = f'<a href="{following}">下一页</a>' if number < pages else ""
        body = f"""<div class="branches"><ul>{links}</ul></div><div class="main">
<ul>{row_list(rows_of(rows, number, config.page_size))}</ul>{turn}</div>"""
        return html_page(shell(config, self.entry(config), config.column, body, meta_tags(config)))
