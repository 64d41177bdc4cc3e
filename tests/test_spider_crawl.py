"""Whole crawls in a process of their own, on a site that writes down what it was asked."""

import gzip
import hashlib
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.simulator import Simulator
from model.errors import NoContact
from spiders.hosts import is_loopback
from spiders.process import check_contact, user_agent
from tests.collecting import collect, portal_of
from tests.crawling import Crawled, crawl, job, known, portal
from tests.recording_site import Answer, Asked, RecordingSite, Reply, recording_site

R = "政府信息公开工作年度报告"
TEXT = "一、总体情况。本机关依法公开政府信息。" * 20
START = "/zfxxgknb/"


def listing(*rows: tuple[str, str], pages: int = 1, at: int = 0) -> str:
    items = "".join(
        f'<li><a href="{url}" title="{title}">{title[:8]}…</a><span>2025-01-22</span></li>' for url, title in rows
    )
    return f'<html><body><ul>{items}</ul><script>createPageHTML({pages}, {at}, "index", "html");</script></body></html>'


def article(title: str = "年报", more: str = "") -> str:
    body = f"<div class='TRS_Editor'>{TEXT}{title}{more}</div>"
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def reports(*years: int) -> tuple[tuple[str, str], ...]:
    return tuple((f"t{year}0122_{year}.html", f"青禾市财政局{year - 1}年{R}") for year in years)


def site_of(*years: int, **more: Answer) -> dict[str, Answer]:
    pages: dict[str, Answer] = {START: listing(*reports(*years))}
    pages |= {f"{START}{url}": article(title) for url, title in reports(*years)}
    return pages | {f"{START}{name}": answer for name, answer in more.items()}


def run(pages: dict[str, Answer], folder: Path, **settings: object) -> tuple[Crawled, RecordingSite]:
    with recording_site(pages) as site:
        return crawl(job(portal(site.host, **settings)), folder), site


def test_first_crawl(tmp_path: Path) -> None:
    pages = site_of(2025, 2024)
    packed = gzip.compress(article("第二页").encode())
    headers = (
        ("Content-Type", "text/html"),
        ("Content-Encoding", "gzip"),
        ("ETag", '"abc"'),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
    )
    pages[START] = listing(*reports(2025, 2024), pages=2)
    pages[f"{START}index_1.html"] = listing(
        ("t20230122_2023.html", f"青禾市财政局2022年{R}"), ("P1.pdf", f"青禾市财政局2021年{R}"), pages=2, at=1
    )
    pages[f"{START}t20230122_2023.html"] = Reply(packed, headers=headers)
    pages[f"{START}P1.pdf"] = Reply(b"%PDF-1.4 x", headers=(("Content-Type", "application/octet-stream"),))
    more = '<a href="P2.docx">附件</a><script>var countPage = 2; var currentPage = 0;</script>'
    pages[f"{START}t20250122_2025.html"] = article("长文", more)
    pages[f"{START}t20250122_2025_1.html"] = article("长文第二部分")
    pages[f"{START}P2.docx"] = Reply(b"PK\x03\x04 word/document.xml", headers=())
    done, site = run(pages, tmp_path)

    assert done.error is None
    assert site.paths() == [
        START,
        f"{START}index_1.html",
        f"{START}t20250122_2025.html",
        f"{START}t20250122_2025_1.html",
        f"{START}P2.docx",
        f"{START}t20240122_2024.html",
        f"{START}t20230122_2023.html",
        f"{START}P1.pdf",
    ]
    assert (done.visit.complete, done.visit.family, done.visit.list_pages, len(done.visit.rows)) == (True, "trs", 2, 4)
    assert (done.visit.problems, done.visit.stop_reason) == ((), "last page")
    assert done.visit.requests == {site.host: 9}
    assert {c.kind for c in done.captures} == {"robots", "list", "page", "continuation", "attachment"}
    assert {(c.kind, c.body.store) for c in done.captures if c.body and c.state == "ok"} == {
        ("list", "warc"),
        ("page", "raw"),
        ("continuation", "raw"),
        ("attachment", "raw"),
    }
    owner = site.url(f"{START}t20250122_2025.html")
    assert done.of("_2025_1.html").document_url == done.of("P2.docx").document_url == owner
    assert done.of("P1.pdf").document_url == done.of("P1.pdf").requested_url
    assert done.of("P1.pdf").media_type == "application/pdf"

    # The payload is what was on the wire; the ledger says how it was coded.
    capture = done.of("_2023.html")
    assert capture.body is not None
    assert done.body(capture) == packed
    assert capture.body.sha256 == hashlib.sha256(packed).hexdigest()
    assert (capture.header("content-encoding"), capture.header("ETag"), capture.media_type) == (
        "gzip",
        '"abc"',
        "text/html",
    )
    assert [v for n, v in capture.headers if n == "X-Twice"] == ["1", "2"]
    assert (capture.peer, capture.status, capture.state.value) == ("127.0.0.1", 200, "ok")
    assert capture.row is not None
    assert (capture.row.year, capture.row.agency, capture.row.date) == (2022, "青禾市财政局", "2025-01-22")
    assert capture.robots is not None
    assert capture.robots.reason == "absent"
    asked = next(a for a in site.asked if a.path.endswith("_2023.html"))
    assert asked.headers["user-agent"] == user_agent(None)
    assert asked.headers["referer"] == site.url(f"{START}index_1.html")
    assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert done.progress[-1] == {"portal": "qinghe", "phase": "done", "complete": True}


