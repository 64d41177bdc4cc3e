"""Objects under keys: the one protocol that everything else in the archive is written against.

Only `state/` and `catalogue/` may be replaced or deleted; every other key is written once and stays.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from model.errors import InvalidStore
from storage.settings import StorageSettings

REPLACEABLE = ("state/", "catalogue/")
LONGEST_KEY = 499  # bytes


class ObjectStore(Protocol):
    """A folder or a bucket. Any method may raise StorageUnavailable; writers also StoreNotWritable."""

    def create(self, key: str, content: bytes, *, content_type: str | None = None) -> bool:
        """Write a new object; True when it is durable, False when the key exists (durable too, and left untouched)."""
        ...

    def read(self, key: str) -> bytes:
        """The whole object; ObjectMissing when there is none."""
        ...

    def exists(self, key: str) -> bool: ...

    def size(self, key: str) -> int:
        """Bytes as stored; ObjectMissing when there is none."""
        ...

    def list(self, prefix: str, start_after: str | None = None) -> Iterator[str]:
        """Keys that begin with `prefix`, those up to `start_after` left out, sorted.

        Sorted by the UTF-8 bytes of the whole key; some servers compare segment by segment, so that `a/x` comes before
        `a-b`. Use must not depend on that difference, and `start_after` must not be the name of a folder of keys.
        """
        ...

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        """What `list` gives, each key with its bytes as stored."""
        ...

    def replace(self, key: str, content: bytes, *, content_type: str | None = None) -> None:
        """Write or overwrite, whole or not at all; only under `state/` and `catalogue/`."""
        ...

    def delete(self, key: str) -> None:
        """Remove, if there; only under `state/` and `catalogue/`."""
        ...

    def describe(self) -> str:
        """Where this is, for messages to people."""
        ...


def checked_key(key: str) -> str:
    """The key itself when every store can hold it; ValueError (a mistake of the caller) when not.

    No empty segment, none that begins with a dot (hidden files, `..`), no control character, under 500 bytes of UTF-8.
    """
    if not key or len(key.encode()) > LONGEST_KEY:
        raise ValueError(f"key of {len(key.encode())} bytes, allowed are 1 to {LONGEST_KEY}: {key[:80]!r}")
    if any(not segment or segment.startswith(".") for segment in key.split("/")):
        raise ValueError(f"key with an empty segment or one that begins with a dot: {key!r}")
    if "\\" in key or not key.isprintable():
        raise ValueError(f"key with a backslash or a character that can't be printed: {key!r}")
    return key


def checked_segment(name: str) -> str:
    """A name that is to stand between two slashes of a key; ValueError when it can't."""
    if "/" in name:
        raise ValueError(f"name with a slash can't be one segment of a key: {name!r}")
    return checked_key(name)


def replaceable_key(key: str) -> str:
    """The key when it may be overwritten or deleted; ValueError for anything that the archive has to keep."""
    if not key.startswith(REPLACEABLE):
        raise ValueError(f"{key!r} is written once and kept: only {' and '.join(REPLACEABLE)} may be changed")
    return checked_key(key)


def open_store(address: str, *, settings: StorageSettings) -> ObjectStore:
    """The store at an address: `file:./archive`, a plain path, or `s3://bucket/prefix` (`?endpoint=…&region=…`).

    Nothing is written or asked yet. InvalidStore when the address can't be understood.
    """
    parts = urlsplit(address)
    if "@" in f"{parts.netloc}{parts.query}{settings.s3_endpoint or ''}":
        # Addresses are printed, logged and given to Prefect.
        raise InvalidStore("a password does not belong into the address of a store; set AWS_SECRET_ACCESS_KEY instead")
    if parts.scheme == "s3":
        # Imported here: an archive in a folder works without boto3 and its start-up time.
        from storage.s3 import S3Bucket

        query = parse_qs(parts.query)
        if unknown := set(query) - {"endpoint", "region"}:
            raise InvalidStore(f"{address}: unknown setting {', '.join(sorted(unknown))}; use endpoint or region")
        if not parts.netloc:
            raise InvalidStore(f"{address}: a bucket name is missing; write s3://bucket/prefix")
        return S3Bucket.connect(
            parts.netloc,
            parts.path.strip("/"),
            settings,
            endpoint=query.get("endpoint", [settings.s3_endpoint])[0],
            region=query.get("region", [settings.s3_region])[0],
        )
    from storage.local_folder import LocalFolder

    path = address.removeprefix("file:")
    path = "/" + path.lstrip("/") if path.startswith("//") else path
    if not path or "://" in path:
        raise InvalidStore(
            f"{address!r} is no address of an archive; write file:./archive, a path, or s3://bucket/prefix"
        )
    return LocalFolder(Path(path).expanduser(), fsync=settings.fsync)
