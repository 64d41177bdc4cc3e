"""Whose hosts are read, which are never asked, and which addresses are one page's."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from model.portal import Politeness, Portal
from spiders.hosts import (
    entry_for,
    host_lists,
    is_loopback,
    is_private,
    is_twin,
    literal_address,
    page_key,
    queue_of,
    refusal,
)
from tests.collecting import archive_in, collect
from tests.crawling import crawl, job, portal
from tests.recording_site import Answer, Reply, recording_site
from tests.test_spider_simulator import has_browser

R = "政府信息公开工作年度报告"
TEXT = "一、总体情况。本机关依法公开政府信息。" * 20
START = "/zfxxgknb/"
PAGE = f"{START}t20250122_2025.html"
TODAY = date(2026, 3, 1)


def a_portal(*hosts: str) -> Portal:
    return Portal.model_validate(
        {
            "id": "qinghe",
            "title": "青禾市年报",
            "region": "999900",
            "start_urls": [f"http://{hosts[0]}/"],
            "hosts": hosts[1:],
            "politeness": Politeness(delay=0),
        }
    )


# --- the allow-list


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("www.beijing.gov.cn", None),
        ("xxgk.sysu.edu.cn", None),
        ("183.194.252.110", None),
        ("www.qinghe.example", None),
        ("gov.cn", "is no government host"),
        ("www-qinzhou-gov-cn.bt8.net", "is a copy of official sites in strange hands"),
        ("www.gov.cn.evil.com", "is no government host"),
        ("evilgov.cn", "is no government host"),
        ("madallc.com", "is a copy of official sites in strange hands"),
        ("www.qinghe.com", "is no government host"),
        ("10.1.2.3", "is a private address"),
        ("127.0.0.1:8000", "is this machine"),
        ("localhost", "is this machine"),
        ("8.8.8.8", "is no government host"),
    ],
)
def test_who_may_be_read(host: str, why: str | None) -> None:
    found = refusal(host, a_portal("www.beijing.gov.cn"), TODAY)
    assert found is None if why is None else str(found).startswith(why)


def test_entries_have_dates() -> None:
    assert entry_for("183.194.252.110", date(2025, 1, 21)) is None
    assert entry_for("183.194.252.110", date(2025, 1, 22)) is not None
    assert entry_for("www.beijing.gov.cn", date(1999, 4, 30)) is None
    lists = host_lists()
    assert all(e.since for e in (*lists.suffixes, *lists.hosts, *lists.mirrors))


def test_this_machine_only_for_portals_that_start_on_it() -> None:
    assert refusal("127.0.0.1:8000", a_portal("127.0.0.1:7000", "127.0.0.1:8000"), TODAY) is None
    assert refusal("www.qinghe.localhost:1", a_portal("127.0.0.1:7000"), TODAY) is None
    assert refusal("127.0.0.1:8000", a_portal("www.qinghe.gov.cn", "127.0.0.1:8000"), TODAY) == "is this machine"


# --- addresses in all their notations

PRIVATE = [
    "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0xa9fea9fe", "[::1]", "[fe80::1%25eth0]", "[fc00::1]",
    "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::a00:1]", "[2002:a00:1::1]", "１２７.0.0.1",
    "127。0。0。1", "127.0.0.1:8080", "[::1]:80",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses(host: str) -> None:
    address = literal_address(host)
    assert address is not None
    assert is_private(address)
    assert refusal(host, a_portal("www.qinghe.gov.cn"), TODAY) is not None


@pytest.mark.parametrize("host", ["www.beijing.gov.cn", "1.gov.cn", "0xyz.gov.cn", "10.gov.cn", "a.b"])
def test_names_are_no_addresses(host: str) -> None:
    assert literal_address(host) is None
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "183.194.252.110", "[2001:4860:4860::8888]"])
def test_public_addresses(host: str) -> None:
    address = literal_address(host)
    assert address is not None
    assert not is_private(address)


# --- one line of requests


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("hrss.tj.gov.cn", "tj.gov.cn"),
        ("zfcxjs.tj.gov.cn:8080", "tj.gov.cn"),
        ("tj.gov.cn", "tj.gov.cn"),
        ("www.huaian.gov.cn", "huaian.gov.cn"),
        ("www.sz.gd.cn", "sz.gd.cn"),
        ("xxgk.pku.edu.cn", "pku.edu.cn"),
        ("www.qinghe.example", "qinghe.example"),
        ("183.194.252.110:8080", "183.194.252.110"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("svc.baixi.localhost:9", "baixi.localhost"),
    ],
)
def test_lines(host: str, line: str) -> None:
    assert queue_of(host) == line


# --- copies of one page


@pytest.mark.parametrize(
    ("url", "key", "twin"),
    [
        ("https://www.beijing.gov.cn/a/b.html", "www.beijing.gov.cn/a/b.html", False),
        ("http://www.beijing.gov.cn/a/b.html", "www.beijing.gov.cn/a/b.html", False),
        ("https://www.beijing.gov.cn/gate/big5/www.beijing.gov.cn/a/b.html", "www.beijing.gov.cn/a/b.html", True),
        ("http://183.194.252.110/zhengwu/1.html", "www.shpt.gov.cn/zhengwu/1.html", True),
        ("http://m.qinghe.gov.cn/1.html", "www.qinghe.gov.cn/1.html", True),
        ("http://www.sz.gov.cn/gkmlpt/content/4/mpost_12.html", "www.sz.gov.cn/gkmlpt/content/4/post_12.html", True),
        ("http://www.qinghe.gov.cn/list?gk=4", "www.qinghe.gov.cn/list?gk=4", False),
    ],
)
def test_page_keys(url: str, key: str, twin: bool) -> None:
    assert (page_key(url), is_twin(url)) == (key, twin)


# --- on the wire


def article(title: str = f"青禾市财政局2024年{R}", more: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body><div class='TRS_Editor'>{TEXT}{more}</div></body></html>"


def listing(*rows: tuple[str, str]) -> str:
    items = "".join(f'<li><a href="{url}" title="{title}">x</a><span>2025-01-22</span></li>' for url, title in rows)
    return f"<html><body><ul>{items}</ul></body></html>"


ROW = (PAGE, f"青禾市财政局2024年{R}")


@contextmanager
def trap() -> Iterator[tuple[int, list[object]]]:
    """A port on this machine that notes whoever connects."""
    met: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    met.append(server.accept()[1])
                except OSError:
                    return

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], met


NOTATIONS = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "127.1"]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_redirects_into_this_machine_or_network(notation: str, tmp_path: Path) -> None:
    with trap() as (port, met), recording_site({}) as site:
        site.pages |= {
            START: listing(ROW, ("/2.html", f"青禾市教育局2024年{R}")),
            PAGE: Reply(b"", 302, (("Location", f"http://{notation}:{port}/latest/meta-data/"),)),
            # On the second hop as on the first
            "/2.html": Reply(b"", 301, (("Location", "/3.html"),)),
            "/3.html": Reply(b"", 302, (("Location", "http://169.254.169.254/latest/meta-data/"),)),
        }
        done = crawl(job(portal(site.host)), tmp_path)
        assert met == []
    first, second = (next(c for c in done.captures if c.requested_url.endswith(end)) for end in (PAGE, "/2.html"))
    assert (first.state.value, second.state.value) == ("off_site", "off_site")
    assert "169.254.169.254 is a private address" in second.signals[0]
    assert [hop.status for hop in second.hops] == [301]
    assert done.visit.complete is True


def test_names_that_are_answered_with_private_addresses(tmp_path: Path) -> None:
    """A name may be an office's and its answer may not (rebinding)."""
    with trap() as (port, met):
        names = {
            "www.qinghe.gov.cn": "127.0.0.1",
            "www.baixi.gov.cn": "10.0.0.1",
            "www.heixi.gov.cn": "169.254.169.254",
        }
        portals = [portal(f"{name}:{port}", id=f"p{n}") for n, name in enumerate(names)]
        done = crawl(job(*portals, contact="mailto:a@b.example"), tmp_path, names=names)
        assert met == []
    assert done.error is None
    states = {c.requested_url.partition("//")[2].partition(":")[0]: c.state.value for c in done.captures}
    assert states == dict.fromkeys(names, "off_site")
    signals = {s for c in done.captures if c.kind == "robots" for s in c.signals}
    assert signals == {f"its name leads to the private address {address}" for address in names.values()}