def test_second_crawl_is_cheap_and_sees_what_is_gone(tmp_path: Path) -> None:
    def conditional(asked: Asked) -> Reply:
        fresh = asked.headers.get("if-none-match") == '"v1"' and asked.headers.get("if-modified-since") == "yesterday"
        return Reply(status=304, headers=(("ETag", '"v1"'),)) if fresh else Reply(article().encode())

    pages = site_of(2025, 2024, 2023)
    pages[f"{START}t20240122_2024.html"] = conditional
    pages[f"{START}P2.pdf"] = conditional
    with recording_site(pages) as site:
        held = (
            known(site.url(f"{START}t20250122_2025.html"), due=False),
            known(
                site.url(f"{START}t20240122_2024.html"), site.url(f"{START}P2.pdf"), etag='"v1"', modified="yesterday"
            ),
            known(site.url(f"{START}t20190122_2019.html"), due=False),
        )
        done = crawl(job(portal(site.host), known={"qinghe": held}), tmp_path)
    assert done.states("page", "attachment") == {
        "zfxxgknb/t20240122_2024.html": "not_modified",
        "zfxxgknb/P2.pdf": "not_modified",
        "zfxxgknb/t20230122_2023.html": "ok",
        "zfxxgknb/t20190122_2019.html": "gone",
    }
    assert done.of("_2024.html").body is None
    assert (done.visit.complete, done.visit.problems) == (True, ())


def test_requests_are_spaced(tmp_path: Path) -> None:
    with recording_site(site_of(2025, 2024, 2023)) as site:
        polite = portal(site.host, politeness={"delay": 0.4, "jitter": 0.25})
        # Two portals on one host share its turn.
        other = portal(site.host, id="qinghe-b", politeness={"delay": 0.4, "jitter": 0.25})
        done = crawl(job(polite, other), tmp_path)
    assert done.error is None
    times = sorted(a.at for a in site.asked)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) == 8  # robots.txt once, then list and three reports for each portal
    assert min(gaps) >= 0.4 * 0.75
    assert sum(v.requests[site.host] for v in done.visits) == 9


ROBOTS = {
    "absent": (Reply(b"", 404), True),
    "allow": (Reply(b"User-agent: *\nDisallow: /admin/\n", headers=(("Content-Type", "text/plain"),)), True),
    "octets": (Reply(b"User-agent: *\nDisallow: /\n", headers=(("Content-Type", "application/octet-stream"),)), False),
    "disallow": (Reply(b"User-agent: *\nDisallow: /\n", headers=(("Content-Type", "text/plain"),)), False),
    "refused": (Reply(b"", 403), False),
    "broken": (Reply(b"", 500), False),
    "page": (Reply(b"<html>not found</html>"), True),
    "hangs-up": (Reply(hang_up=True), False),
}


