"""Who may write: a bucket is tried before its first run, and one that overwrites is refused to more than one."""

import pytest

from flows.opening import writable_archive
from flows.settings import Settings
from infra.seaweed import CREDENTIALS
from model.errors import InvalidStore
from storage.probe import recorded_abilities
from storage.settings import StorageSettings
from tests.faulty_servers import unconditional_server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


def test_a_fit_store_is_tried_once_and_remembered(store_address: str) -> None:
    archive = writable_archive(store_address, Settings(), writers=3)
    seen = recorded_abilities(archive.store)
    if store_address.startswith("file:"):
        assert seen is None  # a folder needs no trial
        return
    assert seen is not None
    assert seen.fit_for_several_writers
    writable_archive(store_address, Settings(), writers=3)
    again = recorded_abilities(archive.store)
    assert again is not None
    assert again.checked_at == seen.checked_at


def test_a_store_that_overwrites_takes_one_writer_who_says_so() -> None:
    alone = Settings(storage=StorageSettings(s3_conditional=False))
    with unconditional_server() as address:
        store = f"s3://bucket/archive?endpoint={address}"
        with pytest.raises(InvalidStore, match="GONGKAI_S3_CONDITIONAL=false"):
            writable_archive(store, Settings())
        archive = writable_archive(store, alone)
        assert archive.store.create("reports/r/1.json", b"a")
        assert not archive.store.create("reports/r/1.json", b"b")
        with pytest.raises(InvalidStore, match="2 writers could overwrite one another"):
            writable_archive(store, alone, writers=2)
