"""The simulated portals answer like web servers: lists, validators, robots, challenges, broken deliveries."""

import gzip
import re
from collections.abc import Iterator

import httpx
import pytest

from infra.simulator import Simulator
from infra.simulator.families.rendered import token
from infra.simulator.site import SiteConfig, bundled_sites, load_site
from model.errors import InvalidPortal

SITES = ["baisha", "qinghe", "songyuan", "yunling"]


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator.start(SITES) as running:
        yield running


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client


def expected_paths(sim: Simulator, host: str) -> list[str]:
    return [item.path for item in sim.hosts[host].portal.listed()]


def links(sim: Simulator, web: httpx.Client, host: str, page: str) -> list[str]:
    answer = web.get(page or sim.entry_url(host))
    hrefs = re.findall(r"<li><a href='([^']+)'", answer.text)
    return [answer.url.join(href).path for href in hrefs]


def an_article(sim: Simulator, host: str = "qinghe", report: str = "青禾市财政局/2024") -> str:
    return sim.base_url(host).rstrip("/") + sim.hosts[host].portal.find(report).path


def test_the_bundled_sites_can_all_be_read() -> None:
    assert set(SITES) <= set(bundled_sites())
    assert all(load_site(name)[1].agencies for name in bundled_sites())
    assert {load_site(name)[1].family for name in SITES} == {"static", "trs", "hanweb", "rendered"}


def test_a_site_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidPortal, match="no simulated site 'nowhere'; known are baisha"):
        load_site("nowhere")


def test_trs_shows_every_row_once_over_three_pages(sim: Simulator, web: httpx.Client) -> None:
    entry = sim.entry_url("qinghe")
    found = [path for page in ("", f"{entry}index_1.html", f"{entry}index_2.html")
             for path in links(sim, web, "qinghe", page)]  # fmt: skip
    assert found == expected_paths(sim, "qinghe")
    assert 'createPageHTML(3, 0, "index", "html")' in web.get(entry).text
    assert web.get(f"{entry}index_3.html").status_code == 404
    assert web.get(f"{entry}index_0.html").status_code == 404


def test_trs_that_counts_from_one_names_its_second_page_two(web: httpx.Client) -> None:
    name, config = load_site("qinghe")
    counted = SiteConfig.model_validate({**config.model_dump(), "pager": {"first": 1, "advertised_extra": 2}})
    with Simulator.start(configs={name: counted}) as sim:
        entry = sim.entry_url(name)
        assert "createPageHTML('paging', 5, 1, 'index', 'html', 15)" in web.get(entry).text
        found = [path for page in ("", f"{entry}index_2.html", f"{entry}index_3.html")
                 for path in links(sim, web, name, page)]  # fmt: skip
        assert found == expected_paths(sim, name)
        assert [web.get(f"{entry}index_{n}.html").status_code for n in (1, 4, 5)] == [404, 404, 404]


def test_static_pages_are_linked_by_the_words_next_page(sim: Simulator, web: httpx.Client) -> None:
    address: httpx.URL | None = httpx.URL(sim.entry_url("baisha"))
    found: list[str] = []
    while address is not None:
        answer = web.get(address)
        found += re.findall(r'<td><a href="([^"]+)" target', answer.text)
        following = re.search(r'<a href="([^"]+)">下一页</a>', answer.text)
        address = answer.url.join(following[1]) if following else None
    assert found == expected_paths(sim, "baisha")


def hanweb_links(text: str) -> list[str]:
    return re.findall(r'</b><a href="([^"]+)"', text)


def test_hanweb_embeds_rows_and_ignores_startrecord(sim: Simulator, web: httpx.Client) -> None:
    wanted = expected_paths(sim, "songyuan")
    first = web.get(sim.entry_url("songyuan")).text
    assert hanweb_links(first) == wanted[:15]
    following = re.search(r"nextgroup><!\[CDATA\[<a href=\"([^\"]+)\"", first)
    assert following is not None
    proxy = httpx.URL(sim.base_url("songyuan")).join(following[1].replace("page=2&", ""))
    assert hanweb_links(web.post(proxy.copy_merge_params({"startrecord": "16", "endrecord": "30"})).text) == wanted[:5]
    # perpage is cut to the site's cap without a word
    assert hanweb_links(web.get(proxy.copy_merge_params({"page": "2", "perpage": "300"})).text) == wanted[6:12]
    sim.set_switch("songyuan", "startrecord_ignored", False)
    asked = proxy.copy_merge_params({"startrecord": "16", "endrecord": "18"})
    assert hanweb_links(web.get(asked).text) == wanted[15:18]
    beyond = web.get(proxy.copy_merge_params({"page": "99"})).text
    assert hanweb_links(beyond) == []
    assert f"<totalrecord>{len(wanted)}</totalrecord>" in beyond


