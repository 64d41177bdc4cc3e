"""Finding the column: from a home page alone to the lists of reports, within bounds, by the rules of a crawl."""

import json
import multiprocessing
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.simulator import Simulator
from infra.simulator.families.hub import SEARCH_CODE
from infra.simulator.site import SiteConfig, load_site
from model.portal import Portal
from spiders.browser import Browser
from spiders.discovery import Bounds, Discovery, Node, explore, portal_id, propose, write_yaml
from spiders.discovery.signs import leads, names_column, role_below, year_in
from spiders.discovery.site_search import query_of, results
from spiders.fetch import Fetcher
from spiders.page import Page
from spiders.portal_files import load_portal
from tests.collecting import collect
from tests.crawling import TIMEOUT, FolderSink, crawl, job
from tests.recording_site import Reply, recording_site
from tests.running import finished

HOME = "https://www.qinghe.example/"
Tree = dict[str, Any]


def hub_site(**changes: Any) -> SiteConfig:
    """The site luoshui with other ways to its reports."""
    _, config = load_site("luoshui")
    return SiteConfig.model_validate(config.model_dump() | changes)


def commanded(url: str, *options: str, folder: Path) -> tuple[Tree, int]:
    """`gongkai portals discover URL --json`, and its exit code."""
    environment = {"GONGKAI_STORE": str(folder / "archive"), "GONGKAI_CONTACT": ""}
    process = finished("portals", "discover", url, "--delay", "0", "--json", *options, environment=environment)
    assert process.stdout, process.stderr
    return json.loads(process.stdout), process.returncode


def discovered(url: str, folder: Path, bounds: Bounds = Bounds()) -> Tree:  # noqa: B008  frozen
    """The same search without the command around it, in a process of its own: Scrapy starts once in a process."""
    file = folder / f"found-{len(list(folder.iterdir()))}.json"
    process = multiprocessing.get_context("spawn").Process(target=_explore, args=(url, bounds, str(file)))
    process.start()
    process.join(TIMEOUT)
    assert process.exitcode == 0
    return json.loads(file.read_text())


def _explore(url: str, bounds: Bounds, file: str) -> None:
    from spiders.process import run_work

    start = {"id": "discover", "title": "looked at", "region": "000000", "start_urls": [url]}
    portal = Portal.model_validate(start | {"politeness": {"delay": 0, "jitter": 0}})

    async def work(fetcher: Fetcher, _: Browser) -> None:
        found = await explore(portal, fetcher, bounds)
        Path(file).write_text(json.dumps(found.as_json()))

    run_work(job(portal), FolderSink(Path(file).parent, None), work)


def nodes(tree: Tree) -> Iterator[Tree]:
    yield tree
    for child in tree["children"]:
        yield from nodes(child)


def asked(simulator: Simulator, site: str) -> list[str]:
    return [request.path for request in simulator.log(site)]


def test_from_the_home_page_to_the_levels_of_each_year(tmp_path: Path) -> None:
    with Simulator.start(["luoshui"]) as simulator:
        home = simulator.base_url("luoshui")
        file = tmp_path / "mine" / "luoshui.yml"
        found, code = commanded(home, "--to", str(file), folder=tmp_path)
        requests = asked(simulator, "luoshui")
    hub = f"{home}zwgk/zfxxgk/nb/"
    assert (code, found["columns"], found["site_name"]) == (0, [hub], "洛水市人民政府")
    seen = [(n["role"], n["title"], n["reports"], n["more"]) for n in nodes(found["tree"]) if n["state"]]
    assert seen == [
        ("start", "首页", 0, False),
        ("step", "政务公开", 0, False),
        ("step", "政府信息公开", 0, False),
        ("column", "政府信息公开年报", 0, False),
        ("year", "2025年", 0, False),
        ("level", "市本级", 1, False),
        ("level", "部门", 3, True),
        ("level", "乡镇街道", 1, False),
        ("year", "2024年", 0, False),
        ("level", "市本级", 1, False),
        ("level", "部门", 3, True),
        ("level", "乡镇街道", 1, False),
        ("year", "2023年", 0, False),
        ("level", "市本级", 1, False),
        ("level", "部门", 3, False),
    ]
    assert found["elsewhere"] == {"www.baishawan.example": "白沙湾县", "www.yunling.example": "云岭区"}
    # robots.txt first, and each page once: neither the neighbours' columns nor any report was asked for.
    assert requests[0] == "/robots.txt"
    assert len(requests) == len(set(requests)) == 16
    assert sum(found["requests"].values()) == 16
    portal = load_portal(file)
    assert ([str(u) for u in portal.start_urls], portal.id, portal.confirmed) == ([hub], "luoshui", False)
    assert portal.unconfirmed_since == datetime.now(UTC).date()


