"""Three worker processes on one bucket share the portals, one is killed in the middle: everything is there, once."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from flows.demo.portals import write_portals
from flows.plan import Share, domains_of, shared_out
from infra.simulator import Simulator
from model.errors import BadQuery
from model.portal import Portal
from spiders.portal_files import load_portals
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import kill_when
from tests.seaweed import Seaweed
from tests.sharing import BUREAUS, CITIES, YEARS, cities

SHARES = [Share(n, 3) for n in (1, 2, 3)]


@pytest.fixture
def towns(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator.start(configs=cities()) as simulator:
        write_portals(simulator, list(simulator.hosts), tmp_path / "portals")
        yield simulator


def worker(store: str, share: Share, portals: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sharing", store, f"{share.number}/{share.of}"],
        env={**os.environ, "GONGKAI_PORTALS": str(portals)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def assert_once(archive: Archive, simulator: Simulator) -> None:
    """Every report of every portal, one version and one event each; no domain was ever asked twice at a time."""
    report_ids = list(archive.report_ids())
    assert len(report_ids) == len(CITIES) * len(BUREAUS) * len(YEARS)
    assert all(len(archive.versions(report_id)) == 1 for report_id in report_ids)
    told = Counter((event.kind.value, event.subject) for event in archive.events())
    assert told == Counter(("collected", report_id) for report_id in report_ids)
    assert all(archive.baseline(name) for name in simulator.hosts)
    for city in CITIES:
        asked = sorted(entry for bureau in BUREAUS for entry in _times(simulator, f"{city}-{bureau}"))
        assert all(one[1] <= following[0] for one, following in pairwise(asked)), city


def _times(simulator: Simulator, host: str) -> list[tuple[float, float]]:
    return [(entry.time, entry.answered) for entry in simulator.log(host)]


def test_three_workers_on_one_bucket_and_one_is_killed(seaweed: Seaweed, towns: Simulator, tmp_path: Path) -> None:
    store, folder = f"s3://{seaweed.bucket}/sharing?endpoint={seaweed.endpoint}", tmp_path / "portals"
    portals = load_portals(folder)
    own = {share: [portal.id for portal in shared_out(portals.values(), share)[0]] for share in SHARES}
    assert all(own.values())
    workers = {share: worker(store, share, folder) for share in SHARES}
    victim = max(SHARES, key=lambda share: len(own[share]))
    # In the middle: some of its reports are kept, none of its portals is done.
    assert kill_when(workers[victim], lambda: sum(len(towns.log(name)) for name in own[victim]) >= 2 * len(own[victim]))
    runs = []
    for share in SHARES:
        out, err = workers[share].communicate(timeout=120)
        if share != victim:
            assert workers[share].returncode == 0, err
            runs.append(json.loads(out)["run"])
    archive = Archive(open_store(store, settings=StorageSettings()))
    assert_once(archive, towns)
    (dead,) = archive.unsettled_runs()
    seen = {run: {capture.portal for capture in archive.captures(run)} for run in (dead, *runs)}
    assert seen[dead] == set(own[victim])
    assert seen[runs[0]] | seen[runs[1]] == portals.keys(), "who is left has visited all"
    assert not seen[runs[0]] & seen[runs[1]], "each portal once"
    # The next run has nothing to visit; it settles what the dead one left, and that changes nothing.
    following = worker(store, SHARES[0], folder)
    out, err = following.communicate(timeout=120)
    assert following.returncode == 0, err
    assert json.loads(out) == {"run": "", "resumed": [dead], "elsewhere": []}
    assert archive.unsettled_runs() == []
    assert_once(archive, towns)


def test_each_portal_belongs_to_one_share_and_bureaus_of_a_city_to_the_same() -> None:
    portals = [
        Portal.model_validate(
            {
                "id": f"{city}-{bureau}",
                "title": "年报",
                "region": "990100",
                "start_urls": [f"https://{bureau}.{city}.gov.cn/"],
            }
        )
        for city in CITIES
        for bureau in BUREAUS
    ]
    assert domains_of(portals[0]) == {"qinghe.gov.cn"}
    parts = [[portal.id for portal in shared_out(portals, share)[0]] for share in SHARES]
    assert sorted(name for part in parts for name in part) == sorted(portal.id for portal in portals)
    for part in parts:
        assert {name.partition("-")[0] for name in part if name.endswith("czj")} == {
            name.partition("-")[0] for name in part if name.endswith("jyj")
        }
    own, others = shared_out(portals, Share())
    assert (len(own), others) == (len(portals), [])


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "one/3", "1/0", "-1/3"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="2/3 is the second of three"):
        Share.parse(text)
