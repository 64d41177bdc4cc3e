"""Stores for the tests: a folder, a real S3 server and an emulator, each started once, when a test asks for it."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from infra.seaweed import CREDENTIALS, KEY, Seaweed, running_seaweed
from storage.objects import open_store
from storage.probe import StoreAbilities, probe, record_abilities
from storage.settings import StorageSettings

__all__ = ["Seaweed", "moto", "seaweed", "store_address", "tried", "without_doubled_stores"]


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """The server, with credentials for it in the environment, where boto3 and child processes look."""
    with running_seaweed(tmp_path_factory.mktemp("seaweed")) as server, pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
            environment.delenv(name, raising=False)
        assert os.environ["AWS_ACCESS_KEY_ID"] == KEY
        yield server


@pytest.fixture(scope="session")
def moto(seaweed: Seaweed) -> Iterator[str]:
    """Endpoint of an emulator of S3, in memory, with a bucket. It takes any credentials, also those of `seaweed`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=seaweed.bucket)
        yield endpoint
    finally:
        server.stop()


# `make ceph` sets it: the endpoint of one more server, with a bucket of the same name and the same credentials.
FURTHER = "GONGKAI_TEST_S3"
STORES = ["folder", "seaweedfs", "moto", *(["further"] if os.environ.get(FURTHER) else [])]
# Stores that only the tests of the storage room run on.
STORAGE_ONLY = {"moto", "further"}


@pytest.fixture(params=STORES)
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty archive: in a folder, and in a bucket of each server."""
    if request.param == "folder":
        return f"file:{tmp_path / 'archive'}"
    server: Seaweed = request.getfixturevalue("seaweed")
    endpoint = server.endpoint
    if request.param == "moto":
        endpoint = request.getfixturevalue("moto")
    elif request.param == "further":
        endpoint = os.environ[FURTHER]
    return f"s3://{server.bucket}/{tmp_path.name}-{time.monotonic_ns()}?endpoint={endpoint}"


_ABILITIES: dict[str, StoreAbilities] = {}
"""By server: what it can do, found out once."""


def tried(address: str) -> str:
    """The address of an archive that need not find out what its server can do: that takes two hundred requests."""
    store = open_store(address, settings=StorageSettings())
    server = address.partition("?")[2]
    if server:
        if server not in _ABILITIES:
            _ABILITIES[server] = probe(store, datetime.now(UTC))
        record_abilities(store, _ABILITIES[server].model_copy(update={"store": store.describe()}))
    return address


def without_doubled_stores(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole crawls run on the folder and on SeaweedFS alone."""
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        called = getattr(item, "callspec", None)
        store = called.params.get("store_address") if called else None
        elsewhere = store in STORAGE_ONLY and not item.path.name.startswith("test_storage_")
        (left_out if elsewhere else kept).append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
