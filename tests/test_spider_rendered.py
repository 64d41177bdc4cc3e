"""Pages in the browser: memory that does not grow with their number, pictures as evidence, lists without a button."""

import asyncio
import json
import os
import struct
from pathlib import Path

import pytest
from playwright.async_api import Error

from model.capture import Row
from spiders.browser import PAGES_AT_ONCE, Browser, BrowserMissing, find_chromium
from spiders.rendering import NO_FONT
from tests.collecting import archive_in, collect
from tests.crawling import crawl, job, portal
from tests.memory import tree_megabytes
from tests.recording_site import Answer, Asked, Reply, recording_site

R = "政府信息公开工作年度报告"


def has_browser() -> bool:
    try:
        find_chromium()
    except BrowserMissing:
        return False
    return True


pytestmark = pytest.mark.skipif(not has_browser(), reason="there is no Chromium on this machine")

# A page that fills memory as careless portals do: ten megabytes of strings that a global keeps, and a thousand rows.
HUNGRY = """<html><title>年报</title><body><ul id="rows"></ul><script>
window.kept = []; for (let i = 0; i < 100; i++) kept.push(('第' + i + '行').repeat(20000));
document.getElementById('rows').innerHTML = kept.slice(0, 100).map((t, i) =>
  '<li><a href="/a/' + i + '.html">' + t.slice(0, 30) + '</a></li>').join('').repeat(10);
fetch('/rows.json').then(r => r.json()).then(d => { document.title = d.title; });</script></body></html>"""


async def shown_pages(browser: Browser, number: int) -> list[float]:
    """Megabytes of this process and all below it after each of so many pages, two at a time."""
    used: list[float] = []

    async def answer(request: object) -> tuple[int, str, bytes]:
        if str(request.url).endswith(".json"):  # type: ignore[attr-defined]
            return 200, "application/json", json.dumps({"title": "done"}).encode()
        return 200, "text/html; charset=utf-8", HUNGRY.encode()

    async def show(n: int) -> None:
        async with browser.show(f"http://www.qinghe.example/{n}/", "gongkai/test", answer) as shown:
            assert "<title>done</title>" in await shown.html()
            used.append(tree_megabytes(os.getpid()))

    for n in range(0, number, PAGES_AT_ONCE):
        await asyncio.gather(*(show(n + k) for k in range(PAGES_AT_ONCE)))
    return used


def measured(number: int, pages_each: int) -> tuple[list[float], int]:
    async def run() -> tuple[list[float], int]:
        browser = Browser(None, pages_each=pages_each)
        try:
            return await shown_pages(browser, number), browser.started
        finally:
            await browser.close()

    return asyncio.run(run())


def assert_flat(used: list[float], pages_each: int) -> None:
    """The last browsers need no more than the first ones did; a fifth is the noise of a busy machine."""
    first, last = max(used[: 2 * pages_each]), max(used[-2 * pages_each :])
    assert last <= 1.2 * first, f"{first:.0f} MB at first, {last:.0f} MB at last"


