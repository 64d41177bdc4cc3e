"""A bucket that turns read-only while a run goes on: what lies there stays, and the next run comes to the same end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.demo.portals import write_portals
from infra.simulator import Simulator
from storage.archive import Archive
from storage.audit import audit
from tests.faulty_servers import Writes, closing_proxy
from tests.running import finished, prefect_server
from tests.seaweed import Seaweed
from tests.test_collect_killed import archive_at, captured, events, versions

SITE = "baisha"


class Stage(NamedTuple):
    """A proxy in front of the bucket, and what a run that nothing disturbed has made through it."""

    environment: dict[str, str]
    address: str
    writes: Writes
    undisturbed: Archive
    needed: int


@pytest.fixture(scope="module")
def stage(seaweed: Seaweed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("read-only")
    with (
        Simulator.start([SITE]) as simulator,
        prefect_server(tmp_path_factory.mktemp("prefect")) as server,
        closing_proxy(seaweed.endpoint) as (endpoint, writes),
    ):
        write_portals(simulator, [SITE], folder)
        environment = {**server, "GONGKAI_PORTALS": str(folder)}
        calm = f"s3://{seaweed.bucket}/{folder.name}-calm?endpoint={endpoint}"
        done = finished("collect", "--store", calm, environment=environment)
        assert done.returncode == 0, done.stderr
        yield Stage(environment, endpoint, writes, archive_at(calm), writes.seen)


def kept(archive: Archive) -> dict[str, bytes]:
    """Everything that must never change."""
    keys = [key for key in archive.store.list("") if not key.startswith("state/")]
    return {key: archive.store.read(key) for key in keys}


@pytest.mark.long
def test_a_bucket_that_turns_read_only(stage: Stage, seaweed: Seaweed, tmp_path: Path) -> None:
    store = f"s3://{seaweed.bucket}/{tmp_path.name}?endpoint={stage.address}"
    stage.writes.seen, stage.writes.taken = 0, stage.needed // 2
    refused = finished("collect", "--store", store, environment=stage.environment)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    (told,) = [line for line in refused.stderr.splitlines() if line.startswith("gongkai: ")]
    assert f"bucket s3://{seaweed.bucket}/{tmp_path.name}" in told
    assert "refuses object" in told
    assert "check the credentials and their policy" in told

    archive = archive_at(store)
    before = kept(archive)
    assert before
    stage.writes.taken = None
    assert audit(archive, datetime.now(UTC)).faults == []

    again = finished("collect", "--store", store, environment=stage.environment)
    assert again.returncode == 0, again.stderr
    assert {key: archive.store.read(key) for key in before} == before
    assert versions(archive) == versions(stage.undisturbed)
    assert events(archive) == events(stage.undisturbed)
    assert captured(archive) >= captured(stage.undisturbed)
    assert audit(archive, datetime.now(UTC)).faults == []