def test_hanweb_takes_opaque_parameters_only_as_they_are(sim: Simulator, web: httpx.Client) -> None:
    sim.set_switch("songyuan", "opaque_nextgroup", True)
    text = web.get(sim.entry_url("songyuan")).text
    following = re.search(r"nextgroup><!\[CDATA\[<a href=\"([^\"]+)\"", text)
    assert following is not None
    proxy = httpx.URL(sim.base_url("songyuan")).join(following[1])
    assert hanweb_links(web.get(proxy).text) == expected_paths(sim, "songyuan")[5:10]
    assert hanweb_links(web.get(f"{proxy}x").text) == []


def test_rendered_rows_cost_a_fresh_token(sim: Simulator, web: httpx.Client) -> None:
    shell = web.get(sim.entry_url("yunling")).text
    assert not [path for path in expected_paths(sim, "yunling") if path in shell]
    number = re.search(r'data-k="(\d+)"', shell)
    assert number is not None
    program = httpx.URL(sim.base_url("yunling")).join("/svc/q9/rows")
    query = {"p": "1", "n": number[1], "s": token(int(number[1]), 1)}
    assert web.get(program, params={**query, "s": "0"}).json()["r"] == []
    rows = web.get(program, params=query).json()["r"]
    assert [row[1] for row in rows] == expected_paths(sim, "yunling")[:6]
    assert web.get(program, params=query).json()["r"] == []


def test_articles_carry_the_ten_tags_and_the_report(sim: Simulator, web: httpx.Client) -> None:
    answer = web.get(an_article(sim))
    names = re.findall(r'<meta name="(\w+)"', answer.text)
    assert names == ["SiteName", "SiteDomain", "SiteIDCode", "ColumnName", "ColumnDescription", "ColumnKeywords",
                     "ColumnType", "ArticleTitle", "PubDate", "ContentSource"]  # fmt: skip
    assert 'class="TRS_Editor"' in answer.text
    assert answer.text.count("<table") >= 3


def test_unchanged_pages_are_answered_304(sim: Simulator, web: httpx.Client) -> None:
    for address in (an_article(sim), sim.entry_url("qinghe"), sim.entry_url("baisha")):
        first = web.get(address)
        for headers in (
            {"If-None-Match": first.headers["ETag"]},
            {"If-Modified-Since": first.headers["Last-Modified"]},
            {"If-None-Match": '"other", ' + first.headers["ETag"]},
        ):
            again = web.get(address, headers=headers)
            assert (again.status_code, again.content) == (304, b"")
        # A tag that does not match beats a date that does.
        both = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["Last-Modified"]}
        assert web.get(address, headers=both).status_code == 200


def test_a_changed_page_is_sent_again(sim: Simulator, web: httpx.Client) -> None:
    address = an_article(sim)
    first = web.get(address)
    sim.edit("qinghe", "青禾市财政局/2024")
    assert web.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    assert web.get(address, headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 200


def test_validators_can_be_switched_off(sim: Simulator, web: httpx.Client) -> None:
    sim.set_switch("qinghe", "validators", False)
    assert not {"etag", "last-modified"} & set(web.get(an_article(sim)).headers)


def test_compression_only_for_clients_that_accept_it(sim: Simulator, web: httpx.Client) -> None:
    address = an_article(sim)
    plain = web.get(address, headers={"Accept-Encoding": "identity"})
    with web.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content)


@pytest.mark.parametrize(
    ("switch", "status", "start"),
    [
        ("absent", 404, "<html"),
        ("allow", 200, "User-agent: *\nDisallow: /admin/"),
        ("disallow", 200, "User-agent: *\nDisallow: /\n"),
        ("403", 403, "<html"),
        ("500", 500, "<html"),
        ("html", 200, "<!DOCTYPE html>"),
    ],
)
def test_robots(sim: Simulator, web: httpx.Client, switch: str, status: int, start: str) -> None:
    sim.set_switch("qinghe", "robots", switch)
    answer = web.get(f"{sim.base_url('qinghe')}robots.txt")
    assert answer.status_code == status
    assert answer.text.startswith(start)