def test_a_file_that_exists_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "luoshui.yml").write_text("mine")
    process = finished(
        "portals", "discover", "http://127.0.0.1:9/", "--to", str(tmp_path / "luoshui.yml"), environment={}
    )
    assert process.returncode == 2
    assert "exists and is not replaced" in process.stderr
    assert (tmp_path / "luoshui.yml").read_text() == "mine"


def test_the_budget_holds_and_the_newest_year_comes_first(tmp_path: Path) -> None:
    with Simulator.start(["luoshui"]) as simulator:
        found, code = commanded(simulator.base_url("luoshui"), "--requests", "8", folder=tmp_path)
        assert len(asked(simulator, "luoshui")) == 8
    assert code == 0
    unread = {n["title"]: n["why"] for n in nodes(found["tree"]) if n["state"] is None}
    assert unread == {
        "法定主动公开内容": "not needed",
        "乡镇街道": "not read",
        "2024年": "not read",
        "2023年": "not read",
    }
    assert found["stop"] == "8 requests were made; --requests allows more"


def test_depth_and_breadth_are_bounded(tmp_path: Path) -> None:
    with Simulator.start(["luoshui"]) as simulator:
        home = simulator.base_url("luoshui")
        shallow = discovered(home, tmp_path, Bounds(depth=1))
        narrow = discovered(home, tmp_path, Bounds(breadth=1))
        near = discovered(home, tmp_path, Bounds(steps=1))
    assert [n["role"] for n in nodes(shallow["tree"]) if n["state"]].count("year") == 3
    assert [n["role"] for n in nodes(shallow["tree"])].count("level") == 0
    assert [n["title"] for n in nodes(narrow["tree"]) if n["role"] in ("year", "level")] == ["2025年", "市本级"]
    assert (near["columns"], sum(near["requests"].values())) == ([], 3)


def test_a_list_chosen_by_the_query_keeps_its_query(tmp_path: Path) -> None:
    config = hub_site(column_path="/zwgk/zfxxgk/ml/", hub={"by": "tabs", "tab": "gk"})
    with Simulator.start(configs={"tabs": config}) as simulator:
        home = simulator.base_url("tabs")
        from_home = discovered(home, tmp_path)
        from_other_tab = discovered(f"{home}zwgk/zfxxgk/ml/?gk=1", tmp_path)
    for found in (from_home, from_other_tab):
        assert found["columns"] == [f"{home}zwgk/zfxxgk/ml/?gk=4"]
        (column,) = [n for n in nodes(found["tree"]) if n["url"].endswith("?gk=4")]
        assert (column["reports"], column["years"]) == (16, {"2023": 4, "2024": 6, "2025": 6})


def one_page_of(offices: int, years: list[int]) -> SiteConfig:
    agencies = [{"name": f"洛水市第{n}办事处", "core_name": f"第{n}办", "years": years} for n in range(offices)]
    return hub_site(agencies=agencies, hub={"by": "page"}, clock="2026-11-02T09:00:00+08:00")


def test_one_page_with_six_hundred_links(tmp_path: Path) -> None:
    config = one_page_of(60, list(range(2016, 2026)))
    with Simulator.start(configs={"page": config}) as simulator:
        hub = simulator.entry_url("page")
        found = discovered(hub, tmp_path)
        assert asked(simulator, "page") == ["/robots.txt", "/zwgk/zfxxgk/nb/"]
        root = found["tree"]
        assert (root["role"], root["reports"], root["more"], root["children"]) == ("column", 600, False, [])
        assert root["years"] == {str(year): 60 for year in range(2016, 2026)}
        # A crawl reads them all as rows; its daily budget keeps it from asking for six hundred reports at once.
        start = {"id": "page", "title": "一页", "region": "999900", "start_urls": [hub]}
        polite = {"delay": 0, "attachment_delay": 0, "jitter": 0, "daily_requests": 12}
        crawled = crawl(job(Portal.model_validate(start | {"politeness": polite})), tmp_path / "crawl")
    assert len(crawled.visit.rows) == 600
    assert len([c for c in crawled.captures if c.kind == "page"]) == 10
    assert any("12 requests of the day" in problem for problem in crawled.visit.problems)