@pytest.mark.parametrize(("uid", "sandboxed"), [(0, False), (10001, True)])
def test_chromium_keeps_its_sandbox_unless_we_are_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uid: int, sandboxed: bool
) -> None:
    program, said = tmp_path / "chromium", tmp_path / "arguments"
    program.write_text(f'#!/bin/sh\necho "$@" > {said}\nexit 1\n', encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setattr(os, "getuid", lambda: uid)

    async def started() -> None:
        browser = Browser(program)
        try:
            async with browser.show("http://www.qinghe.example/", "gongkai/test", lambda _: None):  # type: ignore[arg-type, return-value]
                raise AssertionError("a program that ends at once showed a page")
        finally:
            await browser.close()

    with pytest.raises(Error):
        asyncio.run(started())
    assert ("--no-sandbox" not in said.read_text(encoding="utf-8")) is sandboxed


def test_memory_stays_flat() -> None:
    used, started = measured(24, 6)
    assert (len(used), started) == (24, 4)
    assert_flat(used, 6)


@pytest.mark.deep
def test_two_hundred_pages_in_a_row() -> None:
    used, started = measured(200, 40)
    assert (len(used), started) == (200, 5)
    assert_flat(used, 40)
    assert max(used) < 1024


def test_a_dead_chromium_is_replaced() -> None:
    async def run() -> int:
        browser = Browser(None)

        async def answer(_: object) -> tuple[int, str, bytes]:
            return 200, "text/html", b"<p>x</p>"

        try:
            async with browser.show("http://www.qinghe.example/", "gongkai/test", answer):
                pass
            await browser._chromium.close()
            async with browser.show("http://www.qinghe.example/", "gongkai/test", answer) as shown:
                assert "<p>x</p>" in await shown.html()
            return browser.started
        finally:
            await browser.close()

    assert asyncio.run(run()) == 2


# --- pictures

SHELL = """<html><head><title>政府信息公开年报</title><link rel="stylesheet" href="/site.css"></head><body>
<div class="list" style="height:1500px;width:400px;background:#c00"></div><ul id="list"></ul>
<script>fetch('/rows').then(r => r.json()).then(d => {
  document.getElementById('list').innerHTML = '<li><a href="/a/1.html">' + d.title + '</a></li>'; });</script></body>
</html>"""


def article(year: int = 2024) -> str:
    return f"<html><div id='zoom'>{f'一、总体情况。{year}年，本机关依法公开政府信息。' * 20}</div></html>"


def shell_site() -> dict[str, Answer]:
    title = json.dumps({"title": f"青禾市财政局2024年{R}"}).encode()
    return {
        "/gk/": SHELL,
        "/rows": Reply(title, headers=(("Content-Type", "application/json"),)),
        "/site.css": Reply(b"body{margin:0}", headers=(("Content-Type", "text/css"),)),
        "/a/1.html": article(),
    }


def test_a_picture_is_kept_as_evidence_when_asked(tmp_path: Path) -> None:
    with recording_site(shell_site()) as site:
        done = crawl(job(portal(site.host, "/gk/", screenshots=True)), tmp_path)
    assert done.error is None
    (shot,) = (c for c in done.captures if c.kind == "screenshot")
    assert (shot.media_type, shot.status, shot.rendered, shot.url) == ("image/png", None, True, site.url("/gk/"))
    # Where no font of this machine writes Chinese, the picture shows boxes, and its record says so.
    assert shot.signals[0] == "evidence: as a browser showed the page"
    assert shot.signals[1:] in {(), (NO_FONT,)}
    assert shot.body is not None
    assert (shot.body.store, shot.document_url) == ("raw", None)
    picture = done.body(shot)
    assert picture.startswith(b"\x89PNG\r\n")
    # The whole page and not only what fits on a screen.
    assert struct.unpack(">I", picture[20:24])[0] >= 1500
    # What the picture needs to look like the page was asked for like all else, and recorded.
    assert "/site.css" in site.paths()
    assert len(site.asked) + 1 == len(done.captures)
    assert [r.title for r in done.visit.rows] == [f"青禾市财政局2024年{R}"]


def test_no_picture_unless_asked_and_none_is_part_of_a_document(tmp_path: Path) -> None:
    with recording_site(shell_site()) as site:
        plain = collect(tmp_path / "a", portal(site.host, "/gk/"))["qinghe"]
        assert "/site.css" not in site.paths()
        shown = collect(tmp_path / "b", portal(site.host, "/gk/", screenshots=True))["qinghe"]
    assert [(d.url, d.what) for d in plain.documents] == [(d.url, d.what) for d in shown.documents]
    kinds = [c.kind for c in archive_in(tmp_path / "b").all_captures()]
    assert (
        kinds.count("screenshot"),
        [c.kind for c in archive_in(tmp_path / "a").all_captures()].count("screenshot"),
    ) == (
        1,
        0,
    )


# --- lists that only a browser turns


def titles(rows: tuple[Row, ...]) -> list[int | None]:
    return [row.year for row in rows]


def item(year: int) -> str:
    return f'<li><a href="/a/{year}.html" title="青禾市财政局{year}年{R}">{year}</a><span>{year + 1}-01-20</span></li>'


def test_a_list_whose_pager_is_a_script_goes_on_in_the_browser(tmp_path: Path) -> None:
    """The first page is plain; `javascript:next(2)` posts a form, and no rule says how."""
    turn = """<form id="f" method="post"><input name="p" value="2"></form>
<script>function next(n) { var f = document.getElementById('f'); f.p.value = n; f.submit(); }</script>"""

    def page(asked: Asked) -> str:
        second = asked.method == "POST" and b"p=2" in asked.body
        rows = item(2022) + item(2021) if second else item(2024) + item(2023)
        link = "" if second else '<a href="javascript:next(2)">下一页</a>'
        return f"<html><title>政府信息公开年报</title><body><ul>{rows}</ul>{link}{turn}</body></html>"

    pages: dict[str, Answer] = {"/gk/": page} | {f"/a/{year}.html": article(year) for year in range(2021, 2025)}
    with recording_site(pages) as site:
        done = crawl(job(portal(site.host, "/gk/")), tmp_path)
    assert titles(done.visit.rows) == [2024, 2023, 2022, 2021]
    assert (done.visit.complete, done.visit.family, done.visit.problems) == (True, "rendered", ())


def test_a_rule_that_the_script_states_needs_no_browser(tmp_path: Path) -> None:
    rule = "<script>function go(n) { window.location.href = 'list_' + n + '.html'; }</script>"
    pages: dict[str, Answer] = {
        "/gk/": f"<html><ul>{item(2024)}</ul><a href='javascript:go(2)'>下一页</a>{rule}</html>",
        "/gk/list_2.html": f"<html><ul>{item(2023)}</ul><a href='javascript:go(3)'>下一页</a>{rule}</html>",
        "/gk/list_3.html": f"<html><ul>{item(2022)}</ul><a href='javascript:go(2)'>上一页</a>{rule}</html>",
    } | {f"/a/{year}.html": article(year) for year in range(2022, 2025)}
    with recording_site(pages) as site:
        done = crawl(job(portal(site.host, "/gk/")), tmp_path)
    assert titles(done.visit.rows) == [2024, 2023, 2022]
    assert (done.visit.complete, done.visit.family) == (True, "static")
    assert site.paths()[:3] == ["/gk/", "/gk/list_2.html", "/gk/list_3.html"]
    assert not any(c.rendered for c in done.captures)


def test_a_list_that_grows_when_it_is_scrolled(tmp_path: Path) -> None:
    script = """let at = 0, busy = false; const list = document.getElementById('list');
function more() { if (busy) return; busy = true; fetch('/rows?p=' + (++at)).then(r => r.text()).then(t => {
  list.insertAdjacentHTML('beforeend', t); busy = !t; }); }
addEventListener('scroll', more); more();"""
    body = f"<ul id=list style='font-size:400px'></ul><script>{script}</script>"
    shell = f"<html><title>年报</title><body>{body}</body></html>"
    plain = (("Content-Type", "text/plain; charset=utf-8"),)
    pages: dict[str, Answer] = {"/gk/": shell, "/rows?p=4": Reply(headers=plain)}
    pages |= {f"/rows?p={n}": Reply(item(2025 - n).encode(), headers=plain) for n in (1, 2, 3)}
    pages |= {f"/a/{year}.html": article(year) for year in (2024, 2023, 2022)}
    with recording_site(pages) as site:
        done = crawl(job(portal(site.host, "/gk/")), tmp_path)
    assert titles(done.visit.rows) == [2024, 2023, 2022]
    assert done.visit.complete is True
    assert [p for p in site.paths() if p.startswith("/rows")] == [f"/rows?p={n}" for n in (1, 2, 3, 4)]


def test_a_turn_whose_request_fails_is_no_end(tmp_path: Path) -> None:
    """The third page of rows does not come: what was read is kept, and the list is not whole."""
    script = """let at = 0; const list = document.getElementById('list');
function more() { fetch('/rows?p=' + (++at)).then(r => r.ok ? r.text() : '').then(t => {
  list.innerHTML = t || list.innerHTML; }); }
document.getElementById('b').onclick = more; more();"""
    body = f"<ul id=list></ul><button id=b>下一页</button><script>{script}</script>"
    plain = (("Content-Type", "text/plain; charset=utf-8"),)
    pages: dict[str, Answer] = {"/gk/": f"<html><title>年报</title><body>{body}</body></html>"}
    pages |= {f"/rows?p={n}": Reply(item(2025 - n).encode(), headers=plain) for n in (1, 2)}
    pages |= {"/rows?p=3": Reply(b"", 403)} | {f"/a/{year}.html": article(year) for year in (2024, 2023)}
    with recording_site(pages) as site:
        done = crawl(job(portal(site.host, "/gk/")), tmp_path)
        assert f"{site.url('/rows?p=3')} brought nothing" in " ".join(done.visit.problems)
    assert titles(done.visit.rows) == [2024, 2023]
    assert (done.visit.complete, done.visit.family) == (False, "rendered")
