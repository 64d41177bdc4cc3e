"""The 27 cases of the simulator, each with the result that a crawler has to come to."""

import gzip
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from flows.outcome import PortalOutcome
from flows.understand import understand
from infra.simulator import Simulator
from infra.simulator.cases import NUMBERS, load_case, words_of
from model.capture import PortalVisit
from model.errors import InvalidPortal
from tests.collecting import archive_in, collect, portal_of
from tests.crawling import Crawled, crawl, job, known
from tests.test_spider_simulator import has_browser

R = "政府信息公开工作年度报告"
FINANCE, CIVIL = "青溪县财政局", "青溪县民政局"

needs_browser = pytest.mark.skipif(not has_browser(), reason="there is no Chromium on this machine")


@contextmanager
def playing(case: int) -> Iterator[Simulator]:
    with Simulator.start(configs=load_case(case)) as simulator:
        yield simulator


def crawl_all(simulator: Simulator, folder: Path, **settings: object) -> Crawled:
    done = crawl(job(*(portal_of(simulator, host, **settings) for host in simulator.hosts)), folder)
    assert done.error is None
    return done


def visit_of(done: Crawled, host: str) -> PortalVisit:
    return next(v for v in done.visits if v.portal == host)


def states(done: Crawled, host: str, *kinds: str) -> dict[str, str]:
    """Path to the last state, of one portal's captures."""
    captures = [c for c in done.captures if c.portal == host and (not kinds or c.kind in kinds)]
    return {"/" + c.requested_url.split("/", 3)[3]: c.state.value for c in captures}


def rows(visit: PortalVisit) -> list[str]:
    return sorted("/" + row.url.split("/", 3)[3] for row in visit.rows)


def live(simulator: Simulator, host: str) -> list[str]:
    return sorted(item.path for item in simulator.hosts[host].portal.listed())


def asked(simulator: Simulator, host: str) -> list[str]:
    return [r.target for r in simulator.log(host) if r.path != "/robots.txt"]


def test_there_are_27() -> None:
    assert [n for n in NUMBERS if len(words_of(n)) < 20 or not load_case(n)] == []
    with pytest.raises(InvalidPortal, match="There is no case 28"):
        load_case(28)


def test_a_case_is_the_same_each_time() -> None:
    def played() -> list[str]:
        with playing(23) as simulator:
            return [str(simulator.reports(host)) for host in simulator.hosts]

    assert played() == played()


def test_01_trs_pagers(tmp_path: Path) -> None:
    """All rows once, stop reason right."""
    with playing(1) as simulator:
        done = crawl_all(simulator, tmp_path)
        for host in simulator.hosts:
            assert rows(visit_of(done, host)) == live(simulator, host), host
        lists = {h: [t for t in asked(simulator, h) if "/t20" not in t] for h in simulator.hosts}
    stops = {v.portal: (v.stop_reason, v.complete, v.problems) for v in done.visits}
    assert stops == {
        "from-zero": ("last page", True, ()),
        "from-one": ("last page", True, ()),
        "absent-page": ("last advertised page is absent", True, ()),
    }
    assert lists["from-zero"] == ["/zwgk/zfxxgknb/"] + [f"/zwgk/zfxxgknb/index_{n}.html" for n in (1, 2, 3, 4)]
    assert lists["from-one"] == ["/zwgk/zfxxgknb/"] + [f"/zwgk/zfxxgknb/index_{n}.html" for n in (2, 3, 4, 5)]


def test_02_hanweb(tmp_path: Path) -> None:
    """No loop, all rows."""
    with playing(2) as simulator:
        done = crawl_all(simulator, tmp_path, politeness={"daily_requests": 40})
        for host in simulator.hosts:
            assert rows(visit_of(done, host)) == live(simulator, host), host
        lists = {h: [t for t in asked(simulator, h) if "/art/" not in t] for h in simulator.hosts}
    assert len(visit_of(done, "sixty-embedded").rows) == 66
    assert {v.stop_reason.partition(",")[0] for v in done.visits} == {"announced total reached"}
    for host, targets in lists.items():
        assert len(targets) <= 12, host
        assert max(Counter(targets).values()) == 1, host


def documents(done: Crawled, host: str) -> list[str]:
    return sorted(
        "/" + c.requested_url.split("/", 3)[3] for c in done.captures if c.portal == host and c.kind == "page"
    )


