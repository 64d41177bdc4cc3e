"""`gongkai portals`: lists, checks, and tells what was seen; `new` writes a file and saves the page as a test."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from flows.cli import app
from infra.simulator import Simulator
from model.errors import BadQuery
from model.vocabulary import FetchState
from spiders.portal_check import check_files
from spiders.portal_files import load_portal
from storage.archive import Archive
from storage.coverage import Coverage
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import finished

TODAY = date(2026, 11, 24)
FILE: dict[str, Any] = {
    "id": "qinghe",
    "title": "青禾市年报",
    "region": "320800",
    "level": "prefecture",
    "start_urls": ["https://www.qinghe.gov.cn/zfxxgknb/"],
    "family": "trs",
    "unconfirmed_since": "2026-11-24",
}


def gongkai(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=True)


def write(folder: Path, **changes: Any) -> Path:
    content = FILE | changes
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{content['id']}.yml"
    # Dates are no strings in YAML, region codes are.
    text = yaml.safe_dump(content, allow_unicode=True).replace("'2026-11-24'", "2026-11-24")
    path.write_text(text, encoding="utf-8")
    return path


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code in (0, 1), result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


QUANZHOU = {"quanzhou-fengze", "quanzhou-luojiang", "quanzhou-quangang", "quanzhou-tsq"}


# The list


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--region", "3505", "--level", "county", "--family", "trs"), QUANZHOU),
        (("--family", "vsb"), {"chuxiong-czj", "gannan-rsj", "meishan", "wushan-gansu"}),
        (("--region", "120100"), set()),
        (("--region", "000000", "--family", "none"), {"mct"}),
    ],
)
def test_filters(options: tuple[str, ...], expected: set[str]) -> None:
    assert {portal["id"] for portal in lines(gongkai("portals", *options, "--json"))} == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--level", "city"), "--level 'city' is none of state, province"),
        (("--family", "own"), "--family 'own' is none of hanweb"),
        (("--region", "Tianjin"), "is no beginning of a division code"),
        (("--region", "1200000"), "is no beginning of a division code"),
    ],
)
def test_impossible_filters_are_told(options: tuple[str, ...], words: str) -> None:
    error = gongkai("portals", *options).exception
    assert isinstance(error, BadQuery)
    assert words in str(error)


def test_the_table_counts() -> None:
    told = gongkai("portals", "--region", "13").stdout
    assert "6 portals (3 prefecture, 2 province, 1 county); 6 not confirmed" in told


def test_help_has_examples() -> None:
    for command in ((), ("status",), ("check",), ("discover",), ("new",)):
        assert "Examples:" in gongkai("portals", *command, "--help").stdout


# The check of files


def test_the_shipped_files_are_right() -> None:
    checked = check_files(None, TODAY)
    assert [c.name for c in checked if c.faults] == []
    assert len(checked) == 153
    home = {c.name for c in checked if any("starts at a home page" in hint for hint in c.hints)}
    assert {"meishan.yml", "xingtai.yml"} <= home
    year = {c.name for c in checked if any("bears a year" in hint for hint in c.hints)}
    assert year == {
        "anhui.yml",
        "gaoan.yml",
        "liaoning.yml",
        "lishui.yml",
        "shanghai.yml",
        "sichuan.yml",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"region": "320899"}, "region 320899: there is no such division today"),
        ({"level": "province"}, "region 320800 is no province but 江苏省淮安市"),
        ({"start_urls": ["https://www.qinghe.com/a/"]}, "www.qinghe.com is no government host"),
        ({"start_urls": ["https://www-qinghe-gov-cn.madallc.com/"]}, "is a copy of official sites in strange hands"),
        ({"start_urls": ["http://10.0.0.8/zfxxgknb/"]}, "10.0.0.8 is a private address"),
        ({"hosts": ["gov.cn.evil.net"]}, "gov.cn.evil.net is no government host"),
        ({"family": "gkmlpd"}, "family"),
        ({"confirmed": True}, "a confirmed portal has no unconfirmed_since"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    write(tmp_path, **changes)
    (checked,) = check_files(tmp_path, TODAY)
    assert len(checked.faults) == 1
    assert words in checked.faults[0]


def test_one_start_in_two_files_is_told_in_both(tmp_path: Path) -> None:
    write(tmp_path)
    # The scheme is no difference.
    write(tmp_path, id="other", start_urls=["http://www.qinghe.gov.cn/zfxxgknb/"])
    faults = {c.name: c.faults for c in check_files(tmp_path, TODAY)}
    assert faults == {
        "other.yml": ["www.qinghe.gov.cn/zfxxgknb/ is also the start of qinghe.yml; keep it in one"],
        "qinghe.yml": ["www.qinghe.gov.cn/zfxxgknb/ is also the start of other.yml; keep it in one"],
    }


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "broken.yml").write_text("id: [")
    result = gongkai("portals", "check", "--offline", "--folder", str(tmp_path), "--json")
    told = {line["portal"]: line["faults"] for line in lines(result)}
    assert result.exit_code == 1
    assert told["qinghe"] == []
    assert "this is no YAML" in told["broken"][0]
    assert gongkai("portals", "check", "--offline", "--folder", str(tmp_path), "qinghe").exit_code == 0


def test_nobody_is_asked_offline() -> None:
    result = gongkai("portals", "check", "--offline", "tianjin-rsj", "--json")
    (line,) = lines(result)
    assert line == {"portal": "tianjin-rsj", "file": "tianjin-rsj.yml", "faults": [], "hints": []}


# Status


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """An archive in which two runs visited two portals: one lost reports, one blocks."""
    archive = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))
    at = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    for n, run in enumerate(("20260302T013000Z-a", "20260303T013000Z-b")):
        began = at + timedelta(days=n)
        archive.begin_run(run, began, portals=["beijing", "ningxia"])
        told = {"run": run, "checked_at": began, "ended_at": began, "stop_reason": "last page", "complete": True}
        reports = 20 - 5 * n
        archive.add_coverage(
            Coverage.model_validate(
                told
                | {"portal": "beijing", "hub": "https://www.beijing.gov.cn/gongkai/zfxxgk/gknb/", "hub_state": "ok"}
                | {"rows": 40, "reports": reports, "list_pages": 3, "years": {"2023": 5, "2024": reports - 5}}
                | {"problems": ["15 reports are listed, 20 were on 2026-03-02."] if n else []}
            )
        )
        blocked = {"complete": not n, "stop_reason": "blocked" if n else "last page", "problems": ["blocked"] * n}
        archive.add_coverage(
            Coverage.model_validate(
                told
                | {"portal": "ningxia", "hub": "https://www.nx.gov.cn/zwgk/zfxxgk/zfxxgknb/"}
                | {"hub_state": FetchState.BLOCKED if n else FetchState.OK, "reports": 0 if n else 7}
                | blocked
            )
        )
    archive.set_cool_down("www.nx.gov.cn", datetime.now(UTC) + timedelta(hours=20), "blocked")
    return tmp_path / "archive"


def test_status_tells_less_than_before_apart_from_unseen(seen: Path) -> None:
    told = {line["portal"]: line for line in lines(gongkai("portals", "status", "--store", str(seen), "--json"))}
    assert set(told) == {"beijing", "ningxia"}
    beijing, ningxia = told["beijing"], told["ningxia"]
    assert (beijing["reports"], beijing["reports_before"], beijing["runs"]) == (15, 20, 2)
    assert (beijing["hub_state"], beijing["away_until"]) == ("ok", None)
    assert beijing["years"] == {"2023": 5, "2024": 10}
    assert (ningxia["hub_state"], ningxia["complete"], ningxia["reports_before"]) == ("blocked", False, 7)
    assert ningxia["away_until"] is not None
    table = gongkai("portals", "status", "--store", str(seen)).stdout
    assert "15 −5" in table
    assert "– (7)" in table
    assert "151 were never visited" in table


def test_status_names_also_what_was_never_visited(seen: Path) -> None:
    (line,) = lines(gongkai("portals", "status", "tianjin-rsj", "--store", str(seen), "--json"))
    assert (line["portal"], line["visited"], line["runs"]) == ("tianjin-rsj", False, 0)
    everything = lines(gongkai("portals", "status", "--all", "--region", "12", "--store", str(seen), "--json"))
    assert len(everything) == 11


def test_status_of_nothing_is_told(tmp_path: Path) -> None:
    error = gongkai("portals", "status", "--store", str(tmp_path)).exception
    assert isinstance(error, BadQuery)
    assert "holds no archive yet" in str(error)


# New, and the check that asks


def test_new_writes_a_file_and_saves_the_page(tmp_path: Path) -> None:
    folder, tests = tmp_path / "portals", tmp_path / "tests"
    environment = {"GONGKAI_STORE": str(tmp_path / "archive")}
    with Simulator.start(["luoshui", "qinghe"]) as simulator:
        hub = simulator.entry_url("luoshui")
        options = ["--id", "luoshui", "--folder", str(folder), "--tests", str(tests), "--delay", "0"]
        made = finished("portals", "new", hub, *options, environment=environment)
        again = finished("portals", "new", hub, *options, environment=environment)
        paths = [request.path for request in simulator.log("luoshui")]
        write(folder, id="qinghe", start_urls=[simulator.entry_url("qinghe")], politeness={"delay": 0}, family="hanweb")
        simulator.set_switch("qinghe", "robots", "disallow")
        check = finished("portals", "check", "--folder", str(folder), "--json", environment=environment)
    assert made.returncode == 0, made.stderr
    assert paths[:2] == ["/robots.txt", "/zwgk/zfxxgk/nb/"]
    portal = load_portal(folder / "luoshui.yml")
    assert ([str(url) for url in portal.start_urls], portal.title) == ([hub], "洛水市人民政府 政府信息公开年报")
    expected = json.loads((tests / "luoshui" / "expected.json").read_text())
    assert (expected["url"], expected["state"], expected["reports"]) == (hub, "ok", [])
    assert [title for title, _ in expected["columns"]] == ["2025年", "2024年", "2023年"]
    assert "政府信息公开年报" in (tests / "luoshui" / "page.html").read_text(encoding="utf-8")
    # Nothing is replaced, and nothing is asked for in vain.
    assert again.returncode == 2
    assert "exists and is not replaced" in again.stderr
    assert len(paths) == 2
    answers = {line["portal"]: line["answer"] for line in map(json.loads, check.stdout.splitlines())}
    assert check.returncode == 1
    assert (answers["luoshui"]["state"], answers["luoshui"]["columns"]) == ("ok", 3)
    assert (answers["qinghe"]["state"], answers["qinghe"]["reports"]) == ("robots_disallowed", 0)


def test_looking_remembers_blocks_and_counts_requests_in_the_archive(tmp_path: Path) -> None:
    archive = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))
    archive.begin_run("earlier", datetime.now(UTC))
    environment = {"GONGKAI_STORE": str(tmp_path / "archive")}
    with Simulator.start(["luoshui"]) as simulator:
        simulator.set_switch("luoshui", "protection", "ruishu")
        home = simulator.base_url("luoshui")
        host = home.split("/")[2]
        first = finished("portals", "discover", home, "--delay", "0", environment=environment)
        asked = len(simulator.log("luoshui"))
        second = finished("portals", "discover", home, "--delay", "0", environment=environment)
        assert len(simulator.log("luoshui")) == asked == 2
    assert (first.returncode, second.returncode) == (1, 1)
    now = datetime.now(UTC)
    assert archive.requests_made(now.date()) == {host: 2}
    assert archive.cool_downs(now)[host] > now + timedelta(hours=23)
    assert "left alone until" in " ".join(second.stdout.split())
