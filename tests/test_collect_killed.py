"""A first run killed at any point and started again comes to the records of a run that nobody disturbed."""

import json
import random
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests import plainly
from tests.running import command, finished, kill_when, prefect_server
from tests.seaweed import tried

SITE = "baisha"
WATCHED_EVERY = 0.01  # seconds; more often would slow down what is watched

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


# At these points the command itself is killed and started again; at the others what it does, without Prefect around it.
BY_COMMAND = {("requests", 9), ("reports/", 2)}


class Stage(NamedTuple):
    """What all kills share: the portal, a Prefect server, and an archive that nobody disturbed."""

    simulator: Simulator
    environment: dict[str, str]
    undisturbed: Archive

    def progress(self, archive: Archive, what: str) -> int:
        """Requests to the portal so far, or objects under a prefix of the archive."""
        return len(self.simulator.log(SITE)) if what == "requests" else objects(archive, what)


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
        yield Stage(simulator, environment, archive_at(store))


def objects(archive: Archive, prefix: str) -> int:
    return sum(1 for _ in archive.store.list(prefix))


def killed_and_resumed(stage: Stage, store: str, what: str, count: int) -> Archive:
    """The archive after a first run killed at so many of these, and a second that was left alone."""
    stage.simulator.reset_log()
    archive = archive_at(tried(store))
    by_command = (what, count) in BY_COMMAND
    running = (
        command("collect", "--store", store, environment=stage.environment)
        if by_command
        else plainly.started(store, stage.environment)
    )
    kill_when(running, lambda: stage.progress(archive, what) >= count, WATCHED_EVERY)
    return resumed(stage, store, by_command=by_command)


def resumed(stage: Stage, store: str, *, by_command: bool = True) -> Archive:
    """After a death: nothing partial is visible; then the archive after a run that was left alone."""
    at_death = archive_at(store).store
    for key in at_death.list(""):
        if key.endswith(".json"):
            json.loads(at_death.read(key))
    if by_command:
        again = finished("collect", "--store", store, environment=stage.environment)
        assert again.returncode == 0, again.stderr
    else:
        plainly.finished(store, stage.environment)
    return archive_at(store)


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
def test_a_killed_first_run_changes_nothing_in_the_end(stage: Stage, store_address: str, what: str, count: int) -> None:
    assert_as_undisturbed(stage, killed_and_resumed(stage, store_address, what, count))


@pytest.mark.kill
@pytest.mark.parametrize("number", range(10))
def test_two_hundred_kills_at_random_points(stage: Stage, store_address: str, number: int) -> None:
    """Ten archives on each backend, each killed ten times in a row before a run is left alone."""
    rng = random.Random(number)
    most = max(2, objects(stage.undisturbed, "") // 8)
    for _ in range(10):
        base, step = objects(archive_at(store_address), ""), rng.randint(1, most)
        while not killed(stage, store_address, base + step):
            # It came to its end before: what is left to do is little.
            base, step = objects(archive_at(store_address), ""), 1
    assert_as_undisturbed(stage, resumed(stage, store_address))


def killed(stage: Stage, store: str, count: int) -> bool:
    """Start a run and kill it at so many objects in the archive; False when it ended before."""
    archive = archive_at(store)
    running = command("collect", "--store", store, environment=stage.environment)
    return kill_when(running, lambda: objects(archive, "") >= count, WATCHED_EVERY)
