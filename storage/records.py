"""Records as JSON objects in a store: in one canonical form, with a digest of themselves.

A stored record is its canonical JSON with one more member in front, `"_sha256"`: the SHA-256 of that JSON without the
member. Whoever reads a record reads it proven, on the day it is written and without any manifest. To prove one by hand,
take the member out (`jq -cjS 'del(._sha256)' FILE | sha256sum`). Records of archives from before it have no such member
and are read as they are.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from model.canonical import canonical_json, sha256_hex
from model.errors import DigestMismatch, NewerRecord
from storage.objects import ObjectStore

JSON = "application/json"
SCHEMA = 1
"""Records of a higher schema version are refused; those of a lower one, or without any, are read."""

MARK = b'{"_'
"""No member of a record begins with `_` but the digest; sorted, it comes before all others."""
MEMBER = MARK + b'sha256":"'
LENGTH = len(MEMBER) + 64

Kind = TypeVar("Kind")


class Shelf:
    """A part of the archive: what it needs is the store."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store


@lru_cache(maxsize=256)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Made once for each kind: making one takes longer than reading a record."""
    return TypeAdapter(kind)


def proven(record: BaseModel | dict[str, Any]) -> bytes:
    """A record as it is stored: canonical JSON that names its own digest."""
    plain = canonical_json(record)
    return MEMBER + sha256_hex(plain).encode() + (b'"}' if plain == b"{}" else b'",' + plain[1:])


def plain_json(content: bytes) -> bytes:
    """A stored record's JSON without its digest; ValueError when it does not have the digest that it names."""
    if not content.startswith(MARK) and content[len(MARK) : len(MEMBER)] != MEMBER[len(MARK) :]:
        return content
    digest, rest = content[len(MEMBER) : LENGTH].decode("ascii", "replace"), content[LENGTH:]
    plain = b"{}" if rest == b'"}' else b"{" + rest.removeprefix(b'",')
    if not content.startswith(MEMBER) or sha256_hex(plain) != digest:
        raise ValueError(f"its content does not have the digest that it names, {digest}")
    return plain


def create_record(store: ObjectStore, key: str, record: BaseModel | dict[str, Any]) -> bool:
    """Write a record once; False when the key exists."""
    return store.create(key, proven(record), content_type=JSON)


def replace_record(store: ObjectStore, key: str, record: BaseModel | dict[str, Any]) -> None:
    """Write a record of `state/` that takes the place of the one before."""
    store.replace(key, proven(record), content_type=JSON)


def refuse_newer(what: str, record: object) -> None:
    """NewerRecord when a record, plain or read already, says that it is of a schema that is not known here."""
    told = record.get("schema_version") if isinstance(record, dict) else getattr(record, "schema_version", None)
    major = str(told or SCHEMA).partition(".")[0]
    if not major.isdecimal() or int(major) > SCHEMA:
        raise NewerRecord(
            f"{what} was written by a newer gongkai (schema version {told}, this one reads {SCHEMA}); "
            "install that version here too"
        )


def read_record(store: ObjectStore, key: str, kind: type[Kind]) -> Kind:
    """The record under a key; DigestMismatch when the object is there but no such record, or no longer what it was.

    NewerRecord when it was written by a later version of gongkai.
    """
    content = store.read(key)
    try:
        whatever: Any = kind
        record: Kind = _adapter(whatever).validate_json(plain := plain_json(content))
    except ValidationError as error:
        with suppress(ValueError):
            refuse_newer(f"{store.describe()}, object {key}", json.loads(plain))
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise DigestMismatch(
            f"{store.describe()}, object {key} is no valid {kind.__name__} ({where}: {first['msg']}); "
            "restore it from a copy of the archive"
        ) from error
    except ValueError as error:
        raise DigestMismatch(
            f"{store.describe()}, object {key}: {error}; restore it from a copy of the archive"
        ) from error
    refuse_newer(f"{store.describe()}, object {key}", record)
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