@pytest.mark.parametrize(
    ("switch", "status", "sign"),
    [("404", 404, "404"), ("410", 410, "404"), ("text", 200, "您访问的页面不存在"), ("shell", 200, " " * 1308)],
)
def test_pages_that_are_gone(sim: Simulator, web: httpx.Client, switch: str, status: int, sign: str) -> None:
    sim.set_switch("qinghe", "gone", switch)
    sim.delete("qinghe", "青禾市财政局/2024")
    answer = web.get(an_article(sim))
    assert answer.status_code == status
    assert sign in answer.text


def test_gone_pages_may_lead_to_the_home_page(sim: Simulator, web: httpx.Client) -> None:
    sim.set_switch("qinghe", "gone", "redirect_home")
    answer = web.get(f"{sim.base_url('qinghe')}zwgk/nothing.html")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert "要闻" in web.get(sim.base_url("qinghe")).text


@pytest.mark.parametrize(
    ("switch", "status", "signs"),
    [
        ("ruishu", 412, ["$_ts", "r='m'"]),
        ("jiasule", 521, ["location.pathname"]),
        ("aliyun", 405, ["您的访问被阻断", "errors.aliyun.com"]),
        ("aliyun_script", 200, ["arg1", "acw_sc__v2"]),
        ("slider", 200, ["请稍候…", "puzzle-vcode"]),
        ("plain_412", 412, ["Precondition Failed"]),
        ("plain_403", 403, ["Forbidden"]),
    ],
)
def test_protections(sim: Simulator, web: httpx.Client, switch: str, status: int, signs: list[str]) -> None:
    sim.set_switch("qinghe", "protection", switch)
    answer = web.get(an_article(sim))
    assert answer.status_code == status
    assert all(sign in answer.text for sign in signs)
    # robots.txt stays readable, so that a refusal is not confused with rules
    assert web.get(f"{sim.base_url('qinghe')}robots.txt").status_code == 200


def test_throttling_begins_after_a_number_of_answers(sim: Simulator, web: httpx.Client) -> None:
    sim.set_switch("qinghe", "throttle_after", 2)
    answers = [web.get(an_article(sim)) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Retry-After"] == "2"
    sim.set_switch("qinghe", "throttle_with", "home")
    assert "要闻" not in web.get(an_article(sim)).text
    assert ["要闻" in web.get(an_article(sim)).text for _ in range(2)] == [False, True]


def test_bodies_can_be_cut(sim: Simulator, web: httpx.Client) -> None:
    sim.set_switch("qinghe", "sent_share", 0.5)
    sim.set_switch("qinghe", "faults_on", "/zwgk/zfxxgknb/2025")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        web.get(an_article(sim))
    assert web.get(sim.entry_url("qinghe")).status_code == 200


def test_connections_can_be_reset(sim: Simulator, web: httpx.Client) -> None:
    sim.set_switch("qinghe", "reset", True)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        web.get(an_article(sim))
    assert sim.log("qinghe")[-1].bytes == 0


def test_slow_answers_come_late_and_whole(sim: Simulator, web: httpx.Client) -> None:
    size = len(web.get(an_article(sim)).content)
    sim.set_switch("qinghe", "slow_seconds", 0.2)
    sim.set_switch("qinghe", "drip_seconds", 0.2)
    answer = web.get(an_article(sim))
    assert len(answer.content) == size
    assert answer.elapsed.total_seconds() >= 0.2
    with pytest.raises(httpx.ReadTimeout):
        web.get(an_article(sim), timeout=0.05)


def test_head_has_no_body(sim: Simulator, web: httpx.Client) -> None:
    answer = web.head(an_article(sim), headers={"Accept-Encoding": "identity"})
    whole = web.get(an_article(sim), headers={"Accept-Encoding": "identity"})
    assert answer.content == b""
    assert int(answer.headers["Content-Length"]) == len(whole.content)


def test_the_log_tells_what_was_asked(sim: Simulator, web: httpx.Client) -> None:
    web.get(sim.entry_url("qinghe"), headers={"User-Agent": "gongkai-test", "Accept-Encoding": "identity"})
    answer = web.get(sim.entry_url("baisha") + "?a=1")
    entries = sim.log()
    assert [(entry.host, entry.path, entry.status) for entry in entries] == [
        ("qinghe", "/zwgk/zfxxgknb/", 200),
        ("baisha", "/xxgk/ndbg/list.html", 200),
    ]
    assert entries[0].headers["user-agent"] == "gongkai-test"
    assert entries[1].target.endswith("?a=1")
    assert entries[1].bytes == int(answer.headers["Content-Length"])
    assert entries[0].time <= entries[0].answered <= entries[1].time <= entries[1].answered
    assert [entry.host for entry in sim.log("baisha")] == ["baisha"]
    sim.reset_log()
    assert sim.log() == []
