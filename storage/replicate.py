"""A second archive kept equal to the first: what it lacks is copied, checked and read back; nothing is ever deleted.

An interrupted copy is an archive of an earlier moment, and the next one goes on: first what others refer to, then what
refers to it, and last the state, as it was *before* the copying began. So the state of a copy never knows of anything
that is not there.
"""

import sqlite3
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from model.errors import NeedsReview, ObjectMissing
from storage.integrity import IntegrityFault, examined
from storage.keys import kind_of
from storage.local_folder import LocalFolder
from storage.objects import ObjectStore

COPIERS = 16
# In this order; whatever has another kind comes between reports and manifests.
FIRST = ("raw", "warc", "ledger", "agency", "parsed", "parsed pack", "version")
LAST = ("manifest entries", "manifest")
# State that belongs to a store or to a moment, not to the archive.
OWN_STATE = ("state/leases/", "state/probe/", "state/integrity/", "state/abilities.json", "state/audit.json")
SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE ours (key TEXT PRIMARY KEY, size INTEGER, rank INTEGER) WITHOUT ROWID;
CREATE TABLE theirs (key TEXT PRIMARY KEY, size INTEGER) WITHOUT ROWID;
"""


@dataclass(slots=True)
class Replication:
    """What a copying came to. `already`: objects that the copy had; their bytes were compared only when asked for."""

    copied: int = 0
    size: int = 0
    already: int = 0
    state: int = 0
    faults: list[IntegrityFault] = field(default_factory=list)


def replicate(
    source: ObjectStore,
    target: ObjectStore,
    *,
    compare: bool = False,
    on_begin: Callable[[int], None] = lambda _: None,
    on_object: Callable[[int], None] = lambda _: None,
) -> Replication:
    """Bring the target up to date with the source. `compare`: also read and compare what both have already.

    Objects that are damaged in the source are not copied; where both have a key with other bytes, both stay as they are
    (`conflict`), and the copy's state is left alone. NeedsReview when runs wrote to the copy itself.
    """
    _refuse_what_went_on(source, target)
    result = Replication()
    with tempfile.TemporaryDirectory(prefix="gongkai-replicate-") as folder:
        spool = LocalFolder(Path(folder), fsync=False)
        # Before the listing: what the state knows of is there then, and will be copied.
        _spool_state(source, spool)
        with _compared(source, target) as (missing, both):
            on_begin(len(missing) + len(both))
            for size in _each(missing, lambda key: _copied(source, target, key), result):
                result.copied += 1
                result.size += size
                on_object(size)
            _look_at_both(source, target, both, compare, result, on_object)
        if not any(fault.kind == "conflict" for fault in result.faults):
            result.state = _copy_state(spool, target)
    return result


def _refuse_what_went_on(source: ObjectStore, target: ObjectStore) -> None:
    """A copy into which runs wrote is an archive of its own; overwriting its state would lose what they did."""
    ours = set(source.list("state/runs/"))
    own = [key.rpartition("/")[2].removesuffix(".json") for key in target.list("state/runs/") if key not in ours]
    if own:
        raise NeedsReview(
            f"{target.describe()} has runs of its own ({own[0]}{', …' if len(own) > 1 else ''}): it went on as an "
            "archive, so replicate from it, or choose an empty place"
        )


@contextmanager
def _compared(source: ObjectStore, target: ObjectStore) -> Iterator[tuple[list[str], list[tuple[str, int, int]]]]:
    """Keys that the target lacks, in the order of copying, and (key, size here, size there) of what both have."""
    with tempfile.TemporaryDirectory(prefix="gongkai-replicate-") as folder:
        database = sqlite3.connect(Path(folder) / "keys.sqlite", isolation_level=None)
        try:
            database.executescript(SCHEMA)
            database.execute("BEGIN")
            ranked = ((key, size, rank) for key, size in source.sizes("") if (rank := _rank(key)) is not None)
            database.executemany("INSERT OR IGNORE INTO ours VALUES (?, ?, ?)", ranked)
            database.executemany("INSERT OR IGNORE INTO theirs VALUES (?, ?)", target.sizes(""))
            rows = database.execute("SELECT key FROM ours WHERE key NOT IN (SELECT key FROM theirs) ORDER BY rank, key")
            missing = [key for (key,) in rows]
            both = database.execute("SELECT key, o.size, t.size FROM ours o JOIN theirs t USING (key) ORDER BY key")
            yield missing, both.fetchall()
        finally:
            database.close()


def _rank(key: str) -> int | None:
    """When an object's turn comes; None for what is not copied here: state, catalogue, what does not belong there."""
    kind = kind_of(key)
    if kind is None or kind in ("state", "catalogue", "mark"):
        return None
    if kind in FIRST:
        return FIRST.index(kind)
    return len(FIRST) + 1 + LAST.index(kind) if kind in LAST else len(FIRST)


