"""Crawls of the simulated portals: each family whole, protections told from innocent answers, lists in the browser."""

import gzip
from itertools import pairwise
from pathlib import Path

import pytest

from infra.simulator import Simulator
from infra.simulator.site import SiteConfig, load_site
from model.portal import Portal
from spiders.browser import BrowserMissing, find_chromium
from tests.crawling import crawl, job, known, portal
from tests.recording_site import Reply, recording_site

R = "政府信息公开工作年度报告"


def portal_of(simulator: Simulator, host: str, **settings: object) -> Portal:
    site, _, path = simulator.entry_url(host).removeprefix("http://").partition("/")
    return portal(site, f"/{path}", id=host, **settings)


def variant(name: str, **switches: object) -> SiteConfig:
    config = load_site(name)[1]
    return config.model_copy(update={"switches": config.switches.model_copy(update=switches)})


def has_browser() -> bool:
    try:
        find_chromium()
    except BrowserMissing:
        return False
    return True


FAMILIES = {"qinghe": "trs", "baisha": "static", "songyuan": "hanweb"}


def test_each_family_is_read_whole(tmp_path: Path) -> None:
    trs = load_site("qinghe")[1]
    one_based = trs.model_copy(update={"pager": trs.pager.model_copy(update={"first": 1, "advertised_extra": 1})})
    configs = {
        "trs-from-one": one_based,
        "hanweb-opaque": variant("songyuan", opaque_nextgroup=True),
        "hanweb-all-embedded": variant("songyuan", embedded_pages=50),
        "hanweb-records": variant("songyuan", startrecord_ignored=False),
    }
    with Simulator.start(list(FAMILIES), configs=configs) as simulator:
        done = crawl(job(*(portal_of(simulator, host) for host in simulator.hosts)), tmp_path)
        listed = {name: {i.path for i in host.portal.listed()} for name, host in simulator.hosts.items()}
        published = {
            name: {i.path for i in host.portal.listed() if i.kind == "report"} for name, host in simulator.hosts.items()
        }
    assert done.error is None
    for visit in done.visits:
        rows = {"/" + row.url.split("/", 3)[3] for row in visit.rows}
        pages = {
            "/" + c.requested_url.split("/", 3)[3]
            for c in done.captures
            if c.portal == visit.portal and c.kind == "page"
        }
        assert rows == listed[visit.portal], visit.portal
        assert pages == published[visit.portal], visit.portal
        assert (visit.complete, visit.problems) == (True, ()), visit.portal
        assert visit.family == FAMILIES.get(visit.portal, visit.portal.partition("-")[0])
    assert len(done.visits) == 7
    assert {c.state.value for c in done.captures if c.kind == "page"} == {"ok"}


BLOCKED = {"ruishu": "ruishu", "jiasule": "jiasule", "aliyun": "aliyun", "aliyun_script": "aliyun", "slider": "slider"}
INNOCENT = ["plain_412", "plain_405", "plain_403"]


def test_protections_and_innocent_answers(tmp_path: Path) -> None:
    names = [*BLOCKED, *INNOCENT]
    configs = {name.replace("_", "-"): variant("baisha", protection=name) for name in names}
    with Simulator.start(configs=configs) as simulator:
        done = crawl(job(*(portal_of(simulator, host) for host in simulator.hosts)), tmp_path)
        asked = {host: [r.path for r in simulator.requests.entries(host)] for host in simulator.hosts}
    found = {c.portal.replace("-", "_"): c for c in done.captures if c.kind == "list"}
    assert {n: c.protection and c.protection.value for n, c in found.items() if c.state == "blocked"} == BLOCKED
    assert {n for n, c in found.items() if c.state == "unreachable"} == set(INNOCENT)
    assert {host: len(paths) for host, paths in asked.items()} == dict.fromkeys(asked, 2)  # robots.txt and the list
    assert {v.complete for v in done.visits} == {False}
    assert all(v.problems for v in done.visits)


def test_soft_errors_of_removed_pages(tmp_path: Path) -> None:
    kinds = ["404", "410", "redirect_home", "text", "shell"]
    configs = {f"gone-{kind.replace('_', '-')}": variant("baisha", gone=kind) for kind in kinds}
    with Simulator.start(configs=configs) as simulator:
        portals = [portal_of(simulator, host) for host in simulator.hosts]
        held = {
            p.id: tuple(known(simulator.base_url(p.id) + f"xxgk/ndbg/2020/01-0{n}/1.html", due=False) for n in (1, 2))
            for p in portals
        }
        done = crawl(job(*portals, known=held), tmp_path)
    states = {(c.portal, c.state.value) for c in done.captures if "/2020/01-0" in c.requested_url}
    assert states == {
        ("gone-404", "gone"),
        ("gone-410", "gone"),
        ("gone-redirect-home", "soft_404"),
        ("gone-text", "soft_404"),
        ("gone-shell", "ok_empty"),
        ("gone-shell", "soft_404"),
    }


