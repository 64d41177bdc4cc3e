"""Versioning and Object Lock, set up by `gongkai init`; servers that can't; one that is unfit for several writers."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.seaweed import CREDENTIALS, KEY, SECRET, free_ports
from model.errors import InvalidStore
from storage.archive import Archive
from storage.objects import open_store
from storage.probe import probe, require_fit
from storage.s3 import S3Bucket
from storage.settings import StorageSettings
from tests.commanding import gongkai
from tests.faulty_servers import Quiet, serving
from tests.seaweed import Seaweed
from tests.storage_samples import NOON


def client(endpoint: str) -> Any:
    return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")


@pytest.mark.parametrize("server", ["moto", "seaweedfs"])
def test_init_makes_a_bucket_in_which_nothing_can_be_deleted(
    server: str,
    moto: str,
    seaweed: Seaweed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    endpoint = moto if server == "moto" else seaweed.endpoint
    address = f"s3://locked/p?endpoint={endpoint}"
    options = ["--create-bucket", "--object-lock", "30", "--writers", "3"]
    assert gongkai(monkeypatch, "init", address, *options, "--json") == 0
    assert json.loads(capsys.readouterr().out)["protection"] == {"versioning": True, "lock_days": 30}
    assert gongkai(monkeypatch, "init", address, *options) == 0
    assert "nothing can be deleted for 30 days (governance)" in capsys.readouterr().out
    s3 = client(endpoint)
    archive = Archive(open_store(address, settings=StorageSettings()))
    digest = archive.keep_raw(b"kept")
    key = f"p/raw/{digest[:2]}/{digest[2:4]}/{digest}"
    (version,) = s3.list_object_versions(Bucket="locked", Prefix=key)["Versions"]
    rule = s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"]["Rule"]
    assert (rule["DefaultRetention"]["Mode"], rule["DefaultRetention"]["Days"]) == ("GOVERNANCE", 30)
    with pytest.raises(ClientError, match=r"Access ?Denied"):
        s3.delete_object(Bucket="locked", Key=key, VersionId=version["VersionId"])
    # Create-only and the changing state work all the same.
    assert archive.store.create("raw/x", b"1") is True
    assert archive.store.create("raw/x", b"2") is False
    archive.store.replace("state/x", b"1")
    archive.store.replace("state/x", b"2")
    archive.store.delete("state/x")
    assert not archive.store.exists("state/x")


def test_versioning_alone_on_a_real_server(
    seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"s3://versioned/p?endpoint={seaweed.endpoint}"
    assert gongkai(monkeypatch, "init", address, "--create-bucket", "--versioning", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["protection"] == {"versioning": True, "lock_days": None}
    assert told["creates_only"]
    store = open_store(address, settings=StorageSettings())
    store.replace("state/x", b"older")
    store.replace("state/x", b"newer")
    found = client(seaweed.endpoint).list_object_versions(Bucket="versioned", Prefix="p/state/x")["Versions"]
    assert len(found) == 2
    assert store.read("state/x") == b"newer"


def test_a_folder_has_no_bucket_to_protect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert gongkai(monkeypatch, "init", str(tmp_path / "archive"), "--versioning") == 2
    assert "is no bucket" in capsys.readouterr().err
    assert not (tmp_path / "archive").exists()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(
    ("wanted", "told"),
    [({"versioning": True}, "takes the request for versioning and does nothing"), ({"lock_days": 9}, "does nothing")],
)
def test_a_server_that_says_yes_and_does_nothing_is_found_out(wanted: dict[str, Any], told: str) -> None:
    class Yes(Quiet):
        def do_PUT(self) -> None:
            self.body()
            self.answer(200)

        def do_GET(self) -> None:
            self.answer(
                200, b"<VersioningConfiguration/>" if "versioning" in self.path else b"<ObjectLockConfiguration/>"
            )

    with serving(Yes) as address:
        store = open_store(f"s3://archive/p?endpoint={address}", settings=StorageSettings(s3_attempts=1))
        assert isinstance(store, S3Bucket)
        with pytest.raises(InvalidStore, match=told):
            store.protect(**wanted)


@pytest.mark.usefixtures("credentials")
def test_a_server_that_knows_no_lock_says_so() -> None:
    class No(Quiet):
        def do_PUT(self) -> None:
            self.body()
            if "object-lock" in self.path:
                self.refuse(501, "NotImplemented")
            else:
                self.answer(200)

        def do_GET(self) -> None:
            enabled = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
            self.answer(200, enabled if "versioning" in self.path else b"<ObjectLockConfiguration/>")

    with serving(No) as address:
        store = open_store(f"s3://archive/p?endpoint={address}", settings=StorageSettings(s3_attempts=1))
        assert isinstance(store, S3Bucket)
        assert store.protect(versioning=True).versioning
        with pytest.raises(InvalidStore, match=r"can't do Object Lock \(NotImplemented.*\); leave it away"):
            store.protect(lock_days=9)


@contextlib.contextmanager
def rclone(folder: Path) -> Iterator[str]:
    """`rclone serve s3` over a folder, whose sub-folders are its buckets."""
    (folder / "archive").mkdir()
    (port,) = free_ports(1)
    program = Path(sys.executable).parent / "rclone"
    command = [str(program), "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}", str(folder)]
    server = subprocess.Popen(
        [*command, "--config", str(folder / "none.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
            except urllib.error.HTTPError:
                break
            except OSError as error:
                if server.poll() is not None or time.monotonic() > until:
                    raise AssertionError("rclone did not start") from error
                time.sleep(0.1)  # a server that starts gives no other sign
            else:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.mark.usefixtures("credentials")
def test_rclone_serve_s3_is_recognised_as_unfit_for_several_writers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with rclone(tmp_path) as endpoint:
        store = open_store(f"s3://archive/p?endpoint={endpoint}", settings=StorageSettings(s3_attempts=2))
        abilities = probe(store, NOON)
        assert not abilities.fit_for_several_writers
        require_fit(abilities, 1)
        with pytest.raises(InvalidStore, match="2 writers could overwrite one another"):
            require_fit(abilities, 2)
        assert gongkai(monkeypatch, "init", f"s3://archive/p?endpoint={endpoint}", "--writers", "2") == 1
        told = capsys.readouterr()
        assert "one writer only" in told.out
        assert "could overwrite one another" in told.err