@pytest.mark.parametrize("engine", ["ucap", "irs", "igs"])
def test_the_sites_own_search_is_the_second_way_in(engine: str, tmp_path: Path) -> None:
    config = hub_site(hub={"by": "tree", "linked": False, "search": engine})
    with Simulator.start(configs={"hidden": config}) as simulator:
        home = simulator.base_url("hidden")
        found = discovered(home, tmp_path)
        queries = [p for p in asked(simulator, "hidden") if "search" in p]
    assert (found["columns"], len(queries)) == ([f"{home}zwgk/zfxxgk/nb/"], 1)
    assert found["searched"] == [found["searched"][0]]
    assert "16 reports" in found["searched"][0]
    (column,) = [n for n in nodes(found["tree"]) if n["role"] == "column"]
    assert column["via"] == "the site's search"


def test_without_a_lead_nothing_is_made_up(tmp_path: Path) -> None:
    config = hub_site(hub={"by": "tree", "linked": False, "search": "none"})
    with Simulator.start(configs={"hidden": config}) as simulator:
        found, code = commanded(simulator.base_url("hidden"), folder=tmp_path)
    assert (code, found["columns"], found["portal"], found["searched"]) == (1, [], None, [])
    assert found["stop"] == "no lead left"


def test_robots_that_forbid_are_obeyed(tmp_path: Path) -> None:
    with Simulator.start(["luoshui"]) as simulator:
        simulator.set_switch("luoshui", "robots", "disallow")
        found = discovered(simulator.base_url("luoshui"), tmp_path)
        assert asked(simulator, "luoshui") == ["/robots.txt"]
    assert (found["tree"]["state"], found["columns"]) == ("robots_disallowed", [])


def test_a_site_that_blocks_is_left_alone(tmp_path: Path) -> None:
    with Simulator.start(["luoshui"]) as simulator:
        simulator.set_switch("luoshui", "protection", "ruishu")
        found = discovered(simulator.base_url("luoshui"), tmp_path)
        assert asked(simulator, "luoshui") == ["/robots.txt", "/"]
    assert (found["tree"]["state"], found["columns"]) == ("blocked", [])


def test_a_bare_domain_that_sends_its_reader_to_www_is_followed(tmp_path: Path) -> None:
    rows = "".join(
        f'<li><a href="/nb/{n}.html">某局{n}年政府信息公开工作年度报告</a>2025-01-20</li>' for n in (2022, 2023, 2024)
    )
    with recording_site({"/nb/": f"<html><ul>{rows}</ul></html>"}) as site:
        www = f"http://www.qinghe.localhost:{site.port}/nb/"
        site.pages["/"] = Reply(status=302, headers=(("Location", www),))
        found = discovered(f"http://qinghe.localhost:{site.port}/", tmp_path)
        assert [a.path for a in site.asked] == ["/robots.txt", "/", "/robots.txt", "/nb/"]
        site.pages["/"] = Reply(status=302, headers=(("Location", f"http://www.elsewhere.localhost:{site.port}/nb/"),))
        away = discovered(f"http://qinghe.localhost:{site.port}/", tmp_path)
    assert (found["tree"]["state"], found["tree"]["reports"]) == ("ok", 3)
    assert (away["tree"]["state"], away["tree"]["reports"]) == ("off_site", 0)


def test_public_hosts_are_not_asked_without_a_contact(tmp_path: Path) -> None:
    environment = {"GONGKAI_STORE": str(tmp_path), "GONGKAI_CONTACT": ""}
    process = finished("portals", "discover", "https://www.qinghe.gov.cn/", environment=environment)
    assert process.returncode == 1
    assert "no contact address is set" in process.stderr