def _each(keys: list[str], work: Callable[[str], int | IntegrityFault], result: Replication) -> Iterator[int]:
    """Do the work for many keys at a time, in their order; faults go to the result, sizes are given back."""
    waiting = iter(keys)
    with ThreadPoolExecutor(COPIERS) as pool:
        ahead = deque(pool.submit(work, key) for key in islice(waiting, COPIERS))
        while ahead:
            told = ahead.popleft().result()
            if isinstance(told, IntegrityFault):
                result.faults.append(told)
            else:
                yield told
            ahead.extend(pool.submit(work, key) for key in islice(waiting, 1))


def _copied(source: ObjectStore, target: ObjectStore, key: str) -> int | IntegrityFault:
    """Copy one object, checked before and read back after; its size."""
    try:
        content = source.read(key)
    except ObjectMissing:
        return IntegrityFault(kind="missing", key=key, what=f"is listed and can't be read in {source.describe()}")
    told = examined(key, content)
    if isinstance(told, str):
        return IntegrityFault(kind="damaged", key=key, what=f"{told}; not copied from {source.describe()}")
    created = target.create(key, content)
    if target.read(key) != content:
        if created:
            return IntegrityFault(kind="damaged", key=key, what=f"{target.describe()} gives back other bytes")
        return _conflict(key, target)
    return len(content)


def _conflict(key: str, target: ObjectStore) -> IntegrityFault:
    return IntegrityFault(kind="conflict", key=key, what=f"{target.describe()} has other bytes; both were left alone")


def _look_at_both(
    source: ObjectStore,
    target: ObjectStore,
    both: list[tuple[str, int, int]],
    compare: bool,
    result: Replication,
    on_object: Callable[[int], None],
) -> None:
    alike = []
    for key, ours, theirs in both:
        if ours != theirs:
            result.faults.append(_conflict(key, target))
        elif compare:
            alike.append(key)
        else:
            result.already += 1
            on_object(0)

    def compared(key: str) -> int | IntegrityFault:
        content = source.read(key)
        return len(content) if content == target.read(key) else _conflict(key, target)

    for size in _each(alike, compared, result):
        result.already += 1
        on_object(size)


def _spool_state(source: ObjectStore, spool: LocalFolder) -> None:
    """The state as it is now. Addresses that are folded meanwhile are read anew, so that none gets lost."""
    for key in source.list("state/"):
        if key.startswith("state/locations/") or key.startswith(OWN_STATE):
            continue
        try:
            spool.replace(key, source.read(key))
        except ObjectMissing:
            continue  # given up since the listing, like a lease
    for portal in sorted({key.split("/")[2] for key in source.list("state/locations/")}):
        prefix = f"state/locations/{portal}/"
        while True:
            try:
                changes = [(key, source.read(key)) for key in source.list(prefix)]
                break
            except ObjectMissing:
                continue  # folded between listing and reading
        for key, content in changes:
            spool.replace(key, content)


def _copy_state(spool: LocalFolder, target: ObjectStore) -> int:
    """Give the copy the spooled state; how many objects were new or had changed."""
    written = 0
    held = dict(target.sizes("state/"))
    for key in spool.list("state/"):
        content = spool.read(key)
        if held.get(key) == len(content) and target.read(key) == content:
            continue
        target.replace(key, content)
        written += 1
    return written