def test_robots_decides(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sites = {
            name: stack.enter_context(recording_site(site_of(2025) | {"/robots.txt": reply}))
            for name, (reply, _) in ROBOTS.items()
        }
        done = crawl(job(*(portal(site.host, id=name) for name, site in sites.items())), tmp_path)
    assert {name: len(site.paths()) for name, site in sites.items()} == {
        n: 2 if ok else 0 for n, (_, ok) in ROBOTS.items()
    }
    states = {c.portal: c.state.value for c in done.captures if c.kind == "list"}
    assert states == {
        "absent": "ok",
        "allow": "ok",
        "octets": "robots_disallowed",
        "disallow": "robots_disallowed",
        "refused": "robots_disallowed",
        "broken": "robots_disallowed",
        "page": "ok",
        "hangs-up": "unreachable",
    }
    complete = {v.portal: v.complete for v in done.visits}
    assert complete == {name: ok for name, (_, ok) in ROBOTS.items()}
    assert all(
        "its robots.txt does not allow it" in " ".join(v.problems) for v in done.visits if v.portal == "disallow"
    )
    # Once for a host; what may pass by itself is tried three times.
    asked = {name: sum(a.path == "/robots.txt" for a in site.asked) for name, site in sites.items()}
    assert asked == dict.fromkeys(ROBOTS, 1) | {"broken": 3, "hangs-up": 3}


def test_a_protection_page_ends_the_host(tmp_path: Path) -> None:
    page = Reply(b"<script>document.cookie='__jsl=1';location.href=location.pathname</script>", 521)
    pages = site_of(2025, 2024, 2023)
    pages[f"{START}t20240122_2024.html"] = page
    done, site = run(pages, tmp_path)
    assert site.paths() == [START, f"{START}t20250122_2025.html", f"{START}t20240122_2024.html"]
    capture = done.of("_2024.html")
    assert (capture.state.value, capture.protection) == ("blocked", "jiasule")
    assert capture.body is not None
    assert capture.body.store == "warc"  # evidence, no document
    assert done.visit.complete is False
    assert f"{site.host} shows a protection page (jiasule)" in " ".join(done.visit.problems)


def test_hosts_that_are_not_ours(tmp_path: Path) -> None:
    with recording_site({"/t20250122_9.html": article(), "/x.pdf": "x"}) as foreign:
        pages = site_of(2025, 2024)
        pages[START] = listing(*reports(2025, 2024), (foreign.url("/t20250122_9.html"), f"远方局2024年{R}"))
        pages[f"{START}t20250122_2025.html"] = Reply(b"", 302, (("Location", foreign.url("/t20250122_9.html")),))
        pages[f"{START}t20240122_2024.html"] = article("x", f'<a href="{foreign.url("/x.pdf")}">附件</a>')
        done, _ = run(pages, tmp_path)
    assert foreign.asked == []
    capture = done.of("_2025.html")
    assert (capture.state.value, capture.status, capture.signals) == (
        "off_site",
        302,
        (f"leads to {foreign.url('/t20250122_9.html')}",),
    )
    assert len(done.visit.rows) == 3
    assert f"2 links lead to other hosts ({foreign.host})" in " ".join(done.visit.problems)


def test_redirects_are_followed_hop_by_hop(tmp_path: Path) -> None:
    pages = site_of(2025, 2024)
    pages[f"{START}t20250122_2025.html"] = Reply(b"", 301, (("Location", "/new/a.html"),))
    pages["/new/a.html"] = Reply(b"", 302, (("Location", "b.html"),))
    pages["/new/b.html"] = article("moved")
    pages[f"{START}t20240122_2024.html"] = Reply(b"", 302, (("Location", "/"),))
    pages["/"] = article("home")
    done, site = run(pages, tmp_path)
    capture = done.of("_2025.html")
    assert [(h.url, h.status, h.location) for h in capture.hops] == [
        (site.url(f"{START}t20250122_2025.html"), 301, "/new/a.html"),
        (site.url("/new/a.html"), 302, "b.html"),
    ]
    assert (capture.url, capture.state.value) == (site.url("/new/b.html"), "moved")
    assert capture.body is not None
    assert capture.body.store == "raw"
    assert done.of("_2024.html").state.value == "soft_404"
    assert "/" not in site.paths()


def test_faults_on_the_wire(tmp_path: Path) -> None:
    pages = site_of(2025, 2024, 2023, 2022)
    pages[f"{START}t20250122_2025.html"] = Reply(article().encode(), declared=9000)
    pages[f"{START}t20240122_2024.html"] = Reply(hang_up=True)
    pages[f"{START}t20230122_2023.html"] = Reply(b"x" * 40_000)
    bomb = gzip.compress(b"0" * 5_000_000)
    pages[f"{START}t20220122_2022.html"] = Reply(
        bomb, headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip"))
    )
    done, site = run(pages, tmp_path, max_body_bytes=30_000)
    last = {c.requested_url[-9:-5]: c.state.value for c in done.captures if c.kind == "page"}
    assert last == {"2025": "incomplete", "2024": "unreachable", "2023": "too_large", "2022": "too_large"}
    tries = {y: sum(p.endswith(f"_{y}.html") for p in site.paths()) for y in (2025, 2024, 2023, 2022)}
    assert tries == {2025: 3, 2024: 3, 2023: 1, 2022: 1}
    assert done.visit.complete is True  # the list was read; its documents are told one kind of fault in a sentence
    assert len(done.visit.problems) == 3


def test_a_throttling_host_is_given_up_after_three_times(tmp_path: Path) -> None:
    pages = site_of(2025, 2024)
    pages[f"{START}t20250122_2025.html"] = Reply(b"slow", 429, (("Retry-After", "0"),))
    done, site = run(pages, tmp_path)
    assert site.paths() == [START] + [f"{START}t20250122_2025.html"] * 3
    assert "asked us 3 times to slow down" in " ".join(done.visit.problems)
    assert done.visit.complete is False


def test_budget_and_cool_down(tmp_path: Path) -> None:
    with recording_site(site_of(2025, 2024, 2023)) as site, recording_site(site_of(2025)) as cooling:
        work = job(
            portal(site.host, politeness={"daily_requests": 13}),
            portal(cooling.host, id="cooling"),
            budget_used={site.host: 10},
            cool_down={cooling.host: "2099-01-01T00:00:00Z"},
        )
        done = crawl(work, tmp_path)
    assert site.paths() == [START, f"{START}t20250122_2025.html"]
    assert cooling.asked == []
    problems = {v.portal: " ".join(v.problems) for v in done.visits}
    assert "has had its 13 requests of the day" in problems["qinghe"]
    assert "left alone until 2099-01-01" in problems["cooling"]
    assert {v.portal: v.complete for v in done.visits} == {"qinghe": False, "cooling": False}


def test_nothing_listed_is_a_problem_and_no_end_of_reports(tmp_path: Path) -> None:
    with recording_site(
        {START: listing(), "/b/": listing(*reports(2025)), f"/b/{reports(2025)[0][0]}": article()}
    ) as site:
        held = (known(site.url(f"{START}t20250122_2025.html"), due=False),)
        few = portal(site.host, "/b/", id="few", expect={"reports": {"min": 2}})
        done = crawl(job(portal(site.host), few, known={"qinghe": held}), tmp_path)
    visits = {v.portal: v for v in done.visits}
    assert visits["qinghe"].complete is False
    assert "shows neither rows nor columns" in visits["qinghe"].problems[0]
    assert "1 reports are listed where at least 2 are expected" in visits["few"].problems[0]
    assert f"{START}t20250122_2025.html" not in site.paths()  # a hidden list is no reason to ask for each report


def test_hub_and_columns(tmp_path: Path) -> None:
    pages: dict[str, Answer] = {
        START: '<html><title>年报</title><a href="./2025n/">2025年</a><a href="2024n/">2024年</a>'
        '<a href="2022n/">青禾市2022年政府信息公开年报</a><a href="2026n/">2026年</a>'
        '<a href="/wzndbb/">2024年网站年度报表</a></html>',
        f"{START}2025n/": '<html><a href="bm/">部门</a></html>',
        f"{START}2022n/": article("2022", "二、主动公开政府信息情况三、政府信息公开申请情况四、行政复议、行政诉讼"),
        f"{START}2026n/": listing(),
        f"{START}2025n/bm/": listing(*reports(2025)),
        f"{START}2024n/": listing(*reports(2024)),
        f"{START}2025n/bm/t20250122_2025.html": article("2025"),
        f"{START}2024n/t20240122_2024.html": article("2024"),
    }
    done, site = run(pages, tmp_path)
    assert {r.year for r in done.visit.rows} == {2024, 2023, 2022}
    assert (done.visit.complete, done.visit.list_pages) == (True, 6)
    assert done.states("page")["zfxxgknb/2022n/"] == "ok"
    assert "/wzndbb/" not in site.paths()


def test_a_failing_sink_stops_the_crawl(tmp_path: Path) -> None:
    with recording_site(site_of(2025, 2024, 2023)) as site:
        done = crawl(job(portal(site.host)), tmp_path, refuse_from=4)
    assert done.error == "OSError: the disk is full"
    assert done.visits == []
    assert len(done.captures) == 3
    assert len(site.asked) == 4


def test_no_contact_no_crawl() -> None:
    with pytest.raises(NoContact, match=r"qinghe is read from www\.qinghe\.example, and no contact"):
        check_contact(job(portal("www.qinghe.example")))
    check_contact(job(portal("www.qinghe.example"), contact="mailto:a@b.example"))
    check_contact(job(portal("localhost:8000"), portal("127.0.0.1:80"), portal("[::1]:80")))
    assert [is_loopback(h) for h in ("127.0.0.2:1", "localhost", "x.localhost", "10.0.0.1", "127.0.0.1.example")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert user_agent("mailto:a@b.example").endswith(" (+mailto:a@b.example)")


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    with recording_site(site_of(2025), certificate=_certificate(tmp_path)) as site:
        work = portal(site.host, start_urls=[f"https://{site.host}{START}"])
        done = crawl(job(work), tmp_path / "out")
    assert site.asked == []
    assert done.states("robots", "list") == {"robots.txt": "tls_error", "zfxxgknb/": "tls_error"}
    assert done.visit.complete is False
    assert "its certificate or protocol is not accepted" in done.visit.problems[0]


def _certificate(folder: Path) -> Path:
    """A certificate for this machine that it signed itself, with its key, as one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = folder / "site.pem"
    pem.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return pem


def test_unchanged_lists_are_not_sent_again(tmp_path: Path) -> None:
    """The second crawl asks for lists only, and for those with their validators; what they show is known."""
    with Simulator.start(["qinghe"]) as simulator:
        work = portal_of(simulator, "qinghe", expect={"reports": {"min": 30}})
        collect(tmp_path, work)
        simulator.reset_log()
        second = collect(tmp_path, work, recheck="due")["qinghe"]
        unchanged = [(r.path, r.status) for r in simulator.log("qinghe") if r.path != "/robots.txt"]
        simulator.publish("qinghe", "青禾市财政局", 2025)
        simulator.reset_log()
        third = collect(tmp_path, work, recheck="due")["qinghe"]
        changed = [(r.path, r.status) for r in simulator.log("qinghe") if r.path != "/robots.txt"]
    lists = ["/zwgk/zfxxgknb/", "/zwgk/zfxxgknb/index_1.html", "/zwgk/zfxxgknb/index_2.html"]
    assert unchanged == [(path, 304) for path in lists]
    assert (second.complete, second.list_pages, len(second.events)) == (True, 3, 0)
    assert changed[:3] == [(path, 200) for path in lists]
    assert [(d.year, d.what) for d in third.documents] == [(2025, "new")]