def found_of(done: Crawled, host: str) -> list[str]:
    """Paths of the pages that are there: a search by year and unit also meets those that are not."""
    return sorted(path for path, state in states(done, host, "page").items() if state == "ok")


def reports(simulator: Simulator, host: str) -> list[str]:
    return sorted(item.path for item in simulator.hosts[host].portal.listed() if item.kind == "report")


def read_whole(case: int, folder: Path) -> tuple[Crawled, dict[str, list[str]]]:
    """Every live report of every site was fetched once, and the lists were read to their end; what was asked."""
    with playing(case) as simulator:
        done = crawl_all(simulator, folder)
        for host in simulator.hosts:
            visit = visit_of(done, host)
            assert found_of(done, host) == reports(simulator, host), host
            assert visit.complete is True, host
            gets = Counter(r.target for r in simulator.log(host) if r.method == "GET")
            assert max(gets.values()) == 1, host
        return done, {host: asked(simulator, host) for host in simulator.hosts}


def test_03_hanweb_xxgk(tmp_path: Path) -> None:
    """Rows of other columns are filtered; reports are found by year and unit."""
    done, targets = read_whole(3, tmp_path)
    assert not [row for row in visit_of(done, "mixed").rows if "/art_30521_" in row.url]
    assert [t for t in targets["yearly"] if "xxgkAnnualReport.jsp" in t]


def test_04_unitbuild(tmp_path: Path) -> None:
    """Rows, and no endless page 1."""
    done, targets = read_whole(4, tmp_path)
    assert {v.family for v in done.visits} == {"unitbuild"}
    turned = [t for t in targets["unitbuild"] if "build/unit" in t]
    assert 3 <= len(turned) == len(set(turned)) <= 6


def test_05_truecms(tmp_path: Path) -> None:
    """What the program refuses is asked in smaller pieces; where it is dead, the hidden rows stand in."""
    with playing(5) as simulator:
        done = crawl_all(simulator, tmp_path)
        for host in simulator.hosts:
            assert set(documents(done, host)) <= set(reports(simulator, host)), host
        assert documents(done, "picky") == reports(simulator, "picky")
        assert len(documents(done, "dead")) > 0
    assert {v.family for v in done.visits} == {"truecms"}
    assert visit_of(done, "picky").complete is True


def test_06_epoint(tmp_path: Path) -> None:
    """Rows, however the program counts and wraps."""
    done, _ = read_whole(6, tmp_path)
    assert {v.family for v in done.visits} == {"epoint"}


def test_07_ucap(tmp_path: Path) -> None:
    """The whole text, rows from HTML or JSON, an entry that a script sends on."""
    with playing(7) as simulator:
        done = crawl_all(simulator, tmp_path)
        for host in ("static", "json"):
            assert documents(done, host) == reports(simulator, host), host
    assert {v.portal: v.complete for v in done.visits} == {"static": True, "json": True, "page-break": True}
    article = next(c for c in done.captures if c.portal == "page-break" and c.kind == "page")
    body = done.body(article)
    text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
    assert ("导言。" in text, "附记。" in text, article.state.value) == (True, True, "ok")


def test_08_gkmlpt(tmp_path: Path) -> None:
    """One report each, whatever address it is listed under; hidden items are no missing ones."""
    with playing(8) as simulator:
        done = crawl_all(simulator, tmp_path)
        assert len(documents(done, "gkmlpt")) == len(reports(simulator, "gkmlpt"))
        plain = {path.partition("?")[0].replace("mpost_", "post_") for path in documents(done, "gkmlpt")}
        assert sorted(plain) == reports(simulator, "gkmlpt")
    assert (visit_of(done, "gkmlpt").complete, visit_of(done, "gkmlpt").family) == (True, "gkmlpt")


def test_09_longsun_and_vsb(tmp_path: Path) -> None:
    """Nothing missing and nothing twice, although the list grows while it is read."""
    with playing(9) as simulator:
        added = "梅岭县水务局/2025"
        done = crawl_all(simulator, tmp_path)
        late = {simulator.hosts[host].portal.find(added).path for host in ("vsb", "vsb-one-page-more")}
        for host in simulator.hosts:
            found = documents(done, host)
            assert len(found) == len(set(found)), host
            assert set(reports(simulator, host)) - set(found) <= late, host