@pytest.mark.skipif(not has_browser(), reason="there is no Chromium on this machine")
def test_rows_that_only_a_browser_shows(tmp_path: Path) -> None:
    with Simulator.start(["yunling"]) as simulator:
        done = crawl(job(portal_of(simulator, "yunling")), tmp_path)
        listed = {i.path for i in simulator.hosts["yunling"].portal.listed()}
        logged = [r.path for r in simulator.requests.entries("yunling")]
    visit = done.visit
    assert ({"/" + r.url.split("/", 3)[3] for r in visit.rows}, visit.family, visit.complete) == (
        listed,
        "rendered",
        True,
    )
    assert len(logged) == sum(visit.requests.values()) == len(done.captures)  # nothing went past the fetcher
    lists = [(c.kind, c.state.value, c.rendered) for c in done.captures if c.kind in {"list", "data"}]
    assert lists == [("list", "needs_js", False), ("list", "ok", True)] + [("data", "ok", True)] * 4
    rendered = next(c for c in done.captures if c.kind == "list" and c.rendered)
    assert b'<ul id="rows"' in _plain(done.body(rendered))  # the page as received, not as rendered
    data = next(c for c in done.captures if c.kind == "data")
    assert data.body is not None
    assert data.media_type == "application/json"


def _plain(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def test_without_a_browser_the_portal_says_so(tmp_path: Path) -> None:
    with Simulator.start(["yunling"]) as simulator:
        done = crawl(job(portal_of(simulator, "yunling")), tmp_path, browser=tmp_path / "no-such-browser")
    assert done.error is None
    assert done.visit.complete is False
    assert "appear only in a browser" in done.visit.problems[0]
    assert "no-such-browser is set as browser and is no file" in done.visit.problems[0]


@pytest.mark.skipif(not has_browser(), reason="there is no Chromium on this machine")
def test_the_browser_asks_politely_and_not_elsewhere(tmp_path: Path) -> None:
    rows = f"""document.getElementById('list').innerHTML = "<li><a href='/a/1.html'>某局2024年{R}</a></li>";"""

    answer = Reply(b'{"ok": true}', headers=(("Content-Type", "application/json"),))

    with recording_site({"/x.js": "1", "/rows": "[]"}) as foreign:
        page = f"""<html><head><title>年报</title><link rel=stylesheet href=/style.css></head><body><ul id="list"></ul>
<img src=/picture.png><script src="{foreign.url("/x.js")}"></script><script src=/show.js></script></body></html>"""
        script = f"""fetch('{foreign.url("/rows")}').catch(() => 0);
fetch('/api/rows', {{method: 'POST', body: 'page=1', headers: {{'Content-Type': 'text/plain'}}}}).then(r => r.json())
 .then(d => fetch('/private/rows').catch(() => 0)).then(() => {{ {rows} }});"""
        pages = {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /private/\n", headers=(("Content-Type", "text/plain"),)),
            "/gk/": page,
            "/show.js": Reply(script.encode(), headers=(("Content-Type", "text/javascript; charset=utf-8"),)),
            "/api/rows": answer,
            "/private/rows": "[]",
            "/a/1.html": "<div id=zoom>" + "一、总体情况。" * 60 + "</div>",
        }
        with recording_site(pages) as site:
            done = crawl(job(portal(site.host, "/gk/", politeness={"delay": 0.2, "jitter": 0})), tmp_path)
    assert foreign.asked == []
    assert site.paths() == ["/gk/", "/gk/", "/show.js", "/api/rows", "/a/1.html"]
    posted = next(a for a in site.asked if a.path == "/api/rows")
    assert (posted.method, posted.body, posted.headers["content-type"]) == ("POST", b"page=1", "text/plain")
    assert posted.headers["referer"] == site.url("/gk/")
    times = [a.at for a in site.asked]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.2
    assert done.of("/private/rows").state.value == "robots_disallowed"
    assert [r.title for r in done.visit.rows] == [f"某局2024年{R}"]


@pytest.mark.skipif(not has_browser(), reason="there is no Chromium on this machine")
def test_a_protection_page_in_the_browser_ends_it(tmp_path: Path) -> None:
    challenge = Reply(b"<script>document.cookie='__jsl=1';location.href=location.pathname</script>", 521)
    shell = "<html><title>年报</title><body><ul id=list></ul><script>fetch('/rows')</script></body></html>"
    with recording_site({"/gk/": shell, "/rows": challenge}) as site:
        done = crawl(job(portal(site.host, "/gk/")), tmp_path)
    assert site.paths() == ["/gk/", "/gk/", "/rows"]
    assert done.of("/rows").state.value == "blocked"
    assert done.visit.complete is False
    assert "protection page" in " ".join(done.visit.problems)


def test_finding_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "pw" / "chromium-1234" / "chrome-linux" / "chrome"
    own.parent.mkdir(parents=True)
    own.touch()
    on_path = tmp_path / "bin" / "google-chrome"
    on_path.parent.mkdir()
    on_path.touch(mode=0o755)
    given = tmp_path / "given"
    given.touch()
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "pw"))
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert find_chromium(given) == given
    assert find_chromium() == own
    own.unlink()
    assert find_chromium() == on_path
    on_path.unlink()
    with pytest.raises(BrowserMissing, match=r"playwright install chromium.*your system's chromium package"):
        find_chromium()
