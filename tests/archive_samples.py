"""A small whole archive on any store, made by settling runs of one portal, with everything that an audit looks at."""

from pathlib import Path

import pytest

from model.vocabulary import FetchState
from storage.archive import Archive
from storage.ledger_writer import LedgerWriter
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.storage_samples import a_capture
from tests.test_flows_settle import CELL, NEW, OLD, Story, page, report


def filled_archive(store_address: str, tmp_path: Path) -> Archive:
    """Two reports, one of them in two versions and two layouts, and packed list pages."""
    story = Story(tmp_path / "unused")
    archive = Archive(open_store(store_address, settings=StorageSettings(fsync=False)))
    story.archive = archive
    older = report()
    changed = older.with_values({CELL: older.values[CELL] + 17})
    story.run({OLD: page(older)})
    story.run({OLD: page(changed), NEW: page(report(2025))})
    story.run({OLD: page(changed).replace(b"</body>", b"<!-- again --></body>"), NEW: FetchState.NOT_MODIFIED})
    keep_packed(archive)
    return archive


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such an archive in a folder, made once; tests that spoil something copy it."""
    folder = tmp_path_factory.mktemp("filled")
    filled_archive(str(folder / "archive"), folder)
    return folder / "archive"


def keep_packed(archive: Archive) -> None:
    """A run whose bodies are packed beside the ledger."""
    with LedgerWriter(archive.store, "run9", "000") as ledger:
        for name in ("one", "two"):
            body = name.encode() * 200
            ledger.keep(a_capture(name, body, store="warc", run="run9"), body)