def test_10_lists_in_frames(tmp_path: Path) -> None:
    """The same host and a sibling are followed, a stranger is refused."""
    with playing(10) as simulator:
        portals = [portal_of(simulator, host) for host in ("same", "sibling", "foreign")]
        done = crawl(job(*portals), tmp_path)
        assert rows(visit_of(done, "same")) == live(simulator, "same")
        assert asked(simulator, "service") == ["/pagemore/frame.html"]
        assert asked(simulator, "stranger") == []
    assert rows(visit_of(done, "sibling")) == ["/r/1.html"]
    assert states(done, "sibling", "page") == {"/r/1.html": "ok"}
    assert visit_of(done, "foreign").rows == ()
    assert visit_of(done, "foreign").complete is False


@needs_browser
def test_11_rows_that_only_scripts_bring(tmp_path: Path) -> None:
    """The browser's way, and the raw answers of the programs kept."""
    with playing(11) as simulator:
        done = crawl_all(simulator, tmp_path)
        assert rows(visit_of(done, "unknown-program")) == live(simulator, "unknown-program")
        three = sorted(
            simulator.hosts["scroll"].portal.find(key).path
            for key in (f"{FINANCE}/2024", f"{FINANCE}/2023", f"{CIVIL}/2024")
        )
        two = sorted(simulator.hosts["postback"].portal.find(f"{FINANCE}/{year}").path for year in (2024, 2023))
    for host in ("scroll", "next-function"):
        visit = visit_of(done, host)
        assert (rows(visit), visit.family, visit.complete) == (three, "rendered", True), host
        data = [c for c in done.captures if c.portal == host and c.kind == "data"]
        assert b'{"rows":[[' in done.body(data[0]), host
    visit = visit_of(done, "postback")
    assert (rows(visit), visit.complete) == (two, True)
    posted = [c for c in done.captures if c.portal == "postback" and c.method == "POST"]
    assert [(c.kind, c.state.value, c.rendered) for c in posted] == [("list", "ok", True)]


def test_12_tabs_hashes_and_long_pages(tmp_path: Path) -> None:
    """No lost list."""
    with playing(12) as simulator:
        portals = [
            portal_of(simulator, "tabs", "/zfxxgk/index.html"),
            portal_of(simulator, "hash", "/gkmlpt/index#1234"),
            portal_of(simulator, "six-hundred", politeness={"daily_requests": 4}),
        ]
        done = crawl(job(*portals), tmp_path)
        assert rows(visit_of(done, "tabs")) == live(simulator, "tabs")
        two = sorted(simulator.hosts["hash"].portal.find(f"{FINANCE}/{year}").path for year in (2024, 2023))
    assert (rows(visit_of(done, "hash")), visit_of(done, "hash").family) == (two, "gkmlpt")
    assert visit_of(done, "tabs").complete is True
    assert len(visit_of(done, "six-hundred").rows) == 600


def test_13_a_new_column_each_year(tmp_path: Path) -> None:
    """The report of the year is found on the day on which its column appears."""
    with playing(13) as simulator:
        portal = portal_of(simulator, "years")
        first = collect(tmp_path, portal)["years"]
        simulator.publish("years", FINANCE, 2025)
        second = collect(tmp_path, portal, recheck="none")["years"]
        assert asked(simulator, "years")[-4:] == [
            "/xxgk/ndbg/list.html",
            "/xxgk/ndbg/2025n/",
            "/xxgk/ndbg/2024n/",
            simulator.hosts["years"].portal.find(f"{FINANCE}/2025").path,
        ]
    assert [(d.year, d.what) for d in first.documents] == [(2024, "new")]
    assert [(d.year, d.what) for d in second.documents] == [(2025, "new")]
    # By this machine's clock it comes long after its due date; the site's clock is months away, so nothing is said.
    assert [e.kind.value for e in second.events] == ["published"]
    assert second.complete is True


