"""Stores for the tests: a folder, and a real S3 server that is started once, when a test asks for it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.seaweed import CREDENTIALS, KEY, Seaweed, running_seaweed

__all__ = ["Seaweed", "seaweed", "store_address"]


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


@pytest.fixture(params=["folder", "seaweedfs"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty archive, once in a folder and once in the bucket."""
    if request.param == "folder":
        return f"file:{tmp_path / 'archive'}"
    server: Seaweed = request.getfixturevalue("seaweed")
    return f"s3://{server.bucket}/{tmp_path.name}-{time.monotonic_ns()}?endpoint={server.endpoint}"
