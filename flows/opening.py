"""Opening an archive for a command."""

from datetime import UTC, datetime

from model.errors import BadQuery
from storage.archive import Archive
from storage.objects import open_store
from storage.probe import probe, record_abilities, recorded_abilities, require_fit

from .settings import Settings


def open_archive(address: str, settings: Settings) -> Archive:
    """The archive at an address; nothing is written or asked yet."""
    return Archive(open_store(address, settings=settings.storage))


def existing_archive(address: str, settings: Settings) -> Archive:
    """The archive at an address; BadQuery when nothing has ever been collected there."""
    archive = open_archive(address, settings)
    if next(iter(archive.store.list("state/runs/")), None) is None:
        raise BadQuery(
            f"{archive.store.describe()} holds no archive yet; gongkai collect or gongkai demo makes one, "
            "--store or GONGKAI_STORE names another place"
        )
    return archive


def writable_archive(address: str, settings: Settings, *, writers: int = 1) -> Archive:
    """The archive at an address, fit for so many writers at once; InvalidStore when it is not.

    A bucket is tried once, by whoever comes first, and what it can do is noted in it. A folder needs no trial. Who has
    set GONGKAI_S3_CONDITIONAL=false has said that nobody else writes, and is let in alone.
    """
    archive = open_archive(address, settings)
    store = archive.store
    if not store.describe().startswith("bucket "):
        return archive
    abilities = recorded_abilities(store)
    if abilities is None:
        abilities = probe(store, datetime.now(UTC))
        record_abilities(store, abilities)
    alone = writers == 1 and not settings.storage.s3_conditional
    # One process of a crawl is a writer of its own beside the flow, so even a single run is two.
    require_fit(abilities, 1 if alone else max(2, writers))
    return archive