FILES = {
    "/f/row.pdf": ("ok", "application/pdf"),
    "/f/cover.docx": ("ok", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "/module/download/downfile.jsp?classid=0&filename=a1.pdf": ("ok", "application/pdf"),
    "/system/_content/download.jsp?wbfileid=7": ("ok", "application/pdf"),
    "/f/error.pdf": ("soft_404", "text/html"),
    "/f/a.ofd": ("ok", "application/ofd"),
    "/f/a.wps": ("ok", "application/msword"),
    "/f/a.zip": ("ok", "application/zip"),
    "/f/scan.pdf": ("ok", "application/pdf"),
}


def test_14_reports_that_are_files(tmp_path: Path) -> None:
    """The right type, or an honest `needs_ocr`."""
    with playing(14) as simulator:
        outcome = collect(tmp_path, portal_of(simulator, "files"))["files"]
        archive = archive_in(tmp_path)
        captures = [c for c, _ in archive.lines(archive.runs()[-1]) if getattr(c, "kind", "") == "attachment"]
    found = {"/" + c.requested_url.split("/", 3)[3]: c for c in captures}
    types = {path: (found[path].state.value, found[path].media_type) for path in FILES}
    assert types == FILES
    moved = found["/module/download/downfile.jsp?classid=0&filename=a1.pdf"]
    assert [hop.status for hop in moved.hops] == [302]
    assert moved.url.endswith("/attach/0/a1.pdf")
    named = found["/system/_content/download.jsp?wbfileid=7"].header("content-disposition")
    assert named is not None
    assert named.encode("latin-1").decode("gbk") == 'attachment; filename="年度报告.pdf"'
    told = {d.url.rpartition("/")[2]: d for d in outcome.documents}
    read = {"row.pdf": "一", "cover.html": "二", "down.html": "三", "gbk.html": "四", "a.ofd": "六", "a.zip": "八"}
    assert {name: (told[name].verdict, told[name].agency, told[name].year) for name in read} == {
        name: ("verified", f"青溪县第{number}局", 2024) for name, number in read.items()
    }
    # A picture of nothing: nobody reads it, or OCR finds no report in it.
    assert told["scan.pdf"].verdict in {"needs_ocr", "unreadable"}
    assert told["pictures.html"].verdict == "needs_ocr"
    assert told["a.wps"].verdict == "unreadable"  # nothing is in it but the first bytes of its kind
    assert {d.what for d in outcome.documents if d.url.endswith("error.pdf")} == {"gone"}


TITLES = {
    "2022年青溪市政府信息公开工作年度报告": ("report", 2022, "青溪市"),
    "青溪县欧岭镇2024年政府信息公开年度工作报告": ("report", 2024, "青溪县欧岭镇"),
    "青溪县自然资源局2024年政府信息公开工作报告": ("report", 2024, "青溪县自然资源局"),
    "高坪镇_2017年_政府信息公开年度报告": ("report", 2017, "高坪镇"),
    "二○一九年度青溪县信息公开年报": ("report", 2019, "青溪县"),
    "青溪县政府信息公开年报（2020年）": ("report", 2020, "青溪县"),
    "青溪旗2024年度 政府信息公开年报": ("report", 2024, "青溪旗"),
    "2024年度政府信息公开工作年度报告": ("report", 2024, None),
    "政府信息公开工作年度报告": ("report", None, None),
    "青溪县发改委2020年政府信息公开 工作告年度报": ("report", 2020, "青溪县发改委"),
    "青溪县人民政府办公室关于印发青溪县2024年度政府信息公开工作年度报告的通知": ("report", 2024, "青溪县"),
    "关于公布《青溪县2009年度政府信息公开工作年度报告》的通知": ("report", 2009, "青溪县"),
    "关于做好2025年政府信息公开工作年度报告编制和发布工作的通知": ("not_report", None, None),
    "国务院办公厅政府信息与政务公开办公室关于印发《政府信息公开工作年度报告格式》的通知": ("not_report", None, None),
    "青溪县2023年政府信息公开工作年度报告公布情况": ("not_report", None, None),
    "青溪县2024年政府信息公开工作年度报告图解": ("explainer", 2024, "青溪县"),
    "青溪县2024年政府信息公开工作年度报告解读": ("explainer", 2024, "青溪县"),
    "青溪县人民政府2019年政府信息公开工作年度报告（图片版）": ("report", 2019, "青溪县人民政府"),
    "青溪县某局2022年政府信息公开工作年度报告（更正）": ("report", 2022, "青溪县某局"),
    "青溪县2022年部门政府信息公开工作年度报告汇总": ("collection", 2022, "青溪县部门"),
    "2024年青溪县政府网站工作年度报表": ("not_report", None, None),
    "青溪县住房公积金2020年年度报告": ("not_report", None, None),
    "青溪县住房公积金管理中心2021年政府信息公开工作年度报告": ("report", 2021, "青溪县住房公积金管理中心"),
    "青溪县机构编制委员会办公室2021年政府信息公开工作年度报告": ("report", 2021, "青溪县机构编制委员会办公室"),
    "青溪大学2023—2024学年信息公开工作年度报告": ("university", 2023, "青溪大学"),
    "青溪县发布2023年政府信息公开工作年度报告": ("report", 2023, "青溪县"),
}


def test_15_title_traps(tmp_path: Path) -> None:
    """The table of classified titles; the false positive is settled by its body."""
    with playing(15) as simulator:
        outcome = collect(tmp_path, portal_of(simulator, "titles"))["titles"]
        archive = archive_in(tmp_path)
        visit = next(v for v, _ in archive.lines(archive.runs()[-1]) if isinstance(v, PortalVisit))
        fetched = set(asked(simulator, "titles"))
    found = {row.title: (row.kind, row.year, row.agency) for row in visit.rows if row.title in TITLES}
    assert found == TITLES
    paths = {row.title: "/" + row.url.split("/", 3)[3] for row in visit.rows}
    assert {t for t in TITLES if paths[t] in fetched} == {t for t, (kind, _, _) in TITLES.items() if kind == "report"}
    flags = {row.title: row.flags for row in visit.rows if row.flags}
    assert flags["青溪县某局2022年政府信息公开工作年度报告（更正）"] == ("correction",)
    assert flags["关于公布《青溪县2009年度政府信息公开工作年度报告》的通知"] == ("wrapped_in_notice",)
    assert [d.agency for d in outcome.documents if d.report_id] == [FINANCE]  # the one with a body


def published(outcome: PortalOutcome, folder: Path) -> dict[str, date | None]:
    archive = archive_in(folder)
    ids = {d.url.rpartition("/")[2]: d.report_id for d in outcome.documents}
    return {name: archive.versions(i)[-1].published_on if i else None for name, i in ids.items()}


def test_16_tags_of_pages(tmp_path: Path) -> None:
    """Fallbacks: title and date from tag, heading or list row; a stranger's name in a copied tag changes nothing."""
    with playing(16) as simulator:
        outcome = collect(tmp_path, portal_of(simulator, "tags"))["tags"]
    told = {d.url.rpartition("/")[2]: (d.agency, d.year, d.verdict) for d in outcome.documents}
    assert told == {
        "full.html": (FINANCE, 2024, "verified"),
        "none.html": (FINANCE, 2023, "verified"),
        "stranger.html": (FINANCE, 2022, "verified"),
        "noon.html": (CIVIL, 2024, "verified"),
        "script.html": (CIVIL, 2023, "verified"),
    }
    assert published(outcome, tmp_path) == {
        "full.html": date(2025, 1, 20),
        "none.html": date(2024, 1, 22),
        "stranger.html": date(2023, 1, 19),
        "noon.html": date(2025, 1, 21),
        "script.html": date(2024, 1, 23),
    }


def test_17_character_sets(tmp_path: Path) -> None:
    """Clean text."""
    with playing(17) as simulator:
        outcomes = collect(tmp_path, portal_of(simulator, "encodings"), portal_of(simulator, "jsonp-with-mark"))
    told = [(d.title, d.agency, d.year, d.verdict) for d in outcomes["encodings"].documents]
    assert sorted(told) == [(f"{FINANCE}{year}年{R}", FINANCE, year, "verified") for year in (2022, 2023, 2024)]
    answered = outcomes["jsonp-with-mark"]
    assert sorted((d.agency, d.year, d.verdict) for d in answered.documents) == [
        (FINANCE, 2023, "verified"),
        (FINANCE, 2024, "verified"),
    ]


def test_18_soft_errors(tmp_path: Path) -> None:
    """`soft_404` where a page is no more, `throttled` where the home page stands for every page."""
    with playing(18) as simulator:
        portals = {host: portal_of(simulator, host) for host in simulator.hosts}
        gone = {
            host: tuple(known(simulator.base_url(host) + f"xxgk/ndbg/2020/01-0{n}/1.html", due=False) for n in (1, 2))
            for host in ("redirect-home", "words", "shell")
        }
        done = crawl(job(*portals.values(), known=gone), tmp_path)
        load = asked(simulator, "under-load")
    found = {h: sorted(s for p, s in states(done, h, "page").items() if "/2020/01-0" in p) for h in gone}
    assert found == {
        "redirect-home": ["soft_404", "soft_404"],
        "words": ["soft_404", "soft_404"],
        "shell": ["ok_empty", "soft_404"],
    }
    loaded = [c.state.value for c in done.captures if c.portal == "under-load" and c.kind in {"list", "page"}]
    assert loaded == ["ok", "ok", "ok", "throttled", "throttled", "throttled"]
    assert len(load) == 6
    assert len(set(load[3:])) == 1
    visit = visit_of(done, "under-load")
    assert visit.complete is False
    assert "asked us 3 times to slow down" in " ".join(visit.problems)


PROTECTED = {
    "ruishu": "ruishu",
    "jiasule": "jiasule",
    "aliyun": "aliyun",
    "aliyun-script": "aliyun",
    "slider": "slider",
}


def test_19_protections(tmp_path: Path) -> None:
    """Blocked only by a protection with two signals; no further request to the host in this run."""
    with playing(19) as simulator:
        done = crawl_all(simulator, tmp_path)
        requests = {host: len(asked(simulator, host)) for host in simulator.hosts}
    lists = {c.portal: c for c in done.captures if c.kind == "list"}
    blocked = {host: c.protection.value for host, c in lists.items() if c.state.value == "blocked" and c.protection}
    assert blocked == PROTECTED
    assert all(len(lists[host].signals) >= 3 for host in PROTECTED)
    assert {c.portal: c.state.value for c in lists.values() if c.portal not in PROTECTED} == {
        "plain-412": "unreachable",
        "plain-202": "ok_empty",
        "plain-405": "unreachable",
        "plain-403": "unreachable",
    }
    assert requests == dict.fromkeys(requests, 1)
    assert [c for c in done.captures if c.kind not in {"robots", "list"}] == []  # no challenge is kept as a document
    assert {c.body.store for c in lists.values() if c.body} == {"warc"}
    assert {v.complete for v in done.visits} == {False}


def test_20_robots(tmp_path: Path) -> None:
    """Allow, refuse, refuse, refuse, allow."""
    with playing(20) as simulator:
        done = crawl_all(simulator, tmp_path)
        requests = {host: len(asked(simulator, host)) > 0 for host in simulator.hosts}
    assert requests == {"absent": True, "disallow": False, "refused": False, "broken": False, "page": True}
    found = {h: set(states(done, h, "list", "page").values()) for h in requests}
    assert found == {h: {"ok"} if asked_for else {"robots_disallowed"} for h, asked_for in requests.items()}
    reasons = {c.portal: c.robots.reason for c in done.captures if c.kind == "list" and c.robots}
    assert reasons == {
        "absent": "absent",
        "disallow": "disallow",
        "refused": "unavailable",
        "broken": "unavailable",
        "page": "html",
    }


def test_21_complaints(tmp_path: Path) -> None:
    """Slower, then stop."""
    with playing(21) as simulator:
        done = crawl_all(simulator, tmp_path)
        logs = {host: simulator.log(host) for host in simulator.hosts}
    counts = {host: Counter(r.status for r in log if r.path != "/robots.txt") for host, log in logs.items()}
    assert counts["retry-after"] == {200: 2, 429: 3}
    assert counts["come-back-tomorrow"] == {200: 2, 429: 1}
    assert counts["second-is-400"] == {200: 1, 400: 3}
    waits = [b.time - a.answered for a, b in pairwise(r for r in logs["retry-after"] if r.status == 429)]
    assert min(waits) >= 1.0  # as it asked
    problems = {v.portal: " ".join(v.problems) for v in done.visits}
    assert "asked us to come back in 86400 seconds" in problems["come-back-tomorrow"]
    assert "asked us 3 times to slow down" in problems["retry-after"]
    assert "asked us 3 times to slow down" in problems["second-is-400"]
    assert states(done, "resets", "list") == {"/xxgk/ndbg/list.html": "unreachable"}
    assert sum(counts["resets"].values()) == 3
    assert {v.complete for v in done.visits} == {False}


def test_22_tls(tmp_path: Path) -> None:
    """`tls_error` where nobody vouches for the certificate; plain http is read where the portal says so."""
    with playing(22) as simulator:
        netloc = simulator.base_url("broken").partition("//")[2].rstrip("/")
        portals = [portal_of(simulator, host) for host in ("broken", "other-name", "works")]
        done = crawl(job(*portals, portal_of(simulator, "sends-on", hosts=[netloc])), tmp_path)
        assert asked(simulator, "broken") == asked(simulator, "other-name") == []
    lists = {host: set(states(done, host, "list").values()) for host in ("broken", "other-name", "works", "sends-on")}
    assert lists == {"broken": {"tls_error"}, "other-name": {"tls_error"}, "works": {"ok"}, "sends-on": {"tls_error"}}
    assert {v.portal: v.complete for v in done.visits} == {
        "broken": False,
        "other-name": False,
        "works": True,
        "sends-on": False,
    }
    assert "see whether plain http is its own form" in visit_of(done, "broken").problems[0]


def test_23_edits(tmp_path: Path) -> None:
    """A version for a figure (substantive), a version for a sentence (editorial), none for a counter."""
    with playing(23) as simulator:
        portal = portal_of(simulator, "edits")
        collect(tmp_path, portal)
        simulator.edit("edits", f"{FINANCE}/2024")
        simulator.edit_text("edits", f"{FINANCE}/2023")
        second = collect(tmp_path, portal)["edits"]
    told = {(d.agency, d.year): (d.what, d.version) for d in second.documents if d.what != "unchanged"}
    assert told[FINANCE, 2024] == ("changed", 2)
    assert told[FINANCE, 2023] == ("changed", 2)
    assert {what for what, _ in told.values()} == {"changed", "repeated"}
    archive = archive_in(tmp_path)
    reasons = {v.report_year: v.reason.value for d in second.documents if d.what == "changed" and d.report_id
               for v in archive.versions(d.report_id)[-1:]}  # fmt: skip
    assert reasons == {2024: "figures", 2023: "text"}
    # The page with the counter shows the bureau's report in a second layout; its counter makes no third.
    (counted,) = [d for d in second.documents if d.what == "repeated"]
    assert counted.report_id is not None
    assert [v.n for v in archive.versions(counted.report_id)] == [1, 2]


def test_24_moved_and_deleted(tmp_path: Path) -> None:
    """One identity, its locations, a tombstone, a reopening."""
    with playing(24) as simulator:
        portal = portal_of(simulator, "moves")
        base = simulator.base_url("moves").rstrip("/")
        collect(tmp_path, portal)
        ids = {item["year"]: item for item in _reports(simulator, "moves")}
        old = {year: base + str(item["path"]) for year, item in ids.items()}
        simulator.move("moves", f"{FINANCE}/2020")
        simulator.move("moves", f"{FINANCE}/2021", redirect=False)
        simulator.move("moves", f"{FINANCE}/2022", path="/xxgk/ndbg/2026/04-10/7999999.html", redirect=False)
        simulator.delete("moves", f"{FINANCE}/2023")
        simulator.delete("moves", f"{FINANCE}/2024")
        second = collect(tmp_path, portal)["moves"]
        simulator.restore("moves", f"{FINANCE}/2024")
        third = collect(tmp_path, portal)["moves"]
        new = {item["year"]: base + str(item["path"]) for item in _reports(simulator, "moves")}
    places = archive_in(tmp_path).locations("moves")
    reports = {year: {places[old[year]].report_id, places[new[year]].report_id} for year in range(2020, 2025)}
    assert {year: len(found) for year, found in reports.items()} == dict.fromkeys(range(2020, 2025), 1)
    assert len({next(iter(found)) for found in reports.values()}) == 5
    assert {year: places[old[year]].state for year in old} == {
        2020: "moved",
        2021: "gone",
        2022: "gone",
        2023: "gone",
        2024: "ok",
    }
    assert {year: places[new[year]].state for year in (2020, 2021, 2022)} == dict.fromkeys((2020, 2021, 2022), "ok")
    assert all(
        version.n == 1 for i in reports.values() for version in archive_in(tmp_path).versions(str(next(iter(i))))
    )
    # Only what is at none of its addresses has disappeared; what comes back is told.
    assert sorted((e.kind.value, e.url) for e in second.events) == sorted(
        ("disappeared", old[year]) for year in (2023, 2024)
    )
    assert [(e.kind.value, e.url) for e in third.events] == [("reappeared", old[2024])]


def _reports(simulator: Simulator, host: str) -> list[dict[str, object]]:
    return [dict(item) for item in simulator.reports(host) if isinstance(item, dict)]


def test_25_copies(tmp_path: Path) -> None:
    """City and district: one report. Own and aggregate: two. Big5 gateway, bare address: one. Mirror: refused."""
    with playing(25) as simulator:
        bare = f"127.0.0.1:{simulator.base_url('city').rstrip('/').rpartition(':')[2]}"
        named = simulator.base_url("city").partition("//")[2].rstrip("/")
        city = portal_of(simulator, "city", hosts=[bare], aliases={bare: named})
        district = portal_of(simulator, "district")
        mirror = portal_of(simulator, "mirror", start_urls=["http://www-qingxi-gov-cn.bt8.net/xxgk/ndbg/list.html"])
        outcomes = collect(tmp_path, city, district, portal_of(simulator, "own-and-aggregate"))
        refused = crawl(job(mirror, contact="mailto:a@b.example"), tmp_path / "mirror")
        assert asked(simulator, "mirror") == []
    archive = archive_in(tmp_path)
    places = {**archive.locations("city"), **archive.locations("district")}
    of_2024 = {url: place for url, place in places.items() if place.report_id and "-2024-" in place.report_id}
    assert len(of_2024) == 4  # city, gateway, bare address, district
    assert len({place.report_id for place in of_2024.values()}) == 1
    assert {place.version for place in of_2024.values()} == {1}
    events = [e for e in archive.events() if e.subject == next(iter(of_2024.values())).report_id]
    assert [e.kind.value for e in events] == ["collected"]
    assert {d.report_id.partition("-2024-")[2] for d in outcomes["own-and-aggregate"].documents if d.report_id} == {
        "own",
        "region_aggregate",
    }
    assert "madallc.com" in " ".join(outcomes["city"].problems)
    assert {c.state.value for c in refused.captures} == {"off_site"}
    assert refused.captures[0].signals == ("www-qingxi-gov-cn.bt8.net is a copy of official sites in strange hands",)


def test_26_contradictions(tmp_path: Path) -> None:
    """Year and agency come from title and body; what contradicts them is noted."""
    with playing(26) as simulator:
        outcome = collect(tmp_path, portal_of(simulator, "contradictions"))["contradictions"]
    told = {"/" + d.url.split("/", 3)[3]: (d.agency, d.year) for d in outcome.documents}
    assert told["/xxgk/ndbg/2020_504392/1.html"] == ("钦州市灵山县财政局", 2024)
    assert told["/xxgk/ndbg/t19700101_3441457.html"] == ("钦州市灵山县财政局", 2023)
    assert told["/zcbm/fgw_97987/ndbg/t20250126_1007407.html"] == ("钦州市灵山县农业农村局", 2024)
    # Its tag names another bureau; its heading and who says that it wrote it agree.
    odd = next(d for d in outcome.documents if d.agency == "钦州市灵山县生态环境分局")
    assert odd.year == 2024
    assert conflicts(tmp_path, odd.report_id) == {"IDENTITY-TITLE"}
    plain = next(d for d in outcome.documents if d.agency == "钦州市灵山县财政局" and d.year == 2024)
    assert conflicts(tmp_path, plain.report_id) == set()


def conflicts(folder: Path, report_id: str | None) -> set[str]:
    """What a report's parse found to contradict itself about its identity."""
    archive = archive_in(folder)
    assert report_id is not None
    parsed = understand(archive, archive.versions(report_id)[-1].manifest)
    return {finding["code"] for finding in parsed["findings"] if finding["code"].startswith("IDENTITY")}


def test_27_a_missing_part(tmp_path: Path) -> None:
    """`incomplete`, and never a shorter version."""
    with playing(27) as simulator:
        outcome = collect(tmp_path, portal_of(simulator, "parts"))["parts"]
    whole, broken = (next(d for d in outcome.documents if d.url.endswith(name)) for name in ("_2.html", "_1.html"))
    assert (whole.agency, whole.version, whole.what) == (CIVIL, 1, "new")
    assert (broken.report_id, broken.version, broken.what) == (None, None, "unclear")
    manifest = archive_in(tmp_path).versions(str(whole.report_id))[0].manifest
    assert [part.role for part in manifest.parts] == ["page", "continuation", "continuation"]
    assert any("incomplete" in problem for problem in outcome.problems)


def test_clock_of_a_case() -> None:
    with playing(13) as simulator:
        site = simulator.hosts["years"].portal
        before = site.clock
        simulator.set_clock(before + timedelta(days=30), "years")
        assert site.clock - before == timedelta(days=30)
