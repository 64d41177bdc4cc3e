"""Servers that fail, servers that are unfit, writers that are killed: what was acknowledged is there, whole."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.seaweed import CREDENTIALS, free_ports
from model.canonical import sha256_hex
from model.document import VersionRecord
from model.errors import InvalidStore, StorageUnavailable
from storage.archive import Archive
from storage.ledger import read_lines
from storage.ledger_writer import LedgerWriter
from storage.objects import open_store
from storage.probe import probe, record_abilities, recorded_abilities, require_fit
from storage.settings import StorageSettings
from tests.faulty_servers import failing_proxy, unconditional_server
from tests.seaweed import STORAGE_ONLY, Seaweed
from tests.storage_samples import NOON, a_capture, a_version

ROOT = Path(__file__).parent.parent
WRITER = """
import sys
from storage.ledger_writer import LedgerWriter
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.storage_samples import a_capture

with LedgerWriter(open_store(sys.argv[1], settings=StorageSettings()), "run1", "shard1") as writer:
    for n in range(int(sys.argv[2]), 10_000):
        body = b"%d" % n * 5_000
        capture = a_capture(f"n{n}", body, store="warc" if n % 3 == 0 else "raw")
        writer.keep(capture, body)
        print(n, flush=True)
"""


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> StorageSettings:
    """No waiting between two tries, and little for an answer."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return StorageSettings(s3_read_seconds=0.5, s3_connect_seconds=1, s3_attempts=12)


def following(page: bytes) -> Callable[[Sequence[VersionRecord]], VersionRecord]:
    """Builds the version that follows those there are."""
    return lambda known: a_version("r1", len(known) + 1, page)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_fifth_of_the_calls_fails_and_the_archive_is_the_same(
    seaweed: Seaweed, hurried: StorageSettings, tmp_path: Path, seed: int
) -> None:
    with failing_proxy(seaweed.endpoint, seed) as (address, faults):
        archive = Archive(open_store(f"s3://archive/{tmp_path.name}?endpoint={address}", settings=hurried))
        captures = [a_capture(f"n{n}", b"%d" % n, store="warc" if n % 2 else "raw") for n in range(48)]
        with LedgerWriter(archive.store, "run1", "shard1") as writer, ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda pair: writer.keep(pair[1], b"%d" % pair[0]), enumerate(captures)))
        for n in (0, 0, 1, 2, 2):
            archive.add_version("r1", following(b"document %d" % n))
        assert archive.set_baseline("example", "run1", NOON) is True
        assert archive.set_baseline("example", "run1", NOON.replace(hour=13)) is False
    assert len(faults) >= 6
    calm = Archive(open_store(f"s3://archive/{tmp_path.name}?endpoint={seaweed.endpoint}", settings=hurried))
    assert {c.id for c in calm.captures("run1")} == {c.id for c in captures}
    for n, capture in enumerate(captures):
        assert (calm.list_body(capture) if n % 2 else calm.raw(sha256_hex(b"%d" % n))) == b"%d" % n
    assert [v.manifest.parts[0].sha256 for v in calm.versions("r1")] == [
        sha256_hex(b"document %d" % n) for n in range(3)
    ]


def test_a_server_that_ignores_conditions_is_refused_for_more_than_one_writer(hurried: StorageSettings) -> None:
    with unconditional_server() as address:
        store = open_store(f"s3://archive/p?endpoint={address}", settings=hurried)
        abilities = probe(store, NOON)
        assert not abilities.creates_only
        assert not abilities.refuses_wrong_checksum
        assert list(store.list("state/probe/")) == []
        require_fit(abilities, 1)
        with pytest.raises(InvalidStore, match="2 writers could overwrite one another"):
            require_fit(abilities, 2)
        alone = open_store(
            f"s3://archive/p?endpoint={address}", settings=hurried.model_copy(update={"s3_conditional": False})
        )
        assert alone.create("raw/x", b"first") is True
        assert alone.create("raw/x", b"second") is False
        assert alone.read("raw/x") == b"first"


def test_a_good_store_is_fit_for_any_number_of_writers(store_address: str, request: pytest.FixtureRequest) -> None:
    store = open_store(store_address, settings=StorageSettings())
    assert recorded_abilities(store) is None
    abilities = probe(store, NOON)
    assert abilities.fit_for_several_writers
    # Ceph 16 and the emulator take a body whatever its checksum says, and are told to do so.
    careless = request.node.callspec.params["store_address"] in STORAGE_ONLY
    assert abilities.refuses_wrong_checksum or careless
    require_fit(abilities, 16)
    record_abilities(store, abilities)
    assert recorded_abilities(store) == abilities
    assert list(store.list("")) == ["state/abilities.json"]


def test_a_server_that_is_not_there_and_a_bucket_that_is_not(seaweed: Seaweed, hurried: StorageSettings) -> None:
    (port,) = free_ports(1)
    nowhere = open_store(f"s3://archive/p?endpoint=http://127.0.0.1:{port}", settings=hurried)
    with pytest.raises(StorageUnavailable, match="nothing kept is lost"):
        nowhere.create("raw/x", b"")
    missing = open_store(f"s3://no-such-bucket/p?endpoint={seaweed.endpoint}", settings=hurried)
    with pytest.raises(InvalidStore, match="no such bucket"):
        missing.read("raw/x")


@pytest.mark.parametrize("acknowledged", [1, 4, 11, 30])
def test_a_killed_writer_leaves_what_it_acknowledged_and_nothing_half_written(
    store_address: str, acknowledged: int
) -> None:
    told: list[int] = []
    for turn in range(2):
        command = [sys.executable, "-c", WRITER, store_address, str(turn * 5_000)]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        with writer.stdout as lines:
            for count, line in enumerate(lines, 1):
                told.append(int(line))
                if count == acknowledged:
                    writer.send_signal(signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
    archive = Archive(open_store(store_address, settings=StorageSettings()))
    kept = {c.id: c for c in archive.captures("run1")}
    assert len(told) >= 2 * acknowledged
    for n in told:
        capture = kept[f"run1-n{n}"]
        body = archive.list_body(capture) if n % 3 == 0 else archive.raw(sha256_hex(b"%d" % n * 5_000))
        assert body == b"%d" % n * 5_000
    for key in archive.store.list(""):
        assert re.fullmatch(r"(raw|captures|state)/[\w/.-]+", key)
        if key.startswith("raw/"):
            archive.raw(key.rpartition("/")[2])
        elif key.endswith(".jsonl.gz"):
            assert list(read_lines(archive.store, key))
