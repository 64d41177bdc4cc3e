"""Two crawls of one host at once: one asks, the other visits what is free and waits, and says for whom."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows import host_leases
from flows.demo.portals import write_portals
from flows.host_leases import LEASE, HostLeases, held, is_gone, this_process, told
from infra.simulator import Simulator
from model.errors import CrawlFailed, StorageUnavailable
from tests.collecting import archive_in
from tests.crawling import portal
from tests.running import command, finished

NOON = datetime(2026, 1, 2, 4, tzinfo=UTC)


class At:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def _owner_elsewhere(run: str) -> str:
    return json.dumps({"run": run, "machine": "other/1", "pid": 7, "since": "1"})


def test_what_is_free_is_taken_and_the_holder_is_named(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), At()
    one, two = portal("a.example", id="site-a"), portal("b.example", id="site-b")
    archive.acquire_lease("a.example", _owner_elsewhere("R1"), NOON, LEASE)
    ours = HostLeases(archive, "R2", clock)
    free, busy = ours.take([one, two])
    assert [p.id for p in free] == ["site-b"]
    assert busy == {"site-a": "a.example: run R1 on other (process 7)"}
    ours.release()
    assert [p.id for p in HostLeases(archive, "R3", clock).take([two])[0]] == ["site-b"]


def test_a_portal_of_two_hosts_takes_both_or_none(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), At()
    both = portal("a.example", id="site-a", hosts=["b.example"])
    archive.acquire_lease("b.example", _owner_elsewhere("R1"), NOON, LEASE)
    assert HostLeases(archive, "R2", clock).take([both])[0] == []
    assert archive.acquire_lease("a.example", "somebody", NOON, LEASE) is not None


def test_two_names_of_one_domain_are_one_lease_and_two_cities_are_two(tmp_path: Path) -> None:
    archive, clock = archive_in(tmp_path), At()
    bureaus = [portal(f"{name}.tj.gov.cn", id=name) for name in ("hrss", "zfcxjs")]
    city = portal("www.jinan.gov.cn", id="jinan")
    ours = HostLeases(archive, "R1", clock)
    assert ours.take(bureaus) == (bureaus, {})
    free, busy = HostLeases(archive, "R2", clock).take([*bureaus, city])
    assert (free, busy.keys()) == ([city], {"hrss", "zfcxjs"})
    assert busy["hrss"].startswith("tj.gov.cn: run R1")


def test_who_takes_over_learns_from_which_run(tmp_path: Path) -> None:
    archive, clock, site = archive_in(tmp_path), At(), portal("a.example", id="site-a")
    archive.acquire_lease("a.example", _owner_elsewhere("R1"), NOON, LEASE)
    clock.now = NOON + timedelta(seconds=LEASE)
    ours = HostLeases(archive, "R2", clock)
    ours.take([site])
    assert ours.left_behind == {"R1"}
    ours.release()
    following = HostLeases(archive, "R3", clock)
    following.take([site])
    assert following.left_behind == set(), "what was given back left nothing behind"


def test_a_holder_elsewhere_blocks_until_its_lease_ends(tmp_path: Path) -> None:
    archive, clock, site = archive_in(tmp_path), At(), portal("a.example", id="site-a")
    archive.acquire_lease("a.example", _owner_elsewhere("R1"), NOON, LEASE)
    ours = HostLeases(archive, "R2", clock)
    clock.now = NOON + timedelta(seconds=LEASE - 1)
    assert ours.take([site])[0] == []
    clock.now = NOON + timedelta(seconds=LEASE)
    assert ours.take([site])[0] == [site]


def test_a_holder_of_this_machine_that_died_blocks_nobody(tmp_path: Path) -> None:
    code = "from flows.host_leases import this_process; print(this_process('R1'))"
    dead = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    archive, clock, site = archive_in(tmp_path), At(), portal("a.example", id="site-a")
    gone = archive.acquire_lease("a.example", dead, NOON, LEASE)
    alive = archive.acquire_lease("b.example", this_process("R1"), NOON, LEASE)
    assert gone is not None
    assert alive is not None
    assert is_gone(gone)
    assert not is_gone(alive)
    assert told(alive).endswith(f"(process {os.getpid()})")
    assert HostLeases(archive, "R2", clock).take([site])[0] == [site]


def test_a_lease_that_passed_on_is_noticed(tmp_path: Path) -> None:
    archive, clock, site = archive_in(tmp_path), At(), portal("a.example", id="site-a")
    ours = HostLeases(archive, "R1", clock)
    ours.take([site])
    assert ours.renew()
    clock.now = NOON + timedelta(seconds=LEASE + 1)
    assert HostLeases(archive, "R2", clock).take([site])[0] == [site]
    assert not ours.renew()


def test_a_store_that_is_away_for_long_ends_the_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, clock = archive_in(tmp_path), At()
    ours = HostLeases(archive, "R1", clock)
    ours.take([portal("a.example", id="site-a")])

    def away(*_: object) -> None:
        raise StorageUnavailable("away")

    monkeypatch.setattr(type(archive), "renew_lease", away)
    clock.now = NOON + timedelta(seconds=LEASE / 3)
    assert ours.renew()
    clock.now = NOON + timedelta(seconds=LEASE)
    assert not ours.renew()


def test_a_crawl_that_lost_its_leases_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_leases, "RENEWED", 0.0)
    ours = HostLeases(archive_in(tmp_path), "R1")
    monkeypatch.setattr(ours, "renew", lambda: False)

    async def crawl() -> None:
        async with held(ours):
            await asyncio.Event().wait()

    with pytest.raises(CrawlFailed, match="leases of the hosts were lost"):
        asyncio.run(asyncio.wait_for(crawl(), 10))


def _spans(archive: Path) -> list[tuple[str, datetime, datetime]]:
    """Run, first and last request of every run that asked."""
    held = archive_in(archive)
    spans = []
    for run in sorted({key.split("/")[2] for key in held.store.list("state/runs/")}):
        run = run.removesuffix(".json")
        times = [c.fetched_at for c in held.captures(run) if c.fetched and "127.0.0.1" in c.url]
        if times:
            spans.append((run, min(times), max(times)))
    return spans


def test_two_shells_ask_one_host_one_after_the_other(tmp_path: Path) -> None:
    with Simulator.start(["qinghe"]) as simulator:
        write_portals(simulator, ["qinghe"], tmp_path / "portals")
        environment = {"GONGKAI_PORTALS": str(tmp_path / "portals"), "PREFECT_HOME": str(tmp_path / "prefect")}
        order = ["collect", "--recheck", "all", "--store", str(tmp_path / "archive"), "--json"]
        first = command(*order, environment=environment)
        second = finished(*order, environment={**environment, "PREFECT_HOME": str(tmp_path / "prefect2")})
        _, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert second.returncode == 0, second.stderr
    spans = sorted(_spans(tmp_path / "archive"), key=lambda span: span[1])
    assert len(spans) == 2
    assert spans[0][2] <= spans[1][1], "the second began when the first had ended"


def test_who_will_not_wait_says_who_is_there(tmp_path: Path) -> None:
    with Simulator.start(["qinghe"]) as simulator:
        write_portals(simulator, ["qinghe"], tmp_path / "portals")
        host = simulator.base_url("qinghe").split("/")[2]
        archive = archive_in(tmp_path / "archive")
        archive.acquire_lease(host, _owner_elsewhere("R1"), datetime.now(UTC), LEASE)
        environment = {"GONGKAI_PORTALS": str(tmp_path / "portals"), "GONGKAI_HOST_WAIT": "0"}
        environment["PREFECT_HOME"] = str(tmp_path / "prefect")
        left = finished("collect", "--store", str(tmp_path / "archive"), "--json", environment=environment)
    assert left.returncode == 1, left.stderr
    (outcome,) = json.loads(left.stdout)["portals"]
    assert any("another crawl is at" in problem and "run R1 on other" in problem for problem in outcome["problems"])
    assert f"{host}: run R1 on other (process 7)" in left.stderr
