"""Records as JSON objects in a store: written in one canonical form, read back into their model."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from model.canonical import canonical_json
from model.errors import DigestMismatch
from storage.objects import ObjectStore

JSON = "application/json"

Kind = TypeVar("Kind")


class Shelf:
    """A part of the archive: what it needs is the store."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store


@lru_cache(maxsize=256)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Made once for each kind: making one takes longer than reading a record."""
    return TypeAdapter(kind)


def create_record(store: ObjectStore, key: str, record: BaseModel | dict[str, Any]) -> bool:
    """Write a record once; False when the key exists."""
    return store.create(key, canonical_json(record), content_type=JSON)


def read_record(store: ObjectStore, key: str, kind: type[Kind]) -> Kind:
    """The record under a key; DigestMismatch when the object is there but is no such record."""
    try:
        whatever: Any = kind
        record: Kind = _adapter(whatever).validate_json(store.read(key))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise DigestMismatch(
            f"{store.describe()}, object {key} is no valid {kind.__name__} ({where}: {first['msg']}); "
            "restore it from a copy of the archive"
        ) from error
    return record


def before_day(prefix: str, day: date) -> str:
    """The `start_after` of a listing that begins with the keys `<prefix><day>/…`.

    It is no folder's name: SeaweedFS, asked to start after `events/2026-03-02`, leaves out all that lies in it.
    """
    return f"{prefix}{(day - timedelta(days=1)).isoformat()}~"


def numbered(store: ObjectStore, prefix: str) -> Iterator[tuple[int, str]]:
    """(n, key) of the objects `<prefix><n>.json`, by number; deeper keys and other names are left out."""
    found = []
    for key in store.list(prefix):
        name = key.removeprefix(prefix).removesuffix(".json")
        if name.isascii() and name.isdigit() and key.endswith(".json"):
            found.append((int(name), key))
    yield from sorted(found)
