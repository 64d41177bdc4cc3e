"""The S3 policies of infra/policies: each role does its work with them, whatever call the code makes, and no more."""

import fnmatch
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from flows.fixity import audit_archive, seal_today
from model.errors import InvalidStore, StoreNotWritable
from storage.archive import Archive
from storage.objects import ObjectStore, open_store
from storage.probe import probe, record_abilities
from storage.replicate import replicate
from storage.settings import StorageSettings
from storage.signing import Signer
from storage.verify import verify
from storage.webarchive import Selection, taken
from tests.archive_samples import filled_archive
from tests.commanding import gongkai
from tests.seaweed import Seaweed
from tests.storage_samples import NOON

POLICIES = Path(__file__).parent.parent / "infra" / "policies"
PREFIX = "archive-of-ours"
ACTIONS = {"HeadObject": "s3:GetObject", "ListObjectsV2": "s3:ListBucket"}


class Policy:
    """A policy file, filled in, as far as it uses the language: Allow, and the conditions Null and StringLike."""

    def __init__(self, role: str, bucket: str) -> None:
        text = (POLICIES / f"{role}.json").read_text().replace("BUCKET", bucket).replace("PREFIX", PREFIX)
        self.statements: list[dict[str, Any]] = json.loads(text)["Statement"]
        assert {s["Effect"] for s in self.statements} == {"Allow"}

    def allows(self, operation: str, arguments: dict[str, Any]) -> bool:
        action = ACTIONS.get(operation, f"s3:{operation}")
        resource = f"arn:aws:s3:::{arguments['Bucket']}" + (f"/{arguments['Key']}" if "Key" in arguments else "")
        context = {"s3:prefix": arguments.get("Prefix"), "s3:if-none-match": arguments.get("IfNoneMatch")}
        return any(
            action in _list(s["Action"])
            and any(fnmatch.fnmatchcase(resource, pattern) for pattern in _list(s["Resource"]))
            and _holds(s.get("Condition", {}), context)
            for s in self.statements
        )


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _holds(conditions: dict[str, Any], context: dict[str, Any]) -> bool:
    assert set(conditions) <= {"Null", "StringLike"}
    nulls = all((context[name] is None) == (told == "true") for name, told in conditions.get("Null", {}).items())
    return nulls and all(
        context[name] is not None and any(fnmatch.fnmatchcase(context[name], pattern) for pattern in patterns)
        for name, patterns in conditions.get("StringLike", {}).items()
    )


@contextmanager
def acting_as(role: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Every S3 call of this process is held to the role's policy; the actions that were allowed."""
    policy, used, real = Policy(role, bucket), set[str](), BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(self: Any, operation: str, arguments: dict[str, Any]) -> Any:
        if not policy.allows(operation, arguments):
            raise ClientError({"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {}}, operation)
        used.add(ACTIONS.get(operation, f"s3:{operation}"))
        return real(self, operation, arguments)

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", checked)
        yield used


@pytest.fixture
def address(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An archive in the bucket, filled, probed and used, all by the writer and with its policy alone."""
    where = f"s3://{seaweed.bucket}/{PREFIX}?endpoint={seaweed.endpoint}"
    with acting_as("writer", seaweed.bucket, monkeypatch) as used:
        archive = filled_archive(where, tmp_path)
        record_abilities(archive.store, probe(archive.store, NOON))
        lease = archive.acquire_lease("host:80", "us", NOON, 60)
        assert lease is not None
        archive.release_lease(lease)
        archive.fold_locations("example")
        archive.set_cool_down("a.gov.cn", NOON + timedelta(days=1), "blocked")
    assert used == {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"}
    return where


def kept(store: ObjectStore) -> dict[str, bytes]:
    return {key: store.read(key) for key in store.list("")}


def test_each_role_does_its_work_with_its_policy_alone(
    address: str,
    seaweed: Seaweed,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GONGKAI_CACHE", str(tmp_path / "cache"))
    settings = StorageSettings(cache=str(tmp_path / "cache"))
    archive = Archive(open_store(address, settings=settings))
    signer, later = Signer.new(), NOON + timedelta(days=40)

    with acting_as("auditor", seaweed.bucket, monkeypatch) as used:
        assert seal_today(archive, later, signer, len_of, len_of) is not None
        result, _ = audit_archive(archive, settings, later, None, len_of, len_of)
        assert result.faults == []
        audit_archive(archive, settings, later, 10_000, len_of, len_of)
        assert gongkai(monkeypatch, "restrict", "青禾", "2025", "--reason", "order", "--store", address) == 0
    assert "s3:DeleteObject" not in used

    before = kept(archive.store)
    with acting_as("reader", seaweed.bucket, monkeypatch) as used:
        # With a parser that nobody has used yet, whose answers a reader can't keep.
        monkeypatch.setattr("flows.understand.parser_digest", lambda: "f" * 64)
        for command in (["list"], ["show", "青禾", "2024"], ["diff", "青禾", "2024"]):
            assert gongkai(monkeypatch, *command, "--store", address) == 0, capsys.readouterr().err
        assert verify(archive.store, [signer.public]).faults == []
        assert len(list(taken(archive, Selection()))) > 2
        replicate(archive.store, open_store(str(tmp_path / "copy"), settings=settings))
    assert used == {"s3:GetObject", "s3:ListBucket"}
    assert kept(archive.store) == before
    shutil.rmtree(tmp_path / "copy")


def len_of(_: int) -> None:
    """Nobody watches."""


FORBIDDEN = [
    ("writer", lambda s: s.create("manifests/2026-03-02.json", b"{}")),
    ("writer", lambda s: s.create("restrictions/r1/1.json", b"{}")),
    ("writer", lambda s: s._client.put_object(Bucket=s._bucket, Key=f"{PREFIX}/raw/x", Body=b"not conditional")),
    ("writer", lambda s: s._client.delete_object(Bucket=s._bucket, Key=f"{PREFIX}/events/x")),
    ("writer", lambda s: s._client.put_object(Bucket=s._bucket, Key="elsewhere/state/x", Body=b"")),
    ("writer", lambda s: list(s._client.list_objects_v2(Bucket=s._bucket, Prefix=""))),
    ("auditor", lambda s: s.create("raw/x", b"")),
    ("auditor", lambda s: s.create("reports/r1/1.json", b"{}")),
    ("auditor", lambda s: s.replace("state/runs/r1.json", b"{}")),
    ("auditor", lambda s: s._client.delete_object(Bucket=s._bucket, Key=f"{PREFIX}/manifests/x")),
    ("reader", lambda s: s.create("parsed/m/p.json", b"{}")),
    ("reader", lambda s: s.replace("state/x", b"")),
    ("reader", lambda s: s.delete("state/x")),
]


@pytest.mark.parametrize(("role", "act"), FORBIDDEN)
def test_no_role_can_do_more(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch, role: str, act: Any) -> None:
    store = open_store(f"s3://{seaweed.bucket}/{PREFIX}?endpoint={seaweed.endpoint}", settings=StorageSettings())
    with (
        acting_as(role, seaweed.bucket, monkeypatch),
        pytest.raises((StoreNotWritable, InvalidStore, ClientError), match="AccessDenied"),
    ):
        act(store)
