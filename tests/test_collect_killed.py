"""A first run killed at any point and started again comes to the records of a run that nobody disturbed."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.running import command, finished, kill_when, prefect_server

SITE = "baisha"

# After so many requests to the portal, or so many objects under a prefix of the archive.
POINTS = [
    ("requests", 1),
    ("requests", 4),
    ("requests", 9),
    ("requests", 15),
    ("captures/", 1),
    ("parsed/", 1),
    ("reports/", 2),
    ("events/", 3),
    ("reports/", 9),
    ("state/locations/", 1),
]


class Stage(NamedTuple):
    """What all kills share: the portal, a Prefect server, and an archive that nobody disturbed."""

    simulator: Simulator
    environment: dict[str, str]
    undisturbed: Archive
    requests: int


def archive_at(address: str) -> Archive:
    return Archive(open_store(address, settings=StorageSettings()))


def versions(archive: Archive) -> set[tuple[str, int, str, str]]:
    return {
        (v.report_id, v.n, v.manifest.digest, v.reason.value)
        for report_id in archive.report_ids()
        for v in archive.versions(report_id)
    }


def events(archive: Archive) -> list[tuple[str, str, str, str]]:
    return sorted((e.kind.value, e.subject, e.cause, json.dumps(e.details, sort_keys=True)) for e in archive.events())


def captured(archive: Archive) -> set[str]:
    return {c.requested_url for c in archive.all_captures()}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("killed")
    with Simulator.start([SITE]) as simulator, prefect_server(tmp_path_factory.mktemp("prefect")) as server:
        write_portals(simulator, [SITE], folder / "portals")
        environment = {**server, "GONGKAI_PORTALS": str(folder / "portals")}
        store = str(folder / "undisturbed")
        done = finished("collect", "--store", store, environment=environment)
        assert done.returncode == 0, done.stderr
        requests = len(simulator.log(SITE))
        yield Stage(simulator, environment, archive_at(store), requests)


def objects(store: Path, prefix: str) -> int:
    folder = store / prefix
    return sum(1 for f in folder.rglob("*") if f.is_file() and not f.name.startswith(".")) if folder.is_dir() else 0


def killed_and_resumed(stage: Stage, store: Path, reached: Callable[[], bool]) -> Archive:
    """The archive after a killed first run and a second that was left alone."""
    stage.simulator.reset_log()
    kill_when(command("collect", "--store", str(store), environment=stage.environment), reached)
    # Nothing partial is visible at the moment of death.
    for file in store.rglob("*.json"):
        if not any(part.startswith(".") for part in file.relative_to(store).parts):
            json.loads(file.read_bytes())
    again = finished("collect", "--store", str(store), environment=stage.environment)
    assert again.returncode == 0, again.stderr
    return archive_at(str(store))


def assert_as_undisturbed(stage: Stage, archive: Archive) -> None:
    assert versions(archive) == versions(stage.undisturbed)
    assert events(archive) == events(stage.undisturbed)
    assert captured(archive) >= captured(stage.undisturbed)
    for report_id in archive.report_ids():
        for version in archive.versions(report_id):
            for part in version.manifest.parts:
                assert len(archive.raw(part.sha256)) == part.size
    assert not [key for key in archive.store.list("") if "/." in key or key.startswith(".") or key.endswith(".tmp")]


@pytest.mark.parametrize(("what", "count"), POINTS)
def test_a_killed_first_run_changes_nothing_in_the_end(stage: Stage, tmp_path: Path, what: str, count: int) -> None:
    store = tmp_path / "archive"

    def reached() -> bool:
        return (len(stage.simulator.log(SITE)) if what == "requests" else objects(store, what)) >= count

    assert_as_undisturbed(stage, killed_and_resumed(stage, store, reached))


@pytest.mark.kill
@pytest.mark.parametrize("number", range(200))
def test_two_hundred_kills_at_random_points(stage: Stage, tmp_path: Path, number: int) -> None:
    rng = random.Random(number)
    store = tmp_path / "archive"
    what = rng.choice(["requests", "captures/", "raw/", "parsed/", "reports/", "events/", "state/"])
    most = stage.requests if what == "requests" else max(1, objects(Path(stage.undisturbed.store.root), what))  # type: ignore[attr-defined]
    count = rng.randint(1, most)

    def reached() -> bool:
        return (len(stage.simulator.log(SITE)) if what == "requests" else objects(store, what)) >= count

    assert_as_undisturbed(stage, killed_and_resumed(stage, store, reached))
