"""Real Prefect workers: three on one pool and one SeaweedFS, one killed in the middle; prefect.yaml deployed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from parsers import parser_digest
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.prefecting import ask, awaited, kill_family, process, with_descendants
from tests.reparsing import archive_of_another_parser
from tests.running import finished, prefect_server
from tests.seaweed import Seaweed
from tests.sharing import cities
from tests.test_sharing import assert_once

WORKERS = 3
OVER = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@pytest.fixture
def towns(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator.start(configs=cities()) as simulator:
        write_portals(simulator, list(simulator.hosts), tmp_path / "portals")
        yield simulator


def _runs(api: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(f"{api}/flow_runs/filter", {})
    return found


@pytest.mark.long
@pytest.mark.timeout(900)
def test_three_workers_and_one_is_killed(seaweed: Seaweed, towns: Simulator, tmp_path: Path) -> None:
    store = f"s3://{seaweed.bucket}/workers?endpoint={seaweed.endpoint}"
    archive = Archive(open_store(store, settings=StorageSettings()))
    with prefect_server(tmp_path) as server, ExitStack() as stack:
        api = server["PREFECT_API_URL"]
        environment = {**os.environ, **server, "GONGKAI_PORTALS": str(tmp_path / "portals"),
                       "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}  # fmt: skip
        awaited(lambda: ask(f"{api}/work_pools/", {"name": "gongkai", "type": "process"}), 60, "the work pool")
        order = ["deploy", "--work-pool", "gongkai", "--store", store, "--due", "--cron", "0 0 1 1 *"]
        told = finished(*order, "--workers", str(WORKERS), environment=environment)
        assert told.returncode == 0, told.stderr
        (deployed,) = ask(f"{api}/deployments/filter", {})
        assert sorted(one["parameters"]["share"] for one in deployed["schedules"]) == ["1/3", "2/3", "3/3"]
        workers = [
            stack.enter_context(
                process(
                    ["prefect", "worker", "start", "--pool", "gongkai", "--limit", "1", "--name", f"w{n}"],
                    environment,
                    tmp_path / f"worker{n}.log",
                )
            )
            for n in range(WORKERS)
        ]
        for one in deployed["schedules"]:
            ask(f"{api}/deployments/{deployed['id']}/create_flow_run", {"parameters": one["parameters"]})

        # In the middle: each worker has a run, and the one that goes has asked for something and settled nothing.
        def in_the_middle() -> dict[str, dict[str, Any]] | None:
            begun = {run: dict(archive.run_facts(run)) for run in archive.unsettled_runs()}
            busy = {capture.run for run in begun for capture in archive.captures(run) if capture.kind == "page"}
            return begun if len(begun) == WORKERS and busy else None

        begun = awaited(in_the_middle, 240, "three runs at once")
        dead = max(begun, key=lambda run: sum(1 for _ in archive.captures(run)))
        pid = json.loads(begun[dead]["by"])["pid"]
        (victim,) = [worker for worker in workers if pid in with_descendants(worker.pid)]
        kill_family(victim.pid)
        assert victim.wait(10) == -9

        def others_over() -> list[dict[str, Any]] | None:
            over = [run for run in _runs(api) if run["state_type"] in OVER]
            return over if len(over) >= WORKERS - 1 else None

        ended = awaited(others_over, 420, "the end of the other two runs")
        assert [run["state_type"] for run in ended] == ["COMPLETED"] * (WORKERS - 1)
        assert archive.unsettled_runs() == [dead]
        assert_once(archive, towns)
        # Whoever comes next has nothing to visit; he settles what the dead one left, and that changes nothing.
        following = finished("collect", "--due", "--store", store, "--json", environment=environment)
        assert following.returncode == 0, following.stderr
        outcome = json.loads(following.stdout)
        assert (outcome["run"], outcome["resumed"], outcome["portals"]) == ("", [dead], [])
        assert archive.unsettled_runs() == []
        assert_once(archive, towns)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_prefect_yaml_is_deployed_and_reads_an_archive_anew_on_a_dask_cluster(tmp_path: Path) -> None:
    archive = archive_of_another_parser(tmp_path / "archive")
    with (
        prefect_server(tmp_path) as server,
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
    ):
        api = server["PREFECT_API_URL"]
        environment = {**os.environ, **server, "GONGKAI_STORE": str(tmp_path / "archive"),
                       "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}  # fmt: skip
        awaited(lambda: ask(f"{api}/work_pools/", {"name": "gongkai", "type": "process"}), 60, "the work pool")
        order = ["--no-prompt", "deploy", "--all", "--prefect-file", "infra/prefect.yaml"]
        told = subprocess.run([sys.executable, "-m", "prefect", *order], env=environment, capture_output=True,
                              text=True, timeout=120, check=False)  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        deployed = {one["name"]: one for one in ask(f"{api}/deployments/filter", {})}
        assert set(deployed) == {"gongkai", "reparse"}
        assert len(deployed["gongkai"]["schedules"]) == WORKERS
        ask(f"{api}/deployments/{deployed['gongkai']['id']}/pause_deployment", {})
        engine = cluster.scheduler_address.replace("tcp://", "dask://")
        ask(f"{api}/deployments/{deployed['reparse']['id']}/create_flow_run", {"parameters": {"engine": engine}})
        with process(
            ["prefect", "worker", "start", "--pool", "gongkai"], environment, tmp_path / "worker.log"
        ) as worker:

            def over() -> list[dict[str, Any]]:
                return [run for run in _runs(api) if run["name"].startswith("reparse") and run["state_type"] in OVER]

            (run,) = awaited(over, 240, "the end of the re-parse")
            assert worker.poll() is None
        assert (run["state_type"], run["name"]) == ("COMPLETED", f"reparse with {engine}")
        (shown,) = ask(f"{api}/artifacts/filter", {"artifacts": {"key": {"any_": ["reparse-summary"]}}})
    report_ids = list(archive.report_ids())
    assert shown["data"].startswith(f"{len(report_ids)} of {len(report_ids)} documents read")
    anew = Archive(open_store(str(tmp_path / "archive"), settings=StorageSettings()))
    for report_id in report_ids:
        digest = anew.version(report_id, 1).manifest.digest
        assert sorted(anew.parsers_of(digest)) == sorted(["old", parser_digest()])
