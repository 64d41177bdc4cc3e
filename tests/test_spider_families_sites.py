"""Each product's simulated site, crawled from its entry: every report found, nothing asked twice, the end known."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from infra.simulator import Simulator
from infra.simulator.request_log import LoggedRequest
from infra.simulator.site import SiteConfig, load_site
from infra.simulator.wire import Request
from model.capture import Capture, PortalVisit
from tests.crawling import crawl, job
from tests.test_spider_simulator import portal_of


class Site(NamedTuple):
    """A bundled site, what is changed in it, and what a reading of it shows. Twelve reports of twenty rows each."""

    name: str
    family: str
    stop: str
    announced: int | None
    list_pages: int
    changes: Mapping[str, object] = MappingProxyType({})
    switches: Mapping[str, object] = MappingProxyType({})


TOLD, LAST = "announced total reached", "last page"
SITES = {
    "hanweb-xxgk": Site("linhe", "hanweb_xxgk", "no new rows", None, 6),
    "unitbuild": Site("shiqiao", "unitbuild", TOLD, 20, 5),
    "truecms": Site("nantang", "truecms", TOLD, 20, 4),
    "truecms-all-at-once": Site("nantang", "truecms", TOLD, 20, 2, switches={"largest_page": 100}),
    "epoint-wrapped-from-one": Site("dongpu", "epoint", TOLD, 20, 7),
    "epoint-from-zero": Site("dongpu", "epoint", TOLD, 20, 5, switches={"first_index": 0, "params_wrapped": False}),
    "ucap": Site("haiyan", "ucap", LAST, None, 4),
    "ucap-json": Site("haiyan", "ucap", TOLD, 20, 5, changes={"variant": "json"}),
    "gkmlpt": Site("xinghu", "gkmlpt", TOLD, 20, 5),
    "longsun": Site("huaiyang", "longsun", LAST, 20, 7),
    "vsb": Site("meiling", "vsb", LAST, None, 4),
    "sudy": Site("lushan", "sudy", LAST, 20, 4),
    "eportal": Site("beiguan", "eportal", LAST, None, 4),
    "openness": Site("caoyuan", "openness", LAST, None, 7),
    "trs-search": Site("linhe", "trs", TOLD, 20, 5, changes={"family": "trs", "variant": "search"}),
    "hanweb-posted": Site("linhe", "hanweb", TOLD, 20, 2, changes={"family": "hanweb"},
                          switches={"nextgroup": False, "webname_checked": True, "embedded_pages": 1}),
}  # fmt: skip


YEARLY = Site("linhe", "hanweb_xxgk", LAST, None, 1, changes={"variant": "yearly", "traps": False})


def config_of(site: Site) -> SiteConfig:
    config = load_site(site.name)[1]
    switches = config.switches.model_copy(update=site.switches)
    return SiteConfig.model_validate({**config.model_dump(), **site.changes, "switches": switches.model_dump()})


class Found(NamedTuple):
    """What a crawl made of a site, and what the site holds."""

    visit: PortalVisit
    captures: list[Capture]
    requests: list[LoggedRequest]
    listed: set[str]
    reports: set[str]

    @property
    def rows(self) -> set[str]:
        return {_path(row.url) for row in self.visit.rows}

    @property
    def pages(self) -> dict[str, str]:
        return {_path(c.requested_url): c.state.value for c in self.captures if c.kind == "page"}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """One crawl of all sites at once."""
    configs = {name: config_of(site) for name, site in (SITES | {"yearly": YEARLY}).items()}
    with Simulator.start(configs=configs) as simulator:
        done = crawl(job(*(portal_of(simulator, host) for host in simulator.hosts)), tmp_path_factory.mktemp("crawl"))
        assert done.error is None
        found = {}
        for visit in done.visits:
            listed = simulator.hosts[visit.portal].portal.listed()
            found[visit.portal] = Found(
                visit,
                [c for c in done.captures if c.portal == visit.portal],
                simulator.requests.entries(visit.portal),
                {i.path for i in listed},
                {i.path for i in listed if i.kind == "report"},
            )
    return found


@pytest.mark.parametrize("name", SITES)
def test_the_whole_site_is_read(crawled: dict[str, Found], name: str) -> None:
    site, got = SITES[name], crawled[name]
    # Every report, every row beside them, and nothing that is not the column's.
    assert len(got.reports) == 12
    assert got.pages == dict.fromkeys(got.reports, "ok")
    assert got.rows == got.listed
    # Read to a known end, by the product's own way.
    visit = got.visit
    assert (visit.complete, visit.problems) == (True, ())
    assert (visit.family, visit.announced_total, visit.list_pages) == (site.family, site.announced, site.list_pages)
    assert site.stop in visit.stop_reason.split(", ")
    # Nothing twice, and nothing past the ledger. An address may be asked again with another question in its body.
    asked = Counter(r.target for r in got.requests if r.method == "GET")
    assert [target for target, times in asked.items() if times > 1] == []
    assert len(got.requests) == len(got.captures)
    assert {(c.kind, c.body.store) for c in got.captures if c.body} <= {
        ("robots", "warc"),
        ("list", "warc"),
        ("page", "raw"),
    }
    assert all(dict(c.request_headers).get("Referer") for c in got.captures if c.kind == "page")


def test_reports_that_are_chosen_by_year_and_unit(crawled: dict[str, Found]) -> None:
    got = crawled["yearly"]
    assert (got.visit.family, got.visit.complete, got.visit.stop_reason) == ("hanweb_xxgk", True, "last page")
    # Three units and six years: what the selectors offer is asked for, and nothing beyond.
    assert len(got.rows) == 18
    assert {path for path, state in got.pages.items() if state == "ok"} == got.reports
    assert {state for path, state in got.pages.items() if path not in got.reports} == {"gone"}


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_the_dead_program_of_truecms_leaves_the_hidden_rows(tmp_path: Path) -> None:
    site = Site("nantang", "truecms", "", None, 1, switches={"endpoint_dead": True})
    with Simulator.start(configs={"nantang": config_of(site)}) as simulator:
        done = crawl(job(portal_of(simulator, "nantang")), tmp_path)
    visit = done.visit
    assert (visit.family, visit.complete, len(visit.rows), visit.announced_total) == ("truecms", False, 10, 20)
    assert visit.stop_reason == "the program for further rows is dead"
    assert "was not read to its end: the program for further rows is dead" in visit.problems[0]


def test_who_sends_no_referer_gets_no_rows_of_unitbuild() -> None:
    with Simulator.start(["shiqiao"]) as simulator:
        host = simulator.hosts["shiqiao"]
        target = "/api-gateway/jpaas-publish-server/front/page/build/unit?parseType=bulidstatic"
        assert host.answer(Request("GET", target, {})).status == 403
        answer = host.answer(Request("GET", target, {"referer": "http://x/"}))
    assert json.loads(answer.body)["success"] is False
