"""Who is expected to report, by what is known of them; and a region's reports, which add up to the whole."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from flows.cli import app
from flows.roster import existed, expected_at, together
from flows.standings import region_coverage
from model.agency import Agency, AgencyName, Register, mint_id
from model.document import Location
from model.portal import Portal
from spiders.page import Page
from spiders.units import unit_names
from storage.archive import Archive
from storage.coverage import Coverage, Unplaced
from storage.objects import open_store
from storage.settings import StorageSettings

REGION = "990100"
NOON = datetime(2026, 2, 10, 4, tzinfo=UTC)


def agency(name: str, **more: object) -> Agency:
    plain = {"id": mint_id(REGION, name), "region": REGION, "level": "prefecture", "kind": "department"}
    return Agency.model_validate({**plain, "names": [{"name": name}], **more})


FINANCE, CIVIL, WATER = (agency(f"青禾市{name}") for name in ("财政局", "民政局", "水利局"))


def portal(name: str = "qinghe", **more: object) -> Portal:
    plain = {"id": name, "title": "年报", "region": REGION, "start_urls": [f"https://www.{name}.example/nb/"]}
    return Portal.model_validate({**plain, **more})


def location(who: Agency, year: int, at: str = "qinghe", **more: object) -> Location:
    url = f"https://www.{at}.example/{who.id}-{year}.html"
    told = {"url": url, "portal": at, "report_id": f"{who.id}-{year}-own", "state": "ok"}
    return Location.model_validate({**told, "first_seen": NOON, "last_checked": NOON, **more})


def reading(at: datetime, name: str = "qinghe", **more: object) -> Coverage:
    plain = {"portal": name, "run": f"{at:%Y%m%dT%H%M%SZ}", "hub": f"https://www.{name}.example/nb/", "hub_state": "ok"}
    told = {"checked_at": at, "ended_at": at, "complete": True, "stop_reason": "last page"}
    return Coverage.model_validate({**plain, **told, **more})


def test_who_published_in_the_last_three_years_is_expected() -> None:
    known = [location(FINANCE, 2024), location(FINANCE, 2023), location(CIVIL, 2022), location(WATER, 2021)]
    found = expected_at(portal(), {k.url: k for k in known}, Register([FINANCE, CIVIL, WATER]), 2025, None)
    assert {(one.name, one.sources, one.place) for one in found} == {
        ("青禾市财政局", ("seen_before",), True),
        ("青禾市民政局", ("seen_before",), True),
    }
    assert {one.report_id for one in found} == {f"{FINANCE.id}-2025-own", f"{CIVIL.id}-2025-own"}


@pytest.mark.parametrize(
    ("state", "listed", "place"), [("ok", True, True), ("gone", True, False), ("ok", False, False)]
)
def test_a_place_is_a_report_that_is_listed_today(state: str, listed: bool, place: bool) -> None:
    known = location(FINANCE, 2024, state=state, listed=listed)
    (found,) = expected_at(portal(), {known.url: known}, Register([FINANCE]), 2025, None)
    assert found.place is place


def test_portal_files_lists_and_lists_of_units_name_others() -> None:
    own = portal(agency={"name": "青禾市财政局", "kind": "department", "level": "prefecture"})
    elsewhere = Unplaced(title="x", url="https://other.example/1", year=2025, agency="青禾市民政局", elsewhere=True)
    old = Unplaced(title="x", url="https://other.example/2", year=2022, agency="青禾市体育局", elsewhere=True)
    seen = reading(NOON, unplaced=[elsewhere, old], units=["青禾市水利局", "档案局"])
    found = {one.name: one for one in expected_at(own, {}, Register([WATER]), 2025, seen)}
    assert {name: one.sources for name, one in found.items()} == {
        "青禾市财政局": ("portal_file",),
        "青禾市民政局": ("listed",),
        "青禾市水利局": ("unit_list",),
        "档案局": ("unit_list",),
    }
    assert found["青禾市水利局"].agency_id == WATER.id
    assert found["档案局"].agency_id is None


def test_who_is_gone_is_not_expected() -> None:
    last = AgencyName(name="青禾市财政局", valid_to=date(2025, 6, 30))
    assert existed(FINANCE, 2025)
    assert not existed(FINANCE.model_copy(update={"names": (last,)}), 2025)
    assert existed(FINANCE.model_copy(update={"names": (last,)}), 2024)
    assert not existed(FINANCE.model_copy(update={"successors": (WATER.id,)}), 2025)
    # 杭州市江干区 was dissolved in 2021.
    jianggan = agency("江干区财政局", region="330104")
    assert existed(jianggan, 2020)
    assert not existed(jianggan, 2021)


def test_an_agency_of_two_portals_counts_once() -> None:
    register = Register([FINANCE])
    rosters = [
        one
        for name in ("qinghe", "caiwu")
        for one in expected_at(portal(name), {"x": location(FINANCE, 2024, name)}, register, 2025, None)
    ]
    ((first, second),) = together(rosters)
    assert {first.portal, second.portal} == {"qinghe", "caiwu"}


def page(links: str) -> Page:
    return Page("https://www.qinghe.example/nb/", f"<html><body>{links}</body></html>")


def test_a_list_of_units_is_read_as_data() -> None:
    names = ["市财政局", "市民政局", "市水利局", "新兴街道办事处", "白水镇", "和平区人民政府"]
    items = "".join(f'<li><a href="/nb/{n}/">{name}</a></li>' for n, name in enumerate(names))
    menu = "".join(f'<a href="/{n}/">{word}</a>' for n, word in enumerate(["首页", "政务公开", "办事服务", "互动交流"]))
    assert unit_names(page(f"<div>{menu}</div><div><ul>{items}</ul></div>")) == tuple(names)


@pytest.mark.parametrize(
    "links",
    [
        "".join(
            f'<li><a href="http://{n}.example/">市第{w}局</a></li>' for n, w in enumerate("一二三四五六")
        ),  # friends
        "".join(f'<li><a href="/nb/{n}/">市第{w}局</a></li>' for n, w in enumerate("一二三")),  # too few
        "".join(
            f'<li><a href="/nb/{n}/">市第{w}局2024年政府信息公开年报</a></li>' for n, w in enumerate("一二三四五六")
        ),
        "",
    ],
)
def test_other_links_are_no_list_of_units(links: str) -> None:
    assert unit_names(page(f"<div><ul>{links}</ul></div>")) == ()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three agencies at one portal, read twice since 31 January; one more at a portal that refuses us."""
    kept = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings(fsync=False)))
    for who in (FINANCE, CIVIL, WATER):
        kept.add_agency(who)
    here = [location(FINANCE, 2024), location(CIVIL, 2024)]
    kept.put_locations("qinghe", "r", {one.url: one for one in here}, NOON)
    there = location(WATER, 2024, "blocked")
    kept.put_locations("blocked", "r", {there.url: there}, NOON)
    kept.begin_run("r", NOON, portals=["qinghe", "blocked"])
    for days in (30, 2, 1):
        kept.add_coverage(reading(NOON - timedelta(days=days)))
    kept.add_coverage(reading(NOON - timedelta(days=1), "blocked", hub_state="blocked", complete=False))
    return kept


