"""Feed files: Atom (RFC 4287) and JSON Feed 1.1. The same events give the same bytes, in whatever order they come."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex

from model.document import Event
from model.errors import StorageUnavailable, StoreNotWritable
from web.feeds import atom, json_feed, newest


def write_feeds(
    folder: Path, events: Iterable[Event], title: str, *, limit: int = 200, url: str | None = None
) -> tuple[Path, Path]:
    """Write `events.atom` and `events.json`, the newest `limit` events first; their paths.

    `url`: where the folder is published, if it is. A file whose content would not change is not touched.
    """
    told = newest(events, limit)
    at = f"{url.rstrip('/')}/" if url else None
    files = {
        "events.atom": atom(told, title, at and f"{at}events.atom", url or title),
        "events.json": json_feed(told, title, at and f"{at}events.json"),
    }
    for name, content in files.items():
        _publish(folder / name, content)
    return folder / "events.atom", folder / "events.json"


def _publish(path: Path, content: bytes) -> None:
    """Replace a file whole: who reads it meets the old one or the new one."""
    temporary = path.with_name(f".{path.name}.{token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() == content:
            return
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageUnavailable(f"{path}: the disk is full; make room and run again") from error
        raise StoreNotWritable(
            f"{path}: the feed cannot be written ({error.strerror}); mend feeds.folder in alerts.yml"
        ) from error
