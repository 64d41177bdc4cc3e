"""All keys of an archive beside all sealed objects, on disk, not in memory: what is there, missing, not sealed."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from storage.keys import is_kept
from storage.manifests import Entry, sealed
from storage.objects import ObjectStore

SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE listed (key TEXT PRIMARY KEY, kept INTEGER) WITHOUT ROWID;
CREATE TABLE sealed (key TEXT PRIMARY KEY, sha256 TEXT, size INTEGER) WITHOUT ROWID;
CREATE TABLE documents (digest TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Listed(NamedTuple):
    """A key that is there, and what it was sealed with, if it was."""

    key: str
    sealed: Entry | None


class Inventory:
    """Taken at one moment, and thrown away afterwards."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def has(self, key: str) -> bool:
        """Was the key listed?"""
        return self._database.execute("SELECT 1 FROM listed WHERE key = ?", (key,)).fetchone() is not None

    def count(self) -> int:
        """How many objects are kept, the chain of manifests and all that changes left out."""
        return int(self._database.execute("SELECT count(*) FROM listed WHERE kept").fetchone()[0])

    def everything(self) -> Iterator[str]:
        """Every key that there is, of whatever kind."""
        return (key for (key,) in self._database.execute("SELECT key FROM listed ORDER BY key"))

    def kept(self, after: str = "") -> Iterator[Listed]:
        """Kept objects in order of keys, those up to `after` left out."""
        rows = self._database.execute(
            "SELECT l.key, s.sha256, s.size FROM listed l LEFT JOIN sealed s USING (key)"
            " WHERE l.kept AND l.key > ? ORDER BY l.key",
            (after,),
        )
        for key, sha256, size in rows:
            yield Listed(key, Entry(key, sha256, size) if sha256 is not None else None)

    def unsealed(self) -> list[str]:
        """Kept objects that no manifest holds."""
        rows = self._database.execute(
            "SELECT key FROM listed WHERE kept AND key NOT IN (SELECT key FROM sealed) ORDER BY key"
        )
        return [key for (key,) in rows]

    def missing(self) -> Iterator[str]:
        """Sealed objects that are not there."""
        rows = self._database.execute("SELECT key FROM sealed WHERE key NOT IN (SELECT key FROM listed) ORDER BY key")
        return (key for (key,) in rows)

    def note_document(self, manifest_digest: str) -> None:
        """A version or an address refers to this document."""
        self._database.execute("INSERT OR IGNORE INTO documents VALUES (?)", (manifest_digest,))

    def has_document(self, manifest_digest: str) -> bool:
        found = self._database.execute("SELECT 1 FROM documents WHERE digest = ?", (manifest_digest,))
        return found.fetchone() is not None


@contextmanager
def inventory(store: ObjectStore) -> Iterator[Inventory]:
    """List the store and read its manifests. DigestMismatch when the list of a manifest is damaged."""
    with tempfile.TemporaryDirectory(prefix="gongkai-inventory-") as folder:
        database = sqlite3.connect(Path(folder) / "inventory.sqlite", isolation_level=None)
        try:
            database.executescript(SCHEMA)
            database.execute("BEGIN")
            listed = ((key, int(is_kept(key))) for key in store.list(""))
            database.executemany("INSERT OR IGNORE INTO listed VALUES (?, ?)", listed)
            database.executemany("INSERT OR IGNORE INTO sealed VALUES (?, ?, ?)", sealed(store))
            yield Inventory(database)
        finally:
            database.close()