def test_next_years_column_is_followed_from_the_hub(tmp_path: Path) -> None:
    """The YAML names the hub; in the new year a column with another address appears, and its reports are news."""
    with Simulator.start(["luoshui"]) as simulator:
        haste = {"delay": 0, "attachment_delay": 0, "jitter": 0}
        given = {"id": "luoshui", "title": "洛水市年报", "region": "990400", "politeness": haste}
        portal = Portal.model_validate(given | {"start_urls": [simulator.entry_url("luoshui")]})
        first = collect(tmp_path, portal, recheck="due")["luoshui"]
        simulator.set_clock(datetime.fromisoformat("2027-04-10T09:00:00+08:00"))
        simulator.reset_log()
        second = collect(tmp_path, portal, recheck="due")["luoshui"]
        new_lists = [path for path in asked(simulator, "luoshui") if "/2026xxgknb/" in path and path.endswith("/")]
    assert (first.complete, first.reports, first.problems) == (True, 16, ())
    assert {event.kind.value for event in first.events} == {"collected"}
    assert (second.reports, second.reports_before, second.problems) == (22, 16, ())
    assert {event.kind.value for event in second.events} == {"published"}
    assert [event.details["report_year"] for event in second.events] == [2026] * 6
    assert new_lists == [f"/zwgk/zfxxgk/nb/2026xxgknb/{level}" for level in ("", "bj/", "bm/", "xz/")]


# Signs, search and proposal by themselves


def page(body: str, url: str = HOME, head: str = "") -> Page:
    return Page(url, f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="/zfxxgknb/">政府信息公开年报</a>', (0, "column")),
        ('<a href="/zfxxgknb.htm">信息公开年度报告</a>', (0, "column")),
        ('<a href="/xxgk/n142/list.html">2024年北京市“政府信息公开工作年度报告”集中公开专题</a>', (0, "column")),
        ('<a href="/gk/zfxxgknb28/">更多</a>', (2, "column")),
        ('<a href="/gk/">政府信息公开</a>', (3, "step")),
        ('<a href="/gk/fd/">法定主动公开内容</a>', (3, "step")),
        ('<a href="/zwgk/">政务公开</a>', (4, "step")),
        ('<a href="/wz/">政府网站工作年度报表</a>', None),
        ('<a href="/gjj/">住房公积金年度报告</a>', None),
        ('<a href="/bsfw/">办事服务</a>', None),
        ('<a href="/gk/202501/t20250122_1.html">市财政局2024年政府信息公开工作年度报告</a>', None),
        ('<a href="/zfxxgknb/a.pdf">政府信息公开年报</a>', None),
        ('<a href="javascript:void(0)">政府信息公开年报</a>', None),
    ],
)
def test_which_links_lead_there(link: str, expected: tuple[int, str] | None) -> None:
    found = [(lead.rank, lead.role) for lead in leads(page(link))]
    assert found == ([expected] if expected else [])


def test_the_better_name_of_an_address_counts() -> None:
    (lead,) = leads(page('<a href="/zfxxgknb/">更多</a><a href="/zfxxgknb/">政府信息公开年报</a>'))
    assert (lead.rank, lead.title) == (0, "政府信息公开年报")


def test_a_page_names_itself_by_its_meta_tag_or_title() -> None:
    tag = '<META NAME="columnname" CONTENT="政府信息公开年报">'
    assert names_column(page("", head=tag))
    assert names_column(page("", head="<title>政府信息公开年报_青禾市人民政府</title>"))
    assert not names_column(page("", head="<title>首页_青禾市政府信息公开年报网</title>"))


@pytest.mark.parametrize(
    ("title", "role"),
    [("2024年", "year"), ("2024年年报", "year"), ("部门", "level"), ("乡镇（街道）", "level"), ("市财政局", "list")],
)
def test_roles_below_the_column(title: str, role: str) -> None:
    assert role_below(title) == role


def test_newest_year_by_name_or_address() -> None:
    assert year_in("2024年", "/2024nb/") == 2024
    assert year_in("历年", "/zfxxgknb/2023n20/") == 2023
    assert year_in("部门", "/zfxxgknb/20250108094343/") == 0


def test_a_query_takes_its_codes_from_the_page() -> None:
    form = '<form action="/search5/search/s"><input type=hidden name=siteCode value="3208000001"></form>'
    ucap = query_of(page(form))
    assert ucap is not None
    assert (ucap.url, ucap.method, dict(ucap.form)["siteCode"]) == (f"{HOME}search5/search/s", "POST", "3208000001")
    irs = query_of(page(f'<a href="/irs-c-web/search.shtml?code={SEARCH_CODE}&amp;dataTypeId=259">搜索</a>'))
    assert irs is not None
    body = json.loads(irs.body)
    assert (irs.url, body["code"], body["dataTypeId"]) == (f"{HOME}irs/front/search", SEARCH_CODE, "259")
    assert {"searchBy", "orderBy"} <= set(body)
    igs = query_of(page(f'<a href="/igs/front/search.jhtml?code={SEARCH_CODE}&siteId=7">搜索</a>'))
    assert igs is not None
    assert (igs.method, "position=TITLE" in igs.url, "siteId=7" in igs.url) == ("GET", True, True)
    # The code can't be guessed from the region: six digits are none, and without a form nothing is asked.
    assert query_of(page('<form action="/s"><input name=siteCode value="320800"></form>')) is None
    assert query_of(page("<p>没有搜索</p>")) is None


