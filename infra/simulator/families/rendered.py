"""A shell whose rows come from a program of its own, with a token that the page's script computes.

Each load of the shell brings a fresh number; the token is that number put through a small loop, and every number
buys one answer. A client that runs no script gets an empty container and, from the program, no rows.
"""

import json
from html import escape
from typing import TYPE_CHECKING

from infra.simulator.page import Page, html_page, meta_tags, shell
from infra.simulator.publication import Publication
from infra.simulator.reports.dice import dice
from infra.simulator.site import SiteConfig
from infra.simulator.wire import Request

if TYPE_CHECKING:
    from infra.simulator.portal import Portal

_PROGRAM = "/svc/q9/rows"

_SCRIPT = """
var at = 1, seed = +document.getElementById('rows').getAttribute('data-k');
function key(n, p) { var x = n ^ (p * 2654435761 >>> 0); for (var i = 0; i < 64; i++) {
  x = (Math.imul(x ^ (x >>> 15), 2246822507) + i) >>> 0; } return x.toString(36); }
function show(page) {
  fetch('%s?p=' + page + '&n=' + seed + '&s=' + key(seed, page)).then(r => r.json()).then(function (d) {
    seed = d.k; at = page;
    document.getElementById('rows').innerHTML = d.r.map(function (r) {
      return '<li><a href="' + r[1] + '" title="' + r[0] + '">' + r[0] + '</a><em>' + r[2] + '</em></li>'; }).join('');
    document.getElementById('more').style.display = page < d.m ? '' : 'none';
    document.getElementById('count').textContent = page + '/' + d.m;
  });
}
document.getElementById('more').onclick = function () { show(at + 1); return false; };
show(1);
"""


class Rendered:
    """`index.html` is the shell; articles are ordinary pages under `/ndbg/<year>/<number>.html` of the column."""

    def entry(self, config: SiteConfig) -> str:
        return f"{config.column_path}index.html"

    def detail_path(self, config: SiteConfig, item: Publication) -> str:
        return f"{config.column_path}{item.published_at.year}/{item.number}.html"

    def answer(self, portal: "Portal", request: Request) -> Page | None:
        config = portal.config
        if request.path in {config.column_path, self.entry(config)}:
            return html_page(_shell(portal, self.entry(config)))
        if request.path == _PROGRAM:
            return _rows(portal, request.query)
        return None


def token(number: int, page: int) -> str:
    """What the script computes: the same arithmetic, on 32 bits."""
    x = number ^ (page * 2654435761 & 0xFFFFFFFF)
    for i in range(64):
        x = ((x ^ (x >> 15)) * 2246822507 + i) & 0xFFFFFFFF
    return _base36(x)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
        if not number:
            return text


def _fresh(portal: "Portal") -> int:
    number = dice(portal.config.seed, "token", portal.tokens_given).getrandbits(31)
    portal.tokens_given += 1
    portal.tokens_open.add(number)
    return number


def _shell(portal: "Portal", entry: str) -> str:
    config = portal.config
    body = f"""<div class="main"><h2>{escape(config.column)}</h2>
<ul id="rows" data-k="{_fresh(portal)}"></ul>
<p><a id="more" href="#" style="display:none">下一页</a> <span id="count"></span></p></div>
<script>{_SCRIPT % _PROGRAM}</script>"""
    return shell(config, entry, config.column, body, meta_tags(config))


def _rows(portal: "Portal", query: dict[str, str]) -> Page:
    size, rows = portal.config.page_size, portal.listed()
    page = int(query["p"]) if query.get("p", "").isdigit() else 0
    number = int(query["n"]) if query.get("n", "").isdigit() else -1
    if page < 1 or number not in portal.tokens_open or query.get("s") != token(number, page):
        return Page(b'{"r":[],"m":0,"k":0,"e":"bad sign"}', media_type="application/json")
    portal.tokens_open.discard(number)
    content = {
        "r": [_row(item) for item in rows[(page - 1) * size : page * size]],
        "m": max(1, -(-len(rows) // size)),
        "k": _fresh(portal),
    }
    return Page(json.dumps(content, ensure_ascii=False).encode("utf-8"), media_type="application/json")


def _row(item: Publication) -> list[str]:
    return [item.title, item.path, f"{item.published_at:%Y-%m-%d}"]