def test_a_region_adds_up_to_the_whole(archive: Archive) -> None:
    known = {name: portal(name) for name in ("qinghe", "blocked", "never")}
    found = region_coverage(archive, Register(archive.agencies()), known, "990000", 2025, NOON)
    assert found.total == len(found.reports) == sum(found.statuses.values()) == 3
    assert found.statuses["overdue"] == 2
    assert found.unknown == {"blocked": 1}
    assert sum(found.unknown.values()) == found.statuses["unknown"]
    assert found.never_visited == ("never",)
    pending = region_coverage(archive, Register(archive.agencies()), known, None, 2026, NOON)
    assert pending.statuses["pending"] == pending.total == 3
    assert region_coverage(archive, Register(archive.agencies()), known, "120000", 2025, NOON).total == 0


def test_the_command_draws_and_lists_it(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "portals"
    folder.mkdir()
    for name in ("qinghe", "blocked"):
        text = yaml.safe_dump(portal(name).model_dump(mode="json", exclude_defaults=True), allow_unicode=True)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("GONGKAI_PORTALS", str(folder))
    given = ["coverage", "--store", archive.store.describe().removeprefix("folder "), "--year", "2025"]
    told = json.loads(CliRunner().invoke(app, [*given, "--json"]).stdout)
    assert (told["total"], told["statuses"]["overdue"], told["unknown"]) == (3, 2, {"blocked": 1})
    drawn = CliRunner().invoke(app, given).stdout
    assert "3 reports expected" in drawn
    assert "overdue 2 67 %" in drawn
    assert "the site refuses us" in drawn
    listed = CliRunner().invoke(app, [*given, "--status", "overdue"]).stdout
    assert "青禾市财政局" in listed
    assert "青禾市水利局" not in listed
    assert "2 of 3 reports on 2025" in listed