def test_hijacked_mirrors_are_refused(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {
        START: listing(ROW, ("http://madallc.com/x.html", f"青禾市教育局2024年{R}")),
        PAGE: Reply(b"", 302, (("Location", "http://bwm8.com/szsrmzf/1.html"),)),
    }
    with recording_site(pages) as site:
        done = crawl(job(portal(site.host)), tmp_path / "1")
        own = portal("madallc.com", id="mirror")
        refused = crawl(job(own, contact="mailto:a@b.example"), tmp_path / "2")
    capture = done.of(PAGE)
    assert capture.state.value == "off_site"
    assert capture.signals == (
        "leads to http://bwm8.com/szsrmzf/1.html: bwm8.com is a copy of official sites in strange hands",
    )
    assert {(c.state.value, c.signals) for c in refused.captures} == {
        ("off_site", ("madallc.com is a copy of official sites in strange hands",))
    }
    assert refused.visit.complete is False


@pytest.mark.skipif(not has_browser(), reason="there is no Chromium on this machine")
def test_the_browser_reaches_nothing_by_itself(tmp_path: Path) -> None:
    """Sockets, frames, prefetching and WebRTC of a page reach neither this machine nor a private network."""
    with trap() as (port, met), recording_site({}) as site:
        site.pages |= {
            "/gk/": f"""<html><head><title>年报</title><link rel=preconnect href="http://127.0.0.1:{port}/">
<link rel=dns-prefetch href="//127.0.0.1:{port}"></head><body><ul id="list"></ul>
<iframe src="http://127.0.0.1:{port}/frame"></iframe><script>
new WebSocket('ws://127.0.0.1:{port}/'); new EventSource('http://2130706433:{port}/');
navigator.sendBeacon('http://127.0.0.1:{port}/', 'x'); fetch('http://[::ffff:127.0.0.1]:{port}/').catch(() => 0);
fetch('/hop').catch(() => 0);
document.getElementById('list').innerHTML = "<li><a href='/a/1.html'>某局2024年{R}</a></li>";</script></body></html>""",
            "/hop": Reply(b"", 302, (("Location", f"http://127.0.0.1:{port}/"),)),
            "/a/1.html": article(),
        }
        done = crawl(job(portal(site.host, "/gk/")), tmp_path)
        assert met == []
    assert [row.title for row in done.visit.rows] == [f"某局2024年{R}"]
    assert done.of("/hop").state.value == "off_site"


def test_two_hosts_of_one_domain_are_never_asked_at_once(tmp_path: Path) -> None:
    """Each has its own delay; the domain has one line."""
    pages: dict[str, Answer] = {START: listing(*((f"/{n}.html", f"青禾市第{n}局2024年{R}") for n in range(6)))}
    pages |= {f"/{n}.html": article() for n in range(6)}
    with recording_site(pages) as site:
        hosts = [f"{name}.qinghe.localhost:{site.port}" for name in ("www", "xxgk", "czj")]
        done = crawl(job(*(portal(host, id=f"p{n}") for n, host in enumerate(hosts))), tmp_path)
    assert {v.complete for v in done.visits} == {True}
    assert len(site.asked) == 3 * 8
    assert site.at_once == 1


def test_http_and_https_are_one_page_in_the_archive(tmp_path: Path) -> None:
    """One report at two addresses of one page: two locations, one version, one event."""
    from infra.simulator.reports import Office, make_report, render

    report = make_report(7, Office(name="青禾市财政局"), 2024, "form2021")
    with recording_site({}) as site:
        bare, named = site.host, f"www.qinghe.localhost:{site.port}"
        site.pages |= {
            START: listing(ROW, (f"http://{bare}{PAGE}", ROW[1])),
            PAGE: render(report, "clean").content.decode(),
        }
        work = portal(named, id="qinghe", hosts=[bare], aliases={bare: named})
        first = collect(tmp_path, work)["qinghe"]
        second = collect(tmp_path, work)["qinghe"]
    places = archive_in(tmp_path).locations("qinghe")
    assert sorted(places) == [f"http://{bare}{PAGE}", f"http://{named}{PAGE}"]
    assert len({place.report_id for place in places.values()}) == 1
    assert [e.kind.value for e in first.events] == ["collected"]
    assert second.events == ()
    assert {d.what for d in second.documents} == {"unchanged"}
