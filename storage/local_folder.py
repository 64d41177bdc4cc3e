"""The archive in a folder. An object appears whole or not at all, whatever crashes.

A write goes to a hidden folder of the same file system, is flushed to the disk and then *linked* under its key, which
fails when the key exists; so two writers can't overwrite one another and a reader never sees half an object.
"""

import errno
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from model.errors import GongkaiError, InvalidStore, ObjectMissing, StorageUnavailable, StoreNotWritable
from storage.objects import checked_key, replaceable_key
from storage.publishing import publish

HIDDEN = ".gongkai-unfinished"
STALE_SECONDS = 24 * 3600
REMEMBERED = 20_000


class LocalFolder:
    """ObjectStore in a folder of one file system, shared by any number of processes."""

    def __init__(self, root: Path, *, fsync: bool = True) -> None:
        self._root = root.absolute()
        self._hidden = self._root / HIDDEN
        self._fsync = fsync
        self._ready = False
        self._known_folders: set[Path] = set()
        self._durable: set[Path] = set()  # objects whose entry was flushed: to meet one again costs no flush
        self._lock = threading.Lock()

    @property
    def root(self) -> Path:
        """The folder itself, for what can't live in a store, such as the file of the catalogue."""
        return self._root

    def describe(self) -> str:
        return f"folder {self._root}"

    def create(self, key: str, content: bytes, *, content_type: str | None = None) -> bool:  # noqa: ARG002
        target = self._path(key)
        if target in self._durable and target.exists():
            return False
        try:
            made = self._prepare(target.parent)
            # The loser's answer is an acknowledgement too, so the winner's entry must be on the disk by then.
            created = False if target.exists() else self._write(target, content, overwrite=False)
            self._sync_folder(target.parent)
            self._sync_made(made)
        except OSError as error:
            raise self._explained(error, key) from error
        self._remember(self._durable, [target], REMEMBERED)
        return created

    def replace(self, key: str, content: bytes, *, content_type: str | None = None) -> None:  # noqa: ARG002
        target = self._path(replaceable_key(key))
        try:
            made = self._prepare(target.parent)
            self._write(target, content, overwrite=True)
            self._sync_folder(target.parent)
            self._sync_made(made)
        except OSError as error:
            raise self._explained(error, key) from error

    def delete(self, key: str) -> None:
        target = self._path(replaceable_key(key))
        try:
            with suppress(FileNotFoundError):
                target.unlink()
                self._sync_folder(target.parent)
        except OSError as error:
            raise self._explained(error, key) from error

    def read(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise self._missing(key) from error
        except OSError as error:
            raise self._explained(error, key) from error

    def exists(self, key: str) -> bool:
        try:
            self.size(key)
        except ObjectMissing:
            return False
        return True

    def size(self, key: str) -> int:
        path = self._path(key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise self._missing(key) from error
        except OSError as error:
            raise self._explained(error, key) from error
        if path.is_dir():
            raise self._missing(key)
        return found.st_size

    def list(self, prefix: str, start_after: str | None = None) -> Iterator[str]:
        folder, _, _ = prefix.rpartition("/")
        if folder:
            checked_key(folder)
        try:
            yield from self._walk(f"{folder}/" if folder else "", prefix, start_after or "")
        except OSError as error:
            raise self._explained(error, prefix) from error

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        for key in self.list(prefix):
            with suppress(ObjectMissing):  # deleted while the listing went on
                yield key, self.size(key)

    def sweep(self, older_than: float = STALE_SECONDS) -> int:
        """Remove what crashed writers left unfinished, by age in seconds; how many files that were."""
        swept = 0
        if not self._hidden.is_dir():
            return 0
        for leftover in os.scandir(self._hidden):
            with suppress(FileNotFoundError):
                if leftover.name.endswith(".part") and time.time() - leftover.stat().st_mtime >= older_than:
                    Path(leftover.path).unlink()
                    swept += 1
        return swept

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _walk(self, folder: str, prefix: str, start_after: str) -> Iterator[str]:
        try:
            with os.scandir(self._root / folder) as entries:
                names = [e.name + "/" if e.is_dir() else e.name for e in entries if not e.name.startswith(".")]
        except (FileNotFoundError, NotADirectoryError):
            return
        # With its slash a folder sorts exactly where its keys do: "a-b" < "a.json" < "a/b".
        for name in sorted(names):
            key = folder + name
            if not key.startswith(prefix) and not prefix.startswith(key):
                continue
            if not key.endswith("/"):
                if key.startswith(prefix) and key > start_after:
                    yield key
            elif key > start_after or start_after.startswith(key):
                yield from self._walk(key, prefix, start_after)

    def _prepare(self, folder: Path) -> Sequence[Path]:
        """See to it that the folder is there; the folders whose entries are not known to be on the disk yet."""
        if not self._ready:
            self._hidden.mkdir(parents=True, exist_ok=True)
            self.sweep()
            self._ready = True
        if folder in self._known_folders and folder.is_dir():
            return []
        above = [folder, *folder.parents][: len(folder.relative_to(self._root).parts)]
        made = [one for one in above if one not in self._known_folders or not one.is_dir()]
        folder.mkdir(parents=True, exist_ok=True)
        return made

    def _sync_made(self, made: Sequence[Path]) -> None:
        """Flush the entries of new folders. After the file's own flush, which has carried most of them along."""
        for folder in made:
            self._sync_folder(folder.parent)
        self._remember(self._known_folders, made, 100_000)

    def _remember(self, among: set[Path], paths: Sequence[Path], most: int) -> None:
        with self._lock:
            if len(among) > most:
                among.clear()
            among.update(paths)

    def _write(self, target: Path, content: bytes, *, overwrite: bool) -> bool:
        unfinished = self._hidden / f"{os.getpid()}-{secrets.token_hex(8)}.part"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                if self._fsync:
                    os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if overwrite:
                unfinished.replace(target)
                return True
            return publish(unfinished, target)
        finally:
            with suppress(FileNotFoundError):
                unfinished.unlink()

    def _sync_folder(self, folder: Path) -> None:
        if not self._fsync:
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _missing(self, key: str) -> ObjectMissing:
        return ObjectMissing(f"{self.describe()} has no object {key}; restore it from a copy of the archive")

    def _explained(self, error: OSError, key: str) -> GongkaiError:
        where, why = f"{self.describe()}, object {key}", error.strerror
        match error.errno:
            case errno.ENOSPC | errno.EDQUOT:
                return StorageUnavailable(f"disk full at {where}: free space and start again; nothing kept is lost")
            case errno.EACCES | errno.EROFS | errno.EPERM:
                return StoreNotWritable(
                    f"no permission at {where} ({why}): give this user access, or choose another with --store"
                )
            case errno.ENOTDIR | errno.EEXIST | errno.EISDIR | errno.ELOOP | errno.ENAMETOOLONG:
                return InvalidStore(f"{where} is not usable as a folder ({why}): choose another with --store")
            case _:
                return StorageUnavailable(f"{where} did not answer ({why}): check the disk and start again")
