"""The store: does it answer, may we write, is it fit for several writers, is there room, and is our clock right?"""

import shutil
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from model.errors import GongkaiError
from storage.local_folder import LocalFolder
from storage.objects import ObjectStore
from storage.probe import probe

from ..liveness import CLOCK_OFF, ROOM_BYTES, ROOM_SHARE
from ..opening import open_archive
from ..settings import Settings
from .check import Check
from .setup import writable

SECONDS = 10.0


def check_store(address: str, settings: Settings) -> list[Check]:
    """Checks of the store at an address. GongkaiError when the address can't be understood."""
    store = open_archive(address, settings).store
    place = _there(store.root) if isinstance(store, LocalFolder) else _there(Path(settings.storage.cache).expanduser())
    endpoint = settings.storage.s3_endpoint
    return [*_tried(store, settings), _room(place), _clock(store, endpoint, datetime.now(UTC))]


def _tried(store: ObjectStore, settings: Settings) -> list[Check]:
    where = store.describe()
    if isinstance(store, LocalFolder) and not store.root.is_dir():
        if not writable(store.root):
            return [Check("store", "broken", f"{where} can't be made.", "Give this user the folder above it.")]
        return [Check("store", "advice", f"{where} is not there yet.", "The first run makes it; or: gongkai init")]
    try:
        next(iter(store.list("state/runs/")), None)
    except GongkaiError as error:
        return [Check("store", "broken", f"{error}.")]
    try:
        abilities = probe(store, datetime.now(UTC))
    except GongkaiError as error:
        return [Check("store", "broken", f"it can be read and not written: {error}.")]
    if not abilities.fit_for_several_writers and settings.storage.s3_conditional:
        mend = "Use another store; or one writer alone with GONGKAI_S3_CONDITIONAL=false."
        return [Check("store", "broken", f"{where} does not keep to create-only writes.", mend)]
    alone = "" if abilities.fit_for_several_writers else ", for one writer only"
    return [Check("store", "good", f"{where}: read, written and cleared{alone}.")]


def _there(folder: Path) -> Path:
    return next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())


def _room(folder: Path) -> Check:
    usage = shutil.disk_usage(folder)
    seen = f"{usage.free / 1e9:.1f} GB of {usage.total / 1e9:.0f} GB are free at {folder}."
    if usage.free < ROOM_BYTES:
        return Check("disk", "broken", seen, "Make room: a full disk ends a run (nothing kept is lost).")
    if usage.free < ROOM_SHARE * usage.total:
        return Check("disk", "advice", seen, "Make room before the season.")
    return Check("disk", "good", seen)


def _clock(store: ObjectStore, endpoint: str | None, now: datetime) -> Check:
    """Our clock against that of the store; dates of the law and leases of hosts hang on it."""
    if isinstance(store, LocalFolder):
        return Check("clock", "not checked", "a folder has no clock of its own; each run compares with its portals.")
    import httpx

    address = endpoint or "https://s3.amazonaws.com"
    try:
        stated = httpx.head(address, timeout=SECONDS).headers.get("date")
        theirs = parsedate_to_datetime(stated) if stated else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        theirs = None
    if theirs is None:
        return Check("clock", "not checked", "the store does not say what time it is.")
    return judged(theirs - now)


def judged(ahead: timedelta) -> Check:
    """What it means that the store's clock is so far ahead of ours."""
    seen = f"it is {abs(ahead.total_seconds()):.0f} s {'behind' if ahead > timedelta(0) else 'ahead of'} the store's."
    if abs(ahead) > CLOCK_OFF:
        return Check("clock", "broken", seen, "Set it and keep it set: timedatectl set-ntp true")
    return Check("clock", "good", seen)