def test_answers_of_a_search_are_read_for_reports_only() -> None:
    rows = [
        {"title": "青禾市财政局2024年<em>政府信息公开</em>工作年度报告", "url": "/a.html"},
        {"title": "青禾市财政局2024年政府信息公开工作年度报告", "url": "/a.html"},
        {"title": "关于做好2024年政府信息公开工作年度报告编制工作的通知", "url": "/b.html"},
        {"title": "青禾市2023年政府信息公开工作年度报告", "url": "javascript:void(0)"},
    ]
    text = json.dumps({"searchResultAll": {"searchTotal": rows}})
    assert results(text, page("")) == [(f"{HOME}a.html", "青禾市财政局2024年政府信息公开工作年度报告")]
    assert results("<html>请登录</html>", page("")) == []


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.fixed_dictionaries(
                {},
                optional={
                    "title": inner | st.just("某局2024年政府信息公开工作年度报告"),
                    "url": inner | st.just("http://["),
                    "data": inner,
                },
            )
        ),
        max_leaves=12,
    )
)
def test_no_answer_of_a_search_is_too_strange(answer: object) -> None:
    assert all(link.url.startswith(("http://", "https://")) for link in results(json.dumps(answer), page("")))


@given(st.from_regex(r"\A[a-zA-Z0-9.-]{1,120}\Z"))
def test_every_host_gives_a_name_that_a_file_may_have(host: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,62}", portal_id(f"https://{host}/"))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.qinghe.gov.cn/zfxxgknb/", "qinghe"),
        ("https://hrss.tj.gov.cn/x/", "tj-hrss"),
        ("http://xxgk.jl.gov.cn/szf/", "jl"),
        ("http://127.0.0.1:8000/", "portal-127-0-0-1"),
        ("http://www.x.gov.cn/", "portal-x"),
    ],
)
def test_names_of_new_files(url: str, name: str) -> None:
    assert portal_id(url) == name


def found_at(url: str, code: str) -> Discovery:
    column = Node(url, "政府信息公开年报", "column", reports=3, family="trs")
    root = Node(HOME, "首页", "start", children=[column])
    return Discovery(root, site_name="淮安市人民政府门户网站", site_code=code, hosts=frozenset({"www.qinghe.example"}))


def test_a_proposal_says_what_the_pages_say(tmp_path: Path) -> None:
    portal = propose(found_at(f"{HOME}zfxxgknb/", "3208000001"), date(2026, 11, 24))
    assert (portal.region, portal.level, portal.family, portal.title) == (
        "320800",
        "prefecture",
        "trs",
        "淮安市人民政府 政府信息公开年报",
    )
    assert (portal.notes, portal.confirmed, portal.unconfirmed_since) == ("", False, date(2026, 11, 24))
    path = tmp_path / f"{portal.id}.yml"
    path.write_text(write_yaml(portal), encoding="utf-8")
    assert load_portal(path) == portal


def test_a_hub_whose_lists_were_not_read_is_a_column_all_the_same() -> None:
    hub = Discovery(Node(HOME, "政府信息公开年报", "column", children=[Node(f"{HOME}2025n/", "2025年", "year")]))
    assert "No column" not in propose(hub, date(2026, 11, 24)).notes
    home = Discovery(Node(HOME, "首页", "start"))
    assert propose(home, date(2026, 11, 24)).notes.startswith("No column of annual reports was found")


def test_a_proposal_says_what_it_does_not_know() -> None:
    portal = propose(found_at(f"{HOME}2025nb/", "9999990001"), date(2026, 11, 24))
    assert (portal.region, portal.level) == ("000000", None)
    assert "The region is not known" in portal.notes
    assert "The address bears a year" in portal.notes
    ministry = propose(found_at(f"{HOME}zfxxgknb/", "bm29000002"), date(2026, 11, 24))
    assert (ministry.region, ministry.level) == ("000000", "state")
