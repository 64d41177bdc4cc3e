"""What may be done to a simulated portal, by method, over HTTP, and across a restart."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from infra.simulator import Simulator
from infra.simulator.commands import APPENDED_BY_DEFAULT, EDITED_BY_DEFAULT
from infra.simulator.portal import Portal
from infra.simulator.site import SiteConfig, load_site
from model.clock import utc_now
from model.errors import BadQuery, InvalidPortal, Misconfigured

AGENCY = "青禾市财政局"
OLD = f"{AGENCY}/2024"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator.start(["qinghe"]) as running:
        yield running


def address(sim: Simulator, report: str) -> str:
    return sim.base_url("qinghe").rstrip("/") + sim.hosts["qinghe"].portal.find(report).path


def get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=10, trust_env=False)


def listed(sim: Simulator) -> list[str]:
    return [item.key for item in sim.hosts["qinghe"].portal.listed()]


def test_publish_puts_a_waiting_report_on_top_of_the_list(sim: Simulator) -> None:
    assert f"{AGENCY}/2025" not in listed(sim)
    told = sim.publish("qinghe", AGENCY, 2025)
    assert listed(sim)[0] == f"{AGENCY}/2025"
    assert str(told["path"]) in str(get(sim.entry_url("qinghe")).url.join(re.findall(
        r"<li><a href='([^']+)'", get(sim.entry_url("qinghe")).text)[0]))  # fmt: skip
    assert get(address(sim, f"{AGENCY}/2025")).status_code == 200
    assert str(told["published_at"]).startswith("2026-01-29")


def test_publishing_twice_is_refused(sim: Simulator) -> None:
    with pytest.raises(BadQuery, match="is published already"):
        sim.publish("qinghe", AGENCY, 2024)


def test_edit_changes_one_figure_and_nothing_else(sim: Simulator) -> None:
    before = get(address(sim, OLD)).content.decode("utf-8")
    told = sim.edit("qinghe", OLD)
    after = get(address(sim, OLD)).content.decode("utf-8")
    figures = re.compile(r"\d+(?:\.\d+)?")
    plain = re.compile(r"<[^>]+>")
    old, new = (figures.findall(plain.sub("", text)) for text in (before, after))
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert changed == [(str(told["from"]), str(told["to"]))]
    assert told["cell"] == EDITED_BY_DEFAULT


def test_edit_takes_any_cell_and_value(sim: Simulator) -> None:
    cell = "applications.new_received.total"
    first = sim.edit("qinghe", OLD, cell, 7)
    second = sim.edit("qinghe", OLD, cell, 8)
    assert (first["to"], second["from"], second["to"]) == (7, 7, 8)
    with pytest.raises(BadQuery, match=r"has no cell 'applications\.nonsense'"):
        sim.edit("qinghe", OLD, "applications.nonsense", 1)


def test_edit_text_leaves_the_tables_alone(sim: Simulator) -> None:
    def words() -> str:
        return re.sub(r"<[^>]+>", "", get(address(sim, OLD)).content.decode("utf-8"))

    before = words()
    sim.edit_text("qinghe", OLD)
    assert APPENDED_BY_DEFAULT not in before
    assert words().replace(APPENDED_BY_DEFAULT, "").split() == before.split()
    sim.edit_text("qinghe", OLD, new="按期完成", old="按时完成")
    assert "按期完成" in words()
    assert "按时完成" not in words()


@pytest.mark.parametrize(("redirect", "status"), [(True, 301), (False, 404)])
def test_move(sim: Simulator, redirect: bool, status: int) -> None:
    old = address(sim, OLD)
    told = sim.move("qinghe", OLD, redirect=redirect)
    answer = get(old)
    assert answer.status_code == status
    assert answer.headers.get("Location") == (told["to"] if redirect else None)
    assert get(address(sim, OLD)).status_code == 200
    assert str(told["to"]).removeprefix("/zwgk/zfxxgknb/") in get(sim.entry_url("qinghe")).text


def test_delete_and_restore(sim: Simulator) -> None:
    page = get(address(sim, OLD)).content
    sim.delete("qinghe", OLD)
    assert OLD not in listed(sim)
    assert get(address(sim, OLD)).status_code == 404
    sim.restore("qinghe", OLD)
    assert OLD in listed(sim)
    assert get(address(sim, OLD)).content == page


def test_a_row_may_vanish_while_its_page_stays(sim: Simulator) -> None:
    sim.delete("qinghe", OLD, unlist_only=True)
    assert OLD not in listed(sim)
    assert get(address(sim, OLD)).status_code == 200


def test_the_clock_decides_what_is_out(sim: Simulator) -> None:
    government = "青禾市人民政府/2025"
    assert government not in listed(sim)
    sim.set_clock(datetime.fromisoformat("2026-04-10T09:00:00+08:00"))
    assert government in listed(sim)
    assert get(sim.entry_url("qinghe")).headers["Date"] == "Fri, 10 Apr 2026 01:00:00 GMT"
    with pytest.raises(BadQuery, match="no time zone"):
        sim.set_clock(datetime.fromisoformat("2026-04-10T09:00:00"))


def test_commands_name_what_they_do_not_know(sim: Simulator) -> None:
    with pytest.raises(BadQuery, match="No simulated site is called 'x'; running are qinghe"):
        sim.base_url("x")
    with pytest.raises(BadQuery, match="has no report 'x/2024'"):
        sim.delete("qinghe", "x/2024")
    with pytest.raises(BadQuery, match="The switch 'protection' cannot be 'magic'"):
        sim.set_switch("qinghe", "protection", "magic")


def test_the_control_interface_does_the_same(sim: Simulator) -> None:
    def post(verb: str, arguments: object) -> httpx.Response:
        return httpx.post(f"{sim.control_url}/{verb}", json=arguments, timeout=10, trust_env=False)

    assert get(sim.control_url).json() == {"qinghe": sim.base_url("qinghe")}
    told = post("edit", {"host": "qinghe", "report": OLD, "cell": EDITED_BY_DEFAULT, "value": 5}).json()
    assert (told["report"], told["to"]) == (OLD, 5)
    assert post("set_clock", {"moment": "2026-02-01T00:00:00+08:00"}).json() == {"clock": "2026-02-01T00:00:00+08:00"}
    get(sim.entry_url("qinghe"))
    log = get(f"{sim.control_url}/log?host=qinghe").json()
    assert [entry["path"] for entry in log] == ["/zwgk/zfxxgknb/"]
    post("reset_log", {})
    assert get(f"{sim.control_url}/log").json() == []
    reports = get(f"{sim.control_url}/reports?host=qinghe").json()
    assert {entry["live"] for entry in reports if entry["report"] == f"{AGENCY}/2025"} == {False}
    refused = post("publish", {"host": "qinghe"})
    assert refused.status_code == 400
    assert "publish was called wrongly at ('agency',)" in refused.json()["error"]
    assert "no command 'fly'" in post("fly", {}).json()["error"]
    assert post("edit", [1]).status_code == 400


def test_two_portals_of_one_seed_are_equal() -> None:
    name, config = load_site("qinghe")
    one, other = Portal(name, config), Portal(name, config)
    assert one.publications == other.publications
    changed = Portal(name, SiteConfig.model_validate({**config.model_dump(), "seed": 1}))
    assert changed.publications != one.publications


def test_a_restart_with_a_state_file_changes_nothing_outside(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with Simulator.start(["qinghe"], state=state) as sim:
        sim.publish("qinghe", AGENCY, 2025)
        sim.edit("qinghe", OLD)
        sim.delete("qinghe", f"{AGENCY}/2023")
        urls = {key: address(sim, key) for key in (OLD, f"{AGENCY}/2025")}
        before = {key: get(url).content for key, url in urls.items()}
        rows = listed(sim)
    with Simulator.start(["qinghe"], state=state) as sim:
        assert {key: address(sim, key) for key in urls} == urls
        assert {key: get(url).content for key, url in urls.items()} == before
        assert listed(sim) == rows
        assert len(json.loads(state.read_text("utf-8"))["commands"]) == 3


def test_a_broken_state_file_is_named(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{", "utf-8")
    with pytest.raises(Misconfigured, match="is no state file of the simulator"):
        Simulator.start(["qinghe"], state=state)


def test_a_site_file_with_a_mistake_is_named(tmp_path: Path) -> None:
    site = tmp_path / "mine.yml"
    site.write_text("title: x\n", "utf-8")
    with pytest.raises(InvalidPortal, match=r"mine\.yml does not describe a simulated site"):
        load_site(str(site))


def test_sites_show_html_layouts_only() -> None:
    _, config = load_site("qinghe")
    with pytest.raises(ValueError, match="pipes"):
        SiteConfig.model_validate({**config.model_dump(), "layouts": ["clean", "pipes"]})


@pytest.fixture
def program() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "infra.simulator", "--site", "qinghe", "--site", "baisha", "--machine-time"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def test_the_program_tells_its_addresses_and_ends_on_sigterm(program: subprocess.Popen[str]) -> None:
    assert program.stdout is not None
    told = json.loads(program.stdout.readline())
    assert set(told["sites"]) == set(told["entries"]) == {"qinghe", "baisha"}
    answer = get(told["entries"]["qinghe"])
    assert answer.status_code == 200
    assert abs(parsedate_to_datetime(answer.headers["Date"]) - utc_now()) < timedelta(minutes=1)
    assert get(told["control"]).json() == told["sites"]
    program.send_signal(signal.SIGTERM)
    assert program.wait(timeout=20) == 0


def test_the_program_ends_when_its_parent_hangs_up(program: subprocess.Popen[str]) -> None:
    assert program.stdout is not None
    assert program.stdin is not None
    program.stdout.readline()
    program.stdin.close()
    assert program.wait(timeout=20) == 0


def test_the_program_says_what_is_wrong() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "infra.simulator", "--site", "nowhere"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 2
    assert run.stderr.startswith("There is no simulated site 'nowhere'; known are baisha, ")
    assert len(run.stderr.splitlines()) == 1
