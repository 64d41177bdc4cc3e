"""Opening an archive for a command."""

from model.errors import BadQuery
from storage.archive import Archive
from storage.objects import open_store

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
